import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { readId } from '../values/formats';
import { collect } from '../api/list';
import { listCall } from '../entities/listCall';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import type { KnownNames } from '../fields/titles';
import { namedIn, titleOf } from '../fields/titles';

/** More would take too long while somebody waits for a list to open. */
const MOST_ONE_BY_ONE = 20;

/**
 * What the records are called that titles name by their numbers. Of a list that can be asked for some, each is asked for
 * once; of any other one page is read. What is not on it, or may not be read, keeps its number: a picker is to open at once.
 */
export class Names implements KnownNames {
	private readonly known = new Map<string, Map<number, string>>();
	/** The IDs that were asked for, by list. */
	private readonly asked = new Map<string, Set<number>>();
	/** Lists of which there is no more to have: one page of them was read, they are refused, or do not heed the IDs. */
	private readonly closed = new Set<string>();

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

	/** Asks for a few records one by one, where AlfaCRM did not take a list of their IDs. */
	async readMissing(entity: Entity, ids: readonly number[]): Promise<void> {
		const missing = ids.filter((id) => this.of(entity.resource, id) === undefined).slice(0, MOST_ONE_BY_ONE);
		await Promise.all(missing.map(async (id) => await this.add(entity, { id })));
	}

	private async read(entity: Entity, ids: readonly number[]): Promise<void> {
		const { resource, filters } = entity;
		const asked = this.asked.get(resource) ?? new Set();
		const unasked = ids.filter((id) => !asked.has(id));
		if (this.closed.has(resource) || unasked.length === 0) return;
		this.asked.set(resource, new Set([...asked, ...unasked]));
		const filter = filters.find(({ name }) => name === 'ids');
		const found = await this.add(entity, filter ? (filter.ask?.(unasked) ?? { [filter.name]: unasked }) : {});
		const isHeeded = filter !== undefined && found?.every((id) => unasked.includes(id));
		if (!isHeeded) this.closed.add(resource);
	}

	/** @returns the IDs of those that came; undefined where they may not be read */
	private async add(entity: Entity, wanted: IDataObject): Promise<number[] | undefined> {
		const call = { ...listCall(entity, this.branch), body: { ...entity.hidden?.show, ...wanted } };
		const firstPage = collect(this.client, call, { isEnough: () => true });
		const { rows } = await firstPage.catch(() => ({ rows: undefined }));
		const names = this.known.get(entity.resource) ?? new Map<number, string>();
		this.known.set(entity.resource, names);
		for (const row of rows ?? []) names.set(readId(row.id) ?? 0, titleOf(row, entity));
		return rows?.map((row) => readId(row.id) ?? 0);
	}
}
