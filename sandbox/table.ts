import { emptyRow, type Entity } from './entity';
import { isList, type Json, type JsonObject, type Row } from './json';

type Buckets = Map<Json, Map<number, Row>>;

/** The records of one entity. */
export class Table {
	readonly byId = new Map<number, Row>();
	private nextId = 1;
	private list: readonly Row[] | undefined;
	/** Rows by the value of a field, for the fields that were asked for. */
	private readonly indexes = new Map<string, Buckets>();
	/** Made by JSON, since V8 then keeps rows copied from it in its fast form. */
	private readonly template: Record<string, Json>;

	constructor(
		readonly entity: Entity,
		private readonly onChange: () => void,
	) {
		this.template = JSON.parse(JSON.stringify(emptyRow(entity))) as Record<string, Json>;
	}

	/** Rows in the order of their coming. */
	rows(): readonly Row[] {
		this.list ??= [...this.byId.values()];
		return this.list;
	}

	/** Rows whose field has that value. */
	where(field: string, value: Json): readonly Row[] {
		return [...(this.index(field).get(value)?.values() ?? [])];
	}

	/** A whole row out of some values; without an id it gets the next one. */
	fill(values: JsonObject): Record<string, Json> & { id: number } {
		return Object.assign({ ...this.template, id: this.nextId }, values);
	}

	/** Takes rows of an earlier time into an empty table. */
	load(rows: readonly Row[]): void {
		for (const row of rows) this.byId.set(row.id, row);
		this.nextId = rows.reduce((most, { id }) => Math.max(most, id), 0) + 1;
		this.touch();
	}

	put(row: Row): Row {
		for (const value of Object.values(row)) if (isList(value)) Object.freeze(value);
		this.unindex(row.id);
		this.byId.set(row.id, Object.freeze(row));
		for (const [field, buckets] of this.indexes) enter(buckets, field, row);
		this.nextId = Math.max(this.nextId, row.id + 1);
		this.touch();
		return row;
	}

	remove(id: number): boolean {
		this.unindex(id);
		const isFound = this.byId.delete(id);
		if (isFound) this.touch();
		return isFound;
	}

	private index(field: string): Buckets {
		const known = this.indexes.get(field);
		if (known) return known;
		const buckets: Buckets = new Map();
		for (const row of this.byId.values()) enter(buckets, field, row);
		this.indexes.set(field, buckets);
		return buckets;
	}

	private unindex(id: number): void {
		const row = this.byId.get(id);
		if (!row) return;
		for (const [field, buckets] of this.indexes) buckets.get(row[field] ?? null)?.delete(id);
	}

	private touch(): void {
		this.list = undefined;
		this.onChange();
	}
}

function enter(buckets: Buckets, field: string, row: Row): void {
	const value = row[field] ?? null;
	const bucket = buckets.get(value) ?? new Map<number, Row>();
	bucket.set(row.id, row);
	buckets.set(value, bucket);
}
