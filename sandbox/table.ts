import { emptyRow, type Entity } from './entity';
import { isList, type Json, type JsonObject, type Row } from './json';

/** The records of one entity. */
export class Table {
	readonly byId = new Map<number, Row>();
	private nextId = 1;
	private list: readonly Row[] | undefined;
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

	/** A whole row out of some values; without an id it gets the next one. */
	fill(values: JsonObject): Record<string, Json> & { id: number } {
		return Object.assign({ ...this.template, id: this.nextId }, values);
	}

	put(row: Row): Row {
		for (const value of Object.values(row)) if (isList(value)) Object.freeze(value);
		this.byId.set(row.id, Object.freeze(row));
		this.nextId = Math.max(this.nextId, row.id + 1);
		this.touch();
		return row;
	}

	remove(id: number): boolean {
		const isFound = this.byId.delete(id);
		if (isFound) this.touch();
		return isFound;
	}

	private touch(): void {
		this.list = undefined;
		this.onChange();
	}
}
