import type { IDataObject } from 'n8n-workflow';

import { formatTime, readIds, shortDay } from '../values/formats';
import { entityOf } from '../entities/registry';
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
	const words = getTitleFields(entity)
		.map((field) => row[field])
		.filter((word) => word !== null && word !== undefined);
	return words.join(' ') || `${entity.label} ${String(row.id)}`;
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
	const details = (entity.listed?.details ?? [])
		.map((detail) => describeDetail(row, detail, names))
		.filter((detail) => detail !== undefined);

	// Some entities, such as lessons, have no name, so their details must do.
	const hasName = getTitleFields(entity).length > 0;
	const needsName = hasName || details.length === 0;
	const parts = needsName ? [titleOf(row, entity), ...details] : details;
	if (isArchived) parts.push('archived');
	return parts.join(' · ');
}

/**
 * Describes one detail of a title, such as a phone or a day. Returns undefined if the row does not
 * show it.
 */
function describeDetail(row: IDataObject, detail: Detail, names: KnownNames): string | undefined {
	const { name, choices, shownAs, lastDayField } = detail;
	if (lastDayField !== undefined) return describePeriod(row, name, lastDayField, names.zone);

	const value = firstValueOf(row, name);
	if (value === undefined) return undefined;
	if (choices) return choices.find((choice) => String(choice.value) === String(value))?.label;

	// The value may be the ID of another record, which is shown by its name.
	const entity = findNamedEntity(row, detail);
	if (entity !== undefined) {
		return names.findName(entity, value) ?? `${entityOf(entity).label} ${String(value)}`;
	}

	const isDayOrMoment = shownAs !== undefined;
	if (isDayOrMoment) return describeTime(value, shownAs, names.zone);

	return typeof value === 'string' ? value : undefined;
}

/** Describes a day, or a day with its time: `14 Mar`, `14 Mar 17:00`. */
function describeTime(value: unknown, shownAs: 'day' | 'moment', zone: string): string {
	const day = shortDay(value, zone) ?? String(value);
	const time = shownAs === 'moment' ? formatTime(value, zone) : undefined;
	return time === undefined ? day : `${day} ${time}`;
}

/** Returns the first value of a field that is not empty. Some rows hold the text "null". */
const firstValueOf = (row: IDataObject, name: string): unknown =>
	[row[name]].flat().find((value) => !['', 'null', 'undefined'].includes(String(value).trim()));

/** Returns the entity of the record whose ID a detail holds; undefined if it holds no ID. */
const findNamedEntity = (row: IDataObject, { entity, owner }: Detail): string | undefined =>
	entity ?? owner?.entities[String(row[owner.by])];

/**
 * Writes a period: "1 Sep 2025 – 31 May 2026". A period without an end shows only its beginning.
 */
function describePeriod(
	row: IDataObject,
	firstDayField: string,
	lastDayField: string,
	zone: string,
): string | undefined {
	const describeDay = (name: string) => {
		const value = firstValueOf(row, name);
		return value === undefined ? '' : (shortDay(value, zone) ?? String(value));
	};
	const firstDay = describeDay(firstDayField);
	const lastDay = describeDay(lastDayField);
	return firstDay === '' && lastDay === '' ? undefined : `${firstDay} – ${lastDay}`.trim();
}

/**
 * Collects the IDs of the records that appear by name in the titles of rows, such as the groups of
 * lessons. The IDs are grouped by the resource of their entity.
 */
export function collectNamedIds(
	rows: readonly IDataObject[],
	{ listed }: Entity,
): Map<string, Set<number>> {
	const idsByResource = new Map<string, Set<number>>();
	for (const row of rows) {
		for (const detail of listed?.details ?? []) {
			const entity = findNamedEntity(row, detail);
			// The field may hold one ID or a list. A title shows only the first record of a list.
			const [id] = readIds([row[detail.name]].flat());
			if (id === undefined || entity === undefined) continue;

			const ids = idsByResource.get(entity) ?? new Set();
			idsByResource.set(entity, ids.add(id));
		}
	}
	return idsByResource;
}

/**
 * Adds the ID to names that several entries share, so that a user can tell the entries apart:
 * "Room 3 · ID 7".
 */
export function addIdsToEqualNames<T extends { name: string; value: unknown }>(
	entries: readonly T[],
): T[] {
	const counts = new Map<string, number>();
	for (const { name } of entries) {
		counts.set(name, (counts.get(name) ?? 0) + 1);
	}

	return entries.map((entry) => {
		const isUnique = counts.get(entry.name) === 1;
		return isUnique ? entry : { ...entry, name: `${entry.name} · ID ${String(entry.value)}` };
	});
}
