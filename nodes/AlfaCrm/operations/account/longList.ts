import type { IDataObject } from 'n8n-workflow';

import type { Probe } from './probe';
import { areAmong } from './probe';

/** Where pages are tried: lists that grow long in any school, the ones that hold still first. */
const LONG_LISTS = ['customer', 'lesson', 'pay', 'log', 'group'];

/** A list of more than one page, and its first two as they come unasked. */
interface LongList {
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
