import type { Entity } from '../model/entity';
import { InputError } from '../model/inputError';
import { isList, toInt, type Json, type JsonObject, type Row } from '../model/json';
import type { Records } from '../model/records';
import { Table, type TableState } from './table';
import type { TextForm } from './textIndex';

/** A record that lists do not show; `counted`: the total counts it all the same, and its page is one row short. */
export type Hiding = 'never' | 'counted';

/** Who changes a record, and how. */
export interface ChangeOrigin {
	/** Id of the user, 0 for changes that do not come through the API. */
	user: number;
	/** The branch of the path; null where there was none. */
	branch: number | null;
}

export interface ChangeEvent {
	entity: Entity;
	/** undefined for a new record. */
	before?: Row;
	/** undefined when the record is gone. */
	after?: Row;
	origin: ChangeOrigin;
}

/** All records at some time. */
export interface StoreState {
	tables: ReadonlyMap<string, TableState>;
	hidden: ReadonlyMap<string, ReadonlyMap<number, Hiding>>;
}

const outsideApi: ChangeOrigin = { user: 0, branch: null };
/** Times that the server fills in. */
export const timestampFields = ['created_at', 'updated_at', 'b_date', 'added', 'date_time'];

/** All records of the school. Knows nothing of the API's rules: whoever writes here bypasses them. */
export class Store implements Records {
	/** Told of every change but those of `withoutEvents`. */
	onChange: (change: ChangeEvent) => void = () => undefined;
	private tables = new Map<string, Table>();
	private hidden = new Map<string, Map<number, Hiding>>();
	private changes = 0;
	private isSilent = false;

	constructor(
		readonly entities: readonly Entity[],
		/** The account's local time. */
		readonly now: () => string,
	) {
		this.clear();
	}

	/** Grows with every change of any record. */
	get version(): number {
		return this.changes;
	}

	/** Another one after every change of the entity's records. */
	versionOf(entity: string): number {
		return this.table(entity).version;
	}

	clear(): void {
		this.tables = new Map(
			this.entities.map((entity) => [entity.path, new Table(entity, () => this.nextVersion())]),
		);
		this.hidden = new Map(this.entities.map(({ path }) => [path, new Map()]));
	}

	/** All records as they are now, and which of them lists do not show. */
	snapshot(): StoreState {
		return {
			tables: new Map([...this.tables].map(([path, table]) => [path, table.snapshot()])),
			hidden: new Map([...this.hidden].map(([path, one]) => [path, new Map(one)])),
		};
	}

	/** Everything as it was then. */
	restore({ tables, hidden }: StoreState): void {
		this.nextVersion();
		for (const [path, state] of tables) this.table(path).restore(state);
		for (const [path, entries] of hidden) this.hidden.set(path, new Map(entries));
	}

	/** Changes made meanwhile are neither logged nor reported. */
	withoutEvents(work: () => void): void {
		const wasSilent = this.isSilent;
		this.isSilent = true;
		try {
			work();
		} finally {
			this.isSilent = wasSilent;
		}
	}

	/** Rows in the order of their coming. */
	rows(entity: string): readonly Row[] {
		return this.table(entity).rows();
	}

	/** Rows in the order of lists. */
	sorted(entity: string): readonly Row[] {
		return this.table(entity).sorted();
	}

	/** Rows among which are all whose field holds the part of a text; undefined when that cannot be told cheaply. */
	containing(entity: string, field: string, part: string, form: TextForm): readonly Row[] | undefined {
		return this.table(entity).containing(field, part, form);
	}

	/** Rows whose field has that value. */
	where(entity: string, field: string, value: Json): readonly Row[] {
		return this.table(entity).where(field, value);
	}

	find(entity: string, id: number): Row | undefined {
		return this.table(entity).byId.get(id);
	}

