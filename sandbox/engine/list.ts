import { localToday } from '../model/clock';
import type { Entity } from '../model/entity';
import { YiiError, type Answer } from '../model/http-error';
import { toInt, type JsonObject, type Row } from '../model/json';
import { permutation } from '../model/random';
import type { Settings } from '../model/settings';
import type { ListCall } from './call';
import { isIgnored, readsOtherEntities, readFilters } from './filters';
import { agrees, isLeftEmpty, paramsOf, readParams } from './params';
import { isListedIn, show } from './rows';
import { Ranking } from './sorted-rows';
import type { Store } from './store';

const largestPerPage = 50;
/** Of `pageSize` in the body, as documented, and as some answers hold. */
const [largestPage, cap] = [500, 50];
const remembered = 16;

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
		const { store, settings } = this;
		const page = Math.max(0, toInt(body.page) ?? 0);
		const refusal = this.refusal(body);
		if (refusal) return refusal;
		const rows = store.shown(entity.path, this.rows(call));
		const window = this.window(call, rows.length, page);
		const order = this.order(rows.length);
		const items: JsonObject[] = [];
		for (let place = window.from; place < Math.min(window.to, rows.length); place += 1) {
			const row = rows[order(place)];
			if (!row || store.isOnlyCounted(entity.path, row.id)) continue;
			items.push(show(entity, { row, body, store, settings }));
		}
		const counts = { all: rows.length, page, size: window.size, count: items.length };
		const total = totals[settings.total](counts);
		return { status: 200, body: { ...total, count: items.length, page, items } };
	}

	/** The answer to a page size in the body, where that is refused. */
	private refusal({ pageSize }: JsonObject): Answer | undefined {
		if (pageSize === undefined) return undefined;
		const { bodyPageSize } = this.settings;
		const message = 'Неверный формат значения «pageSize».';
		if (bodyPageSize === 'refused400') throw new YiiError(400, message);
		if (bodyPageSize !== 'refused200') return undefined;
		return { status: 200, body: { success: false, errors: { pageSize: [message] } } };
	}

	/** The rows of the page, by their places in the list. */
	private window(call: ListCall, all: number, page: number): { from: number; to: number; size: number } {
		const { pastEnd, bodyPageSize } = this.settings;
		const asked = toInt(call.body.pageSize);
		const size = this.pageSize(call.query, asked);
		const step = bodyPageSize === 'lossy50' && asked !== undefined ? Math.max(asked, size) : size;
		const lastPage = Math.max(0, Math.ceil(all / step) - 1);
		const shown = pastEnd === 'repeatLast' ? Math.min(page, lastPage) : page;
		const isEmpty = bodyPageSize === 'emptyFirst' && asked !== undefined && page === 0;
		return { from: shown * step, to: isEmpty ? 0 : shown * step + size, size };
	}

	private rows(call: ListCall): readonly Row[] {
		const path = `${call.entity.path}/${call.action}`;
		const names = paramsOf(call.entity, call.action);
		if (isLeftEmpty(path, names, call, this.settings)) return [];
		return this.select(call, readParams(path, names, call, this.settings, true));
	}

	private pageSize(query: ListCall['query'], asked: number | undefined): number {
		const { bodyPageSize, pageSize, perPageQuery } = this.settings;
		const ofQuery = toInt(query['per-page']);
		if (perPageQuery && ofQuery !== undefined) return Math.min(largestPerPage, Math.max(1, ofQuery));
		if (asked === undefined || asked < 1) return pageSize;
		if (bodyPageSize === 'honoured') return Math.min(largestPage, asked);
		return bodyPageSize === 'capped50' || bodyPageSize === 'lossy50' ? Math.min(cap, asked) : pageSize;
	}

	private select(call: ListCall, params: JsonObject): readonly Row[] {
		const { entity, branch, query, body } = call;
		const idOfQuery: JsonObject = this.settings.queryId && query.id !== undefined ? { id: query.id } : {};
		const filters: JsonObject = { ...idOfQuery, ...body, page: null };
		const today = localToday(this.settings);
		const key = JSON.stringify([
			[entity.path, branch, this.versionOf(entity, filters), params, filters, today],
			{ ...this.settings, now: null },
		]);
		const known = this.selections.get(key);
		if (known) return known;
		const tests = [
			...readFilters(entity, filters, this.settings, this.store),
			(row: Row) => agrees(row, params),
		];
		const scope = entity.path === 'log' && this.settings.logScope === 'account' ? null : branch;
		const isListed = (row: Row) => isListedIn(entity, row, scope) && tests.every((test) => test(row));
		const few = this.candidates(entity, params, filters)?.filter(isListed);
		const rows = few ? new Ranking(few, entity.rank).rows : this.store.ranked(entity.path).filter(isListed);
		const [oldest] = this.selections.keys();
		if (this.selections.size >= remembered && oldest !== undefined) this.selections.delete(oldest);
		this.selections.set(key, rows);
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
			const found = store.holding(entity.path, filter.field ?? name, part, form);
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
