import type { IDataObject } from 'n8n-workflow';

import type { Probe } from './probe';
import { areAmong, keyOf } from './probe';

/** Where pages are tried: lists that grow long in any school, the ones that hold still first. */
const LONG_LISTS = ['customer', 'lesson', 'pay', 'log', 'group'];

/** A list of more than one page, and its first two as they come unasked. */
export interface LongList {
	path: string;
	first: IDataObject[];
	second: IDataObject[];
	size: number;
	total?: number;
}

/** The longest list that can be read, if it has a second page. */
export async function longList(probe: Probe): Promise<LongList | undefined> {
	const lists = [];
	for (const path of LONG_LISTS) {
		const { rows = [], total = 0 } = await probe.ask(probe.whole(path));
		lists.push({ path, first: rows, length: Math.max(total, rows.length) });
	}
	const [{ path, first }] = lists.sort((a, b) => b.length - a.length);
	if (first.length === 0) return undefined;
	const second = (await probe.ask(probe.whole(path, { page: 1 }))).rows ?? [];
	if (areAmong(second, first)) return undefined;
	const { total } = await probe.ask(probe.whole(path));
	return { path, first, second, size: first.length, total };
}

/** A page of the list, without asking for a size. */
export async function pageAt(probe: Probe, { path }: LongList, page: number): Promise<IDataObject[]> {
	return await probe.page(path, page === 0 ? {} : { page });
}

/** Whether the same question has another answer each time; one change may come in between, two hardly do. */
async function changes(probe: Probe, path: string): Promise<boolean | undefined> {
	const ask = probe.whole(path);
	const first = (await probe.rows(ask)).map(keyOf);
	if (first.length < 3) return undefined;
	let last = first;
	for (let tries = 0; tries < 2; tries++) {
		const next = ((await probe.askAgain(ask)).rows ?? []).map(keyOf);
		if (next.join() === last.join()) return false;
		last = next;
	}
	return true;
}

/** By the list that pages are tried on. */
export async function isShuffled(probe: Probe): Promise<boolean | undefined> {
	return await (probe.isShuffled ??= orderOf(probe));
}

async function orderOf(probe: Probe): Promise<boolean | undefined> {
	const list = await longList(probe);
	return await changes(probe, list?.path ?? 'customer');
}
