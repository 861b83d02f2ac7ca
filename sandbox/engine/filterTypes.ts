import { dayOf, readDate, yearsBetween, type DateStyle } from '../model/dates';
import type { Entity, Filter } from '../model/entity';
import { isList, toFlag, toInt, toNumber, type Json, type Row } from '../model/json';
import type { Records } from '../model/records';
import type { Settings } from '../model/settings';
import { isArchived } from './rows';

export type RowTest = (row: Row) => boolean;
/** A value that the filter cannot read. */
export const unreadable = Symbol('unreadable');
/** undefined where every row passes. */
type FilterResult = RowTest | typeof unreadable | undefined;

/** A call of `index` as one of its filters sees it. */
export interface FilterContext {
	entity: Entity;
	/** The name under which calls give the filter. */
	name: string;
	/** The date style that is to be read instead of the filter's own. */
	style: DateStyle | undefined;
	/** The value is the server's own. */
	isDefault: boolean;
	settings: Settings;
	records: Records;
	today: string;
	/** Whether the call gives a filter of that kind that can be read. */
	isGiven: (kind: Filter['kind']) => boolean;
}

interface FilterType<F extends Filter> {
	test: (filter: F, value: Json, context: FilterContext) => FilterResult;
	/** What holds when the call does not give the filter; undefined for no limit. */
	defaultValue?: (filter: F, context: FilterContext) => Json | undefined;
}

type FilterOf<K extends Filter['kind']> = Extract<Filter, { kind: K }>;

export const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
/** The digits of the text, whatever stands between them. */
const digitsPattern = (text: string): string => text.replace(/\D/g, '').split('').join('\\D*');
const isScalar = (value: Json | undefined): value is string | number | boolean =>
	typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
const asItems = (value: Json): readonly Json[] => (isList(value) ? value : [value]);

/** Numbers, numbers as text and flags compare alike; other texts as they are. */
function scalarKey(value: Json | undefined): string {
	if (typeof value === 'boolean') return value ? '1' : '0';
	const int = toInt(value);
	return int === undefined ? String(value) : String(int);
}

function equals(field: string, value: Json): RowTest {
	const wanted = new Set(asItems(value).map(scalarKey));
	const numbers = new Set([...wanted].map(Number));
	return (row) => {
		const held = row[field];
		if (typeof held === 'number') return numbers.has(held);
		return isScalar(held) && wanted.has(scalarKey(held));
	};
}

function includes(field: string, value: Json): RowTest {
	const wanted = new Set(asItems(value).map(scalarKey));
	return (row) => {
		const held = row[field];
		return isList(held) && held.some((item) => wanted.has(scalarKey(item)));
	};
}

function contains(field: string, value: Json, patternOf: (text: string) => string): FilterResult {
	if (!isScalar(value)) return unreadable;
	const source = patternOf(String(value));
	if (source === '') return unreadable;
	const pattern = new RegExp(source, 'i');
	const holds = (item: Json): boolean => isScalar(item) && pattern.test(String(item));
	return (row) => {
		const held = row[field];
		return isList(held) ? held.some(holds) : held !== undefined && holds(held);
	};
}

/** A number as it is, or one of the two ends of a range. */
function range(field: string, value: Json): FilterResult {
	const [from, to = from] = asItems(value).map(toNumber);
	if (from === undefined || to === undefined) return unreadable;
	return (row) => row[field] !== null && Number(row[field]) >= from && Number(row[field]) <= to;
}

const orders = {
	gte: <T extends number | string>(held: T, limit: T) => held >= limit,
	lte: <T extends number | string>(held: T, limit: T) => held <= limit,
};

/** One end of a range. */
function bound(
	{ kind, field, as }: FilterOf<'gte' | 'lte'>,
	value: Json,
	context: FilterContext,
): FilterResult {
	const compare = orders[kind];
	if (as === 'number' || as === 'age') {
		const limit = toNumber(value);
		if (limit === undefined) return unreadable;
		return ({ [field]: held }) => {
			if (held === null || held === undefined) return false;
			return compare(as === 'age' ? yearsBetween(dayOf(String(held)), context.today) : Number(held), limit);
		};
	}
	const limit = typeof value === 'string' ? readDate(value, context.style ?? as) : undefined;
	if (limit === undefined) return unreadable;
	return ({ [field]: held }) => typeof held === 'string' && held !== '' && compare(dayOf(held), limit);
}

