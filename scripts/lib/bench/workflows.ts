import type { INodeParameters } from 'n8n-workflow';
import type { ChainedNode } from '../n8n/chain';
import { makeAlfaCrmNode, makeBuiltInNode, makeWorkflow } from '../n8n/chain';
import type { SavedCredential, Workflow } from '../n8n/types';
import type { credentialDataFor } from '../sandbox';

/*
 * The same jobs in two ways: with the nodes of this package, and with HTTP Request nodes as a
 * competent user builds them.
 */

type Account = ReturnType<typeof credentialDataFor>;

/** The workflows that do one job. */
interface Job {
	/** Makes the workflow with the node of this package. */
	node: (credential: SavedCredential, rows: number) => Workflow;
	/** Makes the workflow with HTTP Request nodes, which pause so many ms between two requests. */
	http: (account: Account, rows: number, intervalMs: number) => Workflow;
}

export const WORKFLOWS: Record<'list' | 'create' | 'upsert', Job> = {
	list: { node: makeListByNode, http: makeListByHttp },
	create: { node: makeCreateByNode, http: makeCreateByHttp },
	upsert: { node: makeUpsertByNode, http: makeUpsertByHttp },
};

/** Latencies of AlfaCRM over the internet, in ms a call. */
const REAL_LATENCIES = [60, 400];
/** Without a latency, only the work of n8n itself takes time. */
const NO_LATENCY = [0];

/**
 * The jobs to measure. `rows` is the number of customers to list or to save, and `bodyPageSize` says
 * whether AlfaCRM honours a page size in the body.
 */
export const JOBS = [
	{
		title: 'list 3,000 by 50',
		does: 'list',
		rows: 3_000,
		bodyPageSize: 'ignored',
		latencies: REAL_LATENCIES,
	},
	{ title: 'list 5,000', does: 'list', rows: 5_000, bodyPageSize: 'honoured', latencies: REAL_LATENCIES },
	{
		title: 'list 5,000 by 50',
		does: 'list',
		rows: 5_000,
		bodyPageSize: 'ignored',
		latencies: REAL_LATENCIES,
	},
	{ title: 'list 50,000', does: 'list', rows: 50_000, bodyPageSize: 'honoured', latencies: REAL_LATENCIES },
	{ title: 'create 100', does: 'create', rows: 100, bodyPageSize: 'honoured', latencies: REAL_LATENCIES },
	{ title: 'create 300', does: 'create', rows: 300, bodyPageSize: 'honoured', latencies: REAL_LATENCIES },
	{
		title: 'create or update 300',
		does: 'upsert',
		rows: 300,
		bodyPageSize: 'honoured',
		latencies: REAL_LATENCIES,
	},
	{ title: 'create 500', does: 'create', rows: 500, bodyPageSize: 'honoured', latencies: NO_LATENCY },
] as const;

/** Those who do the jobs. `paced` is a user who knows the rate limit and waits between requests. */
export const CONTESTANTS = {
	node: { title: '**AlfaCRM node**', kind: 'node', paceMs: 0 },
	http: { title: 'HTTP Request, no rate limit', kind: 'http', paceMs: 0 },
	paced: { title: 'HTTP Request, own rate limit', kind: 'http', paceMs: 200 },
} as const;

/** The settings of a workflow that runs every night. */
const SETTINGS = {
	executionOrder: 'v1',
	saveDataSuccessExecution: 'none',
	saveDataErrorExecution: 'all',
	saveExecutionProgress: false,
};

const CUSTOMER = { resource: 'customer', branchId: 1 };
/** The fields that AlfaCRM requires of a new lead besides the name. */
const REQUIRED_LEAD_FIELDS = 'is_study: 0, legal_type: 1, branch_ids: [1]';

function makeListByNode(credential: SavedCredential): Workflow {
	const parameters = {
		...CUSTOMER,
		operation: 'getAll',
		returnAll: true,
		is_study: 2,
		removed: 1,
		// Otherwise the node would read names, which the HTTP Request node does not do.
		simplify: false,
	};
	return makeJobWorkflow('List with AlfaCRM', [makeAlfaCrmNode('AlfaCRM', parameters, credential)]);
}

function makeListByHttp(account: Account, _rows: number, intervalMs: number): Workflow {
	const pagination = {
		paginationMode: 'updateAParameterInEachRequest',
		parameters: { parameters: [{ type: 'body', name: 'page', value: '={{ $pageCount }}' }] },
		paginationCompleteWhen: 'other',
		completeExpression: '={{ $response.body.items.length === 0 }}',
		requestInterval: intervalMs,
	};
	const url = `${account.hostname}/v2api/1/customer/index`;
	const body = JSON.stringify({ is_study: 2, removed: 1, pageSize: 500 });

	return makeJobWorkflow('List with HTTP Request', [
		makeLoginNode(account),
		makeHttpNode('List', url, body, withToken({ pagination: { pagination } })),
		makeBuiltInNode('splitOut 1', 'Rows', { fieldToSplitOut: 'items' }),
	]);
}

