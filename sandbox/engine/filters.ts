import { localToday } from '../model/clock';
import { dayOf, readDate, yearsBetween, type DateStyle } from '../model/dates';
import type { Entity, Filter } from '../model/entity';
import { isList, toFlag, toInt, toNumber, type Json, type JsonObject, type Row } from '../model/json';
import type { Settings } from '../model/settings';
import { isArchived } from './rows';
import type { Store } from './store';

type Test = (row: Row) => boolean;
/** A value that the filter cannot read. */
const wrong = Symbol('wrong');
type Reading = Test | typeof wrong | undefined;

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
/** The digits of the text, whatever stands between them. */
const byDigits = (text: string): string => text.replace(/\D/g, '').split('').join('\\D*');
const isScalar = (value: Json | undefined): value is string | number | boolean =>
	typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
/** Yii leaves out conditions on empty values. */
const isEmpty = (value: Json | undefined): boolean =>
	value === undefined || value === null || value === '' || (isList(value) && value.length === 0);

/** Numbers, numbers as text and flags compare alike; other texts as they are. */
function scalarKey(value: Json | undefined): string {
	if (typeof value === 'boolean') return value ? '1' : '0';
	const int = toInt(value);
	return int === undefined ? String(value) : String(int);
}

function equals(field: string, value: Json): Reading {
	const wanted = new Set((isList(value) ? value : [value]).map(scalarKey));
	const numbers = new Set([...wanted].map(Number));
	return (row) => {
		const held = row[field];
		if (typeof held === 'number') return numbers.has(held);
		return isScalar(held) && wanted.has(scalarKey(held));
	};
}

function includes(field: string, value: Json): Reading {
	const wanted = new Set((isList(value) ? value : [value]).map(scalarKey));
	return (row) => {
		const held = row[field];
		return isList(held) && held.some((item) => wanted.has(scalarKey(item)));
	};
}

function contains(field: string, value: Json, patternOf: (text: string) => string): Reading {
	if (!isScalar(value)) return wrong;
	const source = patternOf(String(value));
	if (source === '') return wrong;
	const pattern = new RegExp(source, 'i');
	const holds = (item: Json): boolean => isScalar(item) && pattern.test(String(item));
	return (row) => {
		const held = row[field];
		return isList(held) ? held.some(holds) : held !== undefined && holds(held);
	};
}

/** A number as it is, or one of the two ends of a range. */
function span(field: string, value: Json): Reading {
	const [from, to = from] = (isList(value) ? value : [value]).map(toNumber);
	if (from === undefined || to === undefined) return wrong;
	return (row) => row[field] !== null && Number(row[field]) >= from && Number(row[field]) <= to;
}

function between(
	filter: Filter & { by: 'from' | 'to' },
	value: Json,
	today: string,
	style: DateStyle | undefined,
): Reading {
	const { by, field } = filter;
	const of = filter.of === 'number' || filter.of === 'age' ? filter.of : (style ?? filter.of);
	if (of === 'number' || of === 'age') {
		const limit = toNumber(value);
		if (limit === undefined) return wrong;
		return (row) => {
			const held = row[field];
			if (held === null || held === undefined) return false;
			const own = of === 'age' ? yearsBetween(dayOf(String(held)), today) : Number(held);
			return by === 'from' ? own >= limit : own <= limit;
		};
	}
	const limit = typeof value === 'string' ? readDate(value, of) : undefined;
	if (limit === undefined) return wrong;
	return (row) => {
		const held = row[field];
		if (typeof held !== 'string' || held === '') return false;
		return by === 'from' ? dayOf(held) >= limit : dayOf(held) <= limit;
	};
}

function archived(
	{ loses }: Filter & { by: 'archived' },
	value: Json,
	{ entity, settings, today, isDefault }: Reader,
): Reading {
	const mode = toInt(value);
	if (mode !== 0 && mode !== 1 && mode !== 2) return wrong;
	if (mode === 1) return undefined;
	const isOld: Test = (row) => isArchived(entity, row, today);
	if (mode === 2) return isOld;
	const isLossy = loses !== undefined && !isDefault && settings.removedZero === 'hidesUnsorted';
	return (row) => !isOld(row) && !(isLossy && loses(row));
}

/** The time from b_date to e_date, open where one of them is empty, touches what begins or ends on the day. */
function period(edge: 'from' | 'to', value: Json, style: DateStyle): Reading {
	const limit = typeof value === 'string' ? readDate(value, style) : undefined;
	if (limit === undefined) return wrong;
	return ({ b_date, e_date }) => {
		const held = edge === 'from' ? e_date : b_date;
		if (typeof held !== 'string' || held === '') return true;
		return edge === 'from' ? dayOf(held) >= limit : dayOf(held) <= limit;
	};
}

function over(field: string, value: Json, { today, isDefault }: Reader): Reading {
	const flag = toFlag(value);
	if (flag === undefined) return wrong;
	const isOver: Test = ({ [field]: held }) => typeof held === 'string' && dayOf(held) < today;
	if (flag === 1) return isOver;
	return isDefault ? (row) => !isOver(row) : undefined;
}

function isNull(field: string, value: Json): Reading {
	const flag = toFlag(value);
	if (flag === undefined) return wrong;
	return (row) => (row[field] === null || row[field] === '') === (flag === 1);
}

