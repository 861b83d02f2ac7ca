import { localToday } from './dates';
import { show, type Entity } from './entity';
import { readFilters } from './filters';
import { isList, toInt, type Json, type JsonObject, type Row } from './json';
import { agrees, isLeftEmpty, paramsOf, readParams } from './params';
import { scatter } from './random';
import type { Settings } from './settings';
import type { Store } from './store';
import type { Answer } from './yii';

/** A call of an action, its path read and its user known. */
export interface ListCall {
	entity: Entity;
	action: string;
	/** Id of the user. */
	user: number;
	/** null = all branches. */
	branch: number | null;
	query: Readonly<Record<string, string>>;
	body: JsonObject;
}

const largestPerPage = 50;
const remembered = 16;

/** Answers `index`. Remembers the last few selections, since clients walk them page by page. */
export class Lister {
	private readonly selections = new Map<string, readonly Row[]>();
	private shuffles = 0;

	constructor(
		private readonly store: Store,
		private readonly settings: Settings,
	) {}

	clear(): void {
		this.selections.clear();
		this.shuffles = 0;
	}

	index(call: ListCall): Answer {
		const { entity, body } = call;
		const rows = this.order(this.store.shown(entity.path, this.rows(call)));
		const size = this.pageSize(call.query);
		const page = Math.max(0, toInt(body.page) ?? 0);
		const lastPage = Math.max(0, Math.ceil(rows.length / size) - 1);
		const shown = this.settings.pastEnd === 'repeatLast' ? Math.min(page, lastPage) : page;
		const { store, settings } = this;
		const items = rows
			.slice(shown * size, (shown + 1) * size)
			.map((row) => show(entity, { row, body, store, settings }));
		const total = this.total(rows.length, page, size);
		return { status: 200, body: { ...total, count: items.length, page, items } };
	}

	private rows(call: ListCall): readonly Row[] {
		const path = `${call.entity.path}/${call.action}`;
		const names = paramsOf(call.entity, call.action);
		if (isLeftEmpty(path, names, call, this.settings)) return [];
		return this.select(call, readParams(path, names, call, this.settings));
	}

	private total(all: number, page: number, size: number): JsonObject {
		if (this.settings.total === 'missing') return {};
		if (this.settings.total === 'pageSize' && page === 0) return { total: Math.min(all, size) };
		return { total: all };
	}

	private pageSize(query: ListCall['query']): number {
		const wished = toInt(query['per-page']);
		if (!this.settings.perPageQuery || wished === undefined) return this.settings.pageSize;
		return Math.min(largestPerPage, Math.max(1, wished));
	}

	private select(call: ListCall, params: JsonObject): readonly Row[] {
		const { entity, branch, query, body } = call;
		const idOfQuery: JsonObject = this.settings.queryId && query.id !== undefined ? { id: query.id } : {};
		const filters: JsonObject = { ...idOfQuery, ...body, page: null };
		const today = localToday(this.settings);
		const key = JSON.stringify([
			[entity.path, branch, this.store.version, params, filters, today],
			{ ...this.settings, now: null },
		]);
		const known = this.selections.get(key);
		if (known) return known;
		const tests = [
			...readFilters(entity, filters, this.settings, this.store),
			(row: Row) => agrees(row, params),
		];
		const scope = entity.path === 'log' && this.settings.logScope === 'account' ? null : branch;
		const rows = this.candidates(entity, params, filters.id)
			.filter((row) => isListedIn(entity, row, scope) && tests.every((test) => test(row)))
			.map((row) => ({ row, rank: entity.rank(row) }))
			.sort((a, b) => a.rank - b.rank || b.row.id - a.row.id)
			.map(({ row }) => row);
		const [oldest] = this.selections.keys();
		if (this.selections.size >= remembered && oldest !== undefined) this.selections.delete(oldest);
		this.selections.set(key, rows);
		return rows;
	}

	/** Few records where the call names one or its owner, which spares a walk through all of them. */
	private candidates(entity: Entity, params: JsonObject, id: Json | undefined): readonly Row[] {
		const isHonoured = 'id' in entity.filters && !this.settings.ignoredFilters.includes(`${entity.path}.id`);
		const wanted = isHonoured ? toInt(id) : undefined;
		if (wanted !== undefined) {
			const row = this.store.find(entity.path, wanted);
			return row ? [row] : [];
		}
		const [owner] = Object.entries(params).filter(([name]) => name.endsWith('_id'));
		return owner ? this.store.where(entity.path, ...owner) : this.store.rows(entity.path);
	}

	private order(rows: readonly Row[]): readonly Row[] {
		if (!this.settings.shuffle) return rows;
		this.shuffles += 1;
		const seed = this.shuffles;
		return [...rows].sort((a, b) => scatter(a.id, seed) - scatter(b.id, seed));
	}
}

/** A record belongs to the branches (or the one branch) that its branch field names. */
export function isListedIn(entity: Entity, row: Row, branch: number | null): boolean {
	if (branch === null || entity.branchField === undefined) return true;
	const branches = row[entity.branchField];
	return isList(branches) ? branches.includes(branch) : branches === branch;
}
