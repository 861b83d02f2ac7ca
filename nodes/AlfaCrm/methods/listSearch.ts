import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { formatDay } from '../api/formats';
import { ApiClient } from '../api/client';
import { entities } from '../entities/registry';
import type { Entity } from '../entities/types';
import { branchOf, titleOf } from './branch';
import { searchMethod } from './names';

type Search = (
	this: ILoadOptionsFunctions,
	filter?: string,
	token?: string,
) => Promise<INodeListSearchResult>;

/** A searchable list, page by page, for each entity with too many records for a dropdown. */
export const listSearch: Record<string, Search> = Object.fromEntries(
	entities
		.filter((entity) => entity.search !== undefined)
		.map((entity) => [
			searchMethod(entity),
			async function (this: ILoadOptionsFunctions, filter = '', token = '0.0') {
				const [pass, page] = token.split('.').map(Number);
				return await find(this, entity, filter.trim(), pass, page);
			},
		]),
);

/** One page of one pass, for an index that shows one status at a time needs several. */
async function find(
	context: ILoadOptionsFunctions,
	entity: Entity,
	typed: string,
	pass: number,
	page: number,
) {
	const passes = entity.sweep?.choices.map(({ value }) => ({ [entity.sweep?.name ?? '']: value })) ?? [{}];
	const filter = filterFor(entity, typed, context.getTimezone());
	const client = new ApiClient(context);
	const answer = (await client.request({
		path: entity.path,
		action: 'index',
		branch: await branchOf(context, client, entity),
		body: { ...entity.reveal, ...passes[pass], ...filter, page },
		task: `search the ${entity.plural.toLowerCase()}`,
		isIdempotent: true,
	})) as { items?: IDataObject[]; total?: number };
	const rows = answer.items ?? [];
	const found = rows.map((row) => ({ name: titleOf(row, entity), value: row.id as number }));
	const byTitle =
		filter === undefined
			? found.filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase()))
			: found;
	const more = rows.length > 0 && (answer.total === undefined || (page + 1) * rows.length < answer.total);
	const next = more ? `${pass}.${page + 1}` : pass + 1 < passes.length ? `${pass + 1}.0` : undefined;
	return { results: byTitle, paginationToken: next };
}

/** @returns undefined when no filter of the API can find what was typed */
function filterFor({ search }: Entity, typed: string, zone: string): IDataObject | undefined {
	if (typed === '' || search === undefined) return {};
	const day = search.day && formatDay(typed, 'iso', zone);
	if (search.day && day !== undefined) return Object.fromEntries(search.day.map((name) => [name, day]));
	const digits = typed.replace(/[\s()+-]/g, '');
	if (search.digits === 'id' && /^\d+$/.test(digits)) return { id: Number(digits) };
	// What looks like a phone number is searched for among the phones.
	if (search.digits && /^\d{4,}$/.test(digits)) return { [search.digits]: digits };
	return search.by ? { [search.by]: typed } : undefined;
}
