import type { Entity } from '../model/entity';
import { HttpError } from '../model/httpError';
import { toInt, type Json, type Row } from '../model/json';

interface ParamCall {
	query: Readonly<Record<string, string>>;
}

const defaultParams: Readonly<Record<string, readonly string[]>> = { update: ['id'], delete: ['id'] };

export const paramsOf = (entity: Entity, action: string): readonly string[] =>
	entity.params?.[action] ?? defaultParams[action] ?? [];

/** The parameters of the query, numbers as such; throws the answer of the API when one is missing. */
export function readParams(names: readonly string[], { query }: ParamCall): Record<string, Json> {
	const missing = names.filter((name) => !query[name]);
	if (missing.length > 0) {
		throw new HttpError(400, `Отсутствуют обязательные параметры: ${missing.join(', ')}`);
	}
	return Object.fromEntries(names.map((name) => [name, toInt(query[name]) ?? query[name] ?? null]));
}

/** Whether the row is one of those that the parameters other than `id` speak of. */
export const matchesParams = (row: Row, params: Readonly<Record<string, Json>>): boolean =>
	Object.entries(params).every(([name, value]) => name === 'id' || row[name] === value);
