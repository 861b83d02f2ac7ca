import { localToday } from '../model/clock';
import type { Entity } from '../model/entity';
import { HttpError, type ApiResponse } from '../model/httpError';
import { toInt, type JsonObject, type Row } from '../model/json';
import { permutation } from '../model/random';
import type { Settings } from '../model/settings';
import type { ActionCall } from './call';
import { isIgnored, readsOtherEntities, readFilters } from './filters';
import { matchesParams, paramsOf, readParams } from './params';
import { isInBranch, serializeRow } from './rows';
import { SortedRows } from './sortedRows';
import type { Store } from './store';

const maxPerPage = 50;
/** Of `pageSize` in the body, as documented, and as some answers hold. */
const [largestPage, cap] = [500, 50];
const cacheSize = 16;

interface PageCounts {
	/** Rows of the whole list. */
	all: number;
	page: number;
	/** Rows that the page has room for, and those that it holds. */
	size: number;
	count: number;
}

const totals: Record<Settings['total'], (counts: PageCounts) => JsonObject> = {
	present: ({ all }) => ({ total: all }),
	missing: () => ({}),
	pageSize: ({ all, page, size }) => ({ total: page === 0 ? Math.min(all, size) : all }),
	pageLength: ({ count }) => ({ total: count }),
	oneTooHigh: ({ all }) => ({ total: all + 1 }),
	oneTooLow: ({ all }) => ({ total: Math.max(0, all - 1) }),
};

/** Answers `index`. Remembers the last few selections, since clients walk them page by page. */
export class Lister {
	private readonly cache = new Map<string, readonly Row[]>();
	private shuffles = 0;

	constructor(
		private readonly store: Store,
		private readonly settings: Settings,
	) {}

	clear(): void {
		this.cache.clear();
		this.shuffles = 0;
	}

	index(call: ActionCall): ApiResponse {
		const { entity, body } = call;
		const { store, settings } = this;
		const page = Math.max(0, toInt(body.page) ?? 0);
		const error = this.pageSizeError(body);
		if (error) return error;
		const rows = store.visible(entity.path, this.rows(call));
		const bounds = this.pageBounds(call, rows.length, page);
		const order = this.order(rows.length);
		const items: JsonObject[] = [];
		for (let place = bounds.from; place < Math.min(bounds.to, rows.length); place += 1) {
			const row = rows[order(place)];
			if (!row || store.isCountedOnly(entity.path, row.id)) continue;
			items.push(serializeRow(entity, { row, body, records: store, settings }));
		}
		const counts = { all: rows.length, page, size: bounds.size, count: items.length };
		const total = totals[settings.total](counts);
		return { status: 200, body: { ...total, count: items.length, page, items } };
	}

	/** The answer to a page size in the body, where that is refused. */
	private pageSizeError({ pageSize }: JsonObject): ApiResponse | undefined {
		if (pageSize === undefined) return undefined;
		const { bodyPageSize } = this.settings;
		const message = 'Неверный формат значения «pageSize».';
		if (bodyPageSize === 'refused400') throw new HttpError(400, message);
		if (bodyPageSize !== 'refused200') return undefined;
		return { status: 200, body: { success: false, errors: { pageSize: [message] } } };
	}

	/** The rows of the page, by their places in the list. */
	private pageBounds(
		call: ActionCall,
		all: number,
		page: number,
	): { from: number; to: number; size: number } {
		const { pastEnd, bodyPageSize } = this.settings;
		const asked = toInt(call.body.pageSize);
		const size = this.pageSize(call.query, asked);
		const step = bodyPageSize === 'lossy50' && asked !== undefined ? Math.max(asked, size) : size;
		const lastPage = Math.max(0, Math.ceil(all / step) - 1);
		const shown = pastEnd === 'repeatLast' ? Math.min(page, lastPage) : page;
		const isEmpty = bodyPageSize === 'emptyFirst' && asked !== undefined && page === 0;
		return { from: shown * step, to: isEmpty ? 0 : shown * step + size, size };
	}

	private rows(call: ActionCall): readonly Row[] {
		const names = paramsOf(call.entity, call.action);
		return this.select(call, readParams(names, call));
	}

	private pageSize(query: ActionCall['query'], asked: number | undefined): number {
		const { bodyPageSize, pageSize, perPageQuery } = this.settings;
		const ofQuery = toInt(query['per-page']);
		if (perPageQuery && ofQuery !== undefined) return Math.min(maxPerPage, Math.max(1, ofQuery));
		if (asked === undefined || asked < 1) return pageSize;
		if (bodyPageSize === 'honoured') return Math.min(largestPage, asked);
		return bodyPageSize === 'capped50' || bodyPageSize === 'lossy50' ? Math.min(cap, asked) : pageSize;
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
		const scope = entity.isLog && this.settings.logScope === 'account' ? null : branch;
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

	/** From the place in the answer to the place in the list. */
	private order(length: number): (place: number) => number {
		if (!this.settings.shuffle) return (place) => place;
		this.shuffles += 1;
		return permutation(length, this.shuffles);
	}
}
