import type { INodeParameters } from 'n8n-workflow';
import type { ChainedNode } from '../n8n/chain';
import { chain } from '../n8n/chain';
import type { SavedCredential, Workflow } from '../n8n/types';
import type { Account } from '../sandbox';

/** The jobs, once with this package and once as a competent user builds them from HTTP Request nodes. */

/** As a workflow that runs every night. */
const SETTINGS = {
	executionOrder: 'v1',
	saveDataSuccessExecution: 'none',
	saveDataErrorExecution: 'all',
	saveExecutionProgress: false,
};
const START = node('Start', 'n8n-nodes-base.webhook', 2, { path: 'bench', responseMode: 'lastNode' });

/** What comes out in the end is how many records there were, so that the answer costs the same whatever their number. */
const countOf = (field: string) =>
	node('Count', 'n8n-nodes-base.summarize', 1.1, {
		fieldsToSummarize: { values: [{ aggregation: 'countUnique', field }] },
		options: {},
	});

const COUNT = countOf('id');

function node(name: string, type: string, typeVersion: number, parameters: INodeParameters): ChainedNode {
	return { name, type, typeVersion, parameters };
}

const workflow = (name: string, nodes: ChainedNode[]) => chain(name, nodes, SETTINGS);

function alfaCrm(parameters: INodeParameters, { id, name }: SavedCredential): ChainedNode {
	return {
		...node('AlfaCRM', 'n8n-nodes-alfacrm.alfaCrm', 1, parameters),
		credentials: { alfaCrmApi: { id, name } },
	};
}

function httpRequest(name: string, url: string, body: object | string, more: INodeParameters = {}) {
	return node(name, 'n8n-nodes-base.httpRequest', 4.2, {
		method: 'POST',
		url,
		sendBody: true,
		specifyBody: 'json',
		jsonBody: typeof body === 'string' ? body : JSON.stringify(body),
		...more,
	});
}

const withToken = {
	sendHeaders: true,
	headerParameters: {
		parameters: [{ name: 'X-ALFACRM-TOKEN', value: "={{ $('Login').first().json.token }}" }],
	},
};

function loginNode({ hostname, email, apiKey }: Account) {
	return httpRequest('Login', `${hostname}/v2api/auth/login`, { email, api_key: apiKey });
}

function leads(count: number) {
	return Array.from({ length: count }, (_, index) => ({
		name: `Bench lead ${index + 1}`,
		phone: `+7(955)${String(index).padStart(3, '0')}-00-00`,
	}));
}

function leadNodes(count: number) {
	return [
		node('Leads', 'n8n-nodes-base.set', 3.4, {
			mode: 'raw',
			jsonOutput: JSON.stringify({ leads: leads(count) }),
		}),
		node('Each Lead', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'leads' }),
	];
}

/** @param interval milliseconds between requests, 0 for none */
const batches = (interval: number): INodeParameters =>
	interval ? { batching: { batch: { batchSize: 1, batchInterval: interval } } } : {};

interface Job {
	/** Of this package, with its credential. */
	node: (credential: SavedCredential, rows: number) => Workflow;
	/** Of HTTP Request nodes, with a pause between requests in milliseconds. */
	http: (account: Account, rows: number, interval: number) => Workflow;
}

export type WorkflowName = 'list' | 'create' | 'upsert';

