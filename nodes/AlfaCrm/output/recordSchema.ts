import type { Shown } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { objectSchema } from '../fields/field';
import type { JsonSchema } from '../fields/kind';

export type ObjectSchema = JsonSchema & { properties: Record<string, JsonSchema> };

export const STRING: JsonSchema = { type: 'string' };

export const objectOf = (properties: Record<string, JsonSchema>): ObjectSchema => ({
	type: 'object',
	properties,
});

/** What AlfaCRM shows of a record; of two declarations of a field, the last one says how. */
export function shownFields({ fields, keys = [], outputFields = [] }: Entity): Shown[] {
	const shown = [...fields.filter(({ writeOnly }) => !writeOnly), ...keys, ...outputFields];
	return [...new Map(shown.map((field) => [field.name, field])).values()];
}

/** A record as it is. */
export function recordSchema(entity: Entity): ObjectSchema {
	const { properties } = objectSchema(shownFields(entity).filter(({ name }) => name !== 'id'));
	return objectOf({ ...(entity.withoutId ? {} : { id: { type: 'integer' } }), ...properties });
}
