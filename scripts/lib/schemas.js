'use strict';

/**
 * The output of each operation as JSON Schema, from the declarations of the entities. n8n shows it in the editor before
 * a node has run, and its AI builder reads it.
 */

const INTEGER = { type: 'integer' };
const STRING = { type: 'string' };

/**
 * How AlfaCRM returns a field: money as text, flags as 0 and 1.
 * @param {any} field
 * @returns {object}
 */
function schemaOfField(field) {
	switch (field.type) {
		case 'integer':
		case 'id':
		case 'reference':
		case 'record':
		case 'flag':
			return INTEGER;
		case 'boolean':
			return { type: 'boolean' };
		case 'object':
			return { type: 'object' };
		case 'choice':
			return typeof field.preset === 'number' ? INTEGER : STRING;
		case 'choices':
		case 'ids':
		case 'references':
			return { type: 'array', items: INTEGER };
		case 'texts':
			return { type: 'array', items: STRING };
		case 'rows':
			return { type: 'array', items: objectOf(field.fields) };
		default:
			return STRING;
	}
}

/** @param {readonly any[]} fields */
function objectOf(fields) {
	return {
		type: 'object',
		properties: Object.fromEntries(fields.map((field) => [field.name, schemaOfField(field)])),
	};
}

/**
 * A record as it is.
 * @param {any} entity
 */
function recordSchema({ operations, fields, shows = [], keys = [] }) {
	const shown = [...fields, ...keys, ...shows].filter(({ name, writeOnly }) => name !== 'id' && !writeOnly);
	// What has no ID cannot be read by it.
	return objectOf([...(operations.includes('get') ? [{ name: 'id', type: 'id' }] : []), ...shown]);
}

/**
 * A record as 'Simplify' leaves it: lists of plain values are one text.
 * @param {any} entity
 */
function simpleSchema(entity) {
	const { properties } = recordSchema(entity);
	const flat = entity.simple.map((/** @type {string} */ name) => {
		const schema = properties[name] ?? STRING;
		return [name, schema.type === 'array' && schema.items.type !== 'object' ? STRING : schema];
	});
	return { type: 'object', properties: Object.fromEntries(flat) };
}

/**
 * A record with what became of it.
 * @param {any} schema
 */
function reported({ properties }) {
	const changedFields = { type: 'array', items: STRING };
	return { type: 'object', properties: { ...properties, operationResult: STRING, changedFields } };
}

/**
 * A record as it is read, if nothing else is asked for.
 * @param {any} entity
 */
function readSchema(entity) {
	return entity.simple ? simpleSchema(entity) : recordSchema(entity);
}

/**
 * What comes of an action that looks first.
 * @param {readonly any[]} entities
 * @param {any} entity
 * @param {any} recipe
 */
function recipeSchema(entities, entity, recipe) {
	const named = (/** @type {string} */ name) => entities.find(({ resource }) => resource === name);
	if (recipe.kind === 'add') return reported(readSchema(named(recipe.entity)));
	if (recipe.kind === 'change' || recipe.kind === 'attend') return reported(readSchema(entity));
	const flag = recipe.kind === 'join' ? 'alreadyMember' : 'alreadyLeft';
	const { properties } = recordSchema(named('cgi'));
	const more = { operationResult: STRING, [flag]: { type: 'boolean' } };
	return { type: 'object', properties: { ...properties, ...more } };
}

/**
 * @param {readonly any[]} entities the registry
 * @returns {Record<string, object>} schemas by `<resource>/<operation>`
 */
function allSchemas(entities) {
	const entries = entities.flatMap((entity) => {
		const full = recordSchema(entity);
		const read = readSchema(entity);
		const usual = entity.operations.map((/** @type {string} */ operation) => {
			if (operation === 'delete')
				return [
					operation,
					objectOf([
						{ name: 'id', type: 'id' },
						{ name: 'deleted', type: 'boolean' },
					]),
				];
			if (operation === 'upsert') return [operation, reported(read)];
			return [operation, operation === 'find' || operation.startsWith('get') ? read : full];
		});
		const actions = (entity.actions ?? []).map((/** @type {any} */ action) => {
			if (action.recipe) return [action.name, recipeSchema(entities, entity, action.recipe)];
			if (action.shows) return [action.name, objectOf(action.shows)];
			return [
				action.name,
				action.returns === 'saved' && !action.path ? full : { type: 'object', properties: {} },
			];
		});
		return [...usual, ...actions].map(([operation, schema]) => [`${entity.resource}/${operation}`, schema]);
	});
	return Object.fromEntries(entries);
}

module.exports = { allSchemas, recordSchema };
