import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { readId } from '../api/formats';
import { LARGEST_PAGE, fetchPage } from '../api/page';
import { listCall } from '../entities/listCall';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import type { KnownNames } from '../fields/titles';
import { namedIn, titleOf } from '../fields/titles';

/** More would take too long while somebody waits for a list to open. */
const MOST_ONE_BY_ONE = 20;

/**
 * What the records are called that titles name by their numbers. One page of each list is read in a request, and what
 * is not on it, or may not be read, keeps its number: a picker is to open at once.
 */
export class Names implements KnownNames {
	private readonly known = new Map<string, Map<number, string>>();

	constructor(
		private readonly client: ApiClient,
		private readonly branch: number | undefined,
	) {}

	get zone(): string {
		return this.client.zone;
	}

	of(resource: string, id: unknown): string | undefined {
		return this.known.get(resource)?.get(readId(id) ?? 0);
	}

	/** Reads what the titles of these rows name, of lists that were not read yet. */
	async readFor(rows: readonly IDataObject[], entity: Entity): Promise<void> {
		const lists = [...namedIn(rows, entity)].filter(([resource]) => !this.known.has(resource));
		await Promise.all(lists.map(async ([resource, ids]) => await this.read(entityOf(resource), [...ids])));
	}

	/** Asks for a few records one by one, where AlfaCRM did not take a list of their IDs. */
	async readMissing(entity: Entity, ids: readonly number[]): Promise<void> {
		const missing = ids.filter((id) => this.of(entity.resource, id) === undefined).slice(0, MOST_ONE_BY_ONE);
		await Promise.all(missing.map(async (id) => await this.add(entity, { id })));
	}

	private async read(entity: Entity, ids: readonly number[]): Promise<void> {
		this.known.set(entity.resource, new Map());
		const filter = entity.filters.find(({ name }) => name === 'ids');
		await this.add(entity, filter === undefined ? {} : { [filter.sentAs ?? filter.name]: ids });
	}

	private async add(entity: Entity, wanted: IDataObject): Promise<void> {
		const call = { ...listCall(entity, this.branch), body: { ...entity.includeHidden, ...wanted } };
		const { items } = await fetchPage(this.client, call, 0, LARGEST_PAGE).catch(() => ({ items: [] }));
		for (const row of items) this.known.get(entity.resource)?.set(readId(row.id) ?? 0, titleOf(row, entity));
	}
}
