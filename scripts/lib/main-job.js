'use strict';

const { isDeepStrictEqual } = require('node:util');
const { Problem } = require('./problem.js');
const { say } = require('./progress.js');

/** Node names of examples/main-job.json. */
const NODE = {
	branches: 'Get Branches',
	leads: 'Get Leads',
	create: 'Create Lead',
	update: 'Update Lead',
	read: 'Read Lead Back',
	statuses: 'Get Lead Statuses',
};

/**
 * Runs the example "main job" in n8n and holds the outcome against what the sandbox really stored.
 * @param {import('./client.js').N8nClient} client
 * @param {import('./sandbox.js').SandboxHandle} sandbox
 * @param {import('./client.js').Workflow} workflow as imported
 * @returns {Promise<number>} how many checks did not hold
 */
async function runMainJob(client, sandbox, workflow) {
	const execution = await client.runWorkflow(workflow);
	if (execution.status !== 'success') {
		const { message, description } = execution.error ?? {};
		const where = execution.lastNode ? ` in "${execution.lastNode}"` : '';
		throw new Problem(
			`n8n reports "${execution.status}" for "${workflow.name}"${where}: ${message ?? 'no message'}`,
			{
				details: description ?? '',
			},
		);
	}
	/** Rows only: a node that found nothing still hands on one empty item. */
	const out = (/** @type {string} */ node) => execution.outputs(node).filter((row) => row.id !== undefined);
	const stored = async (/** @type {string} */ entity) => await sandbox.control('GET', `records/${entity}`);
	const [branch] = out(NODE.branches);
	const [created] = out(NODE.create);
	const [read] = out(NODE.read);
	const record = await sandbox.control('GET', `records/customer/${created?.id}`);
	const today = new Date().toISOString().slice(0, 10);
	const leads = (await stored('customer')).filter(
		(/** @type {any} */ row) =>
			row.id !== record.id && !row.is_study && row.e_date > today && row.branch_ids.includes(branch?.id),
	);
	const changes = parametersOf(workflow, NODE.update).updateFields;
	/** What the lead has to hold in the end. */
	const given = { ...parametersOf(workflow, NODE.create).additionalFields, ...changes };

	let wrong = 0;
	const check = (/** @type {string} */ title, /** @type {string} */ shown, /** @type {boolean} */ holds) => {
		if (!holds) wrong += 1;
		say(`  ${holds ? 'ok   ' : 'WRONG'}  ${title.padEnd(20)} ${shown}`);
	};
	say(`\nn8n ran "${workflow.name}" (execution ${execution.id}) against the sandbox:\n`);
	check('List branches', list(out(NODE.branches)), sameIds(out(NODE.branches), await stored('branch')));
	check(
		'List up to 5 leads',
		list(out(NODE.leads)),
		out(NODE.leads).length === Math.min(5, leads.length) && within(out(NODE.leads), leads),
	);
	check(
		'Create a lead',
		`id ${created?.id}: ${created?.name}`,
		record.name === created?.name && !record.is_study,
	);
	check('Update it', show(changes), agrees(given, record));
	check(
		'Read it back',
		`id ${read?.id}: ${read?.name}`,
		agrees({ id: record.id, name: record.name, ...given }, read),
	);
	check(
		'List lead statuses',
		list(out(NODE.statuses)),
		sameIds(out(NODE.statuses), await stored('lead-status')),
	);
	say(`\nStored in the sandbox (/_sandbox/records/customer/${record.id}), asked for without n8n:`);
	for (const field of ['name', 'phone', 'note']) say(`  ${field.padEnd(6)} ${show(record[field])}`);
	return wrong;
}

/**
 * @param {import('./client.js').Workflow} workflow
 * @param {string} name
 */
function parametersOf(workflow, name) {
	const node = workflow.nodes.find((candidate) => candidate.name === name);
	if (!node) throw new Problem(`examples/main-job.json has no node "${name}".`);
	return node.parameters;
}

/**
 * @param {Record<string, unknown>} wanted fields with fixed values (no expressions)
 * @param {Record<string, unknown> | undefined} record
 */
function agrees(wanted, record) {
	return Object.entries(wanted).every(([field, value]) => isDeepStrictEqual(record?.[field], value));
}

/**
 * @param {any[]} rows
 * @param {any[]} stored
 */
function within(rows, stored) {
	const ids = new Set(stored.map((row) => row.id));
	return rows.every((row) => ids.has(row.id));
}

/**
 * @param {any[]} rows
 * @param {any[]} stored
 */
function sameIds(rows, stored) {
	return rows.length === stored.length && within(rows, stored);
}

/** @param {any[]} rows */
function list(rows) {
	const names = rows.map((row) => row.name).join(', ');
	return `${rows.length}: ${names.length > 90 ? `${names.slice(0, 90)}...` : names}`;
}

/** @param {unknown} value */
function show(value) {
	return typeof value === 'string' ? value : JSON.stringify(value);
}

module.exports = { runMainJob };
