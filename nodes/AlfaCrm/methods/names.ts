import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { readId } from '../api/formats';
import { LARGEST_PAGE, fetchPage } from '../api/page';
import { listCall } from '../entities/listCall';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import type { KnownNames } from '../fields/titles';
import { namedIn, titleOf } from '../fields/titles';

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

	private async read(entity: Entity, ids: readonly number[]): Promise<void> {
		const names = new Map<number, string>();
		this.known.set(entity.resource, names);
		const filter = entity.filters.find(({ name }) => name === 'ids');
		const wanted = filter === undefined ? {} : { [filter.sentAs ?? filter.name]: ids };
		const call = { ...listCall(entity, this.branch), body: { ...entity.includeHidden, ...wanted } };
		const { items } = await fetchPage(this.client, call, 0, LARGEST_PAGE).catch(() => ({ items: [] }));
		for (const row of items) names.set(readId(row.id) ?? 0, titleOf(row, entity));
	}
}
