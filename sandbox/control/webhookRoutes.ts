import type { FastifyInstance } from 'fastify';
import type { Delivery, WebhookMessage, Webhooks } from '../http/webhooks';
import { InputError } from '../model/inputError';
import type { JsonObject } from '../model/json';
import { readObjectBody } from './body';

const path = '/_sandbox/webhooks';

/** Adds the routes that do what `sandbox.webhooks` does, over HTTP. */
export function registerWebhookControl(app: FastifyInstance, webhooks: Webhooks): void {
	app.get(path, () => showWebhooks(webhooks));

	app.post(path, (request) => {
		const { url } = readObjectBody(request);
		webhooks.add(url as string);
		return { urls: webhooks.urls };
	});

	app.delete(path, (request) => {
		const { url } = readObjectBody(request);
		webhooks.remove(url === undefined ? undefined : String(url));
		return { urls: webhooks.urls };
	});

	app.post(`${path}/wait`, async () => {
		await webhooks.settled();
		return showWebhooks(webhooks);
	});

	app.post(`${path}/send`, (request) => {
		const message = readMessage(readObjectBody(request));
		return { sent: webhooks.send(message) };
	});
}

function showWebhooks({ urls, deliveries }: Webhooks): { urls: string[]; deliveries: readonly Delivery[] } {
	return { urls, deliveries };
}

/** Checks a message to send by hand. Throws an InputError if it has an unknown field or a wrong value. */
function readMessage({ payload, text, url, ...unknownFields }: JsonObject): WebhookMessage {
	const [unknownField] = Object.keys(unknownFields);
	if (unknownField !== undefined) {
		throw new InputError(`Unknown field "${unknownField}". Valid: payload, text, url`);
	}
	if (text !== undefined && typeof text !== 'string') throw new InputError('"text" must be a text');
	if (url !== undefined && typeof url !== 'string') throw new InputError('"url" must be a text');
	return { payload, text, url };
}
