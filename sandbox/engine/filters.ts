import { localToday } from '../model/clock';
import type { Entity, Filter } from '../model/entity';
import { isList, type Json, type JsonObject } from '../model/json';
import type { Records } from '../model/records';
import type { Settings } from '../model/settings';
import { escapeRegExp, filterType, unreadable, type FilterContext, type RowTest } from './filterTypes';

/** Yii leaves out conditions on empty values. */
const isEmpty = (value: Json | undefined): boolean =>
	value === undefined || value === null || value === '' || (isList(value) && value.length === 0);

const patterns = new Map<string, RegExp>();

/** The pattern of an ignored filter, `*` being any text. */
function patternOf(wildcard: string): RegExp {
	const known = patterns.get(wildcard);
	if (known) return known;
	const pattern = new RegExp(`^${wildcard.split('*').map(escapeRegExp).join('.*')}$`);
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
		...custom.map((name): [string, Filter] => [name, { kind: 'contains' }]),
	];
}

/** Whether what the filters find depends on records of other entities. */
export const readsOtherEntities = (entity: Entity, body: JsonObject): boolean =>
	Object.entries(entity.filters).some(([name, { kind }]) => kind === 'related' && !isEmpty(body[name]));

/** The tests that a row has to pass, from the filters of the body and those that hold by default. */
export function readFilters(
	entity: Entity,
	body: JsonObject,
	settings: Settings,
	records: Records,
): RowTest[] {
	const filters = filtersOf(entity, body);
	const today = localToday(settings);
	const valueOf = (name: string): Json | undefined => {
		const value = body[name];
		return isEmpty(value) || isIgnored(entity.path, name, settings) ? undefined : value;
	};
	const contextOf = (name: string, isDefault: boolean): FilterContext => ({
		entity,
		name,
		style: isDefault ? 'any' : settings.dateFormats[`${entity.path}.${name}`],
		isDefault,
		settings,
		records,
		today,
		isGiven: (kind) => filters.some(([other, filter]) => filter.kind === kind && isReadable(other, filter)),
	});
	const testOf = (name: string, filter: Filter, value: Json, isDefault = false) =>
		filterType(filter).test(filter, value, contextOf(name, isDefault));
	function isReadable(name: string, filter: Filter): boolean {
		const value = valueOf(name);
		return value !== undefined && testOf(name, filter, value) !== unreadable;
	}

	const tests: RowTest[] = [];
	for (const [name, filter] of filters) {
		const value = valueOf(name);
		let test = value === undefined ? undefined : testOf(name, filter, value);
		if (test === unreadable && settings.wrongFilterValue === 'matchesNothing') test = () => false;
		if (value === undefined || test === unreadable) {
			const initial = filterType(filter).defaultValue?.(filter, contextOf(name, true));
			if (initial !== undefined) test = testOf(name, filter, initial, true);
		}
		if (typeof test === 'function') tests.push(test);
	}
	return tests;
}
