import type { INodeParameters } from 'n8n-workflow';
import type { ChainedNode } from '../n8n/chain';
import { makeAlfaCrmNode, makeBuiltInNode, makeWorkflow } from '../n8n/chain';
import type { SavedCredential, Workflow } from '../n8n/types';
import type { credentialDataFor } from '../sandbox';

/** The jobs, once with this package and once as a competent user builds them from HTTP Request nodes. */

type Account = ReturnType<typeof credentialDataFor>;

/** As a workflow that runs every night. */
const SETTINGS = {
	executionOrder: 'v1',
	saveDataSuccessExecution: 'none',
	saveDataErrorExecution: 'all',
	saveExecutionProgress: false,
};
const START = makeBuiltInNode('webhook 2', 'Start', { path: 'bench', responseMode: 'lastNode' });

/** What comes out in the end is how many records there were, so that the answer costs the same whatever their number. */
const workflow = (name: string, nodes: ChainedNode[], field = 'id'): Workflow => {
	const counted = { fieldsToSummarize: { values: [{ aggregation: 'countUnique', field }] }, options: {} };
	return makeWorkflow(name, [START, ...nodes, makeBuiltInNode('summarize 1.1', 'Count', counted)], SETTINGS);
};

const httpRequest = (name: string, url: string, body: string, more: INodeParameters = {}) =>
	makeBuiltInNode('httpRequest 4.2', name, {
		...{ method: 'POST', url, sendBody: true, specifyBody: 'json', jsonBody: body },
		...more,
	});

/** @param options of the HTTP Request node */
function withToken(options: INodeParameters): INodeParameters {
	const token = { name: 'X-ALFACRM-TOKEN', value: "={{ $('Login').first().json.token }}" };
	return { sendHeaders: true, headerParameters: { parameters: [token] }, options };
}

/** @param interval milliseconds between requests, 0 for none */
const batches = (interval: number): INodeParameters =>
	withToken(interval ? { batching: { batch: { batchSize: 1, batchInterval: interval } } } : {});

function loginNode({ hostname, email, apiKey }: Account) {
	const body = JSON.stringify({ email, api_key: apiKey });
	return httpRequest('Login', `${hostname}/v2api/auth/login`, body);
}

function leadNodes(count: number) {
	const leads = Array.from({ length: count }, (_, index) => ({
		name: `Bench lead ${index + 1}`,
		phone: `+7(955)${String(index).padStart(3, '0')}-00-00`,
	}));
	return [
		makeBuiltInNode('set 3.4', 'Leads', { mode: 'raw', jsonOutput: JSON.stringify({ leads }) }),
		makeBuiltInNode('splitOut 1', 'Each Lead', { fieldToSplitOut: 'leads' }),
	];
}

interface Job {
	/** Of this package, with its credential. */
	node: (credential: SavedCredential, rows: number) => Workflow;
	/** Of HTTP Request nodes, with a pause between requests in milliseconds. */
	http: (account: Account, rows: number, interval: number) => Workflow;
}

const CUSTOMER = { resource: 'customer', branchId: 1 };
/** As the form has it when nothing but a name is asked for. */
const NEW_LEAD = 'is_study: 0, legal_type: 1, branch_ids: [1]';

