import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { readId } from '../values/formats';
import { collect, ONE_PAGE } from '../api/list';
import { listCall } from '../entities/listCall';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import type { KnownNames } from '../fields/titles';
import { namedIn, titleOf } from '../fields/titles';

/**
 * What the records are called that titles name by their numbers. A list that can be asked for some is asked for each once; of
 * any other one page is read. What does not come, or may not be read, keeps its number: a picker is to open at once.
 */
export class Names implements KnownNames {
	private readonly known = new Map<string, Map<number, string | undefined>>();

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

	/** Reads what the titles of these rows name, and was not read yet. */
	async readFor(rows: readonly IDataObject[], entity: Entity): Promise<void> {
		const lists = [...namedIn(rows, entity)];
		await Promise.all(lists.map(async ([resource, ids]) => await this.read(entityOf(resource), [...ids])));
	}

	async read(entity: Entity, ids: readonly number[]): Promise<void> {
		const names = this.known.get(entity.resource);
		const filter = entity.filters.find(({ name }) => name === 'ids');
		const wanted = ids.filter((id) => !names?.has(id));
		if (wanted.length === 0 || (names && !filter)) return;
		const known = names ?? new Map<number, string | undefined>();
		this.known.set(entity.resource, known);
		for (const id of wanted) known.set(id, undefined);
		const asked = filter && (filter.ask?.(wanted) ?? { [filter.name]: wanted });
		const body = { ...entity.hidden?.show, ...asked };
		const page = collect(this.client, { ...listCall(entity, this.branch), body }, { goal: ONE_PAGE });
		const { rows } = await page.catch(() => ({ rows: [] }));
		for (const row of rows) known.set(readId(row.id) ?? 0, titleOf(row, entity));
	}
}
