import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import type { Answer } from './answer';
import type { ApiClient, ApiRequest } from './client';
import { nodeError } from './errors';

/** The smallest page that AlfaCRM was seen to give; a `total` equal to one full page may just be the page's length. */
export const SMALLEST_PAGE = 20;
/** 200,000 records at the smallest page. A server that is still going on then would never end. */
const MOST_PAGES = 10_000;

/** How often a list is read that does not come whole; one of many pages less often, for it may well never come so. */
const MOST_READINGS = 10;
const READINGS_OF_LONG = 3;
const MANY_PAGES = 100;

/** A call for the pages of an action, `index` if none is named. */
export type List = Omit<ApiRequest, 'action' | 'isIdempotent'> & {
	action?: string;
	/** Where to begin, for a walk that goes on; default 0. */
	firstPage?: number;
};

export interface Page {
	/** From 0. */
	number: number;
	/** Rows that no earlier page held. */
	rows: IDataObject[];
	/** All rows of the page as they came, and what tells them apart within the list. */
	items: IDataObject[];
	keys: RowKey[];
	/** How many rows there are in all, the most that the server spoke of; missing for some entities. */
	total?: number;
	/** False on the last page, if fewer rows came than there are: the list changed while it was read. */
	complete: boolean;
	/** There were fewer rows than before, so one may have slipped to a page that had been read, whatever the count says. */
	shrank: boolean;
}

/** The ID, or the content of a row that has none. */
type RowKey = string | number;

/**
 * Walks the pages of an index action, whatever their size: they are counted from 0 and the server alone decides how
 * many rows one holds. Rows that shift to another page meanwhile come out once.
 */
export async function* pages(
	client: ApiClient,
	{ firstPage = 0, ...call }: List,
): AsyncGenerator<Page, undefined> {
	const seen = new Set<RowKey>();
	const asked = Number(call.body?.pageSize);
	let total: number | undefined;
	let shrank = false;
	let count = 0;
	let fullest = 0;
	let before = '';
	for (let page = firstPage; page < firstPage + MOST_PAGES; page++) {
		const body = { ...call.body, page };
		const { items, total: stated } = await onePage(client, { ...call, body });
		// What merely counts the rows of the page tells nothing.
		shrank ||= stated !== undefined && stated !== items.length && stated < (total ?? 0);
		// A row that is removed meanwhile lowers it, and lets another slip to a page that was read before.
		total = stated === undefined ? total : Math.max(stated, total ?? 0);
		const keys = rowKeys(items);
		const rows = items.filter((_row, index) => {
			const isNew = !seen.has(keys[index]);
			if (isNew) seen.add(keys[index]);
			return isNew;
		});
		const all = total !== undefined && seen.size >= total;
		// More rows than the total make it useless: it may just count a page. After a full page there may be one more.
		const isFull = page === 0 ? looksLikePageSize(items, total, asked) : items.length >= fullest;
		const enough = seen.size === total && !isFull;
		fullest = Math.max(fullest, items.length);
		count += items.length;
		// Equal rows of a list without IDs may well be different ones; how many there are tells, or another page.
		const text = keys.join('\n');
		const isMore = total === undefined ? text !== before : count < total;
		const hasMore = items.length > 0 && typeof keys[0] === 'string' && isMore;
		before = text;
		const last = (rows.length === 0 && !hasMore) || enough;
		const complete = !last || all || total === undefined;
		yield { number: page, rows, items, keys, total, complete, shrank };
		if (last) return;
	}
	throw nodeError(
		client.node,
		{
			message: `AlfaCRM did not come to an end within ${MOST_PAGES} pages when asked to ${call.task}`,
			description: "Narrow it down with 'Filters' or 'Limit'.",
		},
		call.itemIndex,
	);
}

export interface CollectOptions {
	/** How many rows are wanted; all if left out. */
	limit?: number;
	/** Rows for which it is false are left out, and do not count towards the limit. */
	keep?: (row: IDataObject) => boolean;
	/** Bodies to ask with one after the other, for an index that shows one status at a time. */
	passes?: readonly IDataObject[];
	/** How often a list is read at most. */
	readings?: number;
}

export interface Collected {
	/** Each row once, in the order of the first reading. */
	rows: IDataObject[];
	/** False when rows are known to be missing; never because of the limit. */
	whole: boolean;
	/**
	 * How many rows AlfaCRM spoke of, and how many different ones came, before `keep` left some out. Of several passes, which
	 * may show the same rows, that of the one which lacks most.
	 */
	total?: number;
	read: number;
	/** Two readings brought the very same rows in the same order although the total says more: the total is wrong. */
	stable: boolean;
}

/** All rows of a list. */
export async function allRows(client: ApiClient, list: List): Promise<Collected> {
	return await collect(client, list);
}

/**
 * The rows of a list, each once. A list that changes or shuffles while it is read shows some rows twice and others not
 * at all, so it is read again until as many came as AlfaCRM speaks of, or the same ones come twice.
 */
export async function collect(
	client: ApiClient,
	list: List,
	{ limit = Infinity, keep = () => true, passes = [{}], readings = MOST_READINGS }: CollectOptions = {},
): Promise<Collected> {
	const rows: Map<RowKey, IDataObject> = new Map();
	const all: Collected = { rows: [], whole: true, read: 0, stable: false };
	for (const pass of passes) {
		if (rows.size >= limit) break;
		const asked = { ...list, body: { ...list.body, ...pass } };
		const one = await readAll(client, asked, { rows, keep, limit, readings });
		all.whole &&= one.whole;
		all.stable ||= one.stable;
		if (lacking(one) > lacking(all) || all.total === undefined) {
			Object.assign(all, { total: one.total, read: one.read });
		}
	}
	const found = [...rows.values()];
	all.rows = found.length > limit ? found.slice(0, limit) : found;
	return all;
}

