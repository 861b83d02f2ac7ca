import type { IPollFunctions } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { listReader } from '../api/list';
import type { Titles } from '../operations/execution/shortList';
import { listOfNames, readShortList } from '../operations/execution/shortList';
import type { NameSource } from '../operations/output/names';

/**
 * The names of one poll. A list that cannot be read in time is told in n8n's log: news must not wait for names.
 *
 * @param deadline milliseconds since 1970 after which no list is read
 */
export async function pollNames(
	context: IPollFunctions,
	client: ApiClient,
	deadline: number,
): Promise<NameSource> {
	const known = new Map<string, Titles | undefined>();
	const reader = listReader(client);
	return {
		origin: await client.origin(),
		titlesIn: async (entity, branch) => {
			const list = listOfNames(entity, branch);
			const key = JSON.stringify([list.path, list.branch]);
			if (known.has(key) || Date.now() >= deadline) return known.get(key);
			let titles: Titles | undefined;
			try {
				({ titles } = await readShortList(reader, entity, branch));
			} catch (caught) {
				const what = `'${context.getNode().name}' could not ${list.task}, so names are missing`;
				context.logger.warn(`${what}: ${(caught as Error).message}`);
			}
			known.set(key, titles);
			return titles;
		},
	};
}