function archived({ hides }: FilterOf<'archived'>, value: Json, context: FilterContext): FilterResult {
	const { entity, settings, today, isDefault } = context;
	const mode = toInt(value);
	if (mode !== 0 && mode !== 1 && mode !== 2) return unreadable;
	if (mode === 1) return undefined;
	const isOld: RowTest = (row) => isArchived(entity, row, today);
	if (mode === 2) return isOld;
	const isHiding = hides !== undefined && !isDefault && settings.removedZero === 'hidesUnsorted';
	return (row) => !isOld(row) && !(isHiding && hides(row));
}

/** The time from b_date to e_date, open where one of them is empty, touches what begins or ends on the day. */
function overlaps({ edge, as }: FilterOf<'overlaps'>, value: Json, { style }: FilterContext): FilterResult {
	const limit = typeof value === 'string' ? readDate(value, style ?? as) : undefined;
	if (limit === undefined) return unreadable;
	return ({ b_date, e_date }) => {
		const held = edge === 'from' ? e_date : b_date;
		if (typeof held !== 'string' || held === '') return true;
		return edge === 'from' ? dayOf(held) >= limit : dayOf(held) <= limit;
	};
}

function ended({ field }: FilterOf<'ended'>, value: Json, { today, isDefault }: FilterContext): FilterResult {
	const flag = toFlag(value);
	if (flag === undefined) return unreadable;
	const isOver: RowTest = ({ [field]: held }) => typeof held === 'string' && dayOf(held) < today;
	if (flag === 1) return isOver;
	return isDefault ? (row) => !isOver(row) : undefined;
}

function isNull({ field }: FilterOf<'isNull'>, value: Json): FilterResult {
	const flag = toFlag(value);
	if (flag === undefined) return unreadable;
	return (row) => (row[field] === null || row[field] === '') === (flag === 1);
}

function oneOf({ field, all, isSingle }: FilterOf<'oneOf'>, value: Json): FilterResult {
	if (isSingle && isList(value)) return unreadable;
	const values = asItems(value).map(toInt);
	if (values.includes(undefined)) return unreadable;
	if (values.includes(all)) return undefined;
	return (row) => values.includes(toInt(row[field]));
}

function active({ field }: FilterOf<'active'>, value: Json): FilterResult {
	const flag = toFlag(value);
	if (flag === undefined) return unreadable;
	return flag === 1 ? (row) => row[field] === 1 : undefined;
}

const types: { [K in Filter['kind']]: FilterType<FilterOf<K>> } = {
	equals: {
		test: ({ field }, value, { name }) => equals(field ?? name, value),
		defaultValue: (filter, { settings }) => filter.default?.(settings),
	},
	contains: { test: ({ field }, value, { name }) => contains(field ?? name, value, escapeRegExp) },
	containsDigits: {
		test: ({ field }, value, { name, settings }) =>
			contains(field ?? name, value, settings.phoneSearch === 'text' ? escapeRegExp : digitsPattern),
	},
	includes: { test: ({ field }, value, { name }) => includes(field ?? name, value) },
	range: { test: ({ field }, value, { name }) => range(field ?? name, value) },
	gte: { test: bound },
	lte: { test: bound },
	overlaps: {
		test: overlaps,
		defaultValue: ({ isCurrent }, { isGiven, today }) =>
			isCurrent && !isGiven('overlaps') ? today : undefined,
	},
	oneOf: { test: oneOf, defaultValue: (filter) => filter.default },
	archived: { test: archived, defaultValue: () => 0 },
	ended: { test: ended, defaultValue: (filter, { settings }) => filter.default?.(settings) },
	isNull: { test: isNull },
	related: {
		test: ({ field, lookup }, value, { records }) => {
			const allowed = lookup(records, value);
			return (row) => allowed.has(row[field] ?? null);
		},
	},
	active: { test: active, defaultValue: () => true },
};

export const filterType = ({ kind }: Filter): FilterType<Filter> => types[kind] as FilterType<Filter>;
