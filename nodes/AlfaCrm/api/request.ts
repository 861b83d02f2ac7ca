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

/** A call fails if its whole answer has not come after this time. */
export const TIMEOUT_MS = 30_000;

/** A login that takes longer than this many milliseconds is given up. */
export const LOGIN_TIMEOUT_MS = 10_000;

/** One call of AlfaCRM's API. */
export interface ApiRequest {
	/** The name of the entity in the URL, in kebab-case: `lead-status`. */
	path: string;
	/** The last part of the URL, which names the action: `index`, `create`. */
	action: string;
	/** The branch in the URL. Left out for global entities. */
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
	/** The number of the input item for which the call is made, from 0. */
	itemIndex?: number;
	/** Called just before the call is sent. It throws if the call must not be sent any more. */
	onSend?: () => void;
	/**
	 * Called when the call has failed, but AlfaCRM may have carried it out.
	 *
	 * @param underWayMs for how many milliseconds AlfaCRM may still be at work on it
	 */
	onAnswerLost?: (underWayMs: number) => void;
}

/**
 * Builds the path of a call: `v2api/1/customer/index`, or `v2api/customer/index` without branch.
 */
export function buildPath({
	branch,
	path,
	action,
}: Pick<ApiRequest, 'action' | 'branch' | 'path'>): string {
	return ['v2api', branch, path, action].filter((part) => part !== undefined).join('/');
}

/** Names an action, as the key of what is known about it: `customer/index`. */
export function nameAction({
	path,
	action = 'index',
}: Pick<ApiRequest, 'path'> & { action?: string }): string {
	return `${path}/${action}`;
}

/** Makes the options with which n8n sends a call. */
export function makeRequestOptions(
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

// ------------------------------------------------------- the list of branches

/** Tells whether a call reads the list of branches. */
export function isBranchList(call: Pick<ApiRequest, 'action' | 'path'>): boolean {
	return nameAction(call) === 'branch/index';
}

/** With these statuses, AlfaCRM refuses a list in one branch that may answer in another. */
const BRANCH_REFUSALS: ReadonlyArray<ApiFailure['status']> = [400, 403, 404, 405];

/** Tells whether a list that AlfaCRM refused may be read in another branch. */
export function canAnotherBranchHelp({ status }: ApiFailure): boolean {
	return BRANCH_REFUSALS.includes(status);
}

// ------------------------------------------------------- the branch of the form

/** The contexts of n8n from which AlfaCRM is called. */
export type ApiContext =
	| IExecuteFunctions
	| ILoadOptionsFunctions
	| IPollFunctions
	| IWebhookFunctions;

/**
 * Reads from the form the branch in which the node works, or the first branch that the trigger
 * watches.
 *
 * @returns undefined if no branch is chosen, or if it is not known before the node runs
 */
export function readFormBranch(context: ApiContext, itemIndex = 0): number | undefined {
	try {
		const [workBranch] = readIdsInParameter(readParameter(context, 'branchId', itemIndex));
		if (workBranch !== undefined) return workBranch;

		const [watchedBranch] = readIdsInParameter(readParameter(context, 'branchIds', itemIndex));
		return watchedBranch;
	} catch {
		// If an expression fails, the operation that needs the value says so.
		return undefined;
	}
}

/**
 * Reads a parameter of the node's form. Each kind of context has a function of its own for that.
 */
function readParameter(context: ApiContext, name: string, itemIndex: number): unknown {
	if ('getCurrentNodeParameter' in context) return context.getCurrentNodeParameter(name);
	if ('getInputData' in context) return context.getNodeParameter(name, itemIndex, '');
	return context.getNodeParameter(name, '');
}

/** Reads the IDs that a parameter holds. A name is no ID, even if it consists of digits. */
function readIdsInParameter(parameter: unknown): number[] {
	const isName =
		typeof parameter === 'object' &&
		parameter !== null &&
		'mode' in parameter &&
		parameter.mode === 'name';
	if (isName) return [];

	const values = [unwrapParameter(parameter)].flat();
	const separateValues = values.flatMap((value) =>
		typeof value === 'string' ? value.split(',') : [value],
	);
	return readIds(separateValues);
}

/**
 * Returns the value of a parameter. n8n keeps a choice from a searchable list as `{ mode, value }`,
 * and any other value as it is.
 */
export function unwrapParameter(parameter: unknown): unknown {
	return typeof parameter === 'object' && parameter !== null && 'value' in parameter
		? parameter.value
		: parameter;
}