/** Each job as a workflow. */
export const WORKFLOWS: Record<WorkflowName, Job> = {
	list: {
		node: (credential) =>
			workflow('List with AlfaCRM', [
				START,
				alfaCrm(
					{
						resource: 'customer',
						operation: 'getAll',
						branchId: 1,
						returnAll: true,
						is_study: 2,
						removed: 1,
						// The HTTP Request node does not look any up.
						addNames: false,
					},
					credential,
				),
				COUNT,
			]),
		http: (account, _rows, interval) =>
			workflow('List with HTTP Request', [
				START,
				loginNode(account),
				httpRequest(
					'List',
					`${account.hostname}/v2api/1/customer/index`,
					{ is_study: 2, removed: 1, pageSize: 500 },
					{
						...withToken,
						options: {
							pagination: {
								pagination: {
									paginationMode: 'updateAParameterInEachRequest',
									parameters: {
										parameters: [{ type: 'body', name: 'page', value: '={{ $pageCount }}' }],
									},
									paginationCompleteWhen: 'other',
									completeExpression: '={{ $response.body.items.length === 0 }}',
									requestInterval: interval,
								},
							},
						},
					},
				),
				node('Rows', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items' }),
				COUNT,
			]),
	},
	create: {
		node: (credential, rows) =>
			workflow('Create with AlfaCRM', [
				START,
				...leadNodes(rows),
				alfaCrm(
					{
						resource: 'customer',
						operation: 'create',
						branchId: 1,
						name: '={{ $json.name }}',
						is_study: 0,
					},
					credential,
				),
				COUNT,
			]),
		http: (account, rows, interval) =>
			workflow('Create with HTTP Request', [
				START,
				loginNode(account),
				...leadNodes(rows),
				httpRequest(
					'Create',
					`${account.hostname}/v2api/1/customer/create`,
					'={{ JSON.stringify({ name: $json.name, is_study: 0, legal_type: 1, branch_ids: [1] }) }}',
					{ ...withToken, options: batches(interval) },
				),
				countOf('model.id'),
			]),
	},
	upsert: {
		node: (credential, rows) =>
			workflow('Create or Update with AlfaCRM', [
				START,
				...leadNodes(rows),
				alfaCrm(
					{
						resource: 'customer',
						operation: 'upsert',
						branchId: 1,
						matchBy: 'phone',
						phone: '={{ $json.phone }}',
						fieldsToSet: { name: '={{ $json.name }}' },
						options: { searchBranches: [1] },
					},
					credential,
				),
				COUNT,
			]),
		http: (account, rows, interval) =>
			workflow('Create or Update with HTTP Request', [
				START,
				loginNode(account),
				...leadNodes(rows),
				httpRequest(
					'Search',
					`${account.hostname}/v2api/1/customer/index`,
					'={{ JSON.stringify({ phone: $json.phone, is_study: 2, removed: 1 }) }}',
					{ ...withToken, options: batches(interval) },
				),
				httpRequest(
					'Create',
					`={{ "${account.hostname}/v2api/1/customer/" + ($json.items.length > 0 ? "update?id=" + $json.items[0].id : "create") }}`,
					"={{ JSON.stringify({ name: $('Each Lead').item.json.name, phone: [$('Each Lead').item.json.phone], is_study: 0, legal_type: 1, branch_ids: [1] }) }}",
					{ ...withToken, options: batches(interval) },
				),
				countOf('model.id'),
			]),
	},
};

interface Measured {
	title: string;
	does: WorkflowName;
	/** How many there are. */
	customers: number;
	/** How many records the job is about. */
	rows: number;
	/** What a page size in the body does. */
	bodyPageSize: 'honoured' | 'ignored';
}

const list = (title: string, rows: number, bodyPageSize: Measured['bodyPageSize']): Measured => ({
	title,
	does: 'list',
	customers: rows,
	rows,
	bodyPageSize,
});
const write = (title: string, does: WorkflowName): Measured => ({
	title,
	does,
	customers: 300,
	rows: 300,
	bodyPageSize: 'honoured',
});

/** What is measured. */
export const JOBS: Measured[] = [
	list('list 5,000', 5_000, 'honoured'),
	list('list 5,000 by 50', 5_000, 'ignored'),
	list('list 50,000', 50_000, 'honoured'),
	write('create 300', 'create'),
	write('create or update 300', 'upsert'),
];

export type ContestantName = 'node' | 'http' | 'paced';

/** `paced`: as a user sets it who knows of the limit; milliseconds between two requests. */
export const CONTESTANTS: Record<ContestantName, { title: string; kind: 'node' | 'http'; paceMs: number }> = {
	node: { title: '**AlfaCRM node**', kind: 'node', paceMs: 0 },
	http: { title: 'HTTP Request, no rate limit', kind: 'http', paceMs: 0 },
	paced: { title: 'HTTP Request, own rate limit', kind: 'http', paceMs: 200 },
};
