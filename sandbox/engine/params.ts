import type { Entity } from '../model/entity';
import { HttpError } from '../model/httpError';
import { toInt, type Json, type JsonObject, type Row } from '../model/json';
import type { Settings } from '../model/settings';

interface ParamCall {
	query: Readonly<Record<string, string>>;
	body: JsonObject;
}

const defaultParams: Readonly<Record<string, readonly string[]>> = { update: ['id'], delete: ['id'] };

export const paramsOf = (entity: Entity, action: string): readonly string[] =>
	entity.params?.[action] ?? defaultParams[action] ?? [];

const missingNames = (path: string, names: readonly string[], call: ParamCall, settings: Settings) =>
	names.filter((name) => !call.query[name] && !settings.optionalParams.includes(`${path}.${name}`));

/** Whether a list lacks what it needs and is to be answered as empty instead of with an error. */
export function answersEmptyList(
	path: string,
	names: readonly string[],
	call: ParamCall,
	settings: Settings,
) {
	return settings.missingParam === 'emptyList' && missingNames(path, names, call, settings).length > 0;
}

/** The parameters of the query, numbers as such; throws the answer of the API when one is missing. */
export function readParams(
	path: string,
	names: readonly string[],
	call: ParamCall,
	settings: Settings,
	isList = false,
): Record<string, Json> {
	const missing = missingNames(path, names, call, settings);
	if (missing.length > 0 && isList && settings.missingParam === 'error405') {
		throw new HttpError(405, 'Method Not Allowed.');
	}
	if (missing.length > 0) {
		throw new HttpError(400, `Отсутствуют обязательные параметры: ${missing.join(', ')}`);
	}
	const params: Record<string, Json> = {};
	for (const name of names) {
		const value = call.query[name] || call.body[name];
		if (value !== undefined) params[name] = toInt(value) ?? value;
	}
	return params;
}

/** Whether the row is one of those that the parameters other than `id` speak of. */
export const matchesParams = (row: Row, params: Readonly<Record<string, Json>>): boolean =>
	Object.entries(params).every(([name, value]) => name === 'id' || row[name] === value);
