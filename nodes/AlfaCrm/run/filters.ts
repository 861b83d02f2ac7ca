/**
 * Narrows down a list by three kinds of choices in the form:
 *
 * - **Views**, such as *Active* or *Archived*, which are always in the form.
 * - **The partition**, which is always in the form as well: a field, such as the status of lessons,
 *   of which AlfaCRM lists only one value at a time.
 * - **Filters**, which the user adds.
 *
 * Each choice is read from the form and sent with the call. AlfaCRM ignores a filter that it does
 * not know and lists all rows, so each row is compared with the choices again. See
 * docs/alfacrm-api.md 11.
 *
 * Some lists need several calls to show every wanted row. The bodies of the calls differ in one
 * part, which is called a *pass*. For example, the passes `{ status: 1 }` and `{ status: 3 }` list
 * the planned and then the completed lessons.
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
	areSameItems,
	toProperty,
	describeUnusable,
} from '../fields/field';
import type { Field, FieldVerification, Filter, ApiValue } from '../entities/fieldTypes';
import { collection } from '../form/assemble';
import { memoize } from '../form/memoize';
import type { Item } from './item';
import { readList } from './readList';
import type { Target } from '../store/located';

// ---------------------------------------------------------------- the form

/** Makes the collection *Filters* of an entity, once, because every item reads the collection. */
const makeFiltersParameter = memoize(
	({ filters }: Entity): INodeProperties =>
		collection('Filters', 'filters', filters.map(toProperty), 'Add Filter'),
);

/** Makes the parameters by which a list of an entity's records is narrowed down. */
export function filtersForm(entity: Entity) {
	const { views = [], partition } = entity.hidden ?? {};
	const hasFilters = entity.filters.length > 0;
	return {
		defaultFilters: views.map(toProperty),
		// The declared partition has one value at a time. In the form, the user can choose several.
		partition: partition ? [toProperty({ ...partition, type: 'choices' })] : [],
		fields: hasFilters ? [makeFiltersParameter(entity)] : [],
	};
}

// ---------------------------------------------------------------- reading the form

/** The choices of all views of a list, such as *Active* customers. */
interface ChosenViews {
	/** The part of the call's body that asks for the chosen rows. */
	body: IDataObject;
	/** Whether a row belongs to the choice of every view. */
	hasRow: (row: IDataObject) => boolean;
}

/**
 * Reads what the user has chosen in the views of a list, such as *Active* customers. Without a
 * choice in the call, AlfaCRM lists only some of the records.
 */
export function readViews(item: Item, entity: Entity): ChosenViews {
	const views = entity.hidden?.views ?? [];
	const choices = views.map((view) => ({ view, value: readViewChoice(item, view) }));

	let body: IDataObject = {};
	for (const { view, value } of choices) {
		body = { ...body, ...view.makeBody(value) };
	}
	const hasRow = (row: IDataObject) =>
		choices.every(({ view, value }) => view.includesRow(row, value, item.zone));
	return { body, hasRow };
}

/** Reads the choice of a view, such as *Active*, as AlfaCRM's number for the choice. */
function readViewChoice(item: Item, view: View): number {
	const input = item.readRawFieldValue(view, view.default);
	return Number(item.toRequestValue(view, input));
}

/**
 * Makes the passes for the partition. For example, AlfaCRM lists lessons of one status at a time,
 * so there is one pass for each status that the user has chosen. If the user has chosen no status,
 * there is one pass for every status.
 *
 * @returns one empty pass for a list that shows all rows at once
 */
export function readPartitionPasses(item: Item, entity: Entity): IDataObject[] {
	const partition = entity.hidden?.partition;
	if (partition === undefined) return [{}];

	const { name, label, choices } = partition;
	const options = choices.map((choice) => ({ name: choice.label, value: choice.value }));
	const chosenValues = item.choices({ name, displayName: label, default: [], options });
	const allValues = choices.map(({ value }) => value);
	const values = chosenValues.length > 0 ? chosenValues : allValues;
	return values.map((value) => ({ [name]: value }));
}

/**
 * Reads the values of the filters that the user has added, by the names of the filters. Converts
 * them to AlfaCRM's formats.
 *
 * @throws NodeOperationError for an empty filter. AlfaCRM would ignore the filter and return every
 * record, and the next node might change all records.
 */
