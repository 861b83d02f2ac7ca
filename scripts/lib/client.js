'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { isFinal, toExecution } = require('./execution.js');
const { Session } = require('./session.js');

/** The account of the throw-away n8n. It listens on 127.0.0.1 only and its data goes with it. */
const OWNER = { email: 'owner@example.com', password: 'Demo-pass-1', firstName: 'Demo', lastName: 'Owner' };

/**
 * What the editor does, without the editor: the same internal REST calls.
 * @typedef {{ id: string, name: string, type: string }} SavedCredential
 * @typedef {{ id?: string, name: string, nodes: any[], connections: any, settings?: any }} Workflow
 */
class N8nClient {
	/** @param {{ url: string, modules: string }} n8n a running n8n, as startN8n returns it */
	constructor(n8n) {
		this.modules = n8n.modules;
		this.session = new Session(n8n.url);
	}

	/** Creates the owner on first use of a user folder; later logs in. */
	async signIn() {
		const settings = await this.session.request('GET', '/rest/settings');
		const isNew = settings.userManagement.showSetupOnFirstLoad;
		if (isNew) await this.session.request('POST', '/rest/owner/setup', OWNER);
		else
			await this.session.request('POST', '/rest/login', {
				emailOrLdapLoginId: OWNER.email,
				password: OWNER.password,
			});
	}

	/**
	 * Every node type that n8n has loaded.
	 * @returns {Promise<any[]>}
	 */
	async nodeTypes() {
		return await this.session.request('GET', '/types/nodes.json');
	}

	/**
	 * @param {{ name: string, type: string, data: Record<string, unknown> }} credential
	 * @returns {Promise<SavedCredential>}
	 */
	async createCredential(credential) {
		const { id, name, type } = await this.session.request('POST', '/rest/credentials', credential);
		return { id, name, type };
	}

	/**
	 * @param {SavedCredential} credential
	 * @param {Record<string, unknown>} changes
	 */
	async updateCredential(credential, changes) {
		const data = { ...(await this.credentialData(credential.id)), ...changes };
		await this.session.request('PATCH', `/rest/credentials/${credential.id}`, { ...credential, data });
	}

	/**
	 * The Test of a saved credential; like the editor it sends back the redacted values it was given.
	 * @param {SavedCredential} credential
	 * @returns {Promise<{ status: 'OK' | 'Error', message: string }>}
	 */
	async testCredential(credential) {
		const data = await this.credentialData(credential.id);
		return await this.session.request('POST', '/rest/credentials/test', {
			credentials: { ...credential, data },
		});
	}

	/** @param {string} id */
	async credentialData(id) {
		return (await this.session.request('GET', `/rest/credentials/${id}?includeData=true`)).data;
	}

	/**
	 * @param {Workflow} workflow keeps its id when it has one
	 * @param {SavedCredential[]} [credentials] put in place of the file's references, by type
	 * @returns {Promise<Workflow & { id: string, versionId: string }>}
	 */
	async importWorkflow(workflow, credentials = []) {
		const nodes = workflow.nodes.map((node) => ({
			...node,
			credentials: withCredentials(node.credentials, credentials),
		}));
		return await this.session.request('POST', '/rest/workflows', {
			settings: { executionOrder: 'v1' },
			...workflow,
			nodes,
		});
	}

	/**
	 * Runs a workflow like the editor's "Execute workflow" and waits for the end.
	 * @param {Workflow | string} workflow
	 * @param {{ timeout?: number, trigger?: string, until?: string }} [options] `until`: stop after this node ("Execute step")
	 */
	async runWorkflow(workflow, options = {}) {
		const { id, nodes } = await this.session.request(
			'GET',
			`/rest/workflows/${typeof workflow === 'string' ? workflow : workflow.id}`,
		);
		const trigger =
			options.trigger ??
			nodes.find((/** @type {any} */ node) => /trigger$/i.test(node.type) && !node.disabled)?.name;
		const { executionId } = await this.session.request('POST', `/rest/workflows/${id}/run`, {
			triggerToStartFrom: { name: trigger },
			...(options.until ? { destinationNode: { nodeName: options.until, mode: 'inclusive' } } : {}),
		});
		return await this.waitForExecution(executionId, options.timeout);
	}

