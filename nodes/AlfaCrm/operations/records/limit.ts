import type { INodeProperties } from 'n8n-workflow';

import { showWhen } from '../../form/assemble';
import type { Item } from '../execution/item';

const returnAll: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

const limit: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	description: 'Max number of results to return',
};

/** How many rows are asked for. */
export const limitForm: INodeProperties[] = [returnAll, showWhen(limit, { returnAll: [false] })];

/** Infinity for all. Read before anything is sent. */
export function limitOf(item: Item): number {
	return item.flag(returnAll) ? Infinity : item.integer(limit);
}
