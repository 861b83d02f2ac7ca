import { localToday } from './dates';
import type { Entity } from './entity';
import { readFilters } from './filters';
import { isList, toInt, type Json, type JsonObject, type Row } from './json';
import { scatter } from './random';
import type { Settings } from './settings';
import { visible, type Store } from './store';
import type { Answer } from './yii';

export interface ListCall {
	entity: Entity;
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
		const rows = this.order(this.select(call));
		const size = this.pageSize(call.query);
		const page = Math.max(0, toInt(body.page) ?? 0);
		const lastPage = Math.max(0, Math.ceil(rows.length / size) - 1);
		const shown = this.settings.pastEnd === 'repeatLast' ? Math.min(page, lastPage) : page;
		const items = rows
			.slice(shown * size, (shown + 1) * size)
			.map((row) => visible(entity, row))
			.map((row) => entity.present?.(row as Row, body, this.store) ?? row);
		const total = this.total(rows.length, page, size);
		return { status: 200, body: { ...total, count: items.length, page, items } };
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

	private select({ entity, branch, query, body }: ListCall): readonly Row[] {
		const idOfQuery: JsonObject =
			this.settings.queryId && query.id !== undefined ? { id: query.id } : {};
		const filters: JsonObject = { ...idOfQuery, ...body, page: null };
		const { ignoredFilters, wrongFilterValue, subjectDefault } = this.settings;
		const key = JSON.stringify([
			[entity.path, branch, this.store.version, filters],
			[ignoredFilters, wrongFilterValue, subjectDefault, localToday(this.settings)],
		]);
		const known = this.selections.get(key);
		if (known) return known;
		const tests = readFilters(entity, filters, this.settings);
		const rows = this.candidates(entity, filters.id)
			.filter((row) => isListedIn(entity, row, branch) && tests.every((test) => test(row)))
			.sort((a, b) => entity.rank(a) - entity.rank(b) || b.id - a.id);
		const [oldest] = this.selections.keys();
		if (this.selections.size >= remembered && oldest !== undefined) this.selections.delete(oldest);
		this.selections.set(key, rows);
		return rows;
	}

	/** One record when the filter names it, which spares a walk through all of them. */
	private candidates(entity: Entity, id: Json | undefined): readonly Row[] {
		const isHonoured =
			'id' in entity.filters && !this.settings.ignoredFilters.includes(`${entity.path}.id`);
		const wanted = isHonoured ? toInt(id) : undefined;
		if (wanted === undefined) return this.store.rows(entity.path);
		const row = this.store.find(entity.path, wanted);
		return row ? [row] : [];
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
