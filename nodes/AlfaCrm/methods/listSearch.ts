import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { readInteger } from '../api/formats';
import { request } from '../api/request';
import { entities } from '../entities/registry';
import type { Entity } from '../entities/types';
import { branchOf, titleOf } from './branch';
import { searchMethod } from './names';

type Search = (this: ILoadOptionsFunctions, filter?: string, page?: string) => Promise<INodeListSearchResult>;

/** A searchable list, page by page, for each entity with too many records for a dropdown. */
export const listSearch: Record<string, Search> = Object.fromEntries(
	entities
		.filter((entity) => entity.search !== undefined)
		.map((entity) => [
			searchMethod(entity),
			async function (this: ILoadOptionsFunctions, filter = '', page = '0') {
				return await find(this, entity, filter.trim(), readInteger(page) ?? 0);
			},
		]),
);

async function find(context: ILoadOptionsFunctions, entity: Entity, typed: string, page: number) {
	const answer = (await request(context, {
		path: entity.path,
		action: 'index',
		branch: await branchOf(context, entity),
		body: { ...entity.reveal, ...filterFor(entity, typed), page },
		task: `search the ${entity.plural.toLowerCase()}`,
		reads: true,
	})) as { items?: IDataObject[]; total?: number };
	const rows = answer.items ?? [];
	const results = rows.map((row) => ({ name: titleOf(row, entity), value: row.id as number }));
	const seen = (page + 1) * rows.length;
	const more = rows.length > 0 && (answer.total === undefined || seen < answer.total);
	return { results, paginationToken: more ? String(page + 1) : undefined };
}

/** What looks like a phone number is searched for among the phones. */
function filterFor({ search }: Entity, typed: string): IDataObject {
	if (typed === '' || search === undefined) return {};
	const digits = typed.replace(/[\s()+-]/g, '');
	return search.digits && /^\d{4,}$/.test(digits) ? { [search.digits]: digits } : { [search.by]: typed };
}
