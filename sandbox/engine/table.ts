import type { Entity } from '../model/entity';
import { isList, type Json, type JsonObject, type Row } from '../model/json';
import { emptyRow } from './rows';
import { SortedRows } from './sortedRows';
import { TextIndex, type TextForm } from './textIndex';

/** In a smaller table, testing every row is faster than keeping a text index. */
const minIndexedRows = 1000;

/** The records of one entity at some time. Rows never change, so a state costs little. */
export interface TableState {
	rows: readonly Row[];
	nextId: number;
	version: number;
}

/** The records of one entity, with indexes for the fields by which rows have been looked up. */
export class Table {
	readonly byId = new Map<number, Row>();
	/** Every change gives the table a new version. An equal version means equal records. */
	version: number;
	private nextId = 1;
	/** The rows as a list, until the next change. */
	private list: readonly Row[] | undefined;
	private sortedRows: SortedRows | undefined;
	private readonly valueIndexes = new Map<string, ValueIndex>();
	private readonly textIndexes = new Map<string, TextIndex>();
	/** A copy made through JSON, since V8 keeps rows that are copied from it in its fast form. */
	private readonly template: Record<string, Json>;

	/** @param makeVersion returns a number that it has never returned before */
	constructor(
		readonly entity: Entity,
		private readonly makeVersion: () => number,
	) {
		this.template = JSON.parse(JSON.stringify(emptyRow(entity))) as Record<string, Json>;
		this.version = makeVersion();
	}

	/** Lists the rows in the order in which they were added. */
	rows(): readonly Row[] {
		this.list ??= [...this.byId.values()];
		return this.list;
	}

	/** Lists the rows in the order in which the API lists them. */
	sorted(): readonly Row[] {
		this.sortedRows ??= new SortedRows(this.byId.values(), this.entity.sortKey);
		return this.sortedRows.rows;
	}

	/** Finds the rows whose field has the value. */
	where(field: string, value: Json): readonly Row[] {
		return this.getValueIndex(field).find(value);
	}

	/**
	 * Finds rows whose field may contain a part of a text. Every row that contains it is among them.
	 * Returns undefined if testing every row is better.
	 */
	containing(field: string, part: string, form: TextForm): readonly Row[] | undefined {
		if (this.byId.size < minIndexedRows) return undefined;
		return this.getTextIndex(field, form).findCandidates(part);
	}

	/** Makes a complete row from some of its values, with the next ID if the values have none. */
	newRow(values: JsonObject): Record<string, Json> & { id: number } {
		return Object.assign({ ...this.template, id: this.nextId }, values);
	}

	snapshot(): TableState {
		return {
			rows: this.rows(),
			nextId: this.nextId,
			version: this.version,
		};
	}

	/** Brings back the records of an earlier time. */
	restore({ rows, nextId, version }: TableState): void {
		if (version === this.version) return;

		this.byId.clear();
		for (const row of rows) {
			this.byId.set(row.id, row);
		}
		this.valueIndexes.clear();
		this.textIndexes.clear();
		this.sortedRows = undefined;
		this.list = rows;
		this.nextId = nextId;
		this.version = version;
	}

	/** Adds a row, or replaces the one with its ID, and freezes it. */
	put(row: Row): Row {
		for (const value of Object.values(row)) {
			if (isList(value)) Object.freeze(value);
		}
		Object.freeze(row);

		this.removeFromIndexes(row.id);
		this.byId.set(row.id, row);
		this.addToIndexes(row);
		this.nextId = Math.max(this.nextId, row.id + 1);
		this.markChanged();
		return row;
	}

	/** Returns whether there was a row to remove. */
	remove(id: number): boolean {
		this.removeFromIndexes(id);
		const isRemoved = this.byId.delete(id);
		if (isRemoved) this.markChanged();
		return isRemoved;
	}

	private getValueIndex(field: string): ValueIndex {
		const knownIndex = this.valueIndexes.get(field);
		if (knownIndex) return knownIndex;

		const index = new ValueIndex(field);
		for (const row of this.byId.values()) {
			index.add(row);
		}
		this.valueIndexes.set(field, index);
		return index;
	}

	private getTextIndex(field: string, form: TextForm): TextIndex {
		const key = `${field} ${form}`;
		const knownIndex = this.textIndexes.get(key);
		if (knownIndex) return knownIndex;

		const index = new TextIndex(field, form);
		for (const row of this.byId.values()) {
			index.add(row);
		}
		this.textIndexes.set(key, index);
		return index;
	}

	private addToIndexes(row: Row): void {
		for (const index of this.indexes()) {
			index.add(row);
		}
		this.sortedRows?.add(row);
	}

	private removeFromIndexes(id: number): void {
		const row = this.byId.get(id);
		if (!row) return;

		for (const index of this.indexes()) {
			index.remove(row);
		}
		this.sortedRows?.remove(row);
	}

	private indexes(): Array<ValueIndex | TextIndex> {
		return [...this.valueIndexes.values(), ...this.textIndexes.values()];
	}

	private markChanged(): void {
		this.list = undefined;
		this.version = this.makeVersion();
	}
}

/** Finds rows by the value of one field. */
class ValueIndex {
	private readonly rowsByValue = new Map<Json, Map<number, Row>>();

	constructor(private readonly field: string) {}

	add(row: Row): void {
		const value = this.readValue(row);
		const rows = this.rowsByValue.get(value) ?? new Map<number, Row>();
		rows.set(row.id, row);
		this.rowsByValue.set(value, rows);
	}

	remove(row: Row): void {
		this.rowsByValue.get(this.readValue(row))?.delete(row.id);
	}

	find(value: Json): readonly Row[] {
		const rows = this.rowsByValue.get(value);
		return rows ? [...rows.values()] : [];
	}

	private readValue(row: Row): Json {
		return row[this.field] ?? null;
	}
}