	/**
	 * @param {string} id
	 * @param {number} [timeout] milliseconds
	 */
	async waitForExecution(id, timeout = 60_000) {
		const deadline = Date.now() + timeout;
		for (;;) {
			const raw = await this.session.request('GET', `/rest/executions/${id}`);
			if (isFinal(raw)) return toExecution(raw, this.modules);
			if (Date.now() > deadline)
				throw new Error(`Execution ${id} is still "${raw.status}" after ${timeout / 1000} s`);
			await sleep(100);
		}
	}

	/**
	 * @param {string} [workflowId]
	 * @returns {Promise<Array<{ id: string, status: string, mode: string, workflowId: string }>>} all of them, newest first
	 */
	async listExecutions(workflowId) {
		const filter = workflowId ? `&filter=${encodeURIComponent(JSON.stringify({ workflowId }))}` : '';
		const found = [];
		for (let cursor = ''; ; ) {
			const page = await this.session.request('GET', `/rest/executions?limit=100${filter}${cursor}`);
			found.push(...page.results);
			if (!page.nextCursor) return found;
			cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
		}
	}

	/**
	 * Switches a workflow with a trigger on, in its current version.
	 * @param {string} id
	 */
	async publishWorkflow(id) {
		const { versionId } = await this.session.request('GET', `/rest/workflows/${id}`);
		return await this.session.request('POST', `/rest/workflows/${id}/activate`, { versionId });
	}

	/** @param {string} id */
	async unpublishWorkflow(id) {
		return await this.session.request('POST', `/rest/workflows/${id}/deactivate`, {});
	}

	/**
	 * The entries of a dropdown, loaded as the editor loads them.
	 * @param {DynamicRequest} request
	 * @returns {Promise<Array<{ name: string, value: any, description?: string }>>}
	 */
	async nodeOptions(request) {
		return await this.session.request('POST', '/rest/dynamic-node-parameters/options', dynamicBody(request));
	}

	/**
	 * One page of a searchable picker (resource locator).
	 * @param {DynamicRequest & { filter?: string, paginationToken?: string }} request
	 * @returns {Promise<{ results: Array<{ name: string, value: any }>, paginationToken?: string }>}
	 */
	async nodeList(request) {
		const { filter, paginationToken } = request;
		const body = { ...dynamicBody(request), filter, paginationToken };
		return await this.session.request('POST', '/rest/dynamic-node-parameters/resource-locator-results', body);
	}

	/**
	 * The columns of a resource mapper.
	 * @param {DynamicRequest} request
	 * @returns {Promise<{ fields: any[] }>}
	 */
	async nodeColumns(request) {
		return await this.session.request(
			'POST',
			'/rest/dynamic-node-parameters/resource-mapper-fields',
			dynamicBody(request),
		);
	}
}

/**
 * @typedef {object} DynamicRequest
 * @property {{ type: string, typeVersion: number, parameters: any, credentials?: any }} node the node as in a workflow
 * @property {string} method name of the load method
 * @property {string} path the parameter, for example "parameters.branchId"
 */

/** @param {DynamicRequest} request */
function dynamicBody({ node, method, path }) {
	return {
		path,
		methodName: method,
		nodeTypeAndVersion: { name: node.type, version: node.typeVersion },
		currentNodeParameters: node.parameters,
		credentials: node.credentials,
	};
}

/**
 * @param {Record<string, { id: string | null, name: string }> | undefined} references
 * @param {SavedCredential[]} saved
 */
function withCredentials(references, saved) {
	if (!references) return undefined;
	return Object.fromEntries(
		Object.entries(references).map(([type, reference]) => {
			const match = saved.find((credential) => credential.type === type);
			return [type, match ? { id: match.id, name: match.name } : reference];
		}),
	);
}

module.exports = { N8nClient, OWNER };
