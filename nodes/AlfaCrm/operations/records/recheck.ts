import type { IDataObject } from 'n8n-workflow';

import { formatDay, readId, today } from '../../api/formats';
import { cgi } from '../../entities/cgi';
import type { Entity } from '../../entities/types';
import { fold } from '../../fields/fold';
import { holdsPhone } from '../../fields/phonePart';
import { absent, isExact, listOf, sameItem } from '../../fields/field';
import type { Field, Filter, RecheckTest } from '../../fields/types';
import type { Item } from '../item';
import { firstDay, lastDay } from '../membershipDays';
import type { Target } from '../target';
import { listed } from './collect';

type Test = (held: unknown, wanted: unknown, zone: string) => boolean;

const inTexts =
	(read: (value: unknown) => string): Test =>
	(held, wanted) =>
		listOf(held).some((one) => read(one).includes(read(wanted)));

const byDay =
	(agrees: (day: string, bound: string) => boolean): Test =>
	(held, wanted, zone) => {
		const [day, bound] = [held, wanted].map((value) => formatDay(value, 'iso', zone));
		return day !== undefined && bound !== undefined && agrees(day, bound);
	};

/** How a row is compared with what a filter asked for. */
const tests: Record<RecheckTest, Test> = {
	is: (held, wanted) => String(held) === String(wanted),
	has: (held, wanted) => listOf(held).some((one) => String(one) === String(wanted)),
	in: (held, wanted) => listOf(wanted).some((one) => String(one) === String(held)),
	contains: inTexts((value) => fold(String(value))),
	phone: (held, wanted) => listOf(held).some((one) => holdsPhone(one, wanted)),
	blank: (held, wanted) => (listOf(held).length === 0) === Boolean(wanted),
	from: byDay((day, bound) => day >= bound),
	to: byDay((day, bound) => day <= bound),
};

/**
 * A test for filters that the server is known to ignore, or not known to heed. A row that does not show the field
 * passes, and the user is told.
 */
export async function recheckOf(
	item: Item,
	{ filters, plural }: Entity,
	target: Target,
	wanted: IDataObject,
): Promise<(row: IDataObject) => boolean> {
	const asked = filters.filter(({ name }) => name in wanted);
	const members = await membersOf(item, filters, target, wanted);
	return (row) =>
		(members === undefined || members.has(readId(row.id))) &&
		asked.every((filter) => {
			const { name, label, recheck } = filter;
			if (recheck === undefined) return holdsExactly(filter, row[name], wanted[name]);
			if (recheck === 'members' || recheck === 'trusted') return true;
			const { field, test, also = {} } = recheck;
			const isOther = Object.entries(also).some(
				([other, value]) => row[other] !== undefined && row[other] !== value,
			);
			if (isOther) return false;
			if (row[field] !== undefined) return tests[test](row[field], wanted[name], item.zone);
			tellUnchecked(item, plural.toLowerCase(), label);
			return true;
		});
}

/** What was chosen in a parameter that stands for a server's own default. */
export interface ChosenView {
	view: NonNullable<Entity['views']>[number];
	value: number;
}

/** Whether a row belongs to what was chosen, by the flag and the last day that it shows, if it does. */
export function isInView({ view, value }: ChosenView, row: IDataObject, zone: string): boolean {
	const { name, unsaid, until = [], flags, flagNames = [name] } = view;
	const wanted = flags[value] as 0 | 1 | undefined;
	if (wanted === undefined) return true;
	const isFlagged = (flag: string) =>
		holdsExactly({ type: 'flag', name: flag, label: flag }, row[flag], wanted);
	if (!flagNames.every(isFlagged)) return false;
	const last = until.map((field) => formatDay(row[field], 'iso', zone)).find((day) => day !== undefined);
	return value !== unsaid || last === undefined || last >= today('iso', zone);
}

function tellUnchecked(item: Item, plural: string, filter: string): void {
	item.run.hints.add(
		`AlfaCRM may ignore a filter, and it does not show whether it did, so check the ${plural}`,
		filter,
	);
}

/** The same for what an action is asked with, where rows show it under that very name. */
export const agreesWith =
	(asked: readonly Field[], wanted: IDataObject) =>
	(row: IDataObject): boolean =>
		asked.every(
			(field) => !(field.name in wanted) || holdsExactly(field, row[field.name], wanted[field.name]),
		);

function holdsExactly(filter: Filter, held: unknown, wanted: unknown): boolean {
	if (held === undefined || !isExact(filter)) return true;
	if (filter.offMeansAll && !wanted) return true;
	const shown = listOf(held).length === 0 ? listOf(absent(filter)) : listOf(held);
	return shown.some((one) => sameItem(filter, one, wanted));
}

/** Customers do not show their groups, but groups show their customers. API notes 5.3 and 5.7. */
async function membersOf(
	item: Item,
	filters: readonly Filter[],
	{ branch }: Target,
	wanted: IDataObject,
): Promise<Set<number | undefined> | undefined> {
	const filter = filters.find(({ name, recheck }) => recheck === 'members' && name in wanted);
	if (filter === undefined) return undefined;
	const query = { group_id: wanted[filter.name] };
	const task = 'list the members of the group';
	// Should some not come, a hint says so: whoever is not known to be a member must not be taken for one.
	const rows = await listed(item, 'members of the group', {
		path: cgi.path,
		branch,
		query,
		body: query,
		task,
	});
	// Some accounts list those too who have left or are still to come.
	const day = today('iso', item.zone);
	const present = rows.filter((row) => firstDay(row, item.zone) <= day && lastDay(row, item.zone) >= day);
	return new Set(present.map(({ customer_id }) => readId(customer_id)));
}
