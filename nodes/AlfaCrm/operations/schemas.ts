import { entities } from '../entities/registry';
import { actionSchema } from './actions';
import { operationOf } from './operations';
import type { ObjectSchema } from './output/recordSchema';
import { otherResources } from './resource';

/**
 * The output of each operation as JSON Schema, by `<resource>/<operation>`. n8n shows it in the editor before a node has
 * run, and its AI builder reads it. Only the build needs it.
 */
export function allSchemas(): Record<string, ObjectSchema> {
	const entries = entities.flatMap((entity) =>
		[
			...entity.operations.map((name) => [name, operationOf(entity, name).output(entity)] as const),
			...(entity.actions ?? []).map((action) => [action.name, actionSchema(entity, action)] as const),
		].map(([name, schema]): [string, ObjectSchema] => [`${entity.resource}/${name}`, schema]),
	);
	const others = [...otherResources].flatMap(([resource, { outputs }]) =>
		Object.entries(outputs).map(([name, schema]): [string, ObjectSchema] => [`${resource}/${name}`, schema]),
	);
	return Object.fromEntries([...entries, ...others]);
}
