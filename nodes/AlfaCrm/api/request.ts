import type {
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IPollFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';

import { readIds } from '../values/formats';
import type { ApiFailure } from './failures';

export const TIMEOUT_MS = 30_000;

/** One call of AlfaCRM's API. */
export interface ApiRequest {
	/** Kebab-case, as in the URL: `lead-status`. */
	path: string;
	action: string;
	/** Left out for global entities. */
	branch?: number;
	query?: IDataObject;
	body?: IDataObject;
	/** What the call is for, in messages, to follow "could not": "create a customer". */
	task: string;
	/** True for calls that change nothing, which may be repeated when an answer is lost. */
	isIdempotent: boolean;
	/** Tasks of the same item that AlfaCRM has confirmed. */
	savedBefore?: readonly string[];
	/** Labels of the form by API field name. */
	labels?: Record<string, string>;
	itemIndex?: number;
	/** Called just before the call is sent, when its turn has come; throws where it must not be sent any more. */
	onSend?: () => void;
	/**
	 * Called when the call fails and AlfaCRM may have carried it out all the same.
	 *
	 * @param underWayMs milliseconds for which AlfaCRM may still be at work on it
	 */
	onLost?: (underWayMs: number) => void;
}

/** The path of a call within the AlfaCRM: `v2api/1/customer/index`. */
export function pathOf({ branch, path, action }: Pick<ApiRequest, 'action' | 'branch' | 'path'>): string {
	return ['v2api', branch, path, action].filter((part) => part !== undefined).join('/');
}

/** The name of an action, by which is kept what is known of its calls: `customer/index`. */
export const nameOf = ({ path, action = 'index' }: Pick<ApiRequest, 'path'> & { action?: string }): string =>
	`${path}/${action}`;

/** A call as n8n sends it. */
export function requestOptions(
	url: string,
	{ query, body = {} }: Pick<ApiRequest, 'body' | 'query'>,
): IHttpRequestOptions {
	return {
		method: 'POST',
		url,
		qs: query,
		// n8n drops an empty object, and some servers refuse a POST without any body.
		body: Object.keys(body).length > 0 ? body : '{}',
		headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
		json: true,
		timeout: TIMEOUT_MS,
		// A redirect would carry the token, or the key, to whatever host it names.
		disableFollowRedirect: true,
	};
}

/** Any n8n context that can call AlfaCRM. */
export type ApiContext = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions | IWebhookFunctions;

export const isBranchList = (call: Pick<ApiRequest, 'action' | 'path'>): boolean =>
	nameOf(call) === 'branch/index';

/** Statuses with which a list is refused in one place, and may answer in another. */
const REFUSALS: ReadonlyArray<ApiFailure['status']> = [400, 403, 404, 405];

export const mayAnswerElsewhere = ({ status }: ApiFailure): boolean => REFUSALS.includes(status);

/** What stands in a picker of a branch, or in its place: an ID or, before the node runs, perhaps a name. */
export const branchIn = (given: unknown): unknown =>
	typeof given === 'object' && given !== null && 'value' in given ? given.value : given;

/** The IDs that a parameter holds; what a locator has as a name is none, though it be digits. */
function idsIn(given: unknown): number[] {
	const isName = typeof given === 'object' && given !== null && 'mode' in given && given.mode === 'name';
	const values = [branchIn(given)]
		.flat()
		.flatMap((one) => (typeof one === 'string' ? one.split(',') : [one]));
	return isName ? [] : readIds(values);
}

/** The branch that the node works in, or the first one that it watches, as far as the form says. */
export function branchOfForm(context: ApiContext, itemIndex = 0): number | undefined {
	const read = (name: string): unknown => {
		if ('getCurrentNodeParameter' in context) return context.getCurrentNodeParameter(name);
		if ('getInputData' in context) return context.getNodeParameter(name, itemIndex, '');
		return context.getNodeParameter(name, '');
	};
	try {
		return idsIn(read('branchId')).at(0) ?? idsIn(read('branchIds')).at(0);
	} catch {
		// An expression that fails is told of where its value is needed.
		return undefined;
	}
}
