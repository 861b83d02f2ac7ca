import type { ShownType } from '../../nodes/AlfaCrm/entities/fieldTypes';
import { entityOf, resourceEntities } from '../../nodes/AlfaCrm/entities/registry';
import type { Action, ActionKindName, Entity } from '../../nodes/AlfaCrm/entities/types';
import { allSchemas } from '../../nodes/AlfaCrm/operations/schemas';
import { findAddedResource } from '../support/actionKinds';

/** A schema as n8n's editor reads it. */
export interface Schema {
	type: string | readonly string[];
	properties?: Record<string, Schema>;
	items?: Schema;
}

/** The output schemas, by operation: "customer/get". */
export const schemas = allSchemas() as Record<string, Schema>;

/** An operation of an entity with its output schema; its key is as in "customer/get". */
interface DescribedOperation {
	key: string;
	entity: Entity;
	schema: Schema;
}

/** An action of an entity with its output schema. */
type DescribedAction = DescribedOperation & { action: Action };

/** Names the field with which a kind of action tells its result, besides `operationResult`. */
const RESULT_FIELD: Partial<Record<ActionKindName, string>> = {
	joinGroup: 'alreadyMember',
	leaveGroup: 'alreadyLeft',
	bookLesson: 'teacher_names',
};

/** Describes the operations with these names, such as "get", of all entities. */
export function describeOperations(...operations: string[]): DescribedOperation[] {
	return resourceEntities.flatMap((entity) =>
		entity.operations
			.filter((operation) => operations.includes(operation))
			.map((operation) => describeOperation(entity, operation)),
	);
}

/** Describes the actions of all entities. */
export function describeActions(): DescribedAction[] {
	return resourceEntities.flatMap((entity) =>
		(entity.actions ?? []).map((action) => ({ ...describeOperation(entity, action.name), action })),
	);
}

function describeOperation(entity: Entity, operation: string): DescribedOperation {
	const key = `${entity.resource}/${operation}`;
	return { key, entity, schema: schemas[key] };
}

/** Whether the entity of an operation has fields that Simplify keeps. */
export function isSimplified({ entity }: DescribedOperation): boolean {
	return entity.simplifiedFields !== undefined;
}

/** Whether an operation returns full records, because Simplify does nothing for its entity. */
export function isFull(operation: DescribedOperation): boolean {
	return !isSimplified(operation);
}

/** Lists the names of the properties of a schema, in their order. */
export function propertyNamesOf(schema: Schema): string[] {
	return Object.keys(schema.properties ?? {});
}

/** Lists a schema and all schemas inside of it. */
export function partsOf(schema: Schema): Schema[] {
	const properties = Object.values(schema.properties ?? {});
	return [schema, ...properties.flatMap(partsOf), ...(schema.items ? partsOf(schema.items) : [])];
}

/** Names the fields that AlfaCRM returns in a record of an entity, sorted. */
export function fullRecordNames(entity: Entity): string[] {
	const { fields, outputFields = [], parentFields = [], withoutId } = entity;
	const returnedFields = [...outputFields, ...parentFields, ...fields.filter(({ writeOnly }) => !writeOnly)];
	const names = returnedFields.map(({ name }) => name);
	return sortWithoutRepeats(withoutId ? names : ['id', ...names]);
}

/** Names the fields of a full record, with the names of other records beside their IDs, sorted. */
export function fullRecordNamesWithNames(entity: Entity): string[] {
	return sortWithoutRepeats(addNamesBeside(entity, fullRecordNames(entity)));
}

/** Names the fields of a simplified record, in their order. The address of its page comes last. */
export function simplifiedRecordNames(entity: Entity): string[] {
	const { simplifiedFields = [], pages } = entity;
	return pages ? [...simplifiedFields, 'url'] : [...simplifiedFields];
}

/** Names the fields of a simplified record, with the names of other records beside their IDs. */
export function simplifiedRecordNamesWithNames(entity: Entity): string[] {
	return addNamesBeside(entity, simplifiedRecordNames(entity));
}

/**
 * Names the fields that an action returns if a second run does not do its work again: the fields of the record, and
 * those with the result.
 */
export function namesReturnedByRepeatableAction({ entity, action }: DescribedAction): string[] {
	const isAboutMember = action.kind === 'joinGroup' || action.kind === 'leaveGroup';
	const returnedResource = findAddedResource(action) ?? (isAboutMember ? 'cgi' : entity.resource);
	const returnedEntity = entityOf(returnedResource);
	const recordNames =
		returnedEntity.simplifiedFields === undefined
			? fullRecordNames(returnedEntity)
			: simplifiedRecordNames(returnedEntity);
	return [...recordNames, RESULT_FIELD[action.kind] ?? 'changedFields', 'operationResult'];
}

/** Names a field and, if it refers to other records, the field with their names: `subject_id` and `subject_name`. */
export function withNameBeside(field: ShownType & { name: string }): string[] {
	const { name, type } = field;
	if (type === 'references') return [name, name.replace('_ids', '_names')];
	if (type === 'reference') return [name, name.replace('_id', '_name')];
	// A number of choices has its label beside it, such as `status_name`.
	const isNumberOfChoice = type === 'choice' && typeof field.default === 'number';
	return isNumberOfChoice ? [name, `${name}_name`] : [name];
}

/** Adds to names of fields the names beside them: `subject_id` becomes `subject_id` and `subject_name`. */
function addNamesBeside(entity: Entity, names: readonly string[]): string[] {
	const { fields, parentFields = [], outputFields = [] } = entity;
	const declarations = [...fields, ...parentFields, ...outputFields];
	const fieldByName = new Map(declarations.map((field) => [field.name, field]));
	return names.flatMap((name) => {
		const field = fieldByName.get(name);
		return field === undefined ? [name] : withNameBeside(field);
	});
}

function sortWithoutRepeats(names: readonly string[]): string[] {
	return [...new Set(names)].sort();
}
