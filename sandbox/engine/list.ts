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

/** The most rows of a page that `pageSize` in the body can ask for, as AlfaCRM documents it. */
const maxPageSize = 500;
const maxRememberedLists = 16;

const makeTotal: Record<Settings['total'], (all: number, page: number, size: number) => JsonObject> = {
	present: (all) => ({ total: all }),
	missing: () => ({}),
	pageSize: (all, page, size) => ({ total: page === 0 ? Math.min(all, size) : all }),
};

/** Answers `index`. It remembers the last few lists, since clients read a list page by page. */
export class Lister {
	private readonly rememberedLists = new Map<string, readonly Row[]>();

	constructor(
		private readonly store: Store,
		private readonly settings: Settings,
	) {}

	/** Forgets the remembered lists. */
	clear(): void {
		this.rememberedLists.clear();
	}

	/** Answers with the rows of one page, from page 0. */
	index(call: ActionCall): ApiResponse {
		const { entity, body } = call;
		const { store, settings } = this;
		const page = Math.max(0, toInt(body.page) ?? 0);
		const size = this.readPageSize(body);
		const rows = store.visible(entity.path, this.listRows(call));

		const hasAllRows = entity.showsAllRows?.(settings);
		const pageRows = hasAllRows ? rows : rows.slice(page * size, (page + 1) * size);
		const shownRows = pageRows.filter(({ id }) => !store.isCountedOnly(entity.path, id));
		const items = shownRows.map((row) => serializeRow(entity, { row, body, records: store, settings }));

		const total = makeTotal[settings.total](rows.length, page, size);
		return { status: 200, body: { ...total, count: items.length, page, items } };
	}

	private readPageSize(body: JsonObject): number {
		const { bodyPageSize, pageSize } = this.settings;
		if (body.pageSize !== undefined && bodyPageSize === 'refused400') {
			throw new HttpError(400, 'Неверный формат значения «pageSize».');
		}
		const requestedSize = toInt(body.pageSize) ?? 0;
		const isHonoured = bodyPageSize === 'honoured' && requestedSize >= 1;
		return isHonoured ? Math.min(maxPageSize, requestedSize) : pageSize;
	}

	/** Lists the rows of all pages that the call asks for, in the order of the list. */
	private listRows(call: ActionCall): readonly Row[] {
		const params = readParams(paramsOf(call.entity, call.action), call);
		const filters: JsonObject = { ...call.body, page: null };
		const key = this.makeKey(call, params, filters);
		const rememberedRows = this.rememberedLists.get(key);
		if (rememberedRows) return rememberedRows;

		const rows = this.findRows(call, params, filters);
		this.remember(key, rows);
		return rows;
	}

	/** Makes a key that changes whenever the call may list other rows. */
	private makeKey({ entity, branch }: ActionCall, params: JsonObject, filters: JsonObject): string {
		const version = readsOtherEntities(entity, filters)
			? this.store.version
			: this.store.versionOf(entity.path);
		const today = localToday(this.settings);
		const settings = { ...this.settings, now: null };
		return JSON.stringify([entity.path, branch, version, params, filters, today, settings]);
	}

	/** Remembers a list, and forgets the oldest one if there are too many. */
	private remember(key: string, rows: readonly Row[]): void {
		const [oldestKey] = this.rememberedLists.keys();
		const isFull = this.rememberedLists.size >= maxRememberedLists;
		if (isFull && oldestKey !== undefined) this.rememberedLists.delete(oldestKey);
		this.rememberedLists.set(key, rows);
	}

	private findRows({ entity, branch }: ActionCall, params: JsonObject, filters: JsonObject): readonly Row[] {
		const tests = readFilters(entity, filters, this.settings, this.store);
		const listedBranch = this.showsAllBranches(entity, branch) ? null : branch;
		const isListed = (row: Row): boolean =>
			isInBranch(entity, row, listedBranch) && tests.every((test) => test(row)) && matchesParams(row, params);

		const candidates = this.findCandidates(entity, params, filters);
		if (candidates === undefined) return this.store.sorted(entity.path).filter(isListed);
		return new SortedRows(candidates.filter(isListed), entity.sortKey).rows;
	}

	private showsAllBranches(entity: Entity, branch: number | null): boolean {
		const { logScope, pooledBranches } = this.settings;
		if (entity.isLog) return logScope === 'account';
		return entity.isPooled === true && branch !== null && pooledBranches.includes(branch);
	}

	/**
	 * Finds a few rows among which are all that the call lists, by an ID, an owner or a part of a
	 * text. Returns undefined if the call has none of them, so that every row must be tested.
	 */
	private findCandidates(
		entity: Entity,
		params: JsonObject,
		filters: JsonObject,
	): readonly Row[] | undefined {
		const isIdFilter = 'id' in entity.filters && !isIgnored(entity.path, 'id', this.settings);
		const id = isIdFilter ? toInt(filters.id) : undefined;
		if (id !== undefined) {
			const row = this.store.find(entity.path, id);
			return row ? [row] : [];
		}

		const ownerParam = Object.entries(params).find(([name]) => name.endsWith('_id'));
		if (ownerParam) return this.store.where(entity.path, ...ownerParam);
		return this.findByText(entity, filters);
	}

	/** Finds rows by the first filter whose text the store can look up. */
	private findByText(entity: Entity, filters: JsonObject): readonly Row[] | undefined {
		for (const [name, filter] of Object.entries(entity.filters)) {
			const text = filters[name];
			if (typeof text !== 'string' || isIgnored(entity.path, name, this.settings)) continue;
			if (filter.kind !== 'contains' && filter.kind !== 'containsDigits') continue;

			const form = filter.kind === 'containsDigits' ? this.settings.phoneSearch : 'text';
			const rows = this.store.containing(entity.path, filter.field ?? name, text, form);
			if (rows) return rows;
		}
		return undefined;
	}
}
