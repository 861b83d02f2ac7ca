import type { Entity, OperationName } from '../entities/types';
import { operationFor } from './actions';
import { find } from './matching/find';
import { upsert } from './matching/upsert';
import type { Operation } from './operation';
import { create } from './records/create';
import { deleteRecord } from './records/delete';
import { get } from './records/findById';
import { getMany } from './records/getMany';
import { bookLesson, updateLesson } from './records/lesson';
import { createRegularLesson, updateRegularLesson } from './records/regularLesson';
import { update } from './records/update';

/** The usual operations, in the order in which parameters that several have name them. */
const usual: Record<OperationName, Operation> = {
	create,
	delete: deleteRecord,
	find,
	get,
	getAll: getMany,
	update,
	upsert,
};

/** Those that an entity has in place of the usual ones. */
const own: Readonly<Record<string, Partial<Record<OperationName, Operation>>>> = {
	lesson: { create: bookLesson, update: updateLesson },
	regularLesson: { create: createRegularLesson, update: updateRegularLesson },
};

/** The usual operations of an entity by name, in the order of the form. */
export const usualOf = ({ resource, operations }: Entity): Array<[string, Operation]> =>
	(Object.keys(usual) as OperationName[])
		.filter((name) => operations.includes(name))
		.map((name) => [name, own[resource]?.[name] ?? usual[name]]);

/** What else can be done with its records. */
export const actionsOf = ({ actions = [] }: Entity): Array<[string, Operation]> =>
	actions.map((action) => [action.name, operationFor(action)]);

export const operationsOf = (entity: Entity): Map<string, Operation> =>
	new Map([...usualOf(entity), ...actionsOf(entity)]);
