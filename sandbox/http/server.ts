import Fastify, { type FastifyInstance } from 'fastify';
import { errorBody } from '../model/httpError';
import { InputError } from '../model/inputError';
import { isObject } from '../model/json';

const maxBodyBytes = 10 * 1024 * 1024;

/**
 * Makes a server that reads every body as text. It reports errors as Yii does, except for the calls
 * that control the sandbox.
 */
export function createServer(): FastifyInstance {
	const app = Fastify({ forceCloseConnections: true, bodyLimit: maxBodyBytes });
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, text));

	app.setNotFoundHandler((_request, reply) => {
		return reply.code(404).send(errorBody(404, 'Страница не найдена.'));
	});
	app.setErrorHandler((error, request, reply) => {
		const message = error instanceof Error ? error.message : String(error);
		const status = statusOf(error);
		const isControlCall = request.url.startsWith('/_sandbox/');
		return reply.code(status).send(isControlCall ? { error: message } : errorBody(status, message));
	});
	return app;
}

/** Returns the HTTP status of an error. Fastify's own errors, such as too large a body, have a `statusCode`. */
function statusOf(error: unknown): number {
	if (error instanceof InputError) return error.status;
	return isObject(error) && typeof error.statusCode === 'number' ? error.statusCode : 500;
}
