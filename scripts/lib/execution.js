'use strict';

const path = require('node:path');

const FINAL = new Set(['success', 'error', 'canceled', 'crashed']);

/**
 * @typedef {object} Run one run of one node, as n8n keeps it
 * @property {{ main?: Array<Array<{ json: any, pairedItem?: any, error?: any }> | null> }} [data]
 * @property {any} [error]
 * @property {any[]} [hints]
 * @property {string} executionStatus
 * @property {number} executionTime
 */

/** The outcome of one execution, with the questions that a test or a script asks. */
class Execution {
	/** @param {{ id: string, status: string, mode: string, workflowId: string, data: any }} raw with `data` already expanded */
	constructor(raw) {
		this.id = String(raw.id);
		this.status = raw.status;
		this.mode = raw.mode;
		this.workflowId = raw.workflowId;
		const result = raw.data?.resultData ?? {};
		/** @type {any} */
		this.error = result.error;
		/** @type {string | undefined} */
		this.lastNode = result.lastNodeExecuted;
		/** @type {Record<string, Run[]>} */
		this.runData = result.runData ?? {};
	}

	/**
	 * @param {string} node
	 * @param {number} [output] 1 is the error branch of a node that has one
	 * @returns {Array<{ json: any, pairedItem?: any, error?: any }>} the items of the node's last run
	 */
	items(node, output = 0) {
		return this.runData[node]?.at(-1)?.data?.main?.[output] ?? [];
	}

	/**
	 * @param {string} node
	 * @param {number} [output]
	 * @returns {any[]} the json of each item
	 */
	outputs(node, output = 0) {
		return this.items(node, output).map((item) => item.json);
	}

	/**
	 * @param {string} node
	 * @returns {any} what the node's last run failed with
	 */
	errorOf(node) {
		return this.runData[node]?.at(-1)?.error;
	}
}

/**
 * n8n stores and serves execution data in the `flatted` format; its own copy of the library reads it back.
 * @param {any} raw the answer of /rest/executions/:id
 * @param {string} modules n8n's node_modules folder
 * @returns {Execution}
 */
function toExecution(raw, modules) {
	const data =
		typeof raw.data === 'string' ? require(path.join(modules, 'flatted')).parse(raw.data) : raw.data;
	return new Execution({ ...raw, data });
}

/** @param {{ status: string }} raw */
const isFinal = (raw) => FINAL.has(raw.status);

module.exports = { Execution, toExecution, isFinal };
