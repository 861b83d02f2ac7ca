import type { FastifyRequest } from 'fastify';
import { readJson, textOf } from '../http/call';
import { InputError } from '../model/inputError';
import { isObject, type JsonObject } from '../model/json';

/** The body of a control call. */
export function bodyOf(request: FastifyRequest): JsonObject {
	const body = readJson(textOf(request));
	if (!isObject(body)) throw new InputError('The body must be a JSON object');
	return body;
}
