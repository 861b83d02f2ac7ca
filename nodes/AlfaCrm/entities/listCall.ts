import type { IDataObject } from 'n8n-workflow';

import type { ApiRequest } from '../api/request';
import { idsOf } from '../values/formats';
import type { Entity, Hidden } from './types';

type ListCall = Pick<ApiRequest, 'action' | 'branch' | 'path' | 'task'>;

/** What to ask an index one after the other to see every record. */
export function passesOf({ hidden }: Pick<Entity, 'hidden'>): readonly IDataObject[] {
	const { partition, passes = [] } = hidden ?? {};
	if (partition === undefined) return [{}, ...passes];
	return partition.choices.map(({ value }) => ({ [partition.name]: value }));
}

/** Bodies to ask with for all kinds but the usual one, which a list shows unasked. */
export const kindPasses = (
	{ name, usual }: NonNullable<Hidden['kinds']>,
	kinds: readonly IDataObject[],
): IDataObject[] =>
	idsOf(kinds)
		.filter((id) => id !== usual)
		.map((id) => ({ [name]: id }));

/**
 * The call that lists all records of an entity; what belongs to no branch is listed without one.
 */
export function listCall(
	{ path, plural, scope }: Pick<Entity, 'path' | 'plural' | 'scope'>,
	branch?: number,
): ListCall {
	const task = `list the ${plural.toLowerCase()}`;
	return { path, action: 'index', branch: scope === 'global' ? undefined : branch, task };
}
