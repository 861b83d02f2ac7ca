import { resourceEntities } from '../entities/registry';
import type { ObjectSchema } from '../output/recordSchema';
import { operationsOf } from './operations';
import { nonEntityResources } from './resource';

/**
 * Describes the output of each operation as JSON Schema, by `<resource>/<operation>`.
 *
 * - The build writes the schemas into files. n8n's editor shows from them what a node gives, before
 *   the node has run.
 * - The hints for n8n's AI builder list the fields of an output: see `builderHints.ts`.
 */
export function allSchemas(): Record<string, ObjectSchema> {
	const schemas: Record<string, ObjectSchema> = {};
	for (const entity of resourceEntities) {
		for (const [operationName, { output }] of operationsOf(entity)) {
			schemas[`${entity.resource}/${operationName}`] = output(entity);
		}
	}
	for (const [resource, { outputs }] of nonEntityResources) {
		for (const [operationName, schema] of Object.entries(outputs)) {
			schemas[`${resource}/${operationName}`] = schema;
		}
	}
	return schemas;
}
