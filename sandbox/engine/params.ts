import type { Entity } from '../model/entity';
import { HttpError } from '../model/httpError';
import { toInt, type Json, type Row } from '../model/json';

/** The parameters of actions for which an entity declares none. */
const defaultParams: Readonly<Record<string, readonly string[]>> = {
	update: ['id'],
	delete: ['id'],
};

/** Returns the names of the parameters that the action needs in the query. */
export function paramsOf(entity: Entity, action: string): readonly string[] {
	return entity.params?.[action] ?? defaultParams[action] ?? [];
}

/**
 * Reads parameters from the query, whole numbers as numbers. Throws the answer of the API if a
 * parameter is missing or empty.
 */
export function readParams(
	names: readonly string[],
	{ query }: { query: Readonly<Record<string, string>> },
): Record<string, Json> {
	const missingNames = names.filter((name) => !query[name]);
	if (missingNames.length > 0) {
		throw new HttpError(400, `Отсутствуют обязательные параметры: ${missingNames.join(', ')}`);
	}

	const params: Record<string, Json> = {};
	for (const name of names) {
		params[name] = toInt(query[name]) ?? query[name] ?? null;
	}
	return params;
}

/** Checks whether the row has the values of all parameters but `id`, such as the customer of a subscription. */
export function matchesParams(row: Row, params: Readonly<Record<string, Json>>): boolean {
	return Object.entries(params).every(([name, value]) => name === 'id' || row[name] === value);
}
