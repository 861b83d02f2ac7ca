import { entities } from './entities';
import type { Entity } from './entity';
import { InputError } from './input-error';
import { isList, type Json, type JsonObject, type Row } from './json';
import { Table } from './table';

/** All records of the school. Knows nothing of the API's rules: whoever writes here bypasses them. */
export class Store {
	private tables = new Map<string, Table>();
	private changes = 0;

	/** @param now the account's local time */
	constructor(private readonly now: () => string) {
		this.clear();
	}

	/** Grows with every change, so that whatever was derived from the rows knows when it is stale. */
	get version(): number {
		return this.changes;
	}

	clear(): void {
		const onChange = () => {
			this.changes += 1;
		};
		onChange();
		this.tables = new Map(entities.map((entity) => [entity.path, new Table(entity, onChange)]));
	}

	/** Rows in the order of their coming. */
	rows(entity: string): readonly Row[] {
		return this.table(entity).rows();
	}

	find(entity: string, id: number): Row | undefined {
		return this.table(entity).byId.get(id);
	}

	/**
	 * Adds a record. An absent id is the next one, absent times are now, an absent list of branches is the
	 * first branch, and other absent fields get their initial values.
	 */
	insert(entity: string, values: JsonObject): Row {
		const table = this.table(entity);
		const row = table.fill(values);
		if (!Number.isSafeInteger(row.id) || row.id < 1) {
			throw new InputError(`Not a record id: ${JSON.stringify(row.id)}`);
		}
		if (table.byId.has(row.id)) throw new InputError(`${entity} ${row.id} exists already`);
		for (const name of ['created_at', 'updated_at', 'b_date']) {
			if (table.entity.fields[name]?.kind === 'moment') row[name] ??= this.now();
		}
		this.fillBranches(table.entity, row);
		return table.put(row);
	}

	/** Changes some fields of a record; undefined when there is no such record. */
	patch(entity: string, id: number, values: JsonObject): Row | undefined {
		const table = this.table(entity);
		const row = table.byId.get(id);
		if (!row) return undefined;
		const time: JsonObject = 'updated_at' in row ? { updated_at: this.now() } : {};
		return table.put({ ...row, ...time, ...values, id });
	}

	/** False when there is no such record. */
	remove(entity: string, id: number): boolean {
		return this.table(entity).remove(id);
	}

	private fillBranches({ branchField }: Entity, row: Record<string, Json>): void {
		const held = branchField === undefined ? undefined : row[branchField];
		if (branchField === undefined || !isList(held) || held.length > 0) return;
		const [first] = this.rows('branch');
		if (first) row[branchField] = [first.id];
	}

	private table(entity: string): Table {
		const table = this.tables.get(entity);
		if (table) return table;
		throw new InputError(
			`Unknown entity "${entity}". Valid: ${[...this.tables.keys()].join(', ')}`,
		);
	}
}

/** The row as answers show it. */
export function visible(entity: Entity, row: Row): JsonObject {
	if (!entity.hidden) return row;
	const shown: Record<string, Json> = { ...row };
	for (const name of Object.keys(entity.hidden)) delete shown[name];
	return shown;
}
