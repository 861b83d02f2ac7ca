import { entities } from '../entities/registry';
import type { Entity, OperationName } from '../entities/types';
import { oncePer } from '../form/oncePer';
import type { CatalogueEntry, Operation } from '../run/operation';
import { operationFor } from './actions';
import { create } from './common/create';
import { deleteRecord } from './common/delete';
import { find } from './common/find';
import { get } from './common/get';
import { getMany } from './common/getMany';
import { update } from './common/update';
import { upsert } from './common/upsert/upsert';
import { createLesson } from './lessons/createLesson';
import { updateLesson } from './lessons/updateLesson';
import { createRegularLesson, updateRegularLesson } from './lessons/regularLesson';
import { updatePayment } from './payments/updatePayment';

/** The operations that are the same for all entities. */
const commonOperations: Record<OperationName, Operation> = {
	create,
	delete: deleteRecord,
	find,
	get,
	getAll: getMany,
	update,
	upsert,
};

/**
 * The operations that replace the common operation of the same name, by the `resource` of the
 * entity.
 */
const replacingOperations: Readonly<Record<string, Partial<Record<OperationName, Operation>>>> = {
	lesson: { create: createLesson, update: updateLesson },
	pay: { update: updatePayment },
	regularLesson: { create: createRegularLesson, update: updateRegularLesson },
};

/**
 * The operations of each entity by their names. They are made once, because every item looks its
 * operation up.
 */
const operationsByEntity: ReadonlyMap<Entity, ReadonlyMap<string, Operation>> = new Map(
	entities.map((entity) => [entity, makeOperations(entity)]),
);

/** Returns the operations of an entity by the values of 'Operation'. */
export function operationsOf(entity: Entity): ReadonlyMap<string, Operation> {
	// Only the entities of the registry are in the map.
	return operationsByEntity.get(entity) ?? makeOperations(entity);
}

/**
 * Returns the operations of an entity by the values of 'Operation', each with its parameters. The
 * parameters are built once.
 */
export const entriesOf = oncePer((entity: Entity): ReadonlyMap<string, CatalogueEntry> => {
	const operations = [...operationsOf(entity)];
	return new Map(
		operations.map(([name, operation]) => [name, { operation, formPart: operation.form(entity) }]),
	);
});

function makeOperations({ resource, operations, actions = [] }: Entity): Map<string, Operation> {
	const replacing = replacingOperations[resource] ?? {};
	const result = new Map<string, Operation>();
	for (const name of operations) result.set(name, replacing[name] ?? commonOperations[name]);
	for (const action of actions) result.set(action.name, operationFor(action));
	return result;
}