const lacking = ({ total = 0, read }: Pick<Collected, 'total' | 'read'>): number => total - read;

interface Reading {
	keys: Set<RowKey>;
	/** As they came, where they have no IDs. */
	items: IDataObject[];
	/** Of the rows in their order. */
	digest: string;
	total?: number;
	complete: boolean;
	shrank: boolean;
}

async function readAll(
	client: ApiClient,
	list: List,
	to: { rows: Map<RowKey, IDataObject>; limit: number; readings: number } & Required<
		Pick<CollectOptions, 'keep'>
	>,
): Promise<Omit<Collected, 'rows'>> {
	const known = new Set<RowKey>();
	let before: Reading | undefined;
	let requests = 0;
	for (let count = 1; ; count++) {
		const reading: Reading = { keys: new Set(), items: [], digest: '', complete: true, shrank: false };
		const order = createHash('sha256');
		let last = '';
		for await (const page of pages(client, list)) {
			requests += 1;
			const text = `${page.keys.join('\n')}\n`;
			// The last page may come again; before all rows are there, one of equal rows is another one.
			const isAgain = text === last && reading.items.length >= (page.total ?? 0);
			if (!isAgain) order.update(text);
			last = text;
			page.items.forEach((row, index) => {
				const key = page.keys[index];
				reading.keys.add(key);
				if (to.keep(row)) to.rows.set(key, row);
				if (typeof key === 'string' && !isAgain) reading.items.push(row);
			});
			const { total, complete, shrank } = page;
			Object.assign(reading, { total, complete, shrank });
			if (to.rows.size >= to.limit)
				return { whole: true, stable: false, total: page.total, read: reading.keys.size };
		}
		reading.digest = order.digest('base64');
		const size = known.size;
		for (const key of reading.keys) known.add(key);
		const { total, items } = reading;
		const result = { total, read: known.size };
		// Equal rows on several pages count where nothing tells how many there are, if they come so twice.
		const hasEqual = total === undefined && items.length > reading.keys.size;
		const isCounted = reading.complete || known.size >= (total ?? 0);
		// A new row may stand in the count for one that slipped; both times is too much of a chance.
		const isEnough = isCounted && (!reading.shrank || count > 1);
		if (isEnough && !hasEqual) return { ...result, whole: true, stable: false };
		if (isInOrder(reading, before)) {
			for (const key of reading.keys) to.rows.delete(key);
			const keys = rowKeys(items);
			items.forEach((row, index) => to.keep(row) && to.rows.set(keys[index], row));
			return { total, read: items.length, whole: true, stable: false };
		}
		// No row at all where some are counted is a failure to repeat, not a wrong total. API notes 3.
		const isStable = known.size > 0 && known.size === size && reading.digest === before?.digest;
		const most = requests > MANY_PAGES ? Math.min(to.readings, READINGS_OF_LONG) : to.readings;
		if (isStable || count >= most) return { ...result, whole: false, stable: isStable };
		before = reading;
	}
}

/** Rows without IDs that came twice in the very same order, and as many as there are: equal ones are different ones. */
function isInOrder({ items, digest, total }: Reading, before: Reading | undefined): boolean {
	return items.length > 0 && items.length === (total ?? items.length) && digest === before?.digest;
}

/**
 * Tells the rows of one page apart. Those of the log have no ID, and may be equal: then they are counted. On another
 * page an equal row may be the same one that has shifted there, or one more; `collect` finds out.
 */
export function rowKeys(items: readonly IDataObject[]): RowKey[] {
	const counts = new Map<string, number>();
	return items.map((row) => {
		const { id } = row;
		if (typeof id === 'number' || (typeof id === 'string' && id !== '')) return Number(id) || id;
		const text = JSON.stringify(row);
		const count = (counts.get(text) ?? 0) + 1;
		counts.set(text, count);
		return count === 1 ? text : `${count} ${text}`;
	});
}

/**
 * A `total` that may just be the length of the page.
 *
 * @param asked how many rows a page shall hold, if that was asked for
 */
export function looksLikePageSize(items: readonly IDataObject[], total = 0, asked = NaN): boolean {
	return items.length === total && (total >= SMALLEST_PAGE || total === asked);
}

/** The rows that one call brings, and how many there are in all, if that is said. */
export async function onePage(
	client: ApiClient,
	call: Omit<List, 'firstPage'>,
): Promise<{ items: IDataObject[]; total?: number }> {
	const answer: Answer = await client.request({ action: 'index', ...call, isIdempotent: true });
	const { items, total } = Array.isArray(answer) ? { items: answer, total: undefined } : answer;
	if (!Array.isArray(items)) {
		throw nodeError(
			client.node,
			{
				message: `AlfaCRM sent no list when asked to ${call.task}`,
				description: "Check 'Hostname' in the credential, or try again later.",
			},
			call.itemIndex,
			{ cause: 'temporarily-unavailable' },
		);
	}
	const count = Number(total);
	return {
		items: (items as unknown[]).filter(isRow),
		total: total !== undefined && total !== null && Number.isFinite(count) ? count : undefined,
	};
}

function isRow(item: unknown): item is IDataObject {
	return typeof item === 'object' && item !== null && !Array.isArray(item);
}
