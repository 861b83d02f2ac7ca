/**
 * Narrows down a list by three kinds of choices in the form:
 *
 * - **Views**, such as *Active* or *Archived*, which the form always shows.
 * - **The partition**, which the form always shows as well: a field, such as the status of lessons,
 *   of which the index lists only one value at a time.
 * - **Filters**, which the user adds.
 *
 * Each choice is read from the form and sent with the call. AlfaCRM ignores a filter that it does
 * not know and lists all rows, so each row is compared with the choices again. API notes 11.
 *
 * A *pass* is one of the bodies with which the index is asked, one after the other, to list every
 * wanted row.
 */

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
	describeUnusable,
} from '../fields/field';
import type { Field, FieldVerification, Filter, Wire } from '../entities/fieldTypes';
import { collection } from '../form/assemble';
import { oncePer } from '../form/oncePer';
import type { Item } from './item';
import { readList } from './readList';
import type { Target } from '../store/located';

// ---------------------------------------------------------------- the form

const filtersParameter = oncePer(
	({ filters }: Entity): INodeProperties =>
		collection('Filters', 'filters', filters.map(toProperty), 'Add Filter'),
);

export function filtersForm(entity: Entity) {
	const { views = [], partition } = entity.hidden ?? {};
	return {
		defaultFilters: views.map(toProperty),
		partition: partition ? [toProperty({ ...partition, type: 'choices' })] : [],
		fields: entity.filters.length > 0 ? [filtersParameter(entity)] : [],
	};
}

// ---------------------------------------------------------------- reading the form

/** The views that were chosen, such as *Active* customers. */
interface ChosenViews {
	/** The part of the call's body that asks for these views. */
	body: IDataObject;
	/** Whether a row belongs to all of the views. */
	hasRow: (row: IDataObject) => boolean;
}

export function readViews(item: Item, { hidden: { views = [] } = {} }: Entity): ChosenViews {
	const readChoice = (view: View) =>
		Number(item.toRequestValue(view, item.inputOfField(view, view.default)));
	const choices = views.map((view) => ({ view, value: readChoice(view) }));
	const bodies: IDataObject[] = choices.map(({ view, value }) => view.makeBody(value));
	return {
		body: Object.assign({}, ...bodies) as IDataObject,
		hasRow: (row) => choices.every(({ view, value }) => view.includesRow(row, value, item.zone)),
	};
}

/**
 * Reads the values of the partition that the user has chosen, such as statuses of lessons. Makes a
 * pass for each value, because the index lists one value at a time. If none is chosen, makes a pass
 * for every value.
 */
export function readPartition(item: Item, { hidden: { partition } = {} }: Entity): IDataObject[] {
	if (partition === undefined) return [{}];

	const { name, label, choices } = partition;
	const options = choices.map((choice) => ({ name: choice.label, value: choice.value }));
	const chosenValues = item.choices({ name, displayName: label, default: [], options });
	const allValues = choices.map(({ value }) => value);
	const values = chosenValues.length > 0 ? chosenValues : allValues;
	return values.map((value) => ({ [name]: value }));
}

/**
 * Reads the values of the filters that the user has added, by the names of the filters.
 *
 * @throws NodeOperationError for an empty filter. Without it AlfaCRM would return every record, and
 * the next node might change them all.
 */
export function readFilters(item: Item, entity: Entity): IDataObject {
	const input = item.object({ ...filtersParameter(entity), default: {} });
	const values: IDataObject = {};
	for (const [name, value] of Object.entries(input)) {
		const filter = entity.filters.find((candidate) => candidate.name === name);
		if (filter === undefined) {
			throw item.error(`'Filters' has no "${name}"`, 'Remove it, or correct its name.');
		}
		assertFilterHasValue(item, entity, filter, value);
		values[name] = item.toRequestValue(filter, value);
	}
	return values;
}

function assertFilterHasValue(
	item: Item,
	{ plural }: Entity,
	filter: Filter,
	value: unknown,
): void {
	const advice = `Without it all ${plural.toLowerCase()} would be returned. Fill it, or remove it from 'Filters'.`;
	if (isEmpty(value)) throw item.error(`The filter '${labelInForm(filter)}' is empty`, advice);
	// A single value that says nothing is refused by `toRequestValue`, which tells what it expects.
	if (isList(filter) && isBlank(filter, value))
		throw item.error(describeUnusable(filter, value), advice);
}

// ---------------------------------------------------------------- asking AlfaCRM

/**
 * Makes the passes for the filters that the user has added. A filter may need several passes: a
 * part of a phone number is searched for in every spelling in which AlfaCRM may have stored the
 * number.
 */
export function makeFilterPasses({ filters }: Entity, values: IDataObject): IDataObject[] {
	return pickFieldsWithValue(filters, values)
		.map((filter) => makePassesOf(filter, values[filter.name]))
		.reduce(combinePasses, [{}]);
}

function makePassesOf(filter: Filter, value: Wire): IDataObject[] {
	if (filter.makeBody !== undefined) return [filter.makeBody(value)];
	return kindOf(filter).makeFilterBodies(filter, filter.name, value);
}

/** Makes a pass of each pair: one pass of the first list and one of the second. */
export const combinePasses = (passes: IDataObject[], otherPasses: IDataObject[]): IDataObject[] =>
	passes.flatMap((pass) => otherPasses.map((otherPass) => ({ ...pass, ...otherPass })));

