import type { IPollFunctions } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import type { ListReader } from '../api/list';
import type { Entity } from '../entities/types';
import type { NameSource } from '../output/names';
import type { Titles } from '../store/shortList';
import { makeShortListRequest, readShortList } from '../store/shortList';
import { makePollReader } from './eventSource';

/**
 * Reads the names that items show beside IDs, such as the name of a subject. Reads each list of
 * names once in a poll. If a list cannot be read, n8n's log says so, and the items go out without
 * these names, because events must not wait for names.
 */
class PollNames implements NameSource {
	/**
	 * The names in each list that was read, by path and branch of the list; undefined for a list that
	 * could not be read. The names of records are called titles in the rest of the code.
	 */
	private readonly titlesByList = new Map<string, Titles | undefined>();
	private readonly reader: ListReader;

	/**
	 * @param origin the address of the AlfaCRM, such as `https://demo.s20.online`, with which the
	 * items make links to records
	 * @param deadline milliseconds since 1970 after which no list is read
	 */
	constructor(
		private readonly context: IPollFunctions,
		client: ApiClient,
		readonly origin: string,
		private readonly deadline: number,
	) {
		this.reader = makePollReader(client, deadline);
	}

	/**
	 * Returns the names of an entity's records by their IDs, such as the names of all subjects. Reads
	 * the list of names when it is needed first.
	 *
	 * @returns undefined if the list could not be read before the deadline
	 */
	async findTitles(entity: Entity, branch?: number): Promise<Titles | undefined> {
		const list = makeShortListRequest(entity, branch);
		const listKey = JSON.stringify([list.path, list.branch]);
		if (this.titlesByList.has(listKey)) return this.titlesByList.get(listKey);

		const isTooLate = Date.now() >= this.deadline;
		if (isTooLate) return undefined;

		const titles = await this.readTitles(entity, branch);
		this.titlesByList.set(listKey, titles);
		return titles;
	}

	/** Reads a list of names. If it cannot be read, writes the reason to n8n's log. */
	private async readTitles(entity: Entity, branch?: number): Promise<Titles | undefined> {
		try {
			const { titles } = await readShortList(this.reader, entity, branch);
			return titles;
		} catch (caught) {
			const { message } = caught as Error;
			const { task } = makeShortListRequest(entity, branch);
			const nodeName = this.context.getNode().name;
			this.context.logger.warn(`'${nodeName}' could not ${task}, so names are missing: ${message}`);
			return undefined;
		}
	}
}

/**
 * Makes the source of names for the items of one poll.
 *
 * @param deadline milliseconds since 1970 after which no list of names is read
 */
export async function makePollNames(
	context: IPollFunctions,
	client: ApiClient,
	deadline: number,
): Promise<NameSource> {
	const origin = await client.origin();
	return new PollNames(context, client, origin, deadline);
}