	/**
	 * Adds a record. An absent id is the next one, absent times are now, an absent branch is the
	 * first one, and other absent fields get their initial values.
	 */
	insert(entity: string, values: JsonObject, origin: Partial<ChangeOrigin> = outsideApi): Row {
		const table = this.table(entity);
		const row = table.newRow(values);
		if (!Number.isSafeInteger(row.id) || row.id < 1) {
			throw new InputError(`Not a record id: ${JSON.stringify(row.id)}`);
		}
		if (table.byId.has(row.id)) throw new InputError(`${entity} ${row.id} exists already`);
		for (const name of timestampFields) {
			if (table.entity.fields[name]?.kind === 'moment') row[name] ??= this.now();
		}
		this.fillBranches(table.entity, row);
		const after = table.put(row);
		this.emit(table.entity, origin, { after });
		return after;
	}

	/** Adds the record, or changes it when the id is taken: what a user of the CRM does behind the API. */
	upsert(entity: string, values: JsonObject, id = toInt(values.id)): Row {
		if (id === undefined) return this.insert(entity, values);
		return this.patch(entity, id, values) ?? this.insert(entity, { ...values, id });
	}

	/** Changes some fields of a record; undefined when there is no such record. */
	patch(
		entity: string,
		id: number,
		values: JsonObject,
		origin: Partial<ChangeOrigin> = outsideApi,
	): Row | undefined {
		const table = this.table(entity);
		const before = table.byId.get(id);
		if (!before) return undefined;
		const time: JsonObject = 'updated_at' in before ? { updated_at: this.now() } : {};
		const after = table.put({ ...before, ...time, ...values, id });
		this.emit(table.entity, origin, { before, after });
		return after;
	}

	/** False when there is no such record. */
	remove(entity: string, id: number, origin: Partial<ChangeOrigin> = outsideApi): boolean {
		const table = this.table(entity);
		const before = table.byId.get(id);
		if (!before) return false;
		table.remove(id);
		this.hidden.get(entity)?.delete(id);
		this.emit(table.entity, origin, { before });
		return true;
	}

	/** Puts in a value that follows from other records: no change of its own. */
	setDerived(entity: string, id: number, values: JsonObject): void {
		const table = this.table(entity);
		const row = table.byId.get(id);
		if (row) table.put({ ...row, ...values });
	}

	/** Keeps a record out of lists, until it is shown again. */
	hide(entity: string, id: number, how: Hiding = 'never'): void {
		if (!this.find(entity, id)) throw new InputError(`No ${entity} ${id}`, 404);
		this.hidden.get(entity)?.set(id, how);
	}

	/** False when the record was not hidden. */
	show(entity: string, id: number): boolean {
		return this.hidden.get(entity)?.delete(id) ?? false;
	}

	/** Whether lists count the record without showing it. */
	isCountedOnly(entity: string, id: number): boolean {
		return this.hidden.get(entity)?.get(id) === 'counted';
	}

	/** Those of the rows that a list knows of. */
	visible(entity: string, rows: readonly Row[]): readonly Row[] {
		const hidden = this.hidden.get(entity);
		return hidden?.size ? rows.filter(({ id }) => hidden.get(id) !== 'never') : rows;
	}

	private emit(entity: Entity, origin: Partial<ChangeOrigin>, rows: { before?: Row; after?: Row }): void {
		const touched = rows.after ?? rows.before;
		if (touched) entity.afterChange?.(this, touched);
		if (this.isSilent || entity.className === null) return;
		this.onChange({ entity, ...rows, origin: { ...outsideApi, ...origin } });
	}

	private fillBranches({ branchField, fields }: Entity, row: Record<string, Json>): void {
		if (branchField === undefined || !(branchField in fields)) return;
		const held = row[branchField];
		const [first] = this.rows('branch');
		if (!first || (isList(held) ? held.length > 0 : held !== null)) return;
		row[branchField] = isList(held) ? [first.id] : first.id;
	}

	private nextVersion(): number {
		this.changes += 1;
		return this.changes;
	}

	private table(entity: string): Table {
		const table = this.tables.get(entity);
		if (table) return table;
		throw new InputError(`Unknown entity "${entity}". Valid: ${[...this.tables.keys()].join(', ')}`);
	}
}
