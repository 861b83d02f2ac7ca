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

/** The account of the throw-away n8n. It listens on 127.0.0.1 only and its data goes with it. */
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

/** What the editor asks of a node in its form. */
interface DynamicRequest {
	/** As in a workflow. */
	node: Pick<WorkflowNode, 'type' | 'typeVersion' | 'parameters' | 'credentials'>;
	/** Name of the load method. */
	method: string;
	/** The parameter, for example "parameters.branchId". */
	path: string;
	/** Of a list that can be searched. */
	filter?: string;
	paginationToken?: string;
}

/** What the editor does, without the editor: the same internal REST calls. */
export class N8nClient {
	readonly session: Session;
	private readonly modules: string;

	/** @param n8n a running n8n, as startN8n returns it */
	constructor(n8n: { url: string; modules: string }) {
		this.modules = n8n.modules;
		this.session = new Session(n8n.url);
	}

	/** Creates the owner on first use of a user folder; later logs in. */
	async signIn() {
		const { userManagement } = await this.session.request<{
			userManagement: { showSetupOnFirstLoad: boolean };
		}>('GET', '/rest/settings');
		if (userManagement.showSetupOnFirstLoad) await this.session.request('POST', '/rest/owner/setup', OWNER);
		else {
			const login = { emailOrLdapLoginId: OWNER.email, password: OWNER.password };
			await this.session.request('POST', '/rest/login', login);
		}
	}

	/** Every node type that n8n has loaded. */
	async nodeTypes(): Promise<INodeTypeDescription[]> {
		return await this.session.request('GET', '/types/nodes.json');
	}

	async createCredential(credential: { name: string; type: string; data: object }): Promise<SavedCredential> {
		const saved = await this.session.request<SavedCredential>('POST', '/rest/credentials', credential);
		return { id: saved.id, name: saved.name, type: saved.type };
	}

	async updateCredential(credential: SavedCredential, changes: object) {
		const data = { ...(await this.credentialData(credential)), ...changes };
		await this.session.request('PATCH', `/rest/credentials/${credential.id}`, { ...credential, data });
	}

	/** The Test of a saved credential; like the editor it sends back the redacted values it was given. */
	async testCredential(credential: SavedCredential): Promise<{ status: 'OK' | 'Error'; message: string }> {
		const data = await this.credentialData(credential);
		const credentials = { ...credential, data };
		return await this.session.request('POST', '/rest/credentials/test', { credentials });
	}

	/**
	 * @param workflow keeps its id when it has one
	 * @param credentials put in place of the file's references, by type
	 */
	async importWorkflow(workflow: Workflow, credentials: SavedCredential[] = []): Promise<SavedWorkflow> {
		const nodes = workflow.nodes.map((node) => ({
			...node,
			credentials: withCredentials(node.credentials, credentials),
		}));
		const settings = { executionOrder: 'v1' };
		return await this.session.request('POST', '/rest/workflows', { settings, ...workflow, nodes });
	}

	/**
	 * Runs a workflow like the editor's "Execute workflow" and waits for the end.
	 * @param options `until`: stop after this node ("Execute step")
	 */
	async runWorkflow(
		id: string,
		options: { timeout?: number; trigger?: string; until?: string } = {},
	): Promise<Execution> {
		const { nodes } = await this.savedWorkflow(id);
		const trigger =
			options.trigger ?? nodes.find(({ type, disabled }) => /trigger$/i.test(type) && !disabled)?.name;
		const { executionId } = await this.session.request<{ executionId: string }>(
			'POST',
			`/rest/workflows/${id}/run`,
			{
				triggerToStartFrom: { name: trigger },
				...(options.until && { destinationNode: { nodeName: options.until, mode: 'inclusive' } }),
			},
		);
		return await this.waitForExecution(executionId, options.timeout);
	}

	/** @param timeout milliseconds */
	async waitForExecution(id: string, timeout = 60_000): Promise<Execution> {
		const raw = await this.pollUntil<RawExecution>(`/rest/executions/${id}`, isFinal, timeout);
		return new Execution(raw, this.modules);
	}

	/** @param status one of these; any, if none is given */
	async countExecutions(workflowId: string, status?: readonly string[]): Promise<number> {
		const path = `/rest/executions?limit=1${toFilterQuery({ workflowId, status })}`;
		return (await this.session.request<{ count: number }>('GET', path)).count;
	}

