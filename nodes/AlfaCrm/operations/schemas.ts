import type { Action, Entity, OperationName, Recipe } from '../entities/types';
import { objectSchema } from '../fields/field';
import type { JsonSchema } from '../fields/kind';

/**
 * The output of each operation as JSON Schema, from the declarations of the entities. n8n shows it in the editor before
 * a node has run, and its AI builder reads it. Only the build needs it.
 */

type ObjectSchema = JsonSchema & { properties: Record<string, JsonSchema> };

const STRING: JsonSchema = { type: 'string' };

const objectOf = (properties: Record<string, JsonSchema>): ObjectSchema => ({ type: 'object', properties });

/** A record as it is. */
export function recordSchema({ operations, fields, shows = [], keys = [] }: Entity): ObjectSchema {
	const shown = [...fields.filter(({ writeOnly }) => !writeOnly), ...keys, ...shows];
	const { properties } = objectSchema(shown.filter(({ name }) => name !== 'id'));
	// What has no ID cannot be read by it.
	return objectOf({ ...(operations.includes('get') ? { id: { type: 'integer' } } : {}), ...properties });
}

/** A record as 'Simplify' leaves it: lists of plain values are one text. */
function simpleSchema(entity: Entity, simple: readonly string[]): ObjectSchema {
	const { properties } = recordSchema(entity);
	const flat = simple.map((name) => {
		const schema = properties[name] ?? STRING;
		return [name, schema.items && schema.items.type !== 'object' ? STRING : schema];
	});
	return objectOf(Object.fromEntries(flat));
}

/** A record with what became of it. */
const reported = ({ properties }: ObjectSchema): ObjectSchema =>
	objectOf({ ...properties, operationResult: STRING, changedFields: { type: 'array', items: STRING } });

/** A record as it is read, if nothing else is asked for. */
const readSchema = (entity: Entity): ObjectSchema =>
	entity.simple ? simpleSchema(entity, entity.simple) : recordSchema(entity);

/** What comes of an action that looks first. */
function recipeSchema(entityOf: (resource: string) => Entity, entity: Entity, recipe: Recipe): ObjectSchema {
	if (recipe.kind === 'add') return reported(readSchema(entityOf(recipe.entity)));
	if (recipe.kind === 'change' || recipe.kind === 'attend') return reported(readSchema(entity));
	const flag = recipe.kind === 'join' ? 'alreadyMember' : 'alreadyLeft';
	const { properties } = recordSchema(entityOf('cgi'));
	return objectOf({ ...properties, operationResult: STRING, [flag]: { type: 'boolean' } });
}

const usual: Record<OperationName, (entity: Entity) => ObjectSchema> = {
	create: recordSchema,
	delete: () => objectOf({ id: { type: 'integer' }, deleted: { type: 'boolean' } }),
	find: readSchema,
	get: readSchema,
	getAll: readSchema,
	update: recordSchema,
	upsert: (entity) => reported(readSchema(entity)),
};

function actionSchema(
	entityOf: (resource: string) => Entity,
	entity: Entity,
	{ recipe, shows, returns, path }: Action,
): ObjectSchema {
	if (recipe) return recipeSchema(entityOf, entity, recipe);
	if (shows) return objectOf({ ...objectSchema(shows).properties });
	return returns === 'saved' && path === undefined ? recordSchema(entity) : objectOf({});
}

/** Schemas by `<resource>/<operation>`. */
export function allSchemas(
	entities: readonly Entity[],
	entityOf: (resource: string) => Entity,
): Record<string, ObjectSchema> {
	const entries = entities.flatMap((entity) =>
		[
			...entity.operations.map((name): [string, ObjectSchema] => [name, usual[name](entity)]),
			...(entity.actions ?? []).map((action): [string, ObjectSchema] => [
				action.name,
				actionSchema(entityOf, entity, action),
			]),
		].map(([name, schema]): [string, ObjectSchema] => [`${entity.resource}/${name}`, schema]),
	);
	return Object.fromEntries(entries);
}
