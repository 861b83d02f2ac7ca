'use strict';

/** The jobs, once with this package and once as a competent user builds them from HTTP Request nodes. */

const START = node('Start', 'n8n-nodes-base.webhook', 2, { path: 'bench', responseMode: 'lastNode' });

/**
 * What comes out in the end is how many records there were, so that the answer costs the same whatever their number.
 * @param {string} field
 */
const countOf = (field) =>
	node('Count', 'n8n-nodes-base.summarize', 1.1, {
		fieldsToSummarize: { values: [{ aggregation: 'countUnique', field }] },
		options: {},
	});

const COUNT = countOf('id');

/**
 * @param {string} name
 * @param {string} type
 * @param {number} typeVersion
 * @param {object} parameters
 */
function node(name, type, typeVersion, parameters) {
	return { id: name, name, type, typeVersion, position: [0, 0], parameters };
}

/**
 * @param {string} name
 * @param {any[]} nodes in the order of the data
 */
function chain(name, nodes) {
	const connections = Object.fromEntries(
		nodes
			.slice(0, -1)
			.map((from, index) => [
				from.name,
				{ main: [[{ node: nodes[index + 1].name, type: 'main', index: 0 }]] },
			]),
	);
	return {
		name,
		nodes: nodes.map((each, index) => ({ ...each, position: [index * 240, 0] })),
		connections,
		// As a workflow that runs every night.
		settings: {
			executionOrder: 'v1',
			saveDataSuccessExecution: 'none',
			saveDataErrorExecution: 'all',
			saveExecutionProgress: false,
		},
	};
}

/**
 * @param {object} parameters
 * @param {{ id: string, name: string }} credential
 */
function alfaCrm(parameters, { id, name }) {
	return {
		...node('AlfaCRM', 'n8n-nodes-alfacrm.alfaCrm', 1, parameters),
		credentials: { alfaCrmApi: { id, name } },
	};
}

/**
 * @param {string} name
 * @param {string} url
 * @param {object} body
 * @param {object} [more]
 */
function httpRequest(name, url, body, more = {}) {
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

/** @param {{ hostname: string, email: string, apiKey: string }} account */
function loginNode({ hostname, email, apiKey }) {
	return httpRequest('Login', `${hostname}/v2api/auth/login`, { email, api_key: apiKey });
}

/** @param {number} count */
function leads(count) {
	return Array.from({ length: count }, (_, index) => ({
		name: `Bench lead ${index + 1}`,
		phone: `+7(955)${String(index).padStart(3, '0')}-00-00`,
	}));
}

/** @param {number} count */
function leadNodes(count) {
	return [
		node('Leads', 'n8n-nodes-base.set', 3.4, {
			mode: 'raw',
			jsonOutput: JSON.stringify({ leads: leads(count) }),
		}),
		node('Each Lead', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'leads' }),
	];
}

/** @param {number} interval milliseconds between requests, 0 for none */
const batches = (interval) =>
	interval ? { batching: { batch: { batchSize: 1, batchInterval: interval } } } : {};

/** @typedef {{ id: string, name: string }} Credential */
/** @typedef {{ hostname: string, email: string, apiKey: string }} Account */

/**
 * Each job as a workflow: of this package, with its credential, and of HTTP Request nodes, with a pause between requests
 * in milliseconds.
 * @type {Record<string, { node: (credential: Credential, rows: number) => any, http: (account: Account, rows: number, interval: number) => any }>}
 */
const WORKFLOWS = {
	list: {
		node: (credential) =>
			chain('List with AlfaCRM', [
				START,
				alfaCrm(
					{
						resource: 'customer',
						operation: 'getAll',
						branchId: 1,
						returnAll: true,
						is_study: 2,
						removed: 1,
					},
					credential,
				),
				COUNT,
			]),
		http: (account, _rows, interval) =>
			chain('List with HTTP Request', [
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
			chain('Create with AlfaCRM', [
				START,
				...leadNodes(rows),
				alfaCrm(
					{
						resource: 'customer',
						operation: 'create',
						branchId: 1,
						name: '={{ $json.name }}',
						is_study: 0,
						legal_type: 1,
					},
					credential,
				),
				COUNT,
			]),
		http: (account, rows, interval) =>
			chain('Create with HTTP Request', [
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
			chain('Create or Update with AlfaCRM', [
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
			chain('Create or Update with HTTP Request', [
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

/**
 * What is measured: how many customers there are, how many records the job is about, and what a page size in the body does.
 * @type {Record<string, { title: string, does: string, customers: number, rows: number, bodyPageSize: string, isHeavy?: boolean }>}
 */
const JOBS = {
	list: { title: 'list 5,000', does: 'list', customers: 5_000, rows: 5_000, bodyPageSize: 'honoured' },
	small: { title: 'list 5,000 by 50', does: 'list', customers: 5_000, rows: 5_000, bodyPageSize: 'ignored' },
	large: { title: 'list 50,000', does: 'list', customers: 50_000, rows: 50_000, bodyPageSize: 'honoured' },
	huge: {
		title: 'list 50,000 by 50',
		does: 'list',
		customers: 50_000,
		rows: 50_000,
		bodyPageSize: 'ignored',
		isHeavy: true,
	},
	create: { title: 'create 300', does: 'create', customers: 300, rows: 300, bodyPageSize: 'honoured' },
	upsert: {
		title: 'create or update 300',
		does: 'upsert',
		customers: 300,
		rows: 300,
		bodyPageSize: 'honoured',
	},
};

/**
 * `paced`: as a user sets it who knows of the limit; milliseconds between two requests.
 * @type {Record<string, { kind: 'node' | 'http', paceMs: number }>}
 */
const CONTESTANTS = {
	node: { kind: 'node', paceMs: 0 },
	http: { kind: 'http', paceMs: 0 },
	paced: { kind: 'http', paceMs: 200 },
};

module.exports = { CONTESTANTS, JOBS, WORKFLOWS };