export function readFilters(item: Item, entity: Entity): IDataObject {
	const input = item.object(makeFiltersParameter(entity));
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

/**
 * Checks that the user has given a value for a filter.
 *
 * @throws NodeOperationError if the filter is empty, or if it is a list without any usable value,
 * such as the phone "no phone"
 */
function assertFilterHasValue(item: Item, entity: Entity, filter: Filter, value: unknown): void {
	const plural = entity.plural.toLowerCase();
	const advice = `Without it all ${plural} would be returned. Fill it, or remove it from 'Filters'.`;
	if (isEmpty(value)) {
		throw item.error(`The filter '${labelInForm(filter)}' is empty`, advice);
	}

	// For an unusable single value, `toRequestValue` makes the error: it says what the filter
	// expects.
	const isListWithoutUsableValue = isList(filter) && isBlank(filter, value);
	if (isListWithoutUsableValue) {
		const problem = describeUnusable(filter, value);
		throw item.error(problem, advice);
	}
}

// ---------------------------------------------------------------- asking AlfaCRM

/**
 * Makes the passes for the filters that the user has added. A filter can need several passes: a
 * part of a phone number is searched for in every spelling in which AlfaCRM may have stored the
 * number.
 *
 * @param values the values of the filters by name
 */
export function makeFilterPasses(entity: Entity, values: IDataObject): IDataObject[] {
	let passes: IDataObject[] = [{}];
	for (const filter of pickFieldsWithValue(entity.filters, values)) {
		const passesOfFilter = makePassesOfFilter(filter, values[filter.name]);
		passes = combinePasses(passes, passesOfFilter);
	}
	return passes;
}

/** Makes one pass for each spelling in which AlfaCRM must be asked for the value of a filter. */
function makePassesOfFilter(filter: Filter, value: ApiValue): IDataObject[] {
	if (filter.makeBody !== undefined) return [filter.makeBody(value)];
	return kindOf(filter).makeFilterBodies(filter, filter.name, value);
}

/** Merges every pass of the first list with every pass of the second. */
export function combinePasses(passes: IDataObject[], otherPasses: IDataObject[]): IDataObject[] {
	const combinedPasses: IDataObject[] = [];
	for (const pass of passes) {
		for (const otherPass of otherPasses) combinedPasses.push({ ...pass, ...otherPass });
	}
	return combinedPasses;
}

/** Picks the filters, or the fields of an action, for which `values` has a value. */
const pickFieldsWithValue = <F extends Field | Filter>(
	filtersOrFields: readonly F[],
	values: IDataObject,
): F[] => filtersOrFields.filter(({ name }) => name in values);

// ---------------------------------------------------------------- checking the rows again

/**
 * Makes a function that tells whether a row passes all filters. A row that does not show the field
 * of a filter passes it, and a hint names the filter that could not be checked.
 *
 * @param values the values of the filters by name
 */
export async function makeRowTest(
	item: Item,
	entity: Entity,
	target: Target,
	values: IDataObject,
): Promise<(row: IDataObject) => boolean> {
	const filters = pickFieldsWithValue(entity.filters, values);
	const memberIds = await readMemberIds(item, filters, target, values);
	const hint = `AlfaCRM may ignore a filter, and it does not show whether it did, so check the ${entity.plural.toLowerCase()}`;

	const passesFilter = (row: IDataObject, filter: Filter): boolean => {
		const isWanted = checkRow(row, filter, values[filter.name], { memberIds, zone: item.zone });
		if (isWanted === undefined) item.execution.hints.add(hint, filter.label);
		return isWanted ?? true;
	};
	return (row) => filters.every((filter) => passesFilter(row, filter));
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

/** The values that the check of a row needs, besides the value of the filter. */
interface CheckContext {
	/** The IDs of the customers in the group that the user asks for. */
	memberIds: ReadonlySet<number | undefined>;
	/** The time zone in which days are read. */
	zone: string;
}

/**
 * Checks whether a row passes a filter. `checkRowBy` of the filter decides how:
 *
 * - not declared: the row's field of that name must have the value of the filter
 * - `members`: the row must be a member of the group
 * - a function: the row must satisfy the function
 * - a field and a side: the row's number or day must be on that side of the filter's value
 *
 * @returns undefined if the row does not show the field to compare
 */
function checkRow(
	row: IDataObject,
	filter: Filter,
	value: ApiValue,
	context: CheckContext,
): boolean | undefined {
	const { name, checkRowBy: verification } = filter;
	if (verification === undefined) return mayHaveValue(filter, row[name], value);
	if (verification === 'members') return context.memberIds.has(readId(row.id));
	if (typeof verification === 'function') return verification(row, value);
	return isOnSideOfBound(row, verification, value, context.zone);
}

/**
 * Whether a number or a day of a row is at or above a bound ("from"), or at or below it ("to").
 *
 * @returns undefined if the row does not show the field to compare, or shows no number in it
 */
function isOnSideOfBound(
	row: IDataObject,
	verification: FieldVerification,
	bound: ApiValue,
	zone: string,
): boolean | undefined {
	const { field, test, unless } = verification;
	// A row with a number other than 0 in the field `unless` passes. For example, a refund has its
	// sum in the field of expenditures, so its income of 0 is not compared.
	const hasNumberInUnless = unless !== undefined && Boolean(readNumber(row[unless]));
	if (hasNumberInUnless) return true;

	const shownValue = row[field];
	if (shownValue === undefined) return undefined;

	if (typeof bound === 'number') {
		const shownNumber = readNumber(shownValue);
		return shownNumber === undefined ? undefined : isOnSide(test, shownNumber, bound);
	}

	// A row that shows no day does not pass.
	const shownDay = formatDay(shownValue, 'iso', zone);
	const boundDay = formatDay(bound, 'iso', zone);
	if (shownDay === undefined || boundDay === undefined) return false;
	return isOnSide(test, shownDay, boundDay);
}

/** Whether a value is at or above a bound ("from"), or at or below it ("to"). */
const isOnSide = <T extends number | string>(
	test: FieldVerification['test'],
	value: T,
	bound: T,
): boolean => (test === 'from' ? value >= bound : value <= bound);

/**
 * Whether a row may have the value of a filter. True if nothing can be compared, because the row
 * does not show the field or the filter's type has no way to compare.
 */
function mayHaveValue(filter: Field | Filter, shownValue: unknown, value: unknown): boolean {
	const matches = getMatcher(filter);
	if (shownValue === undefined || matches === undefined) return true;

	let shownValues = listOf(shownValue);
	// In some types an empty field stands for a value: an empty flag means "no".
	if (shownValues.length === 0) shownValues = listOf(kindOf(filter).valueIfMissing);
	return shownValues.some((singleValue) => matches(singleValue, value));
}

/** Compares a value that a row shows with the value of a filter. */
type Matcher = (shownValue: unknown, value: unknown) => boolean;

/**
 * Returns the function that compares a row with the value of a filter. Returns undefined for a type
 * whose filter also finds rows with other values: then no comparison can prove a row wrong.
 */
function getMatcher(filter: Field | Filter): Matcher | undefined {
	const { hasExactFilter, filterMayFind } = kindOf(filter);
	if (filterMayFind !== undefined) return filterMayFind;
	if (!hasExactFilter) return undefined;
	return (shownValue, value) => areSameItems(filter, shownValue, value);
}

/**
 * Reads the IDs of the customers in the group that the user filters by. Reads nothing if the user
 * does not filter by a group.
 *
 * Rows of customers do not always show their groups, so the rows are checked against the group's
 * list of members. See docs/alfacrm-api.md 5.3 and 5.7.
 */
async function readMemberIds(
	item: Item,
	filters: readonly Filter[],
	target: Target,
	values: IDataObject,
): Promise<Set<number | undefined>> {
	const groupFilter = filters.find(({ checkRowBy }) => checkRowBy === 'members');
	if (groupFilter === undefined) return new Set();

	// Descriptions of AlfaCRM's API put the group's ID in the query or in the body, so both have the
	// ID here.
	const groupId = { group_id: values[groupFilter.name] };
	const list = {
		path: cgi.path,
		branch: target.branch,
		query: groupId,
		body: groupId,
		task: 'list the members of the group',
	};
	// Customers who are missing from the list of members are left out of the output. If the list is
	// incomplete, `readList` adds a hint.
	const memberships = await readList(item, 'members of the group', list);
	return new Set(memberships.map(({ customer_id }) => readId(customer_id)));
}
