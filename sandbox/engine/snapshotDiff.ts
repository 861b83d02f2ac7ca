import type { Entity } from '../model/entity';
import type { Row } from '../model/json';
import { timestampFields, type Store, type StoreState } from './store';

export interface StateOptions {
	/** Includes the log of changes. It tells how the records have come to be as they are. */
	log?: boolean;
}

/** A record that was added, changed or removed. */
export interface RecordChange {
	entity: string;
	id: number;
	/** undefined for a new record. */
	before?: Row;
	/** undefined for a removed record. */
	after?: Row;
}

/**
 * Describes all records as a text, one line a record. Equal records give an equal text, since the
 * times at which they were written are left out.
 */
export function dumpState(store: Store, { log = false }: StateOptions = {}): string {
	const lines: string[] = [];
	for (const entity of store.entities) {
		if (entity.isLog && !log) continue;
		const rows = [...store.rows(entity.path)].sort(compareIds);
		lines.push(...rows.map((row) => describeRow(entity, row)));
	}
	return lines.join('\n');
}

/** Lists the records that differ from an earlier state, without the log. The time of writing alone is no difference. */
export function diffState(store: Store, earlierState: StoreState): RecordChange[] {
	return store.entities.flatMap((entity) => {
		const earlierTable = earlierState.tables.get(entity.path);
		const isUnchanged = earlierTable?.version === store.versionOf(entity.path);
		if (entity.isLog || isUnchanged) return [];
		return compareRows(entity, earlierTable?.rows ?? [], store.rows(entity.path));
	});
}

/** Lists the rows of one entity that were added, changed or removed, by ID. */
function compareRows(entity: Entity, earlierRows: readonly Row[], rows: readonly Row[]): RecordChange[] {
	const removedRows = new Map(earlierRows.map((row) => [row.id, row]));
	const changes: RecordChange[] = [];

	for (const row of rows) {
		const earlierRow = removedRows.get(row.id);
		removedRows.delete(row.id);
		const isEqual = earlierRow !== undefined && areEqual(entity, earlierRow, row);
		if (!isEqual) changes.push({ entity: entity.path, id: row.id, before: earlierRow, after: row });
	}
	for (const row of removedRows.values()) {
		changes.push({ entity: entity.path, id: row.id, before: row });
	}
	return changes.sort(compareIds);
}

function areEqual(entity: Entity, earlierRow: Row, row: Row): boolean {
	return earlierRow === row || describeRow(entity, earlierRow) === describeRow(entity, row);
}

/** Keeps the description of each row, which stays true because rows never change. */
const descriptions = new WeakMap<Row, string>();

/** Describes a row by its entity, its ID and its other fields in alphabetical order. */
function describeRow(entity: Entity, row: Row): string {
	const knownDescription = descriptions.get(row);
	if (knownDescription !== undefined) return knownDescription;

	const names = Object.keys(row).filter((name) => name !== 'id' && !isTimestamp(entity, name));
	const sortedEntries = names.sort().map((name) => [name, row[name] ?? null]);
	const description = `${entity.path} ${row.id} ${JSON.stringify(Object.fromEntries(sortedEntries))}`;
	descriptions.set(row, description);
	return description;
}

function isTimestamp({ fields }: Entity, name: string): boolean {
	return timestampFields.includes(name) && fields[name]?.kind === 'moment';
}

function compareIds(a: { id: number }, b: { id: number }): number {
	return a.id - b.id;
}
