import type { IDataObject } from 'n8n-workflow';

import { formatTime, readId, shortDay } from '../values/formats';
import { entityOf } from '../entities/registry';
import type { Detail, Entity } from '../entities/types';

/** The names of the records whose IDs a title holds. */
export interface KnownNames {
	zone: string;
	of(resource: string, id: unknown): string | undefined;
}

const titleFields = ({ listed }: Entity): readonly string[] => listed?.title ?? ['name'];

/** Returns how a record is called in a list. */
export function titleOf(row: IDataObject, entity: Entity): string {
	const words = titleFields(entity)
		.map((field) => row[field])
		.filter((word) => word !== null && word !== undefined);
	return words.join(' ') || `${entity.label} ${String(row.id)}`;
}

/**
 * Returns how a record is called in a list with details, so that people with the same name can be
 * told apart.
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
	const hasTitle = titleFields(entity).length > 0 || details.length === 0;
	const parts = hasTitle ? [titleOf(row, entity), ...details] : details;
	return (isArchived ? [...parts, 'archived'] : parts).join(' · ');
}

/**
 * Returns one detail of a title, such as a phone or a day; undefined if the row does not show it.
 */
function describeDetail(row: IDataObject, detail: Detail, names: KnownNames): string | undefined {
	const { name, choices, shownAs, lastDayField } = detail;
	if (lastDayField !== undefined) return describePeriod(row, name, lastDayField, names.zone);

	const value = firstValueOf(row, name);
	if (value === undefined) return undefined;

	const entity = entityIn(row, detail);
	if (choices) return choices.find((choice) => String(choice.value) === String(value))?.label;
	if (entity !== undefined)
		return names.of(entity, value) ?? `${entityOf(entity).label} ${String(value)}`;
	if (shownAs === undefined) return typeof value === 'string' ? value : undefined;

	const time = shownAs === 'moment' ? formatTime(value, names.zone) : undefined;
	const day = shortDay(value, names.zone) ?? String(value);
	return time === undefined ? day : `${day} ${time}`;
}

/** Returns the first value of a field that is not empty. */
const firstValueOf = (row: IDataObject, name: string): unknown =>
	[row[name]].flat().find((value) => !['', 'null', 'undefined'].includes(String(value).trim()));

/** Returns the entity whose ID a detail holds, if it holds one. */
const entityIn = (row: IDataObject, { entity, owner }: Detail): string | undefined =>
	entity ?? owner?.entities[String(row[owner.by])];

/**
 * Writes a period: "1 Sep 2025 – 31 May 2026". A period without an end shows only its beginning.
 */
function describePeriod(
	row: IDataObject,
	from: string,
	until: string,
	zone: string,
): string | undefined {
	const dayIn = (name: string) => {
		const value = firstValueOf(row, name);
		return value === undefined ? '' : (shortDay(value, zone) ?? String(value));
	};
	const begin = dayIn(from);
	const end = dayIn(until);
	return begin === '' && end === '' ? undefined : `${begin} – ${end}`.trim();
}

/** Collects the IDs of other records that the titles of rows name, by entity. */
export function collectNamedIds(
	rows: readonly IDataObject[],
	{ listed }: Entity,
): Map<string, Set<number>> {
	const named = new Map<string, Set<number>>();
	for (const row of rows) {
		for (const detail of listed?.details ?? []) {
			const entity = entityIn(row, detail);
			const [id] = [row[detail.name]].flat().flatMap((value) => readId(value) ?? []);
			if (id !== undefined && entity !== undefined) {
				named.set(entity, (named.get(entity) ?? new Set()).add(id));
			}
		}
	}
	return named;
}

/** Adds the ID to the name of each entry whose name another entry has too. */
export function addIdsToEqualNames<T extends { name: string; value: unknown }>(
	entries: readonly T[],
): T[] {
	const counts = new Map<string, number>();
	for (const { name } of entries) counts.set(name, (counts.get(name) ?? 0) + 1);
	return entries.map((entry) =>
		counts.get(entry.name) === 1
			? entry
			: { ...entry, name: `${entry.name} · ID ${String(entry.value)}` },
	);
}
