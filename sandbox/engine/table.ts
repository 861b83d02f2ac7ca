import type { Entity } from '../model/entity';
import { isList, type Json, type JsonObject, type Row } from '../model/json';
import { emptyRow } from './rows';
import { SortedRows } from './sortedRows';
import { TextIndex, type TextForm } from './textIndex';

type Buckets = Map<Json, Map<number, Row>>;

/** Smaller tables are looked through faster than an index is kept. */
const minIndexedRows = 1000;

/** The records of one entity at some time; they never change, so that a copy costs little. */
export interface TableState {
	rows: readonly Row[];
	nextId: number;
	version: number;
}

/** The records of one entity. */
export class Table {
	readonly byId = new Map<number, Row>();
	/** Another one after every change, the same again only when the records are the same again. */
	version: number;
	private nextId = 1;
	private list: readonly Row[] | undefined;
	private sortedRows: SortedRows | undefined;
	/** Rows by the value of a field, for the fields that were asked for. */
	private readonly indexes = new Map<string, Buckets>();
	private readonly texts = new Map<string, TextIndex>();
	/** Made by JSON, since V8 then keeps rows copied from it in its fast form. */
	private readonly template: Record<string, Json>;

	/** @param nextVersion a number that has never been given before */
	constructor(
		readonly entity: Entity,
		private readonly nextVersion: () => number,
	) {
		this.template = JSON.parse(JSON.stringify(emptyRow(entity))) as Record<string, Json>;
		this.version = nextVersion();
	}

	/** Rows in the order of their coming. */
	rows(): readonly Row[] {
		this.list ??= [...this.byId.values()];
		return this.list;
	}

	/** Rows in the order of lists. */
	sorted(): readonly Row[] {
		this.sortedRows ??= new SortedRows(this.byId.values(), this.entity.sortKey);
		return this.sortedRows.rows;
	}

	/** Rows whose field has that value. */
	where(field: string, value: Json): readonly Row[] {
		return [...(this.index(field).get(value)?.values() ?? [])];
	}

	/** Rows among which are all whose field holds the part of a text; undefined when that cannot be told cheaply. */
	containing(field: string, part: string, form: TextForm): readonly Row[] | undefined {
		if (this.byId.size < minIndexedRows) return undefined;
		const name = `${field} ${form}`;
		let index = this.texts.get(name);
		if (!index) {
			index = new TextIndex(field, form);
			for (const row of this.byId.values()) index.add(row);
			this.texts.set(name, index);
		}
		return index.candidates(part);
	}

	/** A whole row out of some values; without an id it gets the next one. */
	newRow(values: JsonObject): Record<string, Json> & { id: number } {
		return Object.assign({ ...this.template, id: this.nextId }, values);
	}

	snapshot(): TableState {
		const { nextId, version } = this;
		return { rows: this.rows(), nextId, version };
	}

	/** The records of an earlier time. */
	restore({ rows, nextId, version }: TableState): void {
		if (version === this.version) return;
		this.byId.clear();
		for (const row of rows) this.byId.set(row.id, row);
		this.indexes.clear();
		this.texts.clear();
		this.sortedRows = undefined;
		this.list = rows;
		this.nextId = nextId;
		this.version = version;
	}

	put(row: Row): Row {
		for (const value of Object.values(row)) if (isList(value)) Object.freeze(value);
		this.unindex(row.id);
		this.byId.set(row.id, Object.freeze(row));
		for (const [field, buckets] of this.indexes) addToBucket(buckets, field, row);
		for (const index of this.texts.values()) index.add(row);
		this.sortedRows?.add(row);
		this.nextId = Math.max(this.nextId, row.id + 1);
		this.markChanged();
		return row;
	}

	remove(id: number): boolean {
		this.unindex(id);
		const isFound = this.byId.delete(id);
		if (isFound) this.markChanged();
		return isFound;
	}

	private index(field: string): Buckets {
		const known = this.indexes.get(field);
		if (known) return known;
		const buckets: Buckets = new Map();
		for (const row of this.byId.values()) addToBucket(buckets, field, row);
		this.indexes.set(field, buckets);
		return buckets;
	}

	private unindex(id: number): void {
		const row = this.byId.get(id);
		if (!row) return;
		for (const [field, buckets] of this.indexes) buckets.get(row[field] ?? null)?.delete(id);
		for (const index of this.texts.values()) index.remove(row);
		this.sortedRows?.remove(row);
	}

	private markChanged(): void {
		this.list = undefined;
		this.version = this.nextVersion();
	}
}

function addToBucket(buckets: Buckets, field: string, row: Row): void {
	const value = row[field] ?? null;
	const bucket = buckets.get(value) ?? new Map<number, Row>();
	bucket.set(row.id, row);
	buckets.set(value, bucket);
}