function either(filter: Filter & { by: 'either' }, value: Json): Reading {
	if (filter.isSingle && isList(value)) return wrong;
	const values = (isList(value) ? value : [value]).map(toInt);
	if (values.includes(undefined)) return wrong;
	if (values.includes(filter.both)) return undefined;
	return (row) => values.includes(toInt(row[filter.field]));
}

function active(field: string, value: Json): Reading {
	const flag = toFlag(value);
	if (flag === undefined) return wrong;
	return flag === 1 ? (row) => row[field] === 1 : undefined;
}

/** A call of `index` as its filters see it. */
interface Reader {
	entity: Entity;
	/** Filters given, without those that the server pretends not to know. */
	given: JsonObject;
	settings: Settings;
	store: Store;
	today: string;
	/** The value is the server's own. */
	isDefault?: boolean;
}

/** What holds when the caller does not mention the filter; undefined for no limit. */
function absentValue(filter: Filter, reader: Reader): Json | undefined {
	const { entity, given, settings, today } = reader;
	if (filter.by === 'either') return filter.absent;
	if (filter.by === 'equals' || filter.by === 'over') return filter.absent?.(settings);
	if (filter.by === 'archived') return 0;
	if (filter.by === 'active' && settings.subjectDefault === 'active') return true;
	if (filter.by === 'period' && filter.isCurrent && settings.cgiDefault === 'current') {
		const isAsked = Object.entries(given).some(([name, value]) => {
			const other = entity.filters[name];
			return other?.by === 'period' && read(name, other, value, reader) !== wrong;
		});
		return isAsked ? undefined : today;
	}
	return undefined;
}

function read(name: string, filter: Filter, value: Json, reader: Reader): Reading {
	const { entity, settings, store, today, isDefault } = reader;
	const style = isDefault ? 'any' : settings.dateFormats[`${entity.path}.${name}`];
	switch (filter.by) {
		case 'equals':
			if (name === 'id' && isList(value) && settings.idLists === 'unreadable') return wrong;
			return equals(filter.field ?? name, value);
		case 'includes':
			return includes(filter.field ?? name, value);
		case 'contains':
			return contains(filter.field ?? name, value, literally);
		case 'digits':
			return contains(filter.field ?? name, value, settings.phoneSearch === 'text' ? literally : byDigits);
		case 'span':
			return span(filter.field ?? name, value);
		case 'from':
		case 'to':
			return between(filter, value, today, style);
		case 'period':
			return period(filter.edge, value, style ?? filter.of);
		case 'over':
			return over(filter.field, value, reader);
		case 'isNull':
			return isNull(filter.field, value);
		case 'related': {
			const allowed = filter.among(store, value);
			return (row) => allowed.has(row[filter.field] ?? null);
		}
		case 'either':
			return either(filter, value);
		case 'archived':
			return archived(filter, value, reader);
		case 'active':
			return active(filter.field, value);
	}
}

const patterns = new Map<string, RegExp>();

/** The pattern of an ignored filter, `*` being any text. */
function patternOf(wildcard: string): RegExp {
	const known = patterns.get(wildcard);
	if (known) return known;
	const pattern = new RegExp(`^${wildcard.split('*').map(literally).join('.*')}$`);
	patterns.set(wildcard, pattern);
	return pattern;
}

/** Whether the server pretends not to know the filter. */
export function isIgnored(path: string, name: string, { ignoredFilters }: Settings): boolean {
	const full = `${path}.${name}`;
	return ignoredFilters.some((item) => (item.includes('*') ? patternOf(item).test(full) : item === full));
}

/** The filters of the entity, and those by the custom fields that the call names. */
function filtersOf(entity: Entity, body: JsonObject): Array<[string, Filter]> {
	const custom = Object.keys(body).filter((name) => name.startsWith('custom_') && !(name in entity.filters));
	return [
		...Object.entries(entity.filters),
		...custom.map((name): [string, Filter] => [name, { by: 'contains' }]),
	];
}

/** Whether what the filters find depends on records of other entities. */
export const looksElsewhere = (entity: Entity, body: JsonObject): boolean =>
	Object.entries(entity.filters).some(([name, { by }]) => by === 'related' && !isEmpty(body[name]));

/** The tests that a row has to pass, from the filters of the body and those that hold by default. */
export function readFilters(entity: Entity, body: JsonObject, settings: Settings, store: Store): Test[] {
	const filters = filtersOf(entity, body);
	const isGiven = ([name]: [string, Filter]) =>
		!isEmpty(body[name]) && !isIgnored(entity.path, name, settings);
	const given = Object.fromEntries(filters.filter(isGiven).map(([name]) => [name, body[name] ?? null]));
	const reader: Reader = { entity, given, settings, store, today: localToday(settings) };
	const tests: Test[] = [];
	for (const [name, filter] of filters) {
		const value = given[name];
		let test = value === undefined ? undefined : read(name, filter, value, reader);
		if (test === wrong && settings.wrongFilterValue === 'matchesNothing') test = () => false;
		if (value === undefined || test === wrong) {
			const byDefault = absentValue(filter, reader);
			if (byDefault !== undefined) test = read(name, filter, byDefault, { ...reader, isDefault: true });
		}
		if (typeof test === 'function') tests.push(test);
	}
	return tests;
}
