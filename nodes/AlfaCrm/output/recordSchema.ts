import type { Shown } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { objectSchema } from '../fields/field';
import type { JsonSchema } from '../fields/kind';

/** Describes output items as JSON schemas, for the preview of the output in the editor. */

export type ObjectSchema = JsonSchema & { properties: Record<string, JsonSchema> };

export const STRING: JsonSchema = { type: 'string' };

export function objectOf(properties: Record<string, JsonSchema>): ObjectSchema {
	return { type: 'object', properties };
}

/** Describes a record as AlfaCRM shows it. */
export function recordSchema(entity: Entity): ObjectSchema {
	const otherFields = shownFields(entity).filter(({ name }) => name !== 'id');
	const { properties } = objectSchema(otherFields);
	if (entity.withoutId) return objectOf({ ...properties });
	return objectOf({ id: { type: 'integer' }, ...properties });
}

/**
 * Lists the fields that AlfaCRM shows of a record. A field that AlfaCRM shows as another type than
 * it takes is declared twice; the later declaration describes the output.
 */
export function shownFields({ fields, keys = [], outputFields = [] }: Entity): Shown[] {
	const readableFields = fields.filter(({ writeOnly }) => !writeOnly);
	const declarations = [...readableFields, ...keys, ...outputFields];
	const lastDeclarations = new Map(declarations.map((field) => [field.name, field]));
	return [...lastDeclarations.values()];
}
