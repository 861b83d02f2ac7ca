import type { ApiRequest } from '../api/request';
import type { Entity } from './types';

type ListCall = Pick<ApiRequest, 'action' | 'branch' | 'path' | 'task'>;

/** The call that lists all records of an entity. */
export function listCall({ path, plural }: Pick<Entity, 'path' | 'plural'>, branch?: number): ListCall {
	return { path, action: 'index', branch, task: `list the ${plural.toLowerCase()}` };
}
