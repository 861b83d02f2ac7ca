import type { Entity } from '../model/entity';
import { InputError } from '../model/inputError';
import { isList, toInt, type Json, type JsonObject, type Row } from '../model/json';
import type { Records } from '../model/records';
import { Table, type TableState } from './table';
import type { TextForm } from './textIndex';

/**
 * How a record is kept out of lists. A `counted` record still counts in the total and has a place on
 * a page, which is therefore one row short.
 */
export type Hiding = 'never' | 'counted';

/** The user who changes a record, and the branch in which the call changes it. */
export interface ChangeOrigin {
	/** ID of the user; 0 for a change that does not come through the API. */
	user: number;
	/** The branch in the path of the call; null for none. */
	branch: number | null;
}

export interface ChangeEvent {
	entity: Entity;
	/** undefined for a new record. */
	before?: Row;
	/** undefined for a removed record. */
	after?: Row;
	origin: ChangeOrigin;
}

/** All records at some time, and which of them lists did not show. */
export interface StoreState {
	tables: ReadonlyMap<string, TableState>;
	hidden: ReadonlyMap<string, ReadonlyMap<number, Hiding>>;
}

const outsideApi: ChangeOrigin = { user: 0, branch: null };

/** Fields that the server fills with the current time. */
export const timestampFields = ['created_at', 'updated_at', 'b_date', 'added', 'date_time'];

/** All records of the school. It does not check the API's rules, so anything can be written here. */
export class Store implements Records {
	/** Is called after every change, except those made inside `withoutEvents`. */
	onChange: (change: ChangeEvent) => void = () => undefined;
	private readonly tables = new Map<string, Table>();
	private readonly hidden = new Map<string, Map<number, Hiding>>();
	private lastVersion = 0;
	private isSilent = false;

	constructor(
		readonly entities: readonly Entity[],
		/** Returns the account's local time, `yyyy-mm-dd hh:mm:ss`. */
		readonly now: () => string,
	) {
		this.clear();
	}

	/** Grows with every change of any record. */
	get version(): number {
		return this.lastVersion;
	}

	/** Returns a number that is new after every change of the entity's records. */
	versionOf(entity: string): number {
		return this.table(entity).version;
	}

	/** Removes all records. */
	clear(): void {
		this.tables.clear();
		this.hidden.clear();
		for (const entity of this.entities) {
			this.tables.set(entity.path, new Table(entity, () => this.makeVersion()));
			this.hidden.set(entity.path, new Map());
		}
	}

	/** Copies the state of all records. */
	snapshot(): StoreState {
		const tables = new Map<string, TableState>();
		for (const [path, table] of this.tables) {
			tables.set(path, table.snapshot());
		}

		const hidden = new Map<string, ReadonlyMap<number, Hiding>>();
		for (const [path, hidings] of this.hidden) {
			hidden.set(path, new Map(hidings));
		}
		return { tables, hidden };
	}

	/** Brings back all records as they were when the snapshot was taken. */
	restore({ tables, hidden }: StoreState): void {
		this.makeVersion();
		for (const [path, tableState] of tables) {
			this.table(path).restore(tableState);
		}
		for (const [path, hidings] of hidden) {
			this.hidden.set(path, new Map(hidings));
		}
	}

	/** Runs some work whose changes are neither logged nor sent to webhooks. */
	withoutEvents(work: () => void): void {
		const wasSilent = this.isSilent;
		this.isSilent = true;
		try {
			work();
		} finally {
			this.isSilent = wasSilent;
		}
	}

	/** Lists the entity's rows in the order in which they were added. */
	rows(entity: string): readonly Row[] {
		return this.table(entity).rows();
	}

	/** Lists the entity's rows in the order in which the API lists them. */
	sorted(entity: string): readonly Row[] {
		return this.table(entity).sorted();
	}

	/**
	 * Finds rows whose field may contain a part of a text. Every row that contains it is among them.
	 * Returns undefined if testing every row is better.
	 */
	containing(entity: string, field: string, part: string, form: TextForm): readonly Row[] | undefined {
		return this.table(entity).containing(field, part, form);
	}

	/** Finds the rows whose field has the value. */
	where(entity: string, field: string, value: Json): readonly Row[] {
		return this.table(entity).where(field, value);
	}

	find(entity: string, id: number): Row | undefined {
		return this.table(entity).byId.get(id);
	}

