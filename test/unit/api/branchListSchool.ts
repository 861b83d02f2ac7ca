import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import type { ApiRequest } from '../../../nodes/AlfaCrm/api/request';
import { makeAnswerError } from '../../support/nodeErrors';
import type { SentRequest } from '../apiSupport';
import { callAndCatchFailure, connectClient } from '../apiSupport';
import { settle } from './clock';

/** The call for the list of branches, which names no branch itself. */
export const LIST_BRANCHES: ApiRequest = {
	path: 'branch',
	action: 'index',
	task: 'list the branches',
	isIdempotent: true,
};
export const BRANCH_ADVICE =
	"If the main branch is disabled in AlfaCRM, enter the number of another branch as 'Branch ID' in the advanced settings of the credential.";

interface RefusalOptions {
	/** The HTTP status of a refused call. */
	status?: number;
	/** The body of a refused call, if it is not AlfaCRM's own. */
	body?: unknown;
	/** The branch that the user has entered in the credential. */
	credentialBranch?: number;
}

let schoolCount = 0;

/** A school whose AlfaCRM refuses to list the branches, unless a test opens a call. Needs a stopped clock. */
export class BranchListSchool {
	/** AlfaCRM's login, which gives `token 1`, `token 2`, … */
	readonly logIn: jest.Mock<{ token: string }, []> = jest.fn(() => ({
		token: `token ${this.logIn.mock.calls.length}`,
	}));
	private readonly openPaths = new Set<string>();
	private readonly n8n: ReturnType<typeof connectClient>;

	constructor({ status = 403, body, credentialBranch }: RefusalOptions = {}) {
		schoolCount += 1;
		const credential = { email: `branches${schoolCount}@school.example`, branchId: credentialBranch };
		const answer = (request: SentRequest) => {
			if (this.openPaths.has(readPath(request))) return { items: [{ id: 2 }], total: 1 };
			throw makeAnswerError(status, body);
		};
		this.n8n = connectClient(answer, { credential, logIn: this.logIn });
	}

	/** Lets AlfaCRM answer the call that names no branch. */
	answerWithoutBranch(): void {
		this.openPaths.add('v2api/branch/index');
	}

	/** Lets AlfaCRM answer the call that names a branch. */
	answerInBranch(branch: number): void {
		this.openPaths.add(`v2api/${branch}/branch/index`);
	}

	/** Lists the branches in a node with a form. It must succeed. */
	async listBranchesInNode(form: IDataObject): Promise<unknown> {
		return await settle(this.openNode(form).request(LIST_BRANCHES));
	}

	/** Lists the branches in a trigger with a form. It must succeed. */
	async listBranchesInTrigger(form: IDataObject): Promise<unknown> {
		return await settle(this.openClient(form, {}).request(LIST_BRANCHES));
	}

	/** Lists the branches in a node with a form. It must fail, and its error is returned. */
	async expectFailureInNode(form: IDataObject): ReturnType<typeof callAndCatchFailure> {
		return await settle(callAndCatchFailure(this.openNode(form), LIST_BRANCHES));
	}

	/** Reads the paths of the calls that AlfaCRM has got. */
	readPaths(): string[] {
		return this.n8n.sentRequests.map(readPath);
	}

	/** Makes the client of a node with a form. */
	private openNode(form: IDataObject): ApiClient {
		return this.openClient(form, { getInputData: () => [{ json: {} }] });
	}

	/** Makes a client for a form. It takes a context for that of a node if the context has `getInputData`. */
	private openClient(form: IDataObject, functions: object): ApiClient {
		const context = {
			...this.n8n.context,
			...functions,
			getNodeParameter: (name: string, ...rest: unknown[]) => form[name] ?? rest.at(-1),
		};
		return new ApiClient(context as unknown as IExecuteFunctions);
	}
}

/** Reads the path of a call's URL, such as `v2api/2/branch/index`. */
function readPath({ url }: SentRequest): string {
	return new URL(url).pathname.slice(1);
}
