import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import { asNodeError } from './errors';
import type { ListRequest, RowKey } from './page';
import { LARGEST_PAGE, PageTooLarge, rowKeys } from './page';
import type { Page } from './pages';
import { pages } from './pages';
import { nameOf } from './request';

/** How often a list is read that does not come whole; one of many pages less often, for it may well never come so. */
const MOST_READINGS = 10;
const READINGS_OF_LONG = 3;
const MANY_PAGES = 100;

export interface CollectOptions {
	/** How many rows are wanted; all if left out. */
	limit?: number;
	/** Rows for which it is false are left out, and do not count towards the limit. */
	keep?: (row: IDataObject) => boolean;
	/** Bodies to ask with one after the other, for an index that shows one status at a time. */
	passes?: readonly IDataObject[];
	/** How often a list is read at most. */
	maxReadings?: number;
	/** Rows only come on top meanwhile: those that were there in the beginning are all. */
	grows?: boolean;
	/** Asked after each page but the last one; true ends the reading there, for a later one to go on. */
	isEnough?: (page: Page) => boolean;
}

export interface Collected {
	/** Each row once, in the order of the first reading. */
	rows: IDataObject[];
	/** False when rows are known to be missing; never because of the limit. */
	isComplete: boolean;
	/**
	 * How many rows AlfaCRM spoke of, and how many different ones came, before `keep` left some out. Of several passes, which
	 * may show the same rows, that of the one which lacks most.
	 */
	total?: number;
	read: number;
	/** Two readings brought the very same rows in the same order although the total says more: the total is wrong. */
	isTotalWrong: boolean;
	/** The page to go on with, after an end that `isEnough` brought. */
	next?: number;
}

/**
 * The rows of a list, each once. A list that changes or shuffles while it is read shows some rows twice and others not
 * at all, so it is read again until as many came as AlfaCRM speaks of, or the same ones come twice.
 */
export async function collect(
	client: ApiClient,
	list: ListRequest,
	{
		limit = Infinity,
		keep = () => true,
		passes = [{}],
		maxReadings = MOST_READINGS,
		grows = false,
		isEnough = () => false,
	}: CollectOptions = {},
): Promise<Collected> {
	const rows: Map<RowKey, IDataObject> = new Map();
	const all: Collected = { rows: [], isComplete: true, read: 0, isTotalWrong: false };
	const pageSize = Math.min(limit, LARGEST_PAGE);
	let isStable = true;
	for (const pass of passes) {
		if (rows.size >= limit) break;
		const asked = { pageSize, ...list, body: { ...list.body, ...pass } };
		const one = await readAll(client, asked, { rows, keep, limit, maxReadings, grows, isEnough });
		all.isComplete &&= one.isComplete;
		all.next ??= one.next;
		isStable &&= one.isComplete || one.isTotalWrong;
		if (lacking(one) > lacking(all) || all.total === undefined) {
			Object.assign(all, { total: one.total, read: one.read });
		}
	}
	all.isTotalWrong = !all.isComplete && isStable;
	const found = [...rows.values()];
	all.rows = found.length > limit ? found.slice(0, limit) : found;
	return all;
}

const lacking = ({ total = 0, read }: Pick<Collected, 'total' | 'read'>): number => total - read;

/** What the readings of a list fill, and when they have enough. */
interface Wanted extends Required<Omit<CollectOptions, 'passes'>> {
	rows: Map<RowKey, IDataObject>;
}

interface Reading {
	keys: Set<RowKey>;
	/** As they came, where they have no IDs. */
	items: IDataObject[];
	/** Of the rows in their order. */
	digest: string;
	requests: number;
	/** Page 0 was shorter than asked for. */
	isShort: boolean;
	total?: number;
	/** What the first page said. */
	firstTotal?: number;
	complete: boolean;
	shrank: boolean;
	/** A row with an ID came on two pages, one of which had new ones too: rows change places. */
	overlaps: boolean;
	next?: number;
}

