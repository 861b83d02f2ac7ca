import type { IDataObject } from 'n8n-workflow';

import { LARGEST_PAGE } from '../../api/pages';
import { longList } from './longList';
import { pageSizeWay } from './pages';
import type { Probe } from './probe';
import { keyOf } from './probe';

/** As many pages make a sample where AlfaCRM decides on their size. */
const PAGES = 2;

/** Rows of a list to compare with: one large page where AlfaCRM gives such, else a few. */
export async function sampleOf(probe: Probe, path: string, body?: IDataObject): Promise<IDataObject[]> {
	const first = await probe.page(path, body);
	const long = await longList(probe);
	if (first.length < (long?.size ?? 1)) return first;
	const way = await pageSizeWay(probe);
	if (way?.startsWith('honoured') || way?.startsWith('capped')) {
		return await probe.page(path, { ...body, pageSize: LARGEST_PAGE });
	}
	const rows = new Map(first.map((row) => [keyOf(row), row]));
	for (let page = 1; page < PAGES; page++) {
		const next = await probe.page(path, { ...body, page });
		if (next.every((row) => rows.has(keyOf(row)))) break;
		for (const row of next) rows.set(keyOf(row), row);
		if (next.length < first.length) break;
	}
	return [...rows.values()];
}
