import { dayOf, readDate, yearsBetween, type DateStyle } from '../model/dates';
import type { Entity, Filter } from '../model/entity';
import { isList, toFlag, toInt, toNumber, type Json, type Row } from '../model/json';
import type { Records } from '../model/records';
import type { Settings } from '../model/settings';
import { isArchived } from './rows';

/** Says whether a list shows a row. */
export type RowTest = (row: Row) => boolean;

/** Stands for the test of a filter that cannot read its value, such as a date in the wrong format. */
export const unreadable = Symbol('unreadable');

/** A test of the rows, or undefined if the filter lets every row pass. */
type FilterResult = RowTest | typeof unreadable | undefined;

/** The facts about a call of `index` that its filters need. */
export interface FilterContext {
	entity: Entity;
	/** Name of the filter in the body of the call. */
	name: string;
	/** Date format that the settings demand in place of the filter's own. */
	style: DateStyle | undefined;
	/** The value is the server's default and not from the call. */
	isDefault: boolean;
	settings: Settings;
	records: Records;
	/** Day of the account, `yyyy-mm-dd`. */
	today: string;
	/** Checks whether the call has a filter of this kind with a readable value. */
	hasFilter: (kind: Filter['kind']) => boolean;
}

interface FilterType<F extends Filter> {
	/** Makes the test that a value of the filter stands for. */
	makeTest: (filter: F, value: Json, context: FilterContext) => FilterResult;
	/** Returns the value that applies if the call has none; undefined for no filtering. */
	defaultValue?: (filter: F, context: FilterContext) => Json | undefined;
}

type FilterOf<K extends Filter['kind']> = Extract<Filter, { kind: K }>;

/** Returns what a filter of this kind does with its value. */
export const getFilterType = ({ kind }: Filter): FilterType<Filter> =>
	filterTypes[kind] as FilterType<Filter>;

const filterTypes: { [K in Filter['kind']]: FilterType<FilterOf<K>> } = {
	equals: {
		makeTest: ({ field }, value, { name }) => makeEqualityTest(field ?? name, value),
		defaultValue: (filter, { settings }) => filter.default?.(settings),
	},
	contains: {
		makeTest: ({ field }, value, { name }) => makeTextTest(field ?? name, value, escapeRegExp),
	},
	containsDigits: {
		makeTest: ({ field }, value, { name, settings }) => {
			const toPattern = settings.phoneSearch === 'text' ? escapeRegExp : toDigitsPattern;
			return makeTextTest(field ?? name, value, toPattern);
		},
	},
	includes: {
		makeTest: ({ field }, value, { name }) => makeListTest(field ?? name, value),
	},
	range: {
		makeTest: ({ field }, value, { name }) => makeRangeTest(field ?? name, value),
	},
	gte: {
		makeTest: makeLimitTest,
	},
	lte: {
		makeTest: makeLimitTest,
	},
	overlaps: {
		makeTest: makeOverlapTest,
		defaultValue: ({ isCurrent }, { hasFilter, today }) =>
			isCurrent && !hasFilter('overlaps') ? today : undefined,
	},
	oneOf: {
		makeTest: makeChoiceTest,
		defaultValue: (filter) => filter.default,
	},
	archived: {
		makeTest: makeArchiveTest,
		defaultValue: () => archiveMode.active,
	},
	ended: {
		makeTest: makeEndTest,
		defaultValue: (filter, { settings }) => filter.default?.(settings),
	},
	isNull: {
		makeTest: makeEmptyTest,
	},
	related: {
		makeTest: ({ field, lookup }, value, { records }) => {
			const allowedValues = lookup(records, value);
			return (row) => allowedValues.has(row[field] ?? null);
		},
	},
	active: {
		makeTest: makeActiveTest,
		defaultValue: () => true,
	},
};

/** Makes a test for rows whose field has the value or, if it is a list, any value of the list. */
function makeEqualityTest(field: string, value: Json): RowTest {
	const keys = new Set(toList(value).map(toScalarKey));
	const numbers = new Set([...keys].map(Number));

	return (row) => {
		const storedValue = row[field];
		if (typeof storedValue === 'number') return numbers.has(storedValue);
		return isScalar(storedValue) && keys.has(toScalarKey(storedValue));
	};
}

/** Makes a test for rows whose list field contains the value, or any of several values. */
function makeListTest(field: string, value: Json): RowTest {
	const keys = new Set(toList(value).map(toScalarKey));

	return (row) => {
		const storedList = row[field];
		return isList(storedList) && storedList.some((item) => keys.has(toScalarKey(item)));
	};
}

/**
 * Makes a test for rows whose field contains the text, in upper or lower case. If the field is a
 * list, one of its texts must contain it.
 *
 * @param toPattern turns the text into the source of a regular expression
 */
function makeTextTest(field: string, value: Json, toPattern: (text: string) => string): FilterResult {
	if (!isScalar(value)) return unreadable;
	const source = toPattern(String(value));
	if (source === '') return unreadable;

	const pattern = new RegExp(source, 'i');
	const containsText = (item: Json): boolean => isScalar(item) && pattern.test(String(item));
	return (row) => {
		const storedValue = row[field];
		if (isList(storedValue)) return storedValue.some(containsText);
		return storedValue !== undefined && containsText(storedValue);
	};
}

/** Makes a test for rows whose number is the value or, if it is a list, from its first to its second number. */
function makeRangeTest(field: string, value: Json): FilterResult {
	const [min, max = min] = toList(value).map(toNumber);
	if (min === undefined || max === undefined) return unreadable;

	return (row) => {
		const storedValue = row[field];
		if (storedValue === null) return false;
		const number = Number(storedValue);
		return number >= min && number <= max;
	};
}

