import type {
	IExecuteFunctions,
	ILoadOptionsFunctions,
	INode,
	IPollFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';

import type { ApiFailure } from './errors';
import { nodeError } from './errors';
import { readId, readIds } from './formats';
import { lruSet } from './bounded';
import type { ApiRequest } from './request';
import { nameOf } from './request';

/** Any n8n context that can call AlfaCRM. */
export type ApiContext = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions | IWebhookFunctions;

const MAX_ACCOUNTS = 500;
const REFUSALS: ReadonlyArray<ApiFailure['status']> = [400, 403, 404, 405];

/** Said wherever the list of branches is refused. */
export const MAIN_BRANCH_OFF =
	"If the main branch is disabled in AlfaCRM, enter the number of another branch as 'Branch ID' in the credential.";

/** The branch inside of which the list of branches answered last, by account. */
const answeredIn = new Map<string, number>();

export const isBranchList = (call: Pick<ApiRequest, 'action' | 'path'>): boolean =>
	nameOf(call) === 'branch/index';

/** Whether the list may answer elsewhere. */
export const isRefused = ({ status }: ApiFailure): boolean => REFUSALS.includes(status);

/**
 * Where the list of branches is asked for, one place after the other until it answers: inside of the branch that the
 * credential names, without a branch, and inside of that of the form. Where the main branch is disabled it answers inside
 * of a branch only. API notes 5.1.
 */
export function placesOfBranchList(
	account: string,
	chosen: number | undefined,
	inForm: number | undefined,
): Array<number | undefined> {
	const known = [chosen, answeredIn.get(account)].filter((branch) => branch !== undefined);
	return [...new Set([...known, undefined, ...(inForm === undefined ? [] : [inForm])])];
}

export function noteBranchList(account: string, branch: number | undefined): void {
	if (branch === undefined) answeredIn.delete(account);
	else lruSet(answeredIn, account, branch, MAX_ACCOUNTS);
}

/** The branch that the node works in, or the first one that it watches, as far as the form says. */
export function branchOfForm(context: ApiContext, itemIndex = 0): number | undefined {
	const read = (name: string): unknown => {
		if ('getCurrentNodeParameter' in context) return context.getCurrentNodeParameter(name);
		if ('getInputData' in context) return context.getNodeParameter(name, itemIndex, '');
		return context.getNodeParameter(name, '');
	};
	try {
		const watched = read('branchIds');
		return readId(read('branchId')) ?? (Array.isArray(watched) ? readIds(watched)[0] : undefined);
	} catch {
		// An expression that fails is told of where its value is needed.
		return undefined;
	}
}

/** No account is without a branch. */
export const noBranchesError = (node: INode): Error =>
	nodeError(
		node,
		{
			message: 'AlfaCRM returned no branches, but every account has at least one',
			description: `Choose the branch in the node, or give this user a branch in AlfaCRM. ${MAIN_BRANCH_OFF}`,
		},
		undefined,
		{ cause: 'temporarily-unavailable' },
	);
