import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { formatDay, readId, readNumber } from '../values/formats';
import { cgi } from '../entities/cgi';
import type { Entity, View } from '../entities/types';
import { isEmpty } from '../fields/blank';
import {
	isBlank,
	isList,
	kindOf,
	labelInForm,
	listOf,
	sameItem,
	toProperty,
	unusable,
} from '../fields/field';
import type { Field, FieldVerification, Filter, Wire } from '../entities/fieldTypes';
import { collection } from '../form/assemble';
import { oncePer } from '../form/oncePer';
import type { Item } from './item';
import { readList } from './readList';
import type { Target } from '../store/located';

const filtersParameter = oncePer(
	({ filters }: Entity): INodeProperties =>
		collection('Filters', 'filters', filters.map(toProperty), 'Add Filter'),
);

/** What a list can be narrowed down by: views and partitions stand in the form always, filters are added to it. */
export function filtersForm(entity: Entity) {
	const { views = [], partition } = entity.hidden ?? {};
	return {
		defaultFilters: views.map(toProperty),
		partition: partition ? [toProperty({ ...partition, type: 'choices' })] : [],
		fields: entity.filters.length > 0 ? [filtersParameter(entity)] : [],
	};
}

/** The chosen view of each, and whether a row is in all of them. */
export function readViews(item: Item, { hidden: { views = [] } = {} }: Entity) {
	const chosen = views.map((view): [View, number] => [
		view,
		Number(item.toWire(view, item.inputOf(view, view.default))),
	]);
	const asked: IDataObject[] = chosen.map(([view, value]) => view.ask(value));
	return {
		body: Object.assign({}, ...asked) as IDataObject,
		holds: (row: IDataObject) => chosen.every(([view, value]) => view.holds(row, value, item.zone)),
	};
}

/** One body for each value that the index shows one at a time; all of them unless some are chosen. */
export function readPartition(item: Item, { hidden: { partition } = {} }: Entity): IDataObject[] {
	if (partition === undefined) return [{}];
	const { name, label, choices } = partition;
	const options = choices.map(({ value, label: shown }) => ({ name: shown, value }));
	const values = item.choices({ name, displayName: label, default: [], options });
	return (values.length > 0 ? values : choices.map(({ value }) => value)).map((value) => ({ [name]: value }));
}

/**
 * The filters as they are sent. One that is there but empty is refused: leaving it out would return every record, and
 * the next node might change them all.
 */
export function readFilters(item: Item, entity: Entity): IDataObject {
	const { filters, plural } = entity;
	const input = item.object({ ...filtersParameter(entity), default: {} });
	const wanted: IDataObject = {};
	for (const [name, value] of Object.entries(input)) {
		const filter = filters.find((one) => one.name === name);
		if (filter === undefined) {
			throw item.error(`'Filters' has no "${name}"`, 'Remove it, or correct its name.');
		}
		// What is there and says too little is refused when it is read, in words that tell what is missing.
		if (isEmpty(value) || (isList(filter) && isBlank(filter, value))) {
			throw item.error(
				isEmpty(value) ? `The filter '${labelInForm(filter)}' is empty` : unusable(filter, value),
				`Without it all ${plural.toLowerCase()} would be returned. Fill it, or remove it from 'Filters'.`,
			);
		}
		wanted[name] = item.toWire(filter, value);
	}
	return wanted;
}

/** The ways to ask for the filters: some values are found in another form than the one in which they are given. */
export function bodiesOf({ filters }: Entity, wanted: IDataObject): IDataObject[] {
	return filters
		.filter(({ name }) => name in wanted)
		.map((filter): IDataObject[] => {
			const value = wanted[filter.name];
			return filter.ask ? [filter.ask(value)] : kindOf(filter).filterForms(filter, filter.name, value);
		})
		.reduce(eachWith, [{}]);
}

export const eachWith = (bodies: IDataObject[], others: IDataObject[]): IDataObject[] =>
	bodies.flatMap((body) => others.map((other) => ({ ...body, ...other })));

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
const tests: Record<FieldVerification['test'], Test> = {
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
	const members = await membersOf(item, asked, target, wanted);
	const hint = `AlfaCRM may ignore a filter, and it does not show whether it did, so check the ${plural.toLowerCase()}`;
	const isWithin = ({ field, test, unless }: FieldVerification, row: IDataObject, value: Wire) => {
		// A sum of 0 is no sum.
		if (unless !== undefined && readNumber(row[unless])) return true;
		return row[field] === undefined ? undefined : tests[test](row[field], value, item.zone);
	};
	const passes = (row: IDataObject, filter: Filter, value: Wire): boolean => {
		const { name, label, verifyBy } = filter;
		if (verifyBy === undefined) return holdsExactly(filter, row[name], value);
		if (verifyBy === 'members') return members.has(readId(row.id));
		const isFound = typeof verifyBy === 'function' ? verifyBy(row, value) : isWithin(verifyBy, row, value);
		if (isFound === undefined) item.execution.hints.add(hint, label);
		return isFound ?? true;
	};
	return (row) => asked.every((filter) => passes(row, filter, wanted[filter.name]));
}

/** The same for what an action is asked with, where rows show it under that very name. */
export const actionRowFilter =
	(asked: readonly Field[], wanted: IDataObject) =>
	(row: IDataObject): boolean =>
		asked.every(
			(field) => !(field.name in wanted) || holdsExactly(field, row[field.name], wanted[field.name]),
		);

function holdsExactly(filter: Filter, held: unknown, wanted: unknown): boolean {
	const { isExact, finds: own } = kindOf(filter);
	const same = (one: unknown, other: unknown) => sameItem(filter, one, other);
	const finds = own ?? (isExact ? same : undefined);
	if (held === undefined || finds === undefined) return true;
	const shown = listOf(held).length === 0 ? listOf(kindOf(filter).valueIfMissing) : listOf(held);
	return shown.some((one) => finds(one, wanted));
}

/** Customers do not show their groups, but groups show their customers. API notes 5.3 and 5.7. */
async function membersOf(
	item: Item,
	asked: readonly Filter[],
	{ branch }: Target,
	wanted: IDataObject,
): Promise<Set<number | undefined>> {
	const filter = asked.find(({ verifyBy }) => verifyBy === 'members');
	if (filter === undefined) return new Set();
	const query = { group_id: wanted[filter.name] };
	const task = 'list the members of the group';
	// Should some not come, a hint says so: whoever is not known to be a member must not be taken for one.
	const list = { path: cgi.path, branch, query, body: query, task };
	const rows = await readList(item, 'members of the group', list);
	return new Set(rows.map(({ customer_id }) => readId(customer_id)));
}
