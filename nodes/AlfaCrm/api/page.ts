import type { IDataObject } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

import type { ApiResponse } from './response';
import type { ApiClient } from './client';
import type { ApiRequest } from './request';
import { nameOf } from './request';
import type { ApiFailure } from './errors';
import { nodeError, timedOut } from './errors';

/** The most rows that AlfaCRM gives on a page, as documented. API notes 3. */
export const LARGEST_PAGE = 500;
/** The smallest page that AlfaCRM was seen to give; a `total` equal to one full page may just be the page's length. */
export const SMALLEST_PAGE = 20;

/** A call for the pages of an action, `index` if none is named. */
export type ListRequest = Omit<ApiRequest, 'action' | 'isIdempotent'> & {
	action?: string;
	/** Where to begin, for a walk that goes on; default 0. */
	firstPage?: number;
	/** How many rows to ask for on a page. What comes is the page, whatever was asked for; API notes 7a. */
	pageSize?: number;
};

/** The same without the item that it is made for. */
export type ListQuery = Omit<ListRequest, 'itemIndex'>;

/** The ID, or the content of a row that has none. */
export type RowKey = string | number;

/** A large page failed in a way that its size may explain, after others came: the list begins anew, without a size. */
export class PageTooLarge extends UserError {
	constructor() {
		super('AlfaCRM did not send the next page of the list. Search again.');
	}
}

/** A page as it came, and the size to ask the next ones for. */
export interface PageResponse {
	items: IDataObject[];
	/** The total, if it is one. */
	total?: number;
	size?: number;
}

/**
 * Asks for a page, and for page 0 without a size where AlfaCRM does not take one. That is remembered as long as the
 * client lives. API notes 7a.
 *
 * @param size how many rows to ask for; nothing is asked for without it
 * @throws PageTooLarge
 */
export async function fetchPage(
	client: ApiClient,
	call: ListRequest,
	page: number,
	size?: number,
): Promise<PageResponse> {
	const isSized = size !== undefined && (page > 0 || !client.withoutPageSize.has(nameOf(call)));
	if (isSized) {
		const answer = await sizedResponse(client, requestOf(call, page, size));
		const read = answer && readPage(answer);
		if (read && !(page === 0 && isEmptyByMistake(read))) return { ...read, size };
		if (page > 0) throw new PageTooLarge();
	}
	const read = readPage(await client.request(requestOf(call, page)));
	if (read === undefined) throw noList(client, call);
	if (isSized) client.withoutPageSize.add(nameOf(call));
	return read;
}

/** The answer, unless the size may be why there is none. A failure of the server may pass, so it is asked twice. */
async function sizedResponse(client: ApiClient, call: ApiRequest): Promise<ApiResponse | undefined> {
	for (let tries = 1; ; tries++) {
		let mayPass = false;
		const answer = await client.attempt(call, (failure) => {
			mayPass = failure.status === 500;
			return mayBeTooLarge(failure);
		});
		if (answer !== undefined || !mayPass || tries > 1) return answer;
	}
}

const isEmptyByMistake = ({ items, total = 0 }: PageResponse): boolean => items.length === 0 && total > 0;

function requestOf(call: ListRequest, page: number, size?: number): ApiRequest {
	const body = { ...call.body, ...(size === undefined ? {} : { pageSize: size }), page };
	return { action: 'index', ...call, body, isIdempotent: true };
}

/** API notes 7a. Not what is about the user's rights, or about too many requests. */
function mayBeTooLarge(failure: ApiFailure): boolean {
	const { kind, status = 0 } = failure;
	return kind === 'refusal' || timedOut(failure) || [400, 413, 422].includes(status) || status >= 500;
}

/** The rows of an answer and how many there are in all; undefined when it is no list. */
export function readPage(answer: ApiResponse): PageResponse | undefined {
	const { items, total } = Array.isArray(answer) ? { items: answer, total: undefined } : answer;
	if (!Array.isArray(items)) return undefined;
	const count = total === undefined || total === null ? NaN : Number(total);
	return {
		items: (items as unknown[]).filter(isRow),
		total: Number.isFinite(count) ? count : undefined,
	};
}

function noList(client: ApiClient, { task, itemIndex }: ListRequest): Error {
	const text = {
		message: `AlfaCRM sent no list when asked to ${task}`,
		description: "Check 'Hostname' in the credential, or try again later.",
	};
	return nodeError(client.node, text, itemIndex, { cause: 'temporarily-unavailable' });
}

/** A JSON object; no list. */
export function isRow(item: unknown): item is IDataObject {
	return typeof item === 'object' && item !== null && !Array.isArray(item);
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
 * Whether a page holds as many rows as fit, so that another one may follow.
 *
 * @param list.fullest the most rows that an earlier page held
 */
export function isFullPage(
	items: readonly IDataObject[],
	list: { number: number; total?: number; asked?: number; fullest: number },
): boolean {
	const { number, total, asked, fullest } = list;
	return number === 0 ? looksLikePageSize(items, total, asked) : items.length >= fullest;
}

/**
 * How many rows to ask for after page 0: a server that gives less than it is asked for may still count from what it was
 * asked for, and pass over rows. Fewer than any server gives were the whole list, which may grow meanwhile.
 */
export function sizeAfter({ items, size }: PageResponse): number | undefined {
	return size === undefined ? undefined : Math.min(size, Math.max(SMALLEST_PAGE, items.length));
}

/**
 * A `total` that may just be the length of the page.
 *
 * @param asked how many rows a page shall hold, if that was asked for
 */
export function looksLikePageSize(items: readonly IDataObject[], total = 0, asked = NaN): boolean {
	return items.length === total && (total >= SMALLEST_PAGE || total === asked);
}
