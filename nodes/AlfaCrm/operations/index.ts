import type { OperationName } from '../entities/types';
import { create } from './create';
import { deleteRecord } from './delete';
import { get } from './get';
import { getAll } from './getAll';
import type { Operation } from './types';
import { update } from './update';

export const operations: Record<OperationName, Operation> = {
	create,
	delete: deleteRecord,
	get,
	getAll,
	update,
};
