import type { Store } from '../../engine/store';
import { errorBody, statusName, type ApiResponse } from '../../model/httpError';
import { isList, isObject, type Json } from '../../model/json';
import type { Call } from '../call';
import { html, serialize, tooManyRequests, type WireResponse } from '../response';
import type { Router } from '../router';
import type { CheckedFault, FaultKind, Mutation } from './schema';

/** What a fault can do with the call that it hits. */
interface Hit {
	store: Store;
	/** Runs the action of the call, unless it has run already, and returns its answer. */
	act: () => ApiResponse;
	/**
	 * Returns an answer for the fault to break. It is made up if the action has not run and must not
	 * run, because it would write.
	 */
	actOrPretend: () => ApiResponse;
}

type FaultEffect<F extends CheckedFault> = (fault: F, hit: Hit) => WireResponse;

/**
 * Makes the answer of a call that a fault hits. The action runs if the fault leaves the server alone
 * or hits after the action.
 */
export function applyFault(fault: CheckedFault, call: Call, router: Router, store: Store): WireResponse {
	const earlierAnswer = fault.when === 'after' ? router.handle(call) : undefined;
	const mayAct = earlierAnswer !== undefined || router.isRead(call);
	const act = (): ApiResponse => earlierAnswer ?? router.handle(call);
	const actOrPretend = (): ApiResponse => (mayAct ? act() : madeUpAnswer);

	const applyEffect = effects[fault.kind] as FaultEffect<CheckedFault>;
	return applyEffect(fault, { store, act, actOrPretend });
}

const effects: { [K in FaultKind]: FaultEffect<CheckedFault<K>> } = {
	status: ({ status, httpStatus = status, message }) => plain(httpStatus, errorBody(status, message)),
	html: ({ status, html: page = makeNginxPage(status) }) => html(status, page),
	redirect: ({ status, location }) => html(status, '', { location }),
	tooMany: ({ retryAfter }) => tooManyRequests(retryAfter),
	successFalse: makeRefusal,
	emptyObject: () => plain(200, {}),
	emptyItems: (_fault, { act }) => serialize(removeItems(act())),
	notJsonType: ({ contentType }, { act }) => {
		const answer = serialize(act());
		return { ...answer, headers: { ...answer.headers, 'content-type': contentType } };
	},
	cutJson: (_fault, { actOrPretend }) => {
		const answer = serialize(actOrPretend());
		const firstHalf = answer.text.slice(0, Math.ceil(answer.text.length / 2));
		return { ...answer, text: firstHalf };
	},
	resetMidAnswer: (_fault, { actOrPretend }) => ({ ...serialize(actOrPretend()), delivery: 'truncated' }),
	reset: () => ({ ...plain(200, null), delivery: 'reset' }),
	hang: () => ({ ...plain(200, null), delivery: 'never' }),
	drip: () => ({ ...plain(200, null), delivery: 'drip' }),
	delay: (_fault, { act }) => serialize(act()),
	mutate: ({ changes }, { act, store }) => {
		applyMutations(store, changes);
		return serialize(act());
	},
};

/** The answer to a write that looks as if it had succeeded. */
const madeUpAnswer: ApiResponse = {
	status: 200,
	body: { success: true, errors: [], model: { id: 1, name: 'Тест' } },
};

function plain(status: number, body: Json): WireResponse {
	return serialize({ status, body });
}

/** Makes the page that nginx shows for a status. */
function makeNginxPage(status: number): string {
	const title = `${status} ${statusName(status)}`;
	return `<html><head><title>${title}</title></head><body>nginx</body></html>`;
}

function makeRefusal(fault: CheckedFault<'successFalse'>): WireResponse {
	const { errors = { name: ['Необходимо заполнить «Имя».'] }, success = false, model } = fault;
	const body = { success, errors };
	return plain(200, model ? { ...body, model } : body);
}

/** Removes the rows of a list from its answer. Any other answer stays as it is. */
function removeItems(answer: ApiResponse): ApiResponse {
	const { body } = answer;
	if (!isObject(body) || !isList(body.items)) return answer;
	return { ...answer, body: { ...body, count: 0, items: [] } };
}

function applyMutations(store: Store, mutations: readonly Mutation[]): void {
	for (const mutation of mutations) {
		if ('insert' in mutation) {
			store.upsert(mutation.entity, mutation.insert);
		} else if ('patch' in mutation) {
			store.patch(mutation.entity, mutation.id, mutation.patch);
		} else {
			store.remove(mutation.entity, mutation.id);
		}
	}
}
