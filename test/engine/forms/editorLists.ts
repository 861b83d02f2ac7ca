import type { INodeListSearchItems, INodeParameters } from 'n8n-workflow';

import type { Engine } from '../support/engine';

/** A form in which nothing but the branch is chosen. */
export const CUSTOMER_FORM: INodeParameters = { resource: 'customer', operation: 'get', branchId: 1 };

/** More than any test scrolls. A picker that has no end must not hang. */
const MAX_PAGES = 100;

/** Types a text into a picker and scrolls to its end, and returns all entries that it shows. */
export async function searchToEnd(
	engine: Engine,
	picker: string,
	typedText: string,
	parameters: INodeParameters = {},
): Promise<INodeListSearchItems[]> {
	const form = { ...CUSTOMER_FORM, ...parameters };
	const entries: INodeListSearchItems[] = [];
	let nextPage: string | undefined;

	for (let pagesRead = 0; pagesRead < MAX_PAGES; pagesRead++) {
		const { results, paginationToken } = await engine.searchPicker(picker, form, typedText, nextPage);
		entries.push(...results);
		nextPage = paginationToken as string | undefined;
		if (nextPage === undefined) break;
	}
	return entries;
}

export function listNames(entries: readonly INodeListSearchItems[]): string[] {
	return entries.map(({ name }) => name);
}

/** Lists the IDs of entries in ascending order. */
export function listIds(entries: readonly INodeListSearchItems[]): number[] {
	return sortIds(entries.map(({ value }) => value));
}

export function sortIds(ids: readonly unknown[]): number[] {
	return ids.map(Number).sort((a, b) => a - b);
}

/** Arranges the names of entries by the IDs of their records. */
export function namesById(entries: readonly INodeListSearchItems[]): Record<string, string> {
	return Object.fromEntries(entries.map(({ value, name }) => [value, name]));
}
