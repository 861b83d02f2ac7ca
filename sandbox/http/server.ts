import Fastify, { type FastifyInstance } from 'fastify';
import { errorBody } from '../model/httpError';
import { InputError } from '../model/inputError';
import { isObject } from '../model/json';

const maxBodyBytes = 10 * 1024 * 1024;

/** Fastify marks its own errors, such as a body that is too large. */
const statusOf = (error: unknown): number =>
	isObject(error) && typeof error.statusCode === 'number' ? error.statusCode : 500;

/** A server that takes any body as text and shows errors as Yii does, but for those of the sandbox's own calls. */
export function createServer(): FastifyInstance {
	const app = Fastify({ forceCloseConnections: true, bodyLimit: maxBodyBytes });
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, text));
	app.setNotFoundHandler((_request, reply) => reply.code(404).send(errorBody(404, 'Страница не найдена.')));
	app.setErrorHandler((error, request, reply) => {
		const message = error instanceof Error ? error.message : String(error);
		const status = error instanceof InputError ? error.status : statusOf(error);
		const isControl = request.url.startsWith('/_sandbox/');
		return reply.code(status).send(isControl ? { error: message } : errorBody(status, message));
	});
	return app;
}
