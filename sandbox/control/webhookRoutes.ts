import type { FastifyInstance } from 'fastify';
import type { WebhookMessage, Webhooks } from '../http/webhooks';
import { InputError } from '../model/inputError';
import type { JsonObject } from '../model/json';
import { bodyOf } from './body';

function messageOf({ payload, text, url, ...rest }: JsonObject): WebhookMessage {
	const [unknown] = Object.keys(rest);
	if (unknown !== undefined) {
		throw new InputError(`Unknown field "${unknown}". Valid: payload, text, url`);
	}
	if (text !== undefined && typeof text !== 'string') throw new InputError('"text" must be a text');
	if (url !== undefined && typeof url !== 'string') throw new InputError('"url" must be a text');
	return { payload, text, url };
}

/** `/_sandbox/webhooks…`: the same as `sandbox.webhooks`, over HTTP. */
export function registerWebhookControl(app: FastifyInstance, webhooks: Webhooks): void {
	const state = () => ({ urls: webhooks.urls, deliveries: webhooks.deliveries });
	app.get('/_sandbox/webhooks', state);
	app.post('/_sandbox/webhooks', (request) => {
		webhooks.add(bodyOf(request).url as string);
		return { urls: webhooks.urls };
	});
	app.delete('/_sandbox/webhooks', (request) => {
		const { url } = bodyOf(request);
		webhooks.remove(url === undefined ? undefined : String(url));
		return { urls: webhooks.urls };
	});
	app.post('/_sandbox/webhooks/wait', async () => {
		await webhooks.settled();
		return state();
	});
	app.post('/_sandbox/webhooks/send', (request) => ({ sent: webhooks.send(messageOf(bodyOf(request))) }));
}
