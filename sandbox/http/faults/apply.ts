import type { Store } from '../../engine/store';
import { yiiBody, type Answer } from '../../model/http-error';
import { isList, isObject, type Json } from '../../model/json';
import type { Call } from '../request';
import type { Service } from '../router';
import type { Fault, Mutation } from './schema';

/** What goes out on the wire, and how far it gets. */
export interface Outgoing {
	status: number;
	headers: Record<string, string>;
	text: string;
	/** `half`: the connection breaks in the middle; `none`: it breaks at once; `never`: silence. */
	extent: 'whole' | 'half' | 'none' | 'never';
}

const jsonType = 'application/json; charset=UTF-8';
const htmlType = 'text/html; charset=UTF-8';
const badGateway = '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>';

export function outgoing({ status, body, headers }: Answer): Outgoing {
	return {
		status,
		headers: { 'content-type': jsonType, ...headers },
		text: JSON.stringify(body),
		extent: 'whole',
	};
}

const plain = (status: number, body: Json, headers?: Record<string, string>): Outgoing =>
	outgoing({ status, body, headers });

const html = (status: number, text: string, headers?: Record<string, string>): Outgoing => ({
	status,
	headers: { 'content-type': htmlType, ...headers },
	text,
	extent: 'whole',
});

export function tooMany(retryAfter: number | null | undefined): Outgoing {
	const headers = typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : undefined;
	return plain(429, yiiBody(429, 'Превышен лимит запросов.'), headers);
}

function mutate(store: Store, changes: readonly Mutation[]): void {
	for (const change of changes) {
		if ('insert' in change) store.upsert(change.entity, change.insert);
		else if ('patch' in change) store.patch(change.entity, change.id, change.patch);
		else store.remove(change.entity, change.id);
	}
}

/** Where only the answer breaks, a call that did not act still needs an answer to break. */
const standIn: Answer = {
	status: 200,
	body: { success: true, errors: [], model: { id: 1, name: 'Тест' } },
};

/** The answer under a fault. Acts when the fault leaves the server alone, or hits after it has acted. */
export function misbehave(fault: Fault, call: Call, service: Service, store: Store): Outgoing {
	const hasActed = fault.when === 'after' ? service.answer(call) : undefined;
	const act = (): Outgoing => outgoing(hasActed ?? service.answer(call));
	const mayRead = service.isRead(call);
	const toBreak = (): Outgoing => (hasActed || mayRead ? act() : outgoing(standIn));

	switch (fault.kind) {
		case 'status': {
			const status = fault.status ?? 500;
			const body = yiiBody(status, fault.message ?? 'An internal server error occurred.');
			return plain(fault.httpStatus ?? status, body);
		}
		case 'html':
			return html(fault.status ?? 502, fault.html ?? badGateway);
		case 'redirect':
			return html(fault.status ?? 302, '', { location: fault.location });
		case 'tooMany':
			return tooMany(fault.retryAfter);
		case 'successFalse': {
			const errors = fault.errors ?? { name: ['Необходимо заполнить «Имя».'] };
			const { success = false, model } = fault;
			return plain(200, { success, errors, ...(model ? { model } : {}) });
		}
		case 'emptyObject':
			return plain(200, {});
		case 'emptyItems': {
			const { status, body, headers } = hasActed ?? service.answer(call);
			const list = isObject(body) && isList(body.items) ? { ...body, count: 0, items: [] } : body;
			return outgoing({ status, body: list, headers });
		}
		case 'notJsonType': {
			const answer = act();
			return {
				...answer,
				headers: { ...answer.headers, 'content-type': fault.contentType ?? htmlType },
			};
		}
		case 'cutJson': {
			const answer = toBreak();
			return { ...answer, text: answer.text.slice(0, Math.ceil(answer.text.length / 2)) };
		}
		case 'resetMidAnswer':
			return { ...toBreak(), extent: 'half' };
		case 'reset':
			return { ...plain(200, null), extent: 'none' };
		case 'hang':
			return { ...plain(200, null), extent: 'never' };
		case 'mutate':
			mutate(store, fault.changes);
			return act();
		case 'delay':
			return act();
	}
}