async function readAll(
	client: ApiClient,
	list: ListRequest,
	wanted: Wanted,
): Promise<Omit<Collected, 'rows'>> {
	const known = new Set<RowKey>();
	let pageSize = list.pageSize;
	let before: Reading | undefined;
	let requests = 0;
	for (let count = 1; ; count++) {
		const reading = await readOnce(client, { ...list, pageSize }, wanted);
		const { items } = reading;
		// More rows than that make it useless.
		const total = reading.keys.size > (reading.total ?? 0) ? undefined : reading.total;
		if (wanted.rows.size >= wanted.limit)
			return { isComplete: true, isTotalWrong: false, total, read: reading.keys.size };
		if (reading.next !== undefined)
			return { isComplete: false, isTotalWrong: false, total, read: reading.keys.size, next: reading.next };
		const size = known.size;
		for (const key of reading.keys) known.add(key);
		const result = { total, read: known.size };
		// Equal rows on several pages count where nothing tells how many there are, if they come so twice.
		const hasEqual = total === undefined && items.length > reading.keys.size;
		const wantedCount = wanted.grows ? reading.firstTotal : total;
		const isCounted = reading.complete || known.size >= (wantedCount ?? 0);
		// A new row may stand in the count for one that slipped; both times is too much of a chance.
		const isSure = !reading.shrank || count > 1;
		// Where rows change places and nothing tells how many there are, some may not have come.
		const isSettled = total !== undefined || !reading.overlaps;
		const isEnough = isCounted && isSure && isSettled;
		if (isEnough && !hasEqual) return { ...result, isComplete: true, isTotalWrong: false };
		if (isInOrder({ ...reading, total }, before)) {
			for (const key of reading.keys) wanted.rows.delete(key);
			const keys = rowKeys(items);
			items.forEach((row, index) => wanted.keep(row) && wanted.rows.set(keys[index], row));
			return { total, read: items.length, isComplete: true, isTotalWrong: false };
		}
		// No row at all where some are counted is a failure to repeat, not a wrong total. API notes 3.
		const isStable = known.size > 0 && known.size === size && reading.digest === before?.digest;
		requests += reading.requests;
		const most = requests > MANY_PAGES ? Math.min(wanted.maxReadings, READINGS_OF_LONG) : wanted.maxReadings;
		if (isStable || count >= most) return { ...result, isComplete: false, isTotalWrong: isStable };
		before = reading;
		if (reading.isShort) pageSize = undefined;
	}
}

/** Reads a list from its first page to the last, or to the limit. */
async function readOnce(client: ApiClient, list: ListRequest, wanted: Wanted): Promise<Reading> {
	const { rows, keep, limit, isEnough } = wanted;
	const { pageSize = 0 } = list;
	const order = createHash('sha256');
	const reading: Reading = {
		keys: new Set(),
		items: [],
		digest: '',
		requests: 0,
		isShort: false,
		complete: true,
		shrank: false,
		overlaps: false,
	};
	let last = '';
	let isFiltered = false;
	// How many of the next rows are wanted is not known where some were not.
	const rowsWanted = () => (isFiltered ? Infinity : limit - rows.size);
	try {
		for await (const page of pages(client, list, rowsWanted)) {
			const { rows: fresh, items, keys, number, total, last: isLast, complete, shrank } = page;
			const text = `${keys.join('\n')}\n`;
			// The last page may come again; before all rows are there, one of equal rows is another one.
			const isAgain = text === last && reading.items.length >= (total ?? 0);
			if (!isAgain) order.update(text);
			last = text;
			let isKept = true;
			items.forEach((row, index) => {
				const key = keys[index];
				reading.keys.add(key);
				if (keep(row)) rows.set(key, row);
				else isKept = false;
				if (typeof key === 'string' && !isAgain) reading.items.push(row);
			});
			isFiltered ||= !isKept;
			const isMixed = fresh.length > 0 && fresh.length < items.length;
			reading.overlaps ||= number > 0 && isMixed && typeof keys[0] === 'number';
			if (number === 0) {
				reading.isShort = items.length < pageSize;
				reading.firstTotal = total;
			}
			reading.requests += 1;
			Object.assign(reading, { total, complete, shrank });
			if (rows.size >= limit) break;
			if (!isLast && isEnough(page)) {
				reading.next = number + 1;
				break;
			}
			// The few that were asked for are not the ones that are wanted, so the whole list has to be gone through.
			if (!isKept && items.length === pageSize && pageSize < LARGEST_PAGE)
				return await readOnce(client, { ...list, pageSize: LARGEST_PAGE }, wanted);
		}
	} catch (caught) {
		if (!(caught instanceof PageTooLarge)) throw asNodeError(client.node, caught, list.itemIndex);
		const whole = await readOnce(client, { ...list, pageSize: undefined }, wanted);
		// Only now it is known that the size was the reason, and not something that has passed or stays.
		client.withoutPageSize.add(nameOf(list));
		return whole;
	}
	reading.digest = order.digest('base64');
	return reading;
}

/** Rows without IDs that came twice in the very same order, and as many as there are: equal ones are different ones. */
function isInOrder({ items, digest, total }: Reading, before: Reading | undefined): boolean {
	return items.length > 0 && items.length === (total ?? items.length) && digest === before?.digest;
}
