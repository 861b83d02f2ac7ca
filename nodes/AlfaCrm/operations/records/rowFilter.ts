import type { IDataObject } from 'n8n-workflow';

import { formatDay, readId, readNumber } from '../../values/formats';
import { cgi } from '../../entities/cgi';
import type { Entity } from '../../entities/types';
import { holdsEmail } from '../../fields/emailPart';
import { holdsPhone } from '../../fields/phonePart';
import { valueIfMissing, isExact, listOf, sameItem } from '../../fields/field';
import type { Field, Filter, VerificationTest } from '../../entities/fieldTypes';
import type { Item } from '../execution/item';
import type { Target } from './target';
import { collectRows } from './rows';

/** Undefined where the row does not tell. */
type Test = (held: unknown, wanted: unknown, zone: string) => boolean | undefined;

/** By the number, or by the day. */
const within =
	(agrees: <T extends number | string>(one: T, bound: T) => boolean): Test =>
	(held, wanted, zone) => {
		if (typeof wanted === 'number') {
			const number = readNumber(held);
			return number === undefined ? undefined : agrees(number, wanted);
		}
		const [day, bound] = [held, wanted].map((value) => formatDay(value, 'iso', zone));
		return day !== undefined && bound !== undefined && agrees(day, bound);
	};

/** How a row is compared with what a filter asked for. */
const tests: Record<VerificationTest, Test> = {
	is: (held, wanted) => String(held) === String(wanted),
	has: (held, wanted) => listOf(held).some((one) => String(one) === String(wanted)),
	in: (held, wanted) => listOf(wanted).some((one) => String(one) === String(held)),
	email: (held, wanted) => listOf(held).some((one) => holdsEmail(one, wanted)),
	phone: (held, wanted) => listOf(held).some((one) => holdsPhone(one, wanted)),
	blank: (held, wanted) => (listOf(held).length === 0) === Boolean(wanted),
	from: within((one, bound) => one >= bound),
	to: within((one, bound) => one <= bound),
};

/**
 * A test for filters that the server is known to ignore, or not known to heed. A row that does not show the field
 * passes, and the user is told.
 */
export async function rowFilterOf(
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
			const { name, label, verifyBy, none } = filter;
			if (wanted[name] === null) return none?.isIn(row) === true;
			if (verifyBy === undefined) return holdsExactly(filter, row[name], wanted[name]);
			if (verifyBy === 'members' || verifyBy === 'trusted') return true;
			const { field, test, also = {}, unless } = verifyBy;
			const isOther = Object.entries(also).some(
				([other, value]) => row[other] !== undefined && row[other] !== value,
			);
			if (isOther) return false;
			// A sum of 0 is no sum.
			if (unless !== undefined && readNumber(row[unless])) return true;
			const passes = row[field] === undefined ? undefined : tests[test](row[field], wanted[name], item.zone);
			if (passes !== undefined) return passes;
			warnOfUnverified(item, plural.toLowerCase(), label);
			return true;
		});
}

function warnOfUnverified(item: Item, plural: string, filter: string): void {
	item.execution.hints.add(
		`AlfaCRM may ignore a filter, and it does not show whether it did, so check the ${plural}`,
		filter,
	);
}

/** The same for what an action is asked with, where rows show it under that very name. */
export const actionRowFilter =
	(asked: readonly Field[], wanted: IDataObject) =>
	(row: IDataObject): boolean =>
		asked.every(
			(field) => !(field.name in wanted) || holdsExactly(field, row[field.name], wanted[field.name]),
		);

export function holdsExactly(filter: Filter, held: unknown, wanted: unknown): boolean {
	if (held === undefined || !isExact(filter)) return true;
	if (filter.offMeansAll && !wanted) return true;
	const shown = listOf(held).length === 0 ? listOf(valueIfMissing(filter)) : listOf(held);
	return shown.some((one) => sameItem(filter, one, wanted));
}

/** Customers do not show their groups, but groups show their customers. API notes 5.3 and 5.7. */
async function membersOf(
	item: Item,
	filters: readonly Filter[],
	{ branch }: Target,
	wanted: IDataObject,
): Promise<Set<number | undefined> | undefined> {
	const filter = filters.find(({ name, verifyBy }) => verifyBy === 'members' && name in wanted);
	if (filter === undefined) return undefined;
	const query = { group_id: wanted[filter.name] };
	const task = 'list the members of the group';
	// Should some not come, a hint says so: whoever is not known to be a member must not be taken for one.
	const rows = await collectRows(item, 'members of the group', {
		path: cgi.path,
		branch,
		query,
		body: query,
		task,
	});
	return new Set(rows.map(({ customer_id }) => readId(customer_id)));
}
