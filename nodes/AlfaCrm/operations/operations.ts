import type { Entity, OperationName } from '../entities/types';
import { memoize } from '../form/memoize';
import type { CatalogueEntry, Operation } from '../run/operation';
import { makeActionOperation } from './actions';
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

/**
 * The operations that are the same for all entities, by their values of 'Operation'. Workflows have
 * stored the values, so *Get Many* keeps its older value `getAll`.
 */
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
 * Returns the operations of an entity, by their values of 'Operation'. The map is made once for
 * each entity, because every item looks up its operation.
 */
export const operationsOf = memoize(makeOperations);

/**
 * Returns the operations of an entity with their parameters, by their values of 'Operation'. The
 * parameters, too, are made once for each entity.
 */
export const operationEntriesOf = memoize((entity: Entity): ReadonlyMap<string, CatalogueEntry> => {
	const entries = new Map<string, CatalogueEntry>();
	for (const [value, operation] of operationsOf(entity)) {
		entries.set(value, { operation, formPart: operation.form(entity) });
	}
	return entries;
});

/** Makes the operations of an entity: those that it declares by name, and its actions. */
function makeOperations(entity: Entity): ReadonlyMap<string, Operation> {
	const replacements = replacingOperations[entity.resource] ?? {};
	const operations = new Map<string, Operation>();
	for (const name of entity.operations) {
		operations.set(name, replacements[name] ?? commonOperations[name]);
	}
	for (const action of entity.actions ?? []) {
		operations.set(action.name, makeActionOperation(action));
	}
	return operations;
}
