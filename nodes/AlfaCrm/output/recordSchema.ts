/** Describes output items as JSON schemas, from which the editor previews the output. */

import type { ShownField } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { objectSchema } from '../fields/field';
import type { JsonSchema } from '../fields/kind';

export type ObjectSchema = JsonSchema & { properties: Record<string, JsonSchema> };

export const STRING: JsonSchema = { type: 'string' };

/** Describes an object by its properties. */
export function objectOf(properties: Record<string, JsonSchema>): ObjectSchema {
	return { type: 'object', properties };
}

/** Describes a record as AlfaCRM shows it. */
export function recordSchema(entity: Entity): ObjectSchema {
	const fields = shownFields(entity);
	const otherFields = fields.filter(({ name }) => name !== 'id');
	const { properties = {} } = objectSchema(otherFields);
	if (entity.withoutId) return objectOf(properties);
	return objectOf({ id: { type: 'integer' }, ...properties });
}

/**
 * Lists the fields that AlfaCRM shows in a record, and the ID of the record's parent, such as the
 * customer of a subscription. If AlfaCRM shows a field as another type than it accepts, the field
 * is declared twice: in `fields` with the type that AlfaCRM accepts, in `outputFields` with the
 * type that it shows. The declaration in `outputFields` is returned.
 */
export function shownFields({
	fields,
	parentFields = [],
	outputFields = [],
}: Entity): ShownField[] {
	const readableFields = fields.filter(({ writeOnly }) => !writeOnly);
	const declarations = [...readableFields, ...parentFields, ...outputFields];

	// A later entry of a Map replaces an earlier one with the same key.
	const lastDeclarations = new Map(declarations.map((field) => [field.name, field]));
	return [...lastDeclarations.values()];
}
