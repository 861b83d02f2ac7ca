import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { readId } from '../api/formats';
import { pages } from '../api/pages';
import { branch as branchEntity } from '../entities/branch';
import { entities } from '../entities/registry';
import type { Entity } from '../entities/types';
import { optionsMethod } from './names';

type Loader = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;

/** A dropdown for each entity whose records have names, filled from the account. */
export const loadOptions: Record<string, Loader> = Object.fromEntries(
	entities
		.filter((entity) => entity.fields.some(({ name }) => name === 'name'))
		.map((entity) => [
			optionsMethod(entity),
			async function (this: ILoadOptionsFunctions) {
				return (await rowsOf(this, entity)).sort(inOrder).map(toOption);
			},
		]),
);

async function rowsOf(context: ILoadOptionsFunctions, entity: Entity): Promise<IDataObject[]> {
	const branch = entity.scope === 'branch' ? await branchOf(context) : undefined;
	const rows: IDataObject[] = [];
	for await (const page of pages(context, {
		path: entity.path,
		branch,
		task: `list the ${entity.plural.toLowerCase()}`,
	})) {
		rows.push(...page.rows);
	}
	return rows;
}

/** While no branch is chosen, or an expression chooses it at run time, the first one of the account stands in. */
async function branchOf(context: ILoadOptionsFunctions): Promise<number | undefined> {
	const chosen = readId(context.getCurrentNodeParameter('branchId'));
	if (chosen !== undefined) return chosen;
	const [first] = (await rowsOf(context, branchEntity)).sort(inOrder);
	return readId(first?.id);
}

/** AlfaCRM's own order of its lists. */
function inOrder(a: IDataObject, b: IDataObject): number {
	return Number(a.weight ?? 0) - Number(b.weight ?? 0) || nameOf(a).localeCompare(nameOf(b));
}

function nameOf(row: IDataObject): string {
	return String(row.name ?? row.id);
}

function toOption(row: IDataObject): INodePropertyOptions {
	const off = row.is_enabled === 0 || row.is_active === 0;
	return { name: off ? `${nameOf(row)} (Off)` : nameOf(row), value: row.id as number };
}
