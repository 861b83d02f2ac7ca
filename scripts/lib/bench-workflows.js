'use strict';

/** The two jobs, once with this package and once as a competent user builds them from HTTP Request nodes. */

const START = node('Start', 'n8n-nodes-base.manualTrigger', 1, {});

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
	return { name, nodes: nodes.map((each, index) => ({ ...each, position: [index * 240, 0] })), connections };
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
	return Array.from({ length: count }, (_, index) => ({ name: `Bench lead ${index + 1}` }));
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

/** @param {{ id: string, name: string }} credential */
const listWithNode = (credential) =>
	chain('List with AlfaCRM', [
		START,
		alfaCrm(
			{ resource: 'customer', operation: 'getAll', branchId: 1, returnAll: true, is_study: 2, removed: 1 },
			credential,
		),
	]);

/**
 * @param {{ hostname: string, email: string, apiKey: string }} account
 * @param {number} interval milliseconds between pages, 0 for none
 */
const listWithHttp = (account, interval) =>
	chain('List with HTTP Request', [
		START,
		loginNode(account),
		httpRequest(
			'List',
			`${account.hostname}/v2api/1/customer/index`,
			{ is_study: 2, removed: 1 },
			{
				...withToken,
				options: {
					pagination: {
						pagination: {
							paginationMode: 'updateAParameterInEachRequest',
							parameters: { parameters: [{ type: 'body', name: 'page', value: '={{ $pageCount }}' }] },
							paginationCompleteWhen: 'other',
							completeExpression: '={{ $response.body.items.length === 0 }}',
							requestInterval: interval,
						},
					},
				},
			},
		),
		node('Rows', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'items' }),
	]);

/**
 * @param {{ id: string, name: string }} credential
 * @param {number} count
 */
const createWithNode = (credential, count) =>
	chain('Create with AlfaCRM', [
		START,
		...leadNodes(count),
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
	]);

/**
 * @param {{ hostname: string, email: string, apiKey: string }} account
 * @param {number} count
 * @param {number} interval milliseconds between requests, 0 for none
 */
const createWithHttp = (account, count, interval) =>
	chain('Create with HTTP Request', [
		START,
		loginNode(account),
		...leadNodes(count),
		httpRequest(
			'Create',
			`${account.hostname}/v2api/1/customer/create`,
			'={{ JSON.stringify({ name: $json.name, is_study: 0, legal_type: 1, branch_ids: [1] }) }}',
			{
				...withToken,
				options: interval ? { batching: { batch: { batchSize: 1, batchInterval: interval } } } : {},
			},
		),
	]);

module.exports = { createWithHttp, createWithNode, listWithHttp, listWithNode };
