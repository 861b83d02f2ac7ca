import type {
	IDataObject,
	INodePropertyOptions,
	INodeTypeDescription,
	ResourceMapperFields,
} from 'n8n-workflow';
import pWaitFor from 'p-wait-for';
import type { RawExecution } from './execution';
import { Execution, isFinal } from './execution';
import { Session } from './session';
import type { CredentialReference, SavedCredential, SavedWorkflow, Workflow, WorkflowNode } from './types';

/** The login of a throw-away n8n. It listens on 127.0.0.1 only, and its data is deleted with it. */
export const OWNER = {
	email: 'owner@example.com',
	password: 'Demo-pass-1',
	firstName: 'Demo',
	lastName: 'Owner',
};
const POLL_MS = 100;

interface Publication {
	status: string;
	triggers: Array<{ errorMessage: string | null }>;
}

/** A request for the choices of a parameter, which a method of the node loads. */
interface DynamicRequest {
	/** The node, as a workflow has it. */
	node: Pick<WorkflowNode, 'type' | 'typeVersion' | 'parameters' | 'credentials'>;
	/** The name of the method. */
	method: string;
	/** The path of the parameter, for example "parameters.branchId". */
	path: string;
	/** The text for which a searchable list is searched. */
	filter?: string;
	paginationToken?: string;
}

/** Does what n8n's editor does, by the same internal REST calls. */
export class N8nClient {
	readonly session: Session;
	private readonly modules: string;

	/** @param n8n a running n8n, as startN8n returns it */
	constructor(n8n: { url: string; modules: string }) {
		this.modules = n8n.modules;
		this.session = new Session(n8n.url);
	}

	/** Logs in. In a new n8n, it creates the owner first, who is then logged in. */
	async signIn() {
		const { userManagement } = await this.session.request<{
			userManagement: { showSetupOnFirstLoad: boolean };
		}>('GET', '/rest/settings');

		if (userManagement.showSetupOnFirstLoad) {
			await this.session.request('POST', '/rest/owner/setup', OWNER);
		} else {
			const login = { emailOrLdapLoginId: OWNER.email, password: OWNER.password };
			await this.session.request('POST', '/rest/login', login);
		}
	}

	/** Reads the descriptions of all node types that n8n has loaded. */
	async nodeTypes(): Promise<INodeTypeDescription[]> {
		return await this.session.request('GET', '/types/nodes.json');
	}

	async createCredential(credential: { name: string; type: string; data: object }): Promise<SavedCredential> {
		const saved = await this.session.request<SavedCredential>('POST', '/rest/credentials', credential);
		return { id: saved.id, name: saved.name, type: saved.type };
	}

	async updateCredential(credential: SavedCredential, changes: object) {
		const data = { ...(await this.readCredentialData(credential)), ...changes };
		await this.session.request('PATCH', `/rest/credentials/${credential.id}`, { ...credential, data });
	}

	/** Lets n8n test a saved credential. Like the editor, it sends back the redacted values that n8n gave. */
	async testCredential(credential: SavedCredential): Promise<{ status: 'OK' | 'Error'; message: string }> {
		const data = await this.readCredentialData(credential);
		const credentials = { ...credential, data };
		return await this.session.request('POST', '/rest/credentials/test', { credentials });
	}

	/**
	 * Saves a workflow. It keeps its ID if it has one.
	 *
	 * @param credentials take the places of the workflow's references to credentials of the same type
	 */
	async importWorkflow(workflow: Workflow, credentials: SavedCredential[] = []): Promise<SavedWorkflow> {
		const nodes = workflow.nodes.map((node) => ({
			...node,
			credentials: replaceCredentials(node.credentials, credentials),
		}));
		const settings = { executionOrder: 'v1' };
		return await this.session.request('POST', '/rest/workflows', { settings, ...workflow, nodes });
	}

	/**
	 * Runs a workflow like the editor's "Execute workflow", and waits for the end.
	 *
	 * @param options `trigger` is the name of the trigger, by default the first one; `until` stops after
	 * this node, like "Execute step"
	 */
	async runWorkflow(
		id: string,
		options: { timeout?: number; trigger?: string; until?: string } = {},
	): Promise<Execution> {
		const { timeout, until } = options;
		const { nodes } = await this.readWorkflow(id);
		const firstTrigger = nodes.find(({ type, disabled }) => /trigger$/i.test(type) && !disabled);
		const trigger = { name: options.trigger ?? firstTrigger?.name };
		const destination = until && { destinationNode: { nodeName: until, mode: 'inclusive' } };

		const { executionId } = await this.session.request<{ executionId: string }>(
			'POST',
			`/rest/workflows/${id}/run`,
			{ triggerToStartFrom: trigger, ...destination },
		);
		return await this.waitForExecution(executionId, timeout);
	}

	/**
	 * Waits until an execution has ended.
	 *
	 * @param timeout in ms
	 */
	async waitForExecution(id: string, timeout = 60_000): Promise<Execution> {
		const raw = await this.pollUntil<RawExecution>(`/rest/executions/${id}`, isFinal, timeout);
		return new Execution(raw, this.modules);
	}

