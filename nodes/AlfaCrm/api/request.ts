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
	/** The purpose of the call, in words that follow "could not" in messages: "create a customer". */
	task: string;
	/** True for a call that changes nothing, so it may be sent again after its answer was lost. */
	isIdempotent: boolean;
	/** The tasks of the same item that AlfaCRM has confirmed before. */
	savedBefore?: readonly string[];
	/** The labels of the form by field name of the API. */
	labels?: Record<string, string>;
	itemIndex?: number;
	/** Called just before the call is sent. It throws if the call must not be sent any more. */
	onSend?: () => void;
	/**
	 * Called when the call has failed, but AlfaCRM may have carried it out.
	 *
	 * @param underWayMs for how many milliseconds AlfaCRM may still be at work on it
	 */
	onLost?: (underWayMs: number) => void;
}

/** Returns the path of a call: `v2api/1/customer/index`. */
export function pathOf({
	branch,
	path,
	action,
}: Pick<ApiRequest, 'action' | 'branch' | 'path'>): string {
	return ['v2api', branch, path, action].filter((part) => part !== undefined).join('/');
}

/** Names an action, as the key of what is known about it: `customer/index`. */
export const nameOf = ({
	path,
	action = 'index',
}: Pick<ApiRequest, 'path'> & { action?: string }): string => `${path}/${action}`;

/** Makes the options by which n8n sends a call. */
export function requestOptions(
	url: string,
	{ query, body = {} }: Pick<ApiRequest, 'body' | 'query'>,
): IHttpRequestOptions {
	return {
		method: 'POST',
		url,
		qs: query,
		// n8n drops an empty object, and some servers refuse a POST without a body.
		body: Object.keys(body).length > 0 ? body : '{}',
		headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
		json: true,
		timeout: TIMEOUT_MS,
		// n8n would send the token, or the key, to the host that a redirect names.
		disableFollowRedirect: true,
	};
}

/** The contexts of n8n from which AlfaCRM is called. */
export type ApiContext =
	| IExecuteFunctions
	| ILoadOptionsFunctions
	| IPollFunctions
	| IWebhookFunctions;

export const isBranchList = (call: Pick<ApiRequest, 'action' | 'path'>): boolean =>
	nameOf(call) === 'branch/index';

/** With these statuses, AlfaCRM refuses a list in one branch that may answer in another. */
const REFUSALS: ReadonlyArray<ApiFailure['status']> = [400, 403, 404, 405];

export const mayAnswerElsewhere = ({ status }: ApiFailure): boolean => REFUSALS.includes(status);

/** Returns the value of a branch parameter: an ID or, before the node runs, perhaps a name. */
export const branchIn = (given: unknown): unknown =>
	typeof given === 'object' && given !== null && 'value' in given ? given.value : given;

/** Reads the IDs that a parameter holds. A name is no ID, even if it consists of digits. */
function idsIn(given: unknown): number[] {
	const isName =
		typeof given === 'object' && given !== null && 'mode' in given && given.mode === 'name';
	const values = [branchIn(given)]
		.flat()
		.flatMap((value) => (typeof value === 'string' ? value.split(',') : [value]));
	return isName ? [] : readIds(values);
}

/** Reads from the form the branch in which the node works, or the first one that it watches. */
export function branchOfForm(context: ApiContext, itemIndex = 0): number | undefined {
	const read = (name: string): unknown => {
		if ('getCurrentNodeParameter' in context) return context.getCurrentNodeParameter(name);
		if ('getInputData' in context) return context.getNodeParameter(name, itemIndex, '');
		return context.getNodeParameter(name, '');
	};
	try {
		return idsIn(read('branchId')).at(0) ?? idsIn(read('branchIds')).at(0);
	} catch {
		// If an expression fails, the operation that needs the value says so.
		return undefined;
	}
}
