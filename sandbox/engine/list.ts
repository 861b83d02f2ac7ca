import { localToday } from '../model/clock';
import type { Entity } from '../model/entity';
import { HttpError, type ApiResponse } from '../model/httpError';
import { toInt, type JsonObject, type Row } from '../model/json';
import type { Settings } from '../model/settings';
import type { ActionCall } from './call';
import { isIgnored, readsOtherEntities, readFilters } from './filters';
import { matchesParams, paramsOf, readParams } from './params';
import { isInBranch, serializeRow } from './rows';
import { SortedRows } from './sortedRows';
import type { Store } from './store';

/** Of `pageSize` in the body, as documented. */
const largestPage = 500;
const cacheSize = 16;

const totals: Record<Settings['total'], (all: number, page: number, size: number) => JsonObject> = {
	present: (all) => ({ total: all }),
	missing: () => ({}),
	pageSize: (all, page, size) => ({ total: page === 0 ? Math.min(all, size) : all }),
};

/** Answers `index`. Remembers the last few selections, since clients walk them page by page. */
export class Lister {
	private readonly cache = new Map<string, readonly Row[]>();

	constructor(
		private readonly store: Store,
		private readonly settings: Settings,
	) {}

	clear(): void {
		this.cache.clear();
	}

	index(call: ActionCall): ApiResponse {
		const { entity, body } = call;
		const { store, settings } = this;
		const page = Math.max(0, toInt(body.page) ?? 0);
		const size = this.pageSize(body);
		const rows = store.visible(entity.path, this.rows(call));
		const pageRows = entity.showsAllRows?.(settings) ? rows : rows.slice(page * size, (page + 1) * size);
		const items = pageRows
			.filter(({ id }) => !store.isCountedOnly(entity.path, id))
			.map((row) => serializeRow(entity, { row, body, records: store, settings }));
		const total = totals[settings.total](rows.length, page, size);
		return { status: 200, body: { ...total, count: items.length, page, items } };
	}

	private rows(call: ActionCall): readonly Row[] {
		const names = paramsOf(call.entity, call.action);
		return this.select(call, readParams(names, call));
	}

	private pageSize(body: JsonObject): number {
		const { bodyPageSize, pageSize } = this.settings;
		if (body.pageSize !== undefined && bodyPageSize === 'refused400')
			throw new HttpError(400, 'Неверный формат значения «pageSize».');
		const asked = toInt(body.pageSize) ?? 0;
		return asked >= 1 && bodyPageSize === 'honoured' ? Math.min(largestPage, asked) : pageSize;
	}

	private select(call: ActionCall, params: JsonObject): readonly Row[] {
		const { entity, branch, body } = call;
		const filters: JsonObject = { ...body, page: null };
		const today = localToday(this.settings);
		const key = JSON.stringify([
			[entity.path, branch, this.versionOf(entity, filters), params, filters, today],
			{ ...this.settings, now: null },
		]);
		const known = this.cache.get(key);
		if (known) return known;
		const tests = [
			...readFilters(entity, filters, this.settings, this.store),
			(row: Row) => matchesParams(row, params),
		];
		const scope = this.showsAllBranches(entity, branch) ? null : branch;
		const isListed = (row: Row) => isInBranch(entity, row, scope) && tests.every((test) => test(row));
		const few = this.candidates(entity, params, filters)?.filter(isListed);
		const rows = few
			? new SortedRows(few, entity.sortKey).rows
			: this.store.sorted(entity.path).filter(isListed);
		const [oldest] = this.cache.keys();
		if (this.cache.size >= cacheSize && oldest !== undefined) this.cache.delete(oldest);
		this.cache.set(key, rows);
		return rows;
	}

	private showsAllBranches(entity: Entity, branch: number | null): boolean {
		const { logScope, pooledBranches } = this.settings;
		if (entity.isLog) return logScope === 'account';
		return entity.isPooled === true && branch !== null && pooledBranches.includes(branch);
	}

	/** Changes whenever the same filters may find other rows. */
	private versionOf(entity: Entity, filters: JsonObject): number {
		return readsOtherEntities(entity, filters) ? this.store.version : this.store.versionOf(entity.path);
	}

	/** Few records where the call names one, its owner or a part of a text, which spares a walk through all of them. */
	private candidates(entity: Entity, params: JsonObject, filters: JsonObject): readonly Row[] | undefined {
		const { store, settings } = this;
		const isHonoured = (name: string) => !isIgnored(entity.path, name, settings);
		const wanted = 'id' in entity.filters && isHonoured('id') ? toInt(filters.id) : undefined;
		if (wanted !== undefined) {
			const row = store.find(entity.path, wanted);
			return row ? [row] : [];
		}
		const [owner] = Object.entries(params).filter(([name]) => name.endsWith('_id'));
		if (owner) return store.where(entity.path, ...owner);
		for (const [name, filter] of Object.entries(entity.filters)) {
			const part = filters[name];
			if (typeof part !== 'string' || !isHonoured(name)) continue;
			if (filter.kind !== 'contains' && filter.kind !== 'containsDigits') continue;
			const form = filter.kind === 'containsDigits' ? settings.phoneSearch : 'text';
			const found = store.containing(entity.path, filter.field ?? name, part, form);
			if (found) return found;
		}
		return undefined;
	}
}