	/**
	 * All of them, newest first. In queue mode there may be 100 at most: n8n sorts them by their start and pages them by their
	 * ID, which several workers do not do in the same order, so that pages repeat some and lack others.
	 */
	async listExecutions(workflowId?: string, status?: readonly string[]): Promise<RawExecution[]> {
		const filter = toFilterQuery({ workflowId, status });
		const found: RawExecution[] = [];
		for (let cursor = ''; ; ) {
			const page = await this.session.request<{ results: RawExecution[]; nextCursor?: string | null }>(
				'GET',
				`/rest/executions?limit=100${filter}${cursor}`,
			);
			found.push(...page.results);
			if (!page.nextCursor) return found;
			cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
		}
	}

	/** Switches a workflow with a trigger on, in its current version, and waits until the trigger has started. */
	async publishWorkflow(id: string) {
		const { versionId } = await this.savedWorkflow(id);
		await this.session.request('POST', `/rest/workflows/${id}/activate`, { versionId });
		const { status, triggers } = await this.waitForPublication(id);
		if (status === 'published') return;
		const reasons = triggers.flatMap(({ errorMessage }) => errorMessage ?? []);
		throw new Error(`n8n could not start the workflow (${status}): ${reasons.join('; ')}`);
	}

	/** Switches it off, and waits until that is done. */
	async unpublishWorkflow(id: string) {
		await this.session.request('POST', `/rest/workflows/${id}/deactivate`, {});
		await this.waitForPublication(id);
	}

	/** The entries of a dropdown, loaded as the editor loads them. */
	async nodeOptions(request: DynamicRequest): Promise<INodePropertyOptions[]> {
		return await this.requestDynamicParameter('options', request);
	}

	/** One page of a searchable picker (resource locator). */
	async nodeList(
		request: DynamicRequest,
	): Promise<{ results: INodePropertyOptions[]; paginationToken?: string }> {
		return await this.requestDynamicParameter('resource-locator-results', request);
	}

	/** The columns of a resource mapper. */
	async nodeColumns(request: DynamicRequest): Promise<ResourceMapperFields> {
		return await this.requestDynamicParameter('resource-mapper-fields', request);
	}

	private async requestDynamicParameter<T>(
		what: string,
		{ node, method, ...rest }: DynamicRequest,
	): Promise<T> {
		return await this.session.request('POST', `/rest/dynamic-node-parameters/${what}`, {
			...rest,
			methodName: method,
			nodeTypeAndVersion: { name: node.type, version: node.typeVersion },
			currentNodeParameters: node.parameters,
			credentials: node.credentials,
		});
	}

	private async savedWorkflow(id: string): Promise<SavedWorkflow> {
		return await this.session.request('GET', `/rest/workflows/${id}`);
	}

	private async credentialData({ id }: SavedCredential): Promise<IDataObject> {
		const saved = await this.session.request<{ data: IDataObject }>(
			'GET',
			`/rest/credentials/${id}?includeData=true`,
		);
		return saved.data;
	}

	/** n8n starts and stops triggers in the background, and tries again for some seconds when one does not start. */
	private async waitForPublication(id: string): Promise<Publication> {
		const path = `/rest/workflows/${id}/publication-status`;
		await this.pollUntil<Publication>(path, ({ status }) => status !== 'in_progress', 90_000);
		// n8n reads whether it is done, and of which triggers, at the same moment: the latter may be from before it was done.
		return await this.session.request('GET', path);
	}

	/** Asks again and again until the answer is a final one. */
	private async pollUntil<T extends { status: string }>(
		path: string,
		isEnd: (answer: T) => boolean,
		timeout: number,
	): Promise<T> {
		let answer = await this.session.request<T>('GET', path);
		const ask = async () => isEnd((answer = await this.session.request<T>('GET', path)));
		if (isEnd(answer)) return answer;
		await pWaitFor(ask, { interval: POLL_MS, timeout, leadingCheck: false }).catch((error: Error) => {
			throw error.name === 'TimeoutError'
				? new Error(`${path} is still "${answer.status}" after ${timeout / 1_000} s`)
				: error;
		});
		return answer;
	}
}

const toFilterQuery = (filter: object) => `&filter=${encodeURIComponent(JSON.stringify(filter))}`;

function withCredentials(references: WorkflowNode['credentials'], saved: SavedCredential[]) {
	if (!references) return undefined;
	return Object.fromEntries(
		Object.entries(references).map(([type, reference]): [string, CredentialReference] => {
			const match = saved.find((credential) => credential.type === type);
			return [type, match ? { id: match.id, name: match.name } : reference];
		}),
	);
}