/** Each job as a workflow. */
export const WORKFLOWS: Record<'list' | 'create' | 'upsert', Job> = {
	list: {
		node: (credential) => {
			// The HTTP Request node does not look any names up.
			const all = { operation: 'getAll', returnAll: true, is_study: 2, removed: 1, simplify: false };
			return workflow('List with AlfaCRM', [makeAlfaCrmNode('AlfaCRM', { ...CUSTOMER, ...all }, credential)]);
		},
		http: (account, _rows, interval) => {
			const pagination = {
				paginationMode: 'updateAParameterInEachRequest',
				parameters: { parameters: [{ type: 'body', name: 'page', value: '={{ $pageCount }}' }] },
				paginationCompleteWhen: 'other',
				completeExpression: '={{ $response.body.items.length === 0 }}',
				requestInterval: interval,
			};
			const url = `${account.hostname}/v2api/1/customer/index`;
			const body = JSON.stringify({ is_study: 2, removed: 1, pageSize: 500 });
			return workflow('List with HTTP Request', [
				loginNode(account),
				httpRequest('List', url, body, withToken({ pagination: { pagination } })),
				makeBuiltInNode('splitOut 1', 'Rows', { fieldToSplitOut: 'items' }),
			]);
		},
	},
	create: {
		node: (credential, rows) => {
			const create = { ...CUSTOMER, operation: 'create', name: '={{ $json.name }}', is_study: 0 };
			return workflow('Create with AlfaCRM', [
				...leadNodes(rows),
				makeAlfaCrmNode('AlfaCRM', create, credential),
			]);
		},
		http: (account, rows, interval) => {
			const url = `${account.hostname}/v2api/1/customer/create`;
			const body = `={{ JSON.stringify({ name: $json.name, ${NEW_LEAD} }) }}`;
			const create = httpRequest('Create', url, body, batches(interval));
			const nodes = [loginNode(account), ...leadNodes(rows), create];
			return workflow('Create with HTTP Request', nodes, 'model.id');
		},
	},
	upsert: {
		node: (credential, rows) => {
			const upsert = {
				...{ ...CUSTOMER, operation: 'upsert', matchBy: 'phone', phone: '={{ $json.phone }}' },
				...{ name: '={{ $json.name }}', options: { searchBranches: [1] } },
			};
			const nodes = [...leadNodes(rows), makeAlfaCrmNode('AlfaCRM', upsert, credential)];
			return workflow('Create or Update with AlfaCRM', nodes);
		},
		http: (account, rows, interval) => {
			const url = `${account.hostname}/v2api/1/customer/`;
			const search = '={{ JSON.stringify({ phone: $json.phone, is_study: 2, removed: 1 }) }}';
			const action = '($json.items.length > 0 ? "update?id=" + $json.items[0].id : "create")';
			const lead = "name: $('Each Lead').item.json.name, phone: [$('Each Lead').item.json.phone]";
			const body = `={{ JSON.stringify({ ${lead}, ${NEW_LEAD} }) }}`;
			const nodes = [
				...[loginNode(account), ...leadNodes(rows)],
				httpRequest('Search', `${url}index`, search, batches(interval)),
				httpRequest('Create', `={{ "${url}" + ${action} }}`, body, batches(interval)),
			];
			return workflow('Create or Update with HTTP Request', nodes, 'model.id');
		},
	},
};

/** Distances of AlfaCRM, in milliseconds a call. */
const FAR = [60, 400];
/** Where nothing but the work of n8n itself takes time. */
const BESIDE = [0];

/**
 * What is measured; of each, how many customers there are, how many rows it is about, what a page size in the body does,
 * and at which distances.
 */
export const JOBS = [
	{ title: 'list 3,000 by 50', does: 'list', rows: 3_000, bodyPageSize: 'ignored', latencies: FAR },
	{ title: 'list 5,000', does: 'list', rows: 5_000, bodyPageSize: 'honoured', latencies: FAR },
	{ title: 'list 5,000 by 50', does: 'list', rows: 5_000, bodyPageSize: 'ignored', latencies: FAR },
	{ title: 'list 50,000', does: 'list', rows: 50_000, bodyPageSize: 'honoured', latencies: FAR },
	{ title: 'create 100', does: 'create', rows: 100, bodyPageSize: 'honoured', latencies: FAR },
	{ title: 'create 300', does: 'create', rows: 300, bodyPageSize: 'honoured', latencies: FAR },
	{ title: 'create or update 300', does: 'upsert', rows: 300, bodyPageSize: 'honoured', latencies: FAR },
	{ title: 'create 500', does: 'create', rows: 500, bodyPageSize: 'honoured', latencies: BESIDE },
] as const;

/** `paced`: as a user sets it who knows of the limit; milliseconds between two requests. */
export const CONTESTANTS = {
	node: { title: '**AlfaCRM node**', kind: 'node', paceMs: 0 },
	http: { title: 'HTTP Request, no rate limit', kind: 'http', paceMs: 0 },
	paced: { title: 'HTTP Request, own rate limit', kind: 'http', paceMs: 200 },
} as const;
