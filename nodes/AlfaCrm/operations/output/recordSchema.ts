import type { Entity } from '../../entities/types';
import { objectSchema } from '../../fields/field';
import type { JsonSchema } from '../../fields/kind';

export type ObjectSchema = JsonSchema & { properties: Record<string, JsonSchema> };

export const STRING: JsonSchema = { type: 'string' };

export const objectOf = (properties: Record<string, JsonSchema>): ObjectSchema => ({
	type: 'object',
	properties,
});

/** A record as it is. */
export function recordSchema({ operations, fields, outputFields = [], keys = [] }: Entity): ObjectSchema {
	const shown = [...fields.filter(({ writeOnly }) => !writeOnly), ...keys, ...outputFields];
	const { properties } = objectSchema(shown.filter(({ name }) => name !== 'id'));
	// What has no ID cannot be read by it.
	return objectOf({ ...(operations.includes('get') ? { id: { type: 'integer' } } : {}), ...properties });
}
