import type { IDataObject } from 'n8n-workflow';

import { formatTime, readId, shortDay } from '../values/formats';
import { entityOf } from '../entities/registry';
import type { Detail, Entity } from '../entities/types';

/** What is known of records that a title names by their numbers. */
export interface KnownNames {
	zone: string;
	of(resource: string, id: unknown): string | undefined;
}

const titleFields = ({ listed }: Entity): readonly string[] => listed?.title ?? ['name'];

/** How a record is called in a list. */
export function titleOf(row: IDataObject, entity: Entity): string {
	const words = titleFields(entity)
		.map((field) => row[field])
		.filter((word) => word !== null && word !== undefined);
	return words.join(' ') || `${entity.label} ${String(row.id)}`;
}

/** The same where namesakes have to be told apart. */
export function fullTitleOf(
	row: IDataObject,
	entity: Entity,
	names: KnownNames,
	isArchived: boolean,
): string {
	const details = (entity.listed?.details ?? [])
		.map((detail) => detailOf(row, detail, names))
		.filter((detail) => detail !== undefined);
	const hasOwn = titleFields(entity).length > 0 || details.length === 0;
	return [...(hasOwn ? [titleOf(row, entity)] : []), ...details, ...(isArchived ? ['archived'] : [])].join(
		' · ',
	);
}

function detailOf(row: IDataObject, detail: Detail, names: KnownNames): string | undefined {
	const { name, choices, shownAs, until } = detail;
	if (until !== undefined) return periodOf(row, name, until, names.zone);
	const value = filledIn(row, name);
	if (value === undefined) return undefined;
	const entity = entityIn(row, detail);
	if (choices) return choices.find((choice) => String(choice.value) === String(value))?.label;
	if (entity !== undefined) return names.of(entity, value) ?? `${entityOf(entity).label} ${String(value)}`;
	if (shownAs === undefined) return typeof value === 'string' ? value : undefined;
	const time = shownAs === 'moment' ? formatTime(value, names.zone) : undefined;
	const day = shortDay(value, names.zone) ?? String(value);
	return time === undefined ? day : `${day} ${time}`;
}

const filledIn = (row: IDataObject, name: string): unknown =>
	[row[name]].flat().find((one) => !['', 'null', 'undefined'].includes(String(one).trim()));

const entityIn = (row: IDataObject, { entity, owner }: Detail): string | undefined =>
	entity ?? owner?.entities[String(row[owner.by])];

/** "1 Sep 2025 – 31 May 2026"; what is open at an end shows the other one. */
function periodOf(row: IDataObject, from: string, until: string, zone: string): string | undefined {
	const [begin, end] = [from, until].map((name) => {
		const value = filledIn(row, name);
		return value === undefined ? '' : (shortDay(value, zone) ?? String(value));
	});
	return begin === '' && end === '' ? undefined : `${begin} – ${end}`.trim();
}

/** The records of other lists that the titles of rows name. */
export function namedIn(rows: readonly IDataObject[], { listed }: Entity): Map<string, Set<number>> {
	const named = new Map<string, Set<number>>();
	for (const row of rows) {
		for (const detail of listed?.details ?? []) {
			const entity = entityIn(row, detail);
			const [id] = [row[detail.name]].flat().flatMap((one) => readId(one) ?? []);
			if (id !== undefined && entity !== undefined)
				named.set(entity, (named.get(entity) ?? new Set()).add(id));
		}
	}
	return named;
}

/** Entries that would read alike say their ID as well. */
export function toldApart<T extends { name: string; value: unknown }>(entries: readonly T[]): T[] {
	const counts = new Map<string, number>();
	for (const { name } of entries) counts.set(name, (counts.get(name) ?? 0) + 1);
	return entries.map((entry) =>
		counts.get(entry.name) === 1 ? entry : { ...entry, name: `${entry.name} · ID ${String(entry.value)}` },
	);
}
