import { localToday } from '../model/clock';
import type { Entity, Filter } from '../model/entity';
import { isList, type Json, type JsonObject } from '../model/json';
import type { Records } from '../model/records';
import type { Settings } from '../model/settings';
import { escapeRegExp, getFilterType, unreadable, type FilterContext, type RowTest } from './filterTypes';

/** Makes the tests that a row must pass to be listed, from the filters of the body and the default filters. */
export function readFilters(
	entity: Entity,
	body: JsonObject,
	settings: Settings,
	records: Records,
): RowTest[] {
	const reader = new FilterReader(entity, body, settings, records);
	return reader.makeTests();
}

/** Checks whether a filter of the body compares records of other entities. */
export function readsOtherEntities(entity: Entity, body: JsonObject): boolean {
	return Object.entries(entity.filters).some(
		([name, { kind }]) => kind === 'related' && !isEmpty(body[name]),
	);
}

/** Checks whether the settings let the server ignore the filter. API notes 11. */
export function isIgnored(path: string, name: string, { ignoredFilters }: Settings): boolean {
	const fullName = `${path}.${name}`;
	return ignoredFilters.some((ignoredName) =>
		ignoredName.includes('*') ? getWildcardPattern(ignoredName).test(fullName) : ignoredName === fullName,
	);
}

/** Reads the filters of one call of `index`. */
class FilterReader {
	private readonly filters: ReadonlyArray<[name: string, filter: Filter]>;
	private readonly today: string;

	constructor(
		private readonly entity: Entity,
		private readonly body: JsonObject,
		private readonly settings: Settings,
		private readonly records: Records,
	) {
		this.filters = [...Object.entries(entity.filters), ...makeCustomFilters(entity, body)];
		this.today = localToday(settings);
	}

	/** Makes a test of each filter that has a value, in the body or by default. */
	makeTests(): RowTest[] {
		const tests: RowTest[] = [];
		for (const [name, filter] of this.filters) {
			const test = this.makeTest(name, filter);
			if (test !== undefined) tests.push(test);
		}
		return tests;
	}

	/** Makes the test of one filter; undefined if it lets every row pass. */
	private makeTest(name: string, filter: Filter): RowTest | undefined {
		const value = this.readValue(name);
		if (value === undefined) return this.makeDefaultTest(name, filter);

		const test = this.makeTestOf(name, filter, value, false);
		if (test !== unreadable) return test;
		if (this.settings.wrongFilterValue === 'matchesNothing') return () => false;
		return this.makeDefaultTest(name, filter);
	}

	/** Makes the test of the server's default value; undefined if the filter has no default. */
	private makeDefaultTest(name: string, filter: Filter): RowTest | undefined {
		const value = getFilterType(filter).defaultValue?.(filter, this.makeContext(name, true));
		if (value === undefined) return undefined;

		const test = this.makeTestOf(name, filter, value, true);
		return test === unreadable ? undefined : test;
	}

	private makeTestOf(name: string, filter: Filter, value: Json, isDefault: boolean) {
		return getFilterType(filter).makeTest(filter, value, this.makeContext(name, isDefault));
	}

	private makeContext(name: string, isDefault: boolean): FilterContext {
		const { entity, settings, records, today } = this;
		return {
			entity,
			name,
			style: isDefault ? 'any' : settings.dateFormats[`${entity.path}.${name}`],
			isDefault,
			settings,
			records,
			today,
			hasFilter: (kind) => this.hasFilter(kind),
		};
	}

	/** Checks whether the body has a filter of this kind with a readable value. */
	private hasFilter(kind: Filter['kind']): boolean {
		return this.filters.some(([name, filter]) => {
			if (filter.kind !== kind) return false;
			const value = this.readValue(name);
			return value !== undefined && this.makeTestOf(name, filter, value, false) !== unreadable;
		});
	}

	/** Reads the filter's value from the body; undefined if it is empty or the filter is ignored. */
	private readValue(name: string): Json | undefined {
		const value = this.body[name];
		if (isEmpty(value) || isIgnored(this.entity.path, name, this.settings)) return undefined;
		return value;
	}
}

/** Makes filters by the custom fields that the body names. AlfaCRM looks for a part of their text. */
function makeCustomFilters(entity: Entity, body: JsonObject): Array<[string, Filter]> {
	const names = Object.keys(body).filter((name) => name.startsWith('custom_') && !(name in entity.filters));
	return names.map((name) => [name, { kind: 'contains' }]);
}

/** Checks whether a value counts as missing: AlfaCRM's framework, Yii, leaves out conditions on empty values. */
function isEmpty(value: Json | undefined): boolean {
	if (isList(value)) return value.length === 0;
	return value === undefined || value === null || value === '';
}

const wildcardPatterns = new Map<string, RegExp>();

/** Returns the pattern of a name in which `*` stands for any text, and keeps it for the next call. */
function getWildcardPattern(wildcard: string): RegExp {
	const knownPattern = wildcardPatterns.get(wildcard);
	if (knownPattern) return knownPattern;

	const parts = wildcard.split('*').map(escapeRegExp);
	const pattern = new RegExp(`^${parts.join('.*')}$`);
	wildcardPatterns.set(wildcard, pattern);
	return pattern;
}