/** Picks the filters, or the fields of an action, for which `values` has a value. */
const pickFieldsWithValue = <F extends Field | Filter>(
	filters: readonly F[],
	values: IDataObject,
): F[] => filters.filter(({ name }) => name in values);

// ---------------------------------------------------------------- checking the rows again

/** Whether a row passes a filter; undefined if the row does not show the field to compare. */
type Verdict = boolean | undefined;

/**
 * Makes a function that tells whether a row passes all filters. A row that does not show the field
 * of a filter passes it, and a hint names the filter that could not be checked.
 */
export async function makeRowTest(
	item: Item,
	{ filters, plural }: Entity,
	target: Target,
	values: IDataObject,
): Promise<(row: IDataObject) => boolean> {
	const filtersToCheck = pickFieldsWithValue(filters, values);
	const memberIds = await readMemberIds(item, filtersToCheck, target, values);
	const hint = `AlfaCRM may ignore a filter, and it does not show whether it did, so check the ${plural.toLowerCase()}`;

	const isAskedFor = (row: IDataObject, filter: Filter): boolean => {
		const verdict = judgeRow(row, filter, values[filter.name], { memberIds, zone: item.zone });
		if (verdict === undefined) item.execution.hints.add(hint, filter.label);
		return verdict ?? true;
	};
	return (row) => filtersToCheck.every((filter) => isAskedFor(row, filter));
}

/** Makes a function that tells whether a row may have the values that were sent with an action. */
export function makeActionRowTest(
	fields: readonly Field[],
	values: IDataObject,
): (row: IDataObject) => boolean {
	const fieldsToCheck = pickFieldsWithValue(fields, values);
	return (row) =>
		fieldsToCheck.every((field) => mayHaveValue(field, row[field.name], values[field.name]));
}

function judgeRow(
	row: IDataObject,
	filter: Filter,
	value: Wire,
	{ memberIds, zone }: { memberIds: ReadonlySet<number | undefined>; zone: string },
): Verdict {
	const { name, checkRowBy } = filter;
	if (checkRowBy === undefined) return mayHaveValue(filter, row[name], value);
	if (checkRowBy === 'members') return memberIds.has(readId(row.id));
	if (typeof checkRowBy === 'function') return checkRowBy(row, value);
	return isOnSideOfBound(row, checkRowBy, value, zone);
}

/** Whether a number or a day of a row is at or above a bound ("from"), or at or below it ("to"). */
function isOnSideOfBound(
	row: IDataObject,
	{ field, test, unless }: FieldVerification,
	bound: Wire,
	zone: string,
): Verdict {
	// A row with a number other than 0 in the field `unless` passes. For example, the sum of a refund
	// is its expenditure, so its income is not compared.
	const hasNumberElsewhere = unless !== undefined && Boolean(readNumber(row[unless]));
	if (hasNumberElsewhere) return true;

	const shownValue = row[field];
	if (shownValue === undefined) return undefined;

	if (typeof bound === 'number') {
		const shownNumber = readNumber(shownValue);
		return shownNumber === undefined ? undefined : isOnSide(test, shownNumber, bound);
	}
	const shownDay = formatDay(shownValue, 'iso', zone);
	const boundDay = formatDay(bound, 'iso', zone);
	return shownDay !== undefined && boundDay !== undefined && isOnSide(test, shownDay, boundDay);
}

const isOnSide = <T extends number | string>(
	test: FieldVerification['test'],
	value: T,
	bound: T,
): boolean => (test === 'from' ? value >= bound : value <= bound);

/**
 * Whether a row may have the value of a filter. True if the two cannot be compared: the row does
 * not show the field, or the filter's type has no way to compare.
 */
function mayHaveValue(filter: Field | Filter, shownValue: unknown, value: unknown): boolean {
	const matches = matcherOf(filter);
	if (shownValue === undefined || matches === undefined) return true;

	const shownValues = listOf(shownValue);
	const comparedValues =
		shownValues.length > 0 ? shownValues : listOf(kindOf(filter).valueIfMissing);
	return comparedValues.some((comparedValue) => matches(comparedValue, value));
}

/**
 * Returns the function that compares a value of a row with the value of a filter; undefined if the
 * filter's type has none, because the filter finds more than exact values.
 */
function matcherOf(
	filter: Field | Filter,
): ((shownValue: unknown, value: unknown) => boolean) | undefined {
	const { isExact, mayFind } = kindOf(filter);
	if (mayFind !== undefined) return mayFind;
	return isExact ? (shownValue, value) => sameItem(filter, shownValue, value) : undefined;
}

/**
 * Reads the IDs of the customers in the group of the filter by group; reads nothing without that
 * filter. Rows of customers do not always show their groups, so they are checked against the
 * group's list of members. API notes 5.3 and 5.7.
 */
async function readMemberIds(
	item: Item,
	filters: readonly Filter[],
	{ branch }: Target,
	values: IDataObject,
): Promise<Set<number | undefined>> {
	const groupFilter = filters.find(({ checkRowBy }) => checkRowBy === 'members');
	if (groupFilter === undefined) return new Set();

	const query = { group_id: values[groupFilter.name] };
	const list = {
		path: cgi.path,
		branch,
		query,
		body: query,
		task: 'list the members of the group',
	};
	// Customers who are missing from the list of members are left out of the output. If the list is
	// incomplete, `readList` adds a hint.
	const members = await readList(item, 'members of the group', list);
	return new Set(members.map(({ customer_id }) => readId(customer_id)));
}