	/**
	 * Adds a record. It gets the next ID, the current times and the first branch if the values have
	 * none, and the initial values of all other fields that are missing.
	 */
	insert(entity: string, values: JsonObject, origin: Partial<ChangeOrigin> = outsideApi): Row {
		const table = this.table(entity);
		const row = table.newRow(values);
		if (!Number.isSafeInteger(row.id) || row.id < 1) {
			throw new InputError(`Not a record id: ${JSON.stringify(row.id)}`);
		}
		if (table.byId.has(row.id)) throw new InputError(`${entity} ${row.id} exists already`);

		this.setTimestamps(table.entity, row);
		this.setDefaultBranch(table.entity, row);
		const after = table.put(row);
		this.emit(table.entity, origin, { after });
		return after;
	}

	/** Adds a record or, if its ID is in use, changes it. Users of the CRM do so without the API. */
	upsert(entity: string, values: JsonObject, id = toInt(values.id)): Row {
		if (id === undefined) return this.insert(entity, values);
		return this.patch(entity, id, values) ?? this.insert(entity, { ...values, id });
	}

	/** Changes some fields of a record. Returns undefined if there is no such record. */
	patch(
		entity: string,
		id: number,
		values: JsonObject,
		origin: Partial<ChangeOrigin> = outsideApi,
	): Row | undefined {
		const table = this.table(entity);
		const before = table.byId.get(id);
		if (!before) return undefined;

		const timestamp: JsonObject = 'updated_at' in before ? { updated_at: this.now() } : {};
		const after = table.put({ ...before, ...timestamp, ...values, id });
		this.emit(table.entity, origin, { before, after });
		return after;
	}

	/** Removes a record. Returns false if there is no such record. */
	remove(entity: string, id: number, origin: Partial<ChangeOrigin> = outsideApi): boolean {
		const table = this.table(entity);
		const before = table.byId.get(id);
		if (!before) return false;

		table.remove(id);
		this.hidden.get(entity)?.delete(id);
		this.emit(table.entity, origin, { before });
		return true;
	}

	/** Sets values that the server computes from other records. This is no change, so nothing logs it. */
	setDerived(entity: string, id: number, values: JsonObject): void {
		const table = this.table(entity);
		const row = table.byId.get(id);
		if (row) table.put({ ...row, ...values });
	}

	/** Keeps a record out of lists until `show` is called. */
	hide(entity: string, id: number, hiding: Hiding = 'never'): void {
		if (!this.find(entity, id)) throw new InputError(`No ${entity} ${id}`, 404);
		this.hidden.get(entity)?.set(id, hiding);
	}

	/** Lets lists show a record again. Returns false if it was not hidden. */
	show(entity: string, id: number): boolean {
		return this.hidden.get(entity)?.delete(id) ?? false;
	}

	/** Checks whether lists count the record but do not show it. */
	isCountedOnly(entity: string, id: number): boolean {
		return this.hidden.get(entity)?.get(id) === 'counted';
	}

	/** Leaves out the rows that lists neither show nor count. */
	visible(entity: string, rows: readonly Row[]): readonly Row[] {
		const hidings = this.hidden.get(entity);
		if (!hidings || hidings.size === 0) return rows;
		return rows.filter(({ id }) => hidings.get(id) !== 'never');
	}

	/** Updates what follows from a changed record, and reports the change. */
	private emit(entity: Entity, origin: Partial<ChangeOrigin>, rows: { before?: Row; after?: Row }): void {
		const changedRow = rows.after ?? rows.before;
		if (changedRow) entity.afterChange?.(this, changedRow);

		if (this.isSilent || entity.className === null) return;
		this.onChange({ entity, ...rows, origin: { ...outsideApi, ...origin } });
	}

	private setTimestamps({ fields }: Entity, row: Record<string, Json>): void {
		for (const name of timestampFields) {
			if (fields[name]?.kind === 'moment') row[name] ??= this.now();
		}
	}

	/** Puts a record without a branch into the first branch. */
	private setDefaultBranch({ branchField, fields }: Entity, row: Record<string, Json>): void {
		if (branchField === undefined || !(branchField in fields)) return;
		const branches = row[branchField];
		const hasBranch = isList(branches) ? branches.length > 0 : branches !== null;
		const [firstBranch] = this.rows('branch');
		if (hasBranch || !firstBranch) return;

		row[branchField] = isList(branches) ? [firstBranch.id] : firstBranch.id;
	}

	private makeVersion(): number {
		this.lastVersion += 1;
		return this.lastVersion;
	}

	private table(entity: string): Table {
		const table = this.tables.get(entity);
		if (table) return table;
		throw new InputError(`Unknown entity "${entity}". Valid: ${[...this.tables.keys()].join(', ')}`);
	}
}
