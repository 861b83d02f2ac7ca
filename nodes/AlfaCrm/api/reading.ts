import { createHash } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from './client';
import { asNodeError } from './errors';
import type { ListRequest, RowKey } from './page';
import { LARGEST_PAGE, PageTooLarge } from './page';
import type { Page } from './pages';
import { pages } from './pages';
import { nameOf } from './request';

/** What the readings of a list are to bring. */
export interface Wanted {
	/** Filled by each reading; one that came before is replaced. */
	rows: Map<RowKey, IDataObject>;
	limit: number;
	keep: (row: IDataObject) => boolean;
	/** Asked after each page but the last one; true ends the reading there. */
	isEnough: (page: Page) => boolean;
}

/** A list as it was read once, from its first page to the last or to the limit. */
export class Reading {
	readonly keys = new Set<RowKey>();
	/** Rows without IDs, as they came. */
	readonly items: IDataObject[] = [];
	requests = 0;
	/** Page 0 was shorter than asked for. */
	isShort = false;
	/** What the first page said. */
	firstTotal?: number;
	complete = true;
	shrank = false;
	/** A row with an ID came on two pages, one of which had new ones too: rows change places. */
	overlaps = false;
	/** Where `isEnough` ended it: the page to go on with. */
	next?: number;
	/** Whether the whole list has to be gone through after all, though only a few rows were asked for. */
	isTooNarrow = false;
	private lastTotal?: number;
	/** A row came that is not wanted. */
	private isFiltered = false;
	private readonly order = createHash('sha256');
	private lastPage = '';

	constructor(
		private readonly wanted: Wanted,
		private readonly pageSize: number,
	) {}

	/** How many rows there are, unless more came: then the total that AlfaCRM spoke of is useless. */
	get total(): number | undefined {
		return this.keys.size > (this.lastTotal ?? 0) ? undefined : this.lastTotal;
	}

	/** Of the rows in their order. */
	get digest(): string {
		return this.order.copy().digest('base64');
	}

	/** How many more rows are wanted; where some were not, that may be any number of them. */
	get rowsWanted(): number {
		return this.isFiltered ? Infinity : this.wanted.limit - this.wanted.rows.size;
	}

	/** @returns whether the next page is needed */
	add(page: Page): boolean {
		const { items, number, total, complete, shrank } = page;
		const isKept = this.addRows(page, this.noteOrder(page));
		this.isFiltered ||= !isKept;
		this.overlaps ||= hasMoved(page);
		if (number === 0) {
			this.isShort = items.length < this.pageSize;
			this.firstTotal = total;
		}
		this.requests += 1;
		this.lastTotal = total;
		Object.assign(this, { complete, shrank });
		if (this.wanted.rows.size >= this.wanted.limit) return false;
		if (!page.last && this.wanted.isEnough(page)) {
			this.next = number + 1;
			return false;
		}
		// The few that were asked for are not the ones that are wanted.
		this.isTooNarrow = !isKept && items.length === this.pageSize && this.pageSize < LARGEST_PAGE;
		return !this.isTooNarrow;
	}

	/**
	 * The last page may come again; before all rows are there, one of equal rows is another one.
	 *
	 * @returns whether the page came again
	 */
	private noteOrder({ keys, total = 0 }: Page): boolean {
		const text = `${keys.join('\n')}\n`;
		const isAgain = text === this.lastPage && this.items.length >= total;
		if (!isAgain) this.order.update(text);
		this.lastPage = text;
		return isAgain;
	}

	/** @returns whether all rows of the page are wanted */
	private addRows({ items, keys }: Page, isAgain: boolean): boolean {
		let isKept = true;
		items.forEach((row, index) => {
			const key = keys[index];
			this.keys.add(key);
			if (this.wanted.keep(row)) this.wanted.rows.set(key, row);
			else isKept = false;
			if (typeof key === 'string' && !isAgain) this.items.push(row);
		});
		return isKept;
	}
}

/** Whether a page has rows that an earlier one had, besides new ones. */
function hasMoved({ number, rows, items, keys }: Page): boolean {
	const isMixed = rows.length > 0 && rows.length < items.length;
	return number > 0 && isMixed && typeof keys[0] === 'number';
}

/** Reads a list from its first page to the last, or to the limit. */
export async function readOnce(client: ApiClient, list: ListRequest, wanted: Wanted): Promise<Reading> {
	const reading = new Reading(wanted, list.pageSize ?? 0);
	try {
		for await (const page of pages(client, list, () => reading.rowsWanted)) {
			if (!reading.add(page)) break;
		}
	} catch (caught) {
		if (!(caught instanceof PageTooLarge)) throw asNodeError(client.node, caught, list.itemIndex);
		const whole = await readOnce(client, { ...list, pageSize: undefined }, wanted);
		// Only now it is known that the size was the reason, and not something that has passed or stays.
		client.withoutPageSize.add(nameOf(list));
		return whole;
	}
	return reading.isTooNarrow ? await readOnce(client, { ...list, pageSize: LARGEST_PAGE }, wanted) : reading;
}