const comparisons = {
	gte: <T extends number | string>(value: T, limit: T) => value >= limit,
	lte: <T extends number | string>(value: T, limit: T) => value <= limit,
};

/** Makes a test for rows whose number, age or date is at least (`gte`) or at most (`lte`) the value. */
function makeLimitTest(filter: FilterOf<'gte' | 'lte'>, value: Json, context: FilterContext): FilterResult {
	const { kind, field, as: type } = filter;
	const compare = comparisons[kind];

	if (type === 'number' || type === 'age') {
		const limit = toNumber(value);
		if (limit === undefined) return unreadable;

		return (row) => {
			const storedValue = row[field];
			if (storedValue === null || storedValue === undefined) return false;
			if (type === 'number') return compare(Number(storedValue), limit);
			return compare(yearsBetween(dayOf(String(storedValue)), context.today), limit);
		};
	}

	const limit = readDay(value, context.style ?? type);
	if (limit === undefined) return unreadable;
	return (row) => {
		const date = row[field];
		return isFilledText(date) && compare(dayOf(date), limit);
	};
}

/** The values of the filter `removed`. */
const archiveMode = { active: 0, all: 1, archived: 2 };

/** Makes a test for rows that are in the archive, or for rows that are not. */
function makeArchiveTest(
	{ hides }: FilterOf<'archived'>,
	value: Json,
	{ entity, settings, today, isDefault }: FilterContext,
): FilterResult {
	const isArchivedRow: RowTest = (row) => isArchived(entity, row, today);
	const hidesUnsorted = !isDefault && settings.removedZero === 'hidesUnsorted';

	switch (toInt(value)) {
		case archiveMode.active:
			if (hides === undefined || !hidesUnsorted) return (row) => !isArchivedRow(row);
			return (row) => !isArchivedRow(row) && !hides(row);
		case archiveMode.all:
			return undefined;
		case archiveMode.archived:
			return isArchivedRow;
		default:
			return unreadable;
	}
}

/**
 * Makes a test for rows whose time, from `b_date` to `e_date`, has begun by the day or has not ended
 * before it. An empty date leaves the time open on that side.
 */
function makeOverlapTest(
	{ edge, as: filterStyle }: FilterOf<'overlaps'>,
	value: Json,
	{ style }: FilterContext,
): FilterResult {
	const day = readDay(value, style ?? filterStyle);
	if (day === undefined) return unreadable;

	if (edge === 'from') return ({ e_date }) => !isFilledText(e_date) || dayOf(e_date) >= day;
	return ({ b_date }) => !isFilledText(b_date) || dayOf(b_date) <= day;
}

/**
 * Makes a test for rows whose last day has passed. `false` in a call lists all rows, whereas `false`
 * as the server's default lists the rows that have not ended. API notes 5.5.
 */
function makeEndTest(
	{ field }: FilterOf<'ended'>,
	value: Json,
	{ today, isDefault }: FilterContext,
): FilterResult {
	const flag = toFlag(value);
	if (flag === undefined) return unreadable;

	const hasEnded: RowTest = (row) => {
		const lastDay = row[field];
		return typeof lastDay === 'string' && dayOf(lastDay) < today;
	};
	if (flag === 1) return hasEnded;
	return isDefault ? (row) => !hasEnded(row) : undefined;
}

/** Makes a test for rows whose field is empty or, if the value is false, for rows whose field is filled. */
function makeEmptyTest({ field }: FilterOf<'isNull'>, value: Json): FilterResult {
	const flag = toFlag(value);
	if (flag === undefined) return unreadable;

	const shouldBeEmpty = flag === 1;
	return (row) => {
		const isEmpty = row[field] === null || row[field] === '';
		return isEmpty === shouldBeEmpty;
	};
}

/** Makes a test for rows whose field has one of the values. The value `all` lists every row. */
function makeChoiceTest({ field, all, isSingle }: FilterOf<'oneOf'>, value: Json): FilterResult {
	if (isSingle && isList(value)) return unreadable;
	const choices = toList(value).map(toInt);
	if (choices.includes(undefined)) return unreadable;

	if (choices.includes(all)) return undefined;
	return (row) => choices.includes(toInt(row[field]));
}

/** Makes a test for rows whose flag is set. The value false lists every row. */
function makeActiveTest({ field }: FilterOf<'active'>, value: Json): FilterResult {
	const flag = toFlag(value);
	if (flag === undefined) return unreadable;
	return flag === 1 ? (row) => row[field] === 1 : undefined;
}

/** Escapes a text so that a regular expression matches it literally. */
export function escapeRegExp(text: string): string {
	return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Makes a pattern that finds the digits of a text, with any other characters between them. */
function toDigitsPattern(text: string): string {
	const digits = text.replace(/\D/g, '').split('');
	return digits.join('\\D*');
}

/** Turns a value into a key under which 1, "1" and true are equal. Other texts stay as they are. */
function toScalarKey(value: Json | undefined): string {
	if (typeof value === 'boolean') return value ? '1' : '0';
	return String(toInt(value) ?? value);
}

/** Reads a date as `yyyy-mm-dd`; undefined if it is not a date in the style. */
function readDay(value: Json, style: DateStyle): string | undefined {
	return typeof value === 'string' ? readDate(value, style) : undefined;
}

function isScalar(value: Json | undefined): value is string | number | boolean {
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isFilledText(value: Json | undefined): value is string {
	return typeof value === 'string' && value !== '';
}

function toList(value: Json): readonly Json[] {
	return isList(value) ? value : [value];
}
