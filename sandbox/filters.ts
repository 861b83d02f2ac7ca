import { dayOf, localToday, readDate, yearsBetween } from './dates';
import type { Entity, Filter } from './entity';
import { isList, toFlag, toInt, toNumber, type Json, type JsonObject, type Row } from './json';
import type { Settings } from './settings';

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

function between(filter: Filter & { by: 'from' | 'to' }, value: Json, today: string): Reading {
	const { by, field, of } = filter;
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

function archived(entity: Entity, value: Json, today: string): Reading {
	const mode = toInt(value);
	if (mode !== 0 && mode !== 1 && mode !== 2) return wrong;
	if (mode === 1) return undefined;
	const field = entity.archive?.field ?? '';
	const isArchived: Test = (row) => {
		const until = row[field];
		return typeof until === 'string' && until <= today;
	};
	return mode === 2 ? isArchived : (row) => !isArchived(row);
}

function either(filter: Filter & { by: 'either' }, value: Json): Reading {
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

/** What holds when the caller does not mention the filter; undefined for no limit. */
function absentValue(filter: Filter, settings: Settings): Json | undefined {
	if (filter.by === 'either') return filter.absent;
	if (filter.by === 'archived') return 0;
	if (filter.by === 'active' && settings.subjectDefault === 'active') return true;
	return undefined;
}

function read(entity: Entity, name: string, filter: Filter, value: Json, today: string): Reading {
	switch (filter.by) {
		case 'equals':
			return equals(filter.field ?? name, value);
		case 'includes':
			return includes(filter.field ?? name, value);
		case 'contains':
			return contains(filter.field ?? name, value, literally);
		case 'digits':
			return contains(filter.field ?? name, value, byDigits);
		case 'from':
		case 'to':
			return between(filter, value, today);
		case 'either':
			return either(filter, value);
		case 'archived':
			return archived(entity, value, today);
		case 'active':
			return active(filter.field, value);
	}
}

/** The tests that a row has to pass, from the filters of the body and those that hold by default. */
export function readFilters(entity: Entity, body: JsonObject, settings: Settings): Test[] {
	const today = localToday(settings);
	const tests: Test[] = [];
	for (const [name, filter] of Object.entries(entity.filters)) {
		const isIgnored = settings.ignoredFilters.includes(`${entity.path}.${name}`);
		const given = isIgnored || isEmpty(body[name]) ? undefined : body[name];
		const byDefault = absentValue(filter, settings);
		let test = given === undefined ? undefined : read(entity, name, filter, given, today);
		if (test === wrong && settings.wrongFilterValue === 'matchesNothing') test = () => false;
		const takesDefault = (given === undefined || test === wrong) && byDefault !== undefined;
		if (takesDefault) test = read(entity, name, filter, byDefault, today);
		if (typeof test === 'function') tests.push(test);
	}
	return tests;
}
