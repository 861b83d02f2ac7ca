import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { entities } from '../entities/registry';
import type { Entity } from '../entities/types';
import { lessonCustomers } from './lessonCustomers';
import { byWeight, fetchRows } from './rows';
import { optionsMethod } from '../entities/methodNames';
import { titleOf, toldApart } from '../fields/titles';

type Loader = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;

/** A dropdown for each entity, filled from the account. */
const ofEntities: Record<string, Loader> = Object.fromEntries(
	entities.map((entity) => [
		optionsMethod(entity),
		async function (this: ILoadOptionsFunctions) {
			const rows = (await fetchRows(this, new ApiClient(this), entity)).sort(byWeight);
			return toldApart(rows.map((row) => toOption(row, entity)));
		},
	]),
);

export const loadOptions: Record<string, Loader> = { ...ofEntities, ...lessonCustomers };

function toOption(row: IDataObject, entity: Entity): INodePropertyOptions {
	const off = row.is_enabled === 0 || row.is_active === 0;
	const archived = Number(row.removed) === 1 ? ' · archived' : '';
	return { name: `${titleOf(row, entity)}${off ? ' (Off)' : ''}${archived}`, value: row.id as number };
}
