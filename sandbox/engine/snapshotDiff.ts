import type { Entity } from '../model/entity';
import type { Json, Row } from '../model/json';
import { timestampFields, type Store, type StoreState } from './store';

export interface StateOptions {
	/** The log as well, which tells how the school has come to be as it is. */
	log?: boolean;
}

/** One record that is not what it was. */
export interface RecordChange {
	entity: string;
	id: number;
	/** undefined for a new record. */
	before?: Row;
	/** undefined when the record is gone. */
	after?: Row;
}

const isStamp = ({ fields }: Entity, name: string): boolean =>
	timestampFields.includes(name) && fields[name]?.kind === 'moment';

/** Rows never change, so that each has to be described once. */
const described = new WeakMap<Row, string>();

function describe(entity: Entity, row: Row): string {
	const known = described.get(row);
	if (known !== undefined) return known;
	const names = Object.keys(row).filter((name) => name !== 'id' && !isStamp(entity, name));
	const fields = names.sort().map((name): [string, Json] => [name, row[name] ?? null]);
	const text = `${entity.path} ${row.id} ${JSON.stringify(Object.fromEntries(fields))}`;
	described.set(row, text);
	return text;
}

const byId = (one: { id: number }, other: { id: number }): number => one.id - other.id;

/** All records as a text, a line for each, the same whenever the records are the same. Leaves out times of writing. */
export function dumpState(store: Store, { log = false }: StateOptions = {}): string {
	return store.entities
		.filter(({ isLog }) => log || !isLog)
		.flatMap((entity) => [...store.rows(entity.path)].sort(byId).map((row) => describe(entity, row)))
		.join('\n');
}

/** What has become of the records since; other times of writing alone are no change. */
export function diffState(store: Store, { tables }: StoreState): RecordChange[] {
	return store.entities.flatMap((entity) => {
		const { path, isLog } = entity;
		const state = tables.get(path);
		if (isLog || state?.version === store.versionOf(path)) return [];
		const were = new Map(state?.rows.map((row) => [row.id, row]));
		const changes: RecordChange[] = [];
		for (const after of store.rows(path)) {
			const before = were.get(after.id);
			were.delete(after.id);
			if (before === after || (before && describe(entity, before) === describe(entity, after))) continue;
			changes.push({ entity: path, id: after.id, before, after });
		}
		for (const before of were.values()) changes.push({ entity: path, id: before.id, before });
		return changes.sort(byId);
	});
}