	/** Counts the executions of a workflow that have one of the statuses; all of them if none is named. */
	async countExecutions(workflowId: string, statuses?: readonly string[]): Promise<number> {
		const filter = toFilterQuery({ workflowId, status: statuses });
		const { count } = await this.session.request<{ count: number }>(
			'GET',
			`/rest/executions?limit=1${filter}`,
		);
		return count;
	}

	/**
	 * Lists executions, newest first. In queue mode the list is only reliable up to 100 executions. n8n
	 * sorts them by their start and pages them by their ID, and several workers do not start executions
	 * in the order of their IDs. So the pages repeat some executions and lack others.
	 */
	async listExecutions(workflowId?: string, statuses?: readonly string[]): Promise<RawExecution[]> {
		const filter = toFilterQuery({ workflowId, status: statuses });
		const executions: RawExecution[] = [];
		let cursor: string | null | undefined;
		do {
			const cursorQuery = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
			const page = await this.session.request<{ results: RawExecution[]; nextCursor?: string | null }>(
				'GET',
				`/rest/executions?limit=100${filter}${cursorQuery}`,
			);
			executions.push(...page.results);
			cursor = page.nextCursor;
		} while (cursor);
		return executions;
	}

	/** Activates the current version of a workflow, and waits until its trigger has started. */
	async publishWorkflow(id: string) {
		const { versionId } = await this.readWorkflow(id);
		await this.session.request('POST', `/rest/workflows/${id}/activate`, { versionId });

		const { status, triggers } = await this.waitForPublication(id);
		if (status === 'published') return;
		const reasons = triggers.flatMap(({ errorMessage }) => errorMessage ?? []);
		throw new Error(`n8n could not start the workflow (${status}): ${reasons.join('; ')}`);
	}

	/** Deactivates a workflow, and waits until its trigger has stopped. */
	async unpublishWorkflow(id: string) {
		await this.session.request('POST', `/rest/workflows/${id}/deactivate`, {});
		await this.waitForPublication(id);
	}

	/** Loads the entries of a dropdown. */
	async nodeOptions(request: DynamicRequest): Promise<INodePropertyOptions[]> {
		return await this.requestDynamicParameter('options', request);
	}

	/** Loads one page of a picker (resource locator). */
	async nodeList(
		request: DynamicRequest,
	): Promise<{ results: INodePropertyOptions[]; paginationToken?: string }> {
		return await this.requestDynamicParameter('resource-locator-results', request);
	}

	/** Loads the columns of a resource mapper. */
	async nodeColumns(request: DynamicRequest): Promise<ResourceMapperFields> {
		return await this.requestDynamicParameter('resource-mapper-fields', request);
	}

	/** @param kind the last part of n8n's path, which says what is loaded */
	private async requestDynamicParameter<T>(
		kind: string,
		{ node, method, ...query }: DynamicRequest,
	): Promise<T> {
		return await this.session.request('POST', `/rest/dynamic-node-parameters/${kind}`, {
			...query,
			methodName: method,
			nodeTypeAndVersion: { name: node.type, version: node.typeVersion },
			currentNodeParameters: node.parameters,
			credentials: node.credentials,
		});
	}

	private async readWorkflow(id: string): Promise<SavedWorkflow> {
		return await this.session.request('GET', `/rest/workflows/${id}`);
	}

	private async readCredentialData({ id }: SavedCredential): Promise<IDataObject> {
		const saved = await this.session.request<{ data: IDataObject }>(
			'GET',
			`/rest/credentials/${id}?includeData=true`,
		);
		return saved.data;
	}

	/**
	 * Waits until n8n has started or stopped a trigger. It does so in the background, and tries for some
	 * seconds to start a trigger that fails.
	 */
	private async waitForPublication(id: string): Promise<Publication> {
		const path = `/rest/workflows/${id}/publication-status`;
		await this.pollUntil<Publication>(path, ({ status }) => status !== 'in_progress', 90_000);
		// The first answer that is final may still have the list of triggers of a moment earlier.
		return await this.session.request('GET', path);
	}

	/** Requests a path again and again until its answer is final. */
	private async pollUntil<T extends { status: string }>(
		path: string,
		isFinalAnswer: (answer: T) => boolean,
		timeout: number,
	): Promise<T> {
		let answer = await this.session.request<T>('GET', path);
		if (isFinalAnswer(answer)) return answer;

		const askAgain = async () => {
			answer = await this.session.request<T>('GET', path);
			return isFinalAnswer(answer);
		};
		try {
			await pWaitFor(askAgain, { interval: POLL_MS, timeout, leadingCheck: false });
		} catch (error) {
			const isTimeout = error instanceof Error && error.name === 'TimeoutError';
			if (!isTimeout) throw error;
			throw new Error(`${path} is still "${answer.status}" after ${timeout / 1_000} s`);
		}
		return answer;
	}
}

function toFilterQuery(filter: object): string {
	return `&filter=${encodeURIComponent(JSON.stringify(filter))}`;
}

/** Replaces each reference by a saved credential of its type, if there is one. */
function replaceCredentials(references: WorkflowNode['credentials'], credentials: SavedCredential[]) {
	if (!references) return undefined;

	const replacedReferences: Record<string, CredentialReference> = {};
	for (const [type, reference] of Object.entries(references)) {
		const credential = credentials.find((candidate) => candidate.type === type);
		replacedReferences[type] = credential ? { id: credential.id, name: credential.name } : reference;
	}
	return replacedReferences;
}
