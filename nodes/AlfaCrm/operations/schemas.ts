import { resourceEntities } from '../entities/registry';
import type { ObjectSchema } from '../output/recordSchema';
import { operationsOf } from './operations';
import { nonEntityResources } from './resource';

/**
 * Describes the output of each operation as JSON Schema, by `<resource>/<operation>`. n8n shows the
 * output in the editor before a node has run, and n8n's AI builder reads the schemas. The build
 * writes them into files, so nothing calls this function while the node runs.
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
