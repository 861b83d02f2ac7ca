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

/** A call fails if its whole answer has not come within this time. */
export const TIMEOUT_MS = 30_000;

/** A login fails if its whole answer has not come within this time. */
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
	/** True for a call that changes nothing. It may be sent again after its answer was lost. */
	isIdempotent: boolean;
	/** The tasks of the writes that the same item has made before, such as "create a customer". */
	savedBefore?: readonly string[];
	/** The labels in the form, by the name of the field in the API. */
	labels?: Record<string, string>;
	/** The number of the input item for which the call is made, from 0. */
	itemIndex?: number;
	/** Runs right before the call is sent, and throws if the call must not be sent any more. */
	onSend?: () => void;
	/**
	 * Runs when the call has failed, but AlfaCRM may have carried it out.
	 *
	 * @param underWayMs for how many milliseconds AlfaCRM may still be at work on the call
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
	const parts = ['v2api', branch, path, action];
	return parts.filter((part) => part !== undefined).join('/');
}

/** Returns the name of an action, such as `customer/index`. The action `index` lists records. */
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
	const isBodyEmpty = Object.keys(body).length === 0;
	return {
		method: 'POST',
		url,
		qs: query,
		// n8n would leave out an empty object, and some servers refuse a POST without a body. So an
		// empty body is sent as a text.
		body: isBodyEmpty ? '{}' : body,
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

/**
 * The HTTP statuses with which AlfaCRM may refuse a list only because of the branch of the call.
 */
const BRANCH_REFUSALS: readonly number[] = [400, 403, 404, 405];

/**
 * Tells whether a call for a list that AlfaCRM refused may succeed with another branch.
 */
export function canAnotherBranchHelp({ status = 0 }: ApiFailure): boolean {
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
 * @returns undefined if no branch is chosen, or if an expression cannot be evaluated yet
 */
export function readFormBranch(context: ApiContext, itemIndex = 0): number | undefined {
	try {
		const workBranches = readIdsInParameter(readParameter(context, 'branchId', itemIndex));
		if (workBranches.length > 0) return workBranches[0];

		const watchedBranches = readIdsInParameter(readParameter(context, 'branchIds', itemIndex));
		return watchedBranches.at(0);
	} catch {
		// An expression failed. The operation that reads the same parameter will report that.
		return undefined;
	}
}

/**
 * Reads a parameter of the node's form. A dropdown has a function of its own for that, and only an
 * execution has input items.
 */
function readParameter(context: ApiContext, name: string, itemIndex: number): unknown {
	if ('getCurrentNodeParameter' in context) return context.getCurrentNodeParameter(name);
	if ('getInputData' in context) return context.getNodeParameter(name, itemIndex, '');
	return context.getNodeParameter(name, '');
}

/** Reads the IDs that a parameter holds: one ID, a list, or a text such as "1, 2". */
function readIdsInParameter(parameter: unknown): number[] {
	// A name is no ID, even if it consists of digits.
	if (holdsName(parameter)) return [];

	const value = unwrapParameter(parameter);
	const values: unknown[] = Array.isArray(value) ? value : [value];
	const possibleIds: unknown[] = [];
	for (const entry of values) {
		if (typeof entry === 'string') {
			possibleIds.push(...entry.split(','));
		} else {
			possibleIds.push(entry);
		}
	}
	return readIds(possibleIds);
}

/** Tells whether a parameter holds the name of a record: `{ mode: 'name', value: 'Center' }`. */
function holdsName(parameter: unknown): boolean {
	if (typeof parameter !== 'object' || parameter === null) return false;

	return 'mode' in parameter && parameter.mode === 'name';
}

/**
 * Returns the value of a parameter. n8n keeps a choice from a searchable list as an object,
 * `{ mode: 'list', value: 3 }`: then the value is 3. Any other parameter is the value itself.
 */
export function unwrapParameter(parameter: unknown): unknown {
	const isChoiceFromList =
		typeof parameter === 'object' && parameter !== null && 'value' in parameter;
	return isChoiceFromList ? parameter.value : parameter;
}
