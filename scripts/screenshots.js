'use strict';

const fs = require('node:fs');
const { ensureBuilt, inRepo, N8nClient, packTarball, say, startN8n, startSandbox } = require('./lib');
const { findChromium } = require('./lib/browser.js');
const { Editor } = require('./lib/editor');
const { COLOR_SCHEMES, exampleShown, factsOf, NODES, pictureFile, writeFacts } = require('./lib/pictures.js');

/** `npm run screenshots`: the pictures of the READMEs, taken in a real n8n with the sandbox. Needs a Chromium. */
async function main() {
	await ensureBuilt();
	findChromium();
	const tarball = await packTarball();
	const sandbox = await startSandbox();
	const n8n = await startN8n({ tarball: tarball.file });
	const client = new N8nClient(n8n);
	let editor;
	try {
		await client.signIn();
		editor = await Editor.open(client);
		await takeAll(editor, client, await sandbox.credential());
		const { AlfaCrm, AlfaCrmTrigger, AlfaCrmApi } = require('..');
		const nodes = [new AlfaCrm(), new AlfaCrmTrigger()].map(({ description }) => description);
		writeFacts(factsOf(nodes, new AlfaCrmApi().properties));
	} finally {
		await editor?.close();
		await n8n.stop();
		await sandbox.stop();
		tarball.remove();
	}
	return 0;
}

/**
 * @param {Editor} editor
 * @param {N8nClient} client
 * @param {{ hostname: string, email: string, apiKey: string }} account
 */
async function takeAll(editor, client, account) {
	const take = async (/** @type {string} */ picture) => {
		for (const colorScheme of COLOR_SCHEMES) {
			const path = pictureFile(picture, colorScheme);
			await editor.screenshot(path, colorScheme);
			say(`Wrote ${path}`);
		}
	};
	fs.mkdirSync(inRepo('docs', 'images'), { recursive: true });

	const form = await editor.openNewCredential('AlfaCRM API');
	await form.fill(account);
	await form.save();
	await form.success();
	await take('credential');

	const credential = await client.createCredential({
		name: 'AlfaCRM account',
		type: 'alfaCrmApi',
		data: account,
	});
	const list = await client.importWorkflow(workflowOf(NODES.node, [START], credential));
	await (await editor.openNode(list, NODES.node.name)).execute();
	await take('node');

	const save = await client.importWorkflow(workflowOf(NODES.mapper, [START, ANSWER], credential));
	await mapFields(await editor.openNode(save, NODES.mapper.name));
	await take('mapper');

	const trigger = await client.importWorkflow(workflowOf(NODES.trigger, [], credential));
	await (await editor.openNode(trigger, NODES.trigger.name)).fetchTestEvent();
	await take('trigger');

	const canvas = await editor.openWorkflow(await client.importWorkflow(exampleShown(), [credential]));
	// The button to run it would cover the names of nodes.
	await canvas.scrollUp(40);
	await take('example');
}

/** @param {Awaited<ReturnType<Editor['openNode']>>} panel */
async function mapFields(panel) {
	await panel.mapper.ready();
	await panel.executePrevious();
	await panel.mapper.add('Phone', 'custom_school');
	for (const column of ['name', 'phone', 'custom_school'])
		await panel.mapper.fillExpression(column, `{{ $json.${column.replace('custom_', '')} }}`);
}

const START = { name: 'Start', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1, parameters: {} };
const ANSWER = {
	name: 'Form answer',
	type: 'n8n-nodes-base.set',
	typeVersion: 3.4,
	parameters: {
		mode: 'raw',
		jsonOutput: '{ "name": "Миа Орлова", "phone": "+7(900)000-22-33", "school": "57" }',
	},
};

/**
 * One of the nodes behind others.
 * @param {{ name: string, type: string, parameters: object }} node
 * @param {Array<{ name: string }>} before
 * @param {{ id: string, name: string }} credential
 */
function workflowOf({ name, type: kind, parameters }, before, { id, name: account }) {
	const credentials = { alfaCrmApi: { id, name: account } };
	const type = `n8n-nodes-alfacrm.${kind}`;
	const last = { name, type, typeVersion: 1, parameters, credentials };
	const nodes = [...before, last].map((node, index) => ({
		...node,
		id: `n${index}`,
		position: [index * 240, 0],
	}));
	const connections = Object.fromEntries(
		before.map((node, index) => [
			node.name,
			{ main: [[{ node: nodes[index + 1].name, type: 'main', index: 0 }]] },
		]),
	);
	return { name, nodes, connections };
}

module.exports = { main };
