import type { FastifyRequest } from 'fastify';
import { readJson, textOf } from '../http/call';
import { InputError } from '../model/inputError';
import { isObject, type JsonObject } from '../model/json';

/** Reads the body of a call that controls the sandbox. An empty body counts as `{}`. */
export function readObjectBody(request: FastifyRequest): JsonObject {
	const body = readJson(textOf(request));
	if (!isObject(body)) throw new InputError('The body must be a JSON object');
	return body;
}
