import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { collect, ONE_PAGE } from '../api/list';
import { makeListCall } from '../entities/listCall';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import type { KnownNames } from '../fields/titles';
import { collectNamedIds, titleOf } from '../fields/titles';
import { readId } from '../values/formats';

/**
 * Reads the names of records that titles need. The title of a lesson contains the name of its
 * group, but the row of the lesson has only the ID of the group.
 *
 * A list in the form has to open quickly, so only one page is read of each list: the needed records
 * if the list has a filter by IDs, and the first page if not. If a name is not found, or the user
 * may not read the list, the title shows the ID.
 */
export class RecordNames implements KnownNames {
	/** The names by resource and ID. Undefined if a name was searched for but not found. */
	private readonly namesByResource = new Map<string, Map<number, string | undefined>>();

	constructor(
		private readonly client: ApiClient,
		private readonly branch: number | undefined,
	) {}

	get zone(): string {
		return this.client.zone;
	}

	/** Returns the name of a record; undefined if it was not read or not found. */
	findName(resource: string, id: unknown): string | undefined {
		const recordId = readId(id);
		if (recordId === undefined) return undefined;
		return this.namesByResource.get(resource)?.get(recordId);
	}

	/** Reads the names that the titles of rows need and that have not been read yet. */
	async readForTitles(rows: readonly IDataObject[], entity: Entity): Promise<void> {
		const idsByResource = [...collectNamedIds(rows, entity)];
		const readNames = async ([resource, ids]: [string, Set<number>]) =>
			await this.readByIds(entityOf(resource), [...ids]);
		await Promise.all(idsByResource.map(readNames));
	}

	/**
	 * Reads the names of the records of an entity that have these IDs. `of` then returns the names.
	 */
	async readByIds(entity: Entity, ids: readonly number[]): Promise<void> {
		const knownNames = this.namesByResource.get(entity.resource);
		const newIds = ids.filter((id) => !knownNames?.has(id));
		if (newIds.length === 0) return;

		const idsFilter = makeIdsFilter(entity, newIds);
		const wasListRead = knownNames !== undefined;
		// Without a filter by IDs, the first page would only be read once more.
		if (idsFilter === undefined && wasListRead) return;

		// A name that is not found stays undefined, so it is not asked for again.
		const names = knownNames ?? new Map<number, string | undefined>();
		this.namesByResource.set(entity.resource, names);
		for (const id of newIds) {
			names.set(id, undefined);
		}

		for (const row of await this.readFirstPage(entity, idsFilter)) {
			const id = readId(row.id);
			if (id !== undefined) {
				names.set(id, titleOf(row, entity));
			}
		}
	}

	/** Reads the first page of a list. Returns no rows if the list cannot be read. */
	private async readFirstPage(entity: Entity, filter?: IDataObject): Promise<IDataObject[]> {
		const filtersThatShowArchived = entity.hidden?.bodyShowingAll;
		const body = { ...filtersThatShowArchived, ...filter };
		const list = { ...makeListCall(entity, this.branch), body };
		try {
			const { rows } = await collect(this.client, list, { goal: ONE_PAGE });
			return rows;
		} catch {
			return [];
		}
	}
}

/**
 * Makes the filter that lists the records with these IDs. Returns undefined if the entity has no
 * filter by IDs.
 */
function makeIdsFilter(entity: Entity, ids: number[]): IDataObject | undefined {
	const declaredFilter = entity.filters.find(({ name }) => name === 'ids');
	if (declaredFilter === undefined) return undefined;

	// Usually a filter is sent as an array under its name. Some filters declare another body.
	return declaredFilter.makeBody?.(ids) ?? { [declaredFilter.name]: ids };
}
