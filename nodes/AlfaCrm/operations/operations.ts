import type { OperationName } from '../entities/types';
import { find } from './matching/find';
import { upsert } from './matching/upsert';
import type { Operation } from './operation';
import { create } from './records/create';
import { deleteRecord } from './records/delete';
import { get } from './records/get';
import { getMany } from './records/getMany';
import { update } from './records/update';

/** The usual operations, in the order in which parameters that several have name them. */
export const operations: Record<OperationName, Operation> = {
	create,
	delete: deleteRecord,
	find,
	get,
	getAll: getMany,
	update,
	upsert,
};

export const operationNames = Object.keys(operations) as OperationName[];
