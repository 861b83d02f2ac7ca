import type { ApiRequest } from '../api/request';
import type { Entity } from './types';

type ListCall = Pick<ApiRequest, 'action' | 'branch' | 'path' | 'task'>;

/** The call that lists all records of an entity; what belongs to no branch is listed without one. */
export function listCall(
	{ path, plural, scope }: Pick<Entity, 'path' | 'plural' | 'scope'>,
	branch?: number,
): ListCall {
	const task = `list the ${plural.toLowerCase()}`;
	return { path, action: 'index', branch: scope === 'global' ? undefined : branch, task };
}