function makeCreateByNode(credential: SavedCredential, rows: number): Workflow {
	const parameters = {
		...CUSTOMER,
		operation: 'create',
		name: '={{ $json.name }}',
		is_study: 0,
	};
	return makeJobWorkflow('Create with AlfaCRM', [
		...makeLeadNodes(rows),
		makeAlfaCrmNode('AlfaCRM', parameters, credential),
	]);
}

function makeCreateByHttp(account: Account, rows: number, intervalMs: number): Workflow {
	const url = `${account.hostname}/v2api/1/customer/create`;
	const body = `={{ JSON.stringify({ name: $json.name, ${REQUIRED_LEAD_FIELDS} }) }}`;
	const nodes = [
		makeLoginNode(account),
		...makeLeadNodes(rows),
		makeHttpNode('Create', url, body, withPause(intervalMs)),
	];
	return makeJobWorkflow('Create with HTTP Request', nodes, 'model.id');
}

function makeUpsertByNode(credential: SavedCredential, rows: number): Workflow {
	const parameters = {
		...CUSTOMER,
		operation: 'upsert',
		matchBy: 'phone',
		phone: '={{ $json.phone }}',
		name: '={{ $json.name }}',
		options: { searchBranches: [1] },
	};
	return makeJobWorkflow('Create or Update with AlfaCRM', [
		...makeLeadNodes(rows),
		makeAlfaCrmNode('AlfaCRM', parameters, credential),
	]);
}

/** Searches a customer by phone, and updates the first match or creates a lead. */
function makeUpsertByHttp(account: Account, rows: number, intervalMs: number): Workflow {
	const url = `${account.hostname}/v2api/1/customer/`;
	const search = '={{ JSON.stringify({ phone: $json.phone, is_study: 2, removed: 1 }) }}';
	const action = '($json.items.length > 0 ? "update?id=" + $json.items[0].id : "create")';
	const lead = "name: $('Each Lead').item.json.name, phone: [$('Each Lead').item.json.phone]";
	const body = `={{ JSON.stringify({ ${lead}, ${REQUIRED_LEAD_FIELDS} }) }}`;

	const nodes = [
		makeLoginNode(account),
		...makeLeadNodes(rows),
		makeHttpNode('Search', `${url}index`, search, withPause(intervalMs)),
		makeHttpNode('Create', `={{ "${url}" + ${action} }}`, body, withPause(intervalMs)),
	];
	return makeJobWorkflow('Create or Update with HTTP Request', nodes, 'model.id');
}

/**
 * Makes a workflow that a webhook starts. It answers with the number of records, so that the answer
 * costs the same whatever their number.
 *
 * @param idField the field of the last node's items by which records are counted
 */
function makeJobWorkflow(name: string, nodes: ChainedNode[], idField = 'id'): Workflow {
	const start = makeBuiltInNode('webhook 2', 'Start', { path: 'bench', responseMode: 'lastNode' });
	const count = makeBuiltInNode('summarize 1.1', 'Count', {
		fieldsToSummarize: { values: [{ aggregation: 'countUnique', field: idField }] },
		options: {},
	});
	return makeWorkflow(name, [start, ...nodes, count], SETTINGS);
}

function makeLoginNode({ hostname, email, apiKey }: Account): ChainedNode {
	const body = JSON.stringify({ email, api_key: apiKey });
	return makeHttpNode('Login', `${hostname}/v2api/auth/login`, body);
}

/** Makes the nodes that put out so many leads, each with a name and a phone. */
function makeLeadNodes(count: number): ChainedNode[] {
	const leads = Array.from({ length: count }, (_, index) => ({
		name: `Bench lead ${index + 1}`,
		phone: `+7(955)${String(index).padStart(3, '0')}-00-00`,
	}));
	return [
		makeBuiltInNode('set 3.4', 'Leads', { mode: 'raw', jsonOutput: JSON.stringify({ leads }) }),
		makeBuiltInNode('splitOut 1', 'Each Lead', { fieldToSplitOut: 'leads' }),
	];
}

function makeHttpNode(
	name: string,
	url: string,
	body: string,
	furtherParameters: INodeParameters = {},
): ChainedNode {
	return makeBuiltInNode('httpRequest 4.2', name, {
		method: 'POST',
		url,
		sendBody: true,
		specifyBody: 'json',
		jsonBody: body,
		...furtherParameters,
	});
}

/** Makes the parameters of an HTTP Request node that sends the token and, unless it is 0, pauses between requests. */
function withPause(intervalMs: number): INodeParameters {
	if (intervalMs === 0) return withToken({});
	return withToken({ batching: { batch: { batchSize: 1, batchInterval: intervalMs } } });
}

/** Makes the parameters of an HTTP Request node that sends the token of the login. */
function withToken(options: INodeParameters): INodeParameters {
	const tokenHeader = {
		name: 'X-ALFACRM-TOKEN',
		value: "={{ $('Login').first().json.token }}",
	};
	return { sendHeaders: true, headerParameters: { parameters: [tokenHeader] }, options };
}
