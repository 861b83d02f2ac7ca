import { resources } from '../entities/registry';
import { operationsOf } from './operations';
import type { ObjectSchema } from '../output/recordSchema';
import { otherResources } from './resource';

/**
 * The output of each operation as JSON Schema, by `<resource>/<operation>`. n8n shows it in the editor before a node has
 * run, and its AI builder reads it. Only the build needs it.
 */
export function allSchemas(): Record<string, ObjectSchema> {
	const entries = resources.flatMap((entity) =>
		[...operationsOf(entity)].map(([name, { output }]): [string, ObjectSchema] => [
			`${entity.resource}/${name}`,
			output(entity),
		]),
	);
	const others = [...otherResources].flatMap(([resource, { outputs }]) =>
		Object.entries(outputs).map(([name, schema]): [string, ObjectSchema] => [`${resource}/${name}`, schema]),
	);
	return Object.fromEntries([...entries, ...others]);
}
