import type { IDataObject } from 'n8n-workflow';

import { formatTime, readIds, shortDay } from '../values/formats';
import { entityOf } from '../entities/registry';
import type { Choice } from '../entities/fieldTypes';
import type { Detail, Entity } from '../entities/types';

/**
 * Makes the titles of records, which dropdowns and searchable lists show: the name of the record,
 * followed by details such as a phone. For each entity, `Listed` in `entities/types.ts` declares
 * the fields of the name and of the details.
 */

/**
 * The names of the records whose IDs stand in rows, such as the group of a lesson.
 */
export interface KnownNames {
	/** The time zone of the days in titles. */
	zone: string;
	/** Returns the name of a record. Undefined if it is not known. */
	findName(resource: string, id: unknown): string | undefined;
}

/** Returns the names of the fields that make the name of a record. */
const getTitleFields = ({ listed }: Entity): readonly string[] => listed?.title ?? ['name'];

/** Makes the title of a record without details: its name, or "Customer 501" if it has none. */
export function titleOf(row: IDataObject, entity: Entity): string {
	const words = getTitleFields(entity).map((field) => row[field]);
	const filledWords = words.filter((word) => word !== null && word !== undefined);
	const name = filledWords.join(' ');
	return name === '' ? `${entity.label} ${String(row.id)}` : name;
}

/**
 * Makes the title of a record with its details, so that people with the same name look different:
 * "Mia Orlova · +7(900)000-22-33 · Lead · archived".
 */
export function fullTitleOf(
	row: IDataObject,
	entity: Entity,
	names: KnownNames,
	isArchived: boolean,
): string {
	const details: string[] = [];
	for (const detail of entity.listed?.details ?? []) {
		const description = describeDetail(row, detail, names);
		if (description !== undefined) details.push(description);
	}

	// Lessons and some other records have no name, so their details are the title.
	const hasName = getTitleFields(entity).length > 0;
	const beginsWithName = hasName || details.length === 0;
	const parts = beginsWithName ? [titleOf(row, entity), ...details] : details;
	if (isArchived) parts.push('archived');
	return parts.join(' · ');
}

/**
 * Describes one detail of a title, such as a phone, or the day of a lesson as "14 Mar". Returns
 * undefined if the row does not show it.
 */
function describeDetail(row: IDataObject, detail: Detail, names: KnownNames): string | undefined {
	const { name, choices, shownAs, lastDayField } = detail;
	const isPeriod = lastDayField !== undefined;
	if (isPeriod) return describePeriod(row, name, lastDayField, names.zone);

	const value = findFirstValue(row, name);
	if (value === undefined) return undefined;
	if (choices !== undefined) return findLabel(choices, value);

	const entityOfValue = findNamedEntity(row, detail);
	const isRecordId = entityOfValue !== undefined;
	if (isRecordId) return describeRecord(entityOfValue, value, names);

	const isDayOrMoment = shownAs !== undefined;
	if (isDayOrMoment) return describeTime(value, shownAs, names.zone);

	return typeof value === 'string' ? value : undefined;
}

/** Finds the label of a declared choice: "Lead" of the value 0. */
const findLabel = (choices: readonly Choice[], value: unknown): string | undefined =>
	choices.find((choice) => String(choice.value) === String(value))?.label;

/** Describes another record by its name, or as "Group 7" if its name is not known. */
const describeRecord = (entity: string, id: unknown, names: KnownNames): string =>
	names.findName(entity, id) ?? `${entityOf(entity).label} ${String(id)}`;

/** Describes a day, or a day with its time: `14 Mar`, `14 Mar 17:00`. */
function describeTime(value: unknown, shownAs: 'day' | 'moment', zone: string): string {
	const day = describeDay(value, zone);
	const time = shownAs === 'moment' ? formatTime(value, zone) : undefined;
	return time === undefined ? day : `${day} ${time}`;
}

/** Describes a day as `14 Mar`. Returns any other value as it is. */
const describeDay = (value: unknown, zone: string): string =>
	shortDay(value, zone) ?? String(value);

/** Texts that count as empty. Some rows hold the text "null". */
const EMPTY_TEXTS = ['', 'null', 'undefined'];

/** Returns the first value of a field that is not empty. The field may hold a list. */
function findFirstValue(row: IDataObject, name: string): unknown {
	const values = [row[name]].flat();
	return values.find((value) => !EMPTY_TEXTS.includes(String(value).trim()));
}

/** Returns the entity of the record whose ID a detail holds; undefined if it holds no ID. */
const findNamedEntity = (row: IDataObject, { entity, owner }: Detail): string | undefined =>
	entity ?? owner?.entities[String(row[owner.by])];

/**
 * Writes a period: "1 Sep 2025 – 31 May 2026". A period without an end shows only its beginning:
 * "1 Sep 2025 –".
 */
function describePeriod(
	row: IDataObject,
	firstDayField: string,
	lastDayField: string,
	zone: string,
): string | undefined {
	const firstDay = findFirstValue(row, firstDayField);
	const lastDay = findFirstValue(row, lastDayField);
	if (firstDay === undefined && lastDay === undefined) return undefined;

	const beginning = firstDay === undefined ? '' : describeDay(firstDay, zone);
	const end = lastDay === undefined ? '' : describeDay(lastDay, zone);
	return `${beginning} – ${end}`.trim();
}

/**
 * Collects the IDs of the records that appear by name in the titles of rows, so that their names
 * can be looked up. For lessons with the groups 7 and 8, the result is `group` → 7, 8.
 */
export function collectNamedIds(
	rows: readonly IDataObject[],
	{ listed }: Entity,
): Map<string, Set<number>> {
	const idsByResource = new Map<string, Set<number>>();
	for (const row of rows) {
		for (const detail of listed?.details ?? []) {
			const resource = findNamedEntity(row, detail);
			// The field may hold one ID or a list. A title shows only the first record of a list.
			const [id] = readIds([row[detail.name]].flat());
			if (id === undefined || resource === undefined) continue;

			const ids = idsByResource.get(resource) ?? new Set();
			ids.add(id);
			idsByResource.set(resource, ids);
		}
	}
	return idsByResource;
}

/**
 * Adds the ID to names that several entries share, so that a user can tell the entries apart:
 * "Room 3 · ID 7".
 */
export function addIdsToEqualNames<Entry extends { name: string; value: unknown }>(
	entries: readonly Entry[],
): Entry[] {
	const countsByName = new Map<string, number>();
	for (const { name } of entries) {
		const count = countsByName.get(name) ?? 0;
		countsByName.set(name, count + 1);
	}

	return entries.map((entry) => {
		const isUnique = countsByName.get(entry.name) === 1;
		return isUnique ? entry : { ...entry, name: `${entry.name} · ID ${String(entry.value)}` };
	});
}
