import type { Store } from '../../engine/store';
import { errorBody, statusName, type ApiResponse } from '../../model/httpError';
import { isList, isObject, type Json } from '../../model/json';
import type { Call } from '../call';
import { html, serialize, tooManyRequests, type WireResponse } from '../response';
import type { Router } from '../router';
import type { CheckedFault, FaultKind, Mutation } from './schema';

/** The call that a fault hits. */
interface Hit {
	store: Store;
	/** The answer of the server, which acts now unless it has done so before. */
	act: () => ApiResponse;
	/** The same where only the answer breaks: a call that has not acted and must not still needs one to break. */
	actOrPretend: () => ApiResponse;
}

const pretended: ApiResponse = {
	status: 200,
	body: { success: true, errors: [], model: { id: 1, name: 'Тест' } },
};

/** The page of nginx for a status. */
const pageOf = (status: number): string =>
	`<html><head><title>${status} ${statusName(status)}</title></head><body>nginx</body></html>`;

const plain = (status: number, body: Json): WireResponse => serialize({ status, body });

function mutate(store: Store, changes: readonly Mutation[]): void {
	for (const change of changes) {
		if ('insert' in change) store.upsert(change.entity, change.insert);
		else if ('patch' in change) store.patch(change.entity, change.id, change.patch);
		else store.remove(change.entity, change.id);
	}
}

type Apply<F extends CheckedFault> = (fault: F, hit: Hit) => WireResponse;

const effects: { [K in FaultKind]: Apply<CheckedFault<K>> } = {
	status: ({ status, httpStatus = status, message }) => plain(httpStatus, errorBody(status, message)),
	html: ({ status, html: page = pageOf(status) }) => html(status, page),
	redirect: ({ status, location }) => html(status, '', { location }),
	tooMany: ({ retryAfter }) => tooManyRequests(retryAfter),
	successFalse: ({ errors = { name: ['Необходимо заполнить «Имя».'] }, success = false, model }) =>
		plain(200, { success, errors, ...(model ? { model } : {}) }),
	emptyObject: () => plain(200, {}),
	emptyItems: (_fault, { act }) => {
		const { body, ...rest } = act();
		const list = isObject(body) && isList(body.items) ? { ...body, count: 0, items: [] } : body;
		return serialize({ ...rest, body: list });
	},
	notJsonType: ({ contentType }, { act }) => {
		const { headers, ...rest } = serialize(act());
		return { ...rest, headers: { ...headers, 'content-type': contentType } };
	},
	cutJson: (_fault, { actOrPretend }) => {
		const { text, ...rest } = serialize(actOrPretend());
		return { ...rest, text: text.slice(0, Math.ceil(text.length / 2)) };
	},
	resetMidAnswer: (_fault, { actOrPretend }) => ({ ...serialize(actOrPretend()), delivery: 'truncated' }),
	reset: () => ({ ...plain(200, null), delivery: 'reset' }),
	hang: () => ({ ...plain(200, null), delivery: 'never' }),
	drip: () => ({ ...plain(200, null), delivery: 'drip' }),
	delay: (_fault, { act }) => serialize(act()),
	mutate: ({ changes }, { act, store }) => {
		mutate(store, changes);
		return serialize(act());
	},
};

/** The answer under a fault. Acts when the fault leaves the server alone, or hits after it has acted. */
export function applyFault(fault: CheckedFault, call: Call, router: Router, store: Store): WireResponse {
	const hasActed = fault.when === 'after' ? router.handle(call) : undefined;
	const act = (): ApiResponse => hasActed ?? router.handle(call);
	const actOrPretend = (): ApiResponse => (hasActed || router.isRead(call) ? act() : pretended);
	const apply = effects[fault.kind] as Apply<CheckedFault>;
	return apply(fault, { store, act, actOrPretend });
}
