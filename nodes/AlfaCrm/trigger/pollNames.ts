import type { IPollFunctions } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import type { NameSource } from '../output/names';
import type { Titles } from '../store/shortList';
import { makeShortListRequest, readShortList } from '../store/shortList';
import { pollReader } from './eventSource';

/**
 * Makes the source of names for one poll, which reads each list of names once. If a list cannot be
 * read in time, n8n's log says so, and the items go out without these names, because events must
 * not wait for names.
 *
 * @param deadline milliseconds since 1970 after which no list is read
 */
export async function makePollNames(
	context: IPollFunctions,
	client: ApiClient,
	deadline: number,
): Promise<NameSource> {
	const titlesByList = new Map<string, Titles | undefined>();
	const reader = pollReader(client, deadline);
	const nodeName = context.getNode().name;

	return {
		origin: await client.origin(),
		titlesIn: async (entity, branch) => {
			const list = makeShortListRequest(entity, branch);
			const key = JSON.stringify([list.path, list.branch]);
			if (titlesByList.has(key) || Date.now() >= deadline) return titlesByList.get(key);

			let titles: Titles | undefined;
			try {
				({ titles } = await readShortList(reader, entity, branch));
			} catch (caught) {
				const { message } = caught as Error;
				context.logger.warn(
					`'${nodeName}' could not ${list.task}, so names are missing: ${message}`,
				);
			}
			titlesByList.set(key, titles);
			return titles;
		},
	};
}
