import type { IDataObject } from 'n8n-workflow';

import type { ApiRequest } from '../api/request';
import { idsOf } from '../values/formats';
import type { Entity, Hidden } from './types';

type ListCall = Pick<ApiRequest, 'action' | 'branch' | 'path' | 'task'>;

/**
 * Returns the bodies with which the index, AlfaCRM's call for a list, is called one after the other
 * to show every record. Each of these calls is a pass. The empty body asks for a plain list, which
 * may leave out some records.
 */
export function passesOf({ hidden }: Pick<Entity, 'hidden'>): readonly IDataObject[] {
	const { partition, passes = [] } = hidden ?? {};
	if (partition === undefined) return [{}, ...passes];
	return partition.choices.map(({ value }) => ({ [partition.name]: value }));
}

/**
 * Makes one body for each kind of record that a plain list may leave out, such as
 * `{ pay_type_id: 5 }` for refunds. The usual kind needs no body, because a plain list shows it.
 *
 * @param kinds the records of the entity that lists the kinds
 */
export const makeFiltersForKinds = (
	{ name, usual }: NonNullable<Hidden['kinds']>,
	kinds: readonly IDataObject[],
): IDataObject[] =>
	idsOf(kinds)
		.filter((id) => id !== usual)
		.map((id) => ({ [name]: id }));

/**
 * Makes the call that lists the records of an entity. The call for a global entity names no branch.
 */
export function makeListCall(
	{ path, plural, scope }: Pick<Entity, 'path' | 'plural' | 'scope'>,
	branch?: number,
): ListCall {
	const task = `list the ${plural.toLowerCase()}`;
	return { path, action: 'index', branch: scope === 'global' ? undefined : branch, task };
}
