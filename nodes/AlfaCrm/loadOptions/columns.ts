import type { ILoadOptionsFunctions, ResourceMapperField, ResourceMapperFields } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { collect, ONE_PAGE } from '../api/list';
import { entities } from '../entities/registry';
import type { Entity } from '../entities/types';
import { customField, isCustom } from '../fields/custom';
import { isNeeded, toColumn } from '../fields/field';
import { chosenBranch } from './chosen';
import { columnsMethod } from '../entities/methodNames';

type Loader = (this: ILoadOptionsFunctions) => Promise<ResourceMapperFields>;

/** The columns of the field mapper: the declared fields, and the custom ones that records of the account have. */
export const resourceMapping: Record<string, Loader> = Object.fromEntries(
	entities
		.filter((entity) => entity.custom)
		.map((entity) => [
			columnsMethod(entity),
			async function (this: ILoadOptionsFunctions) {
				const creates = this.getCurrentNodeParameter('operation') === 'create';
				const declared = declaredColumns(entity, creates);
				return { fields: [...declared, ...(await customColumns(this, entity))] };
			},
		]),
);

/** What must be given first, then the rest as in the form. */
function declaredColumns({ fields }: Entity, creates: boolean): ResourceMapperField[] {
	const columns = fields.map((field) => toColumn(field, creates && isNeeded(field)));
	const optional = columns.filter(({ required }) => !required);
	return [
		...columns.filter(({ required }) => required),
		...optional.sort((a, b) => a.displayName.localeCompare(b.displayName, 'en')),
	];
}

/** AlfaCRM lists no definitions of custom fields, so they are read off the first page of records. API notes 9. */
async function customColumns(context: ILoadOptionsFunctions, entity: Entity): Promise<ResourceMapperField[]> {
	const client = new ApiClient(context);
	const branch = await chosenBranch(context, client, entity);
	const task = `read the custom fields of ${entity.plural.toLowerCase()}`;
	const list = { path: entity.path, branch, body: entity.hidden?.show, task };
	const { rows } = await collect(client, list, { goal: ONE_PAGE });
	const names = new Set(rows.flatMap((row) => Object.keys(row).filter(isCustom)));
	return [...names].sort().map((id) => {
		const sample = rows.map((row) => row[id]).find((value) => value !== null && value !== undefined);
		const type = Array.isArray(sample) ? 'array' : typeof sample === 'number' ? 'number' : 'string';
		return { ...toColumn(customField(id), false), type };
	});
}
