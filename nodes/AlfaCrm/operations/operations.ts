import { entities } from '../entities/registry';
import type { Entity, OperationName } from '../entities/types';
import { operationFor } from './actions';
import { updatePayment } from './payments/updatePayment';
import { find } from './common/find';
import { upsert } from './common/upsert/upsert';
import type { Operation } from '../run/operation';
import { create } from './common/create';
import { deleteRecord } from './common/delete';
import { get } from './common/get';
import { getMany } from './common/getMany';
import { createLesson } from './lessons/createLesson';
import { createRegularLesson, updateRegularLesson } from './lessons/regularLesson';
import { updateLesson } from './lessons/updateLesson';
import { update } from './common/update';

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
	lesson: { create: createLesson, update: updateLesson },
	pay: { update: updatePayment },
	regularLesson: { create: createRegularLesson, update: updateRegularLesson },
};

/** The operations of each entity by their names. They are made once, because every item looks its operation up. */
const operationsByEntity: ReadonlyMap<Entity, ReadonlyMap<string, Operation>> = new Map(
	entities.map((entity) => [entity, makeOperations(entity)]),
);

/** What can be done with the records of an entity, by name. */
export function operationsOf(entity: Entity): ReadonlyMap<string, Operation> {
	return operationsByEntity.get(entity) ?? makeOperations(entity);
}

function makeOperations({ resource, operations, actions = [] }: Entity): Map<string, Operation> {
	return new Map([
		...operations.map((name) => [name, own[resource]?.[name] ?? usual[name]] as const),
		...actions.map((action) => [action.name, operationFor(action)] as const),
	]);
}
