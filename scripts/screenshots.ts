import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { AlfaCrmApi } from '../credentials/AlfaCrmApi.credentials';
import type { AlfaCrm } from '../nodes/AlfaCrm/AlfaCrm.node';
import type { AlfaCrmTrigger } from '../nodes/AlfaCrm/AlfaCrmTrigger.node';
import type { Editor } from './lib/editor/editor';
import { inEditor } from './lib/editor/inEditor';
import type { NodePanel } from './lib/editor/nodePanel';
import type { ChainedNode } from './lib/n8n/chain';
import { chain } from './lib/n8n/chain';
import type { N8nClient } from './lib/n8n/client';
import type { SavedCredential } from './lib/n8n/types';
import { inRepo } from './lib/paths';
import type { PicturedNode } from './lib/pictures';
import { COLOR_SCHEMES, exampleShown, factsOf, NODES, pictureFile, writeFacts } from './lib/pictures';
import { say } from './lib/progress';
import type { Account } from './lib/sandbox';

/** What index.js exports. */
interface Package {
	AlfaCrm: new () => AlfaCrm;
	AlfaCrmTrigger: new () => AlfaCrmTrigger;
	AlfaCrmApi: new () => AlfaCrmApi;
}

/** `npm run screenshots`: the pictures of the READMEs, taken in a real n8n with the sandbox. Needs a Chromium. */
export async function main() {
	await inEditor(async ({ editor, client, account }) => {
		await takeAll(editor, client, account);
		// As it was built: for `AlfaCrm.node` Node would load the .json beside the .ts.
		const built = createRequire(__filename)('..') as Package;
		const nodes = [new built.AlfaCrm(), new built.AlfaCrmTrigger()].map(({ description }) => description);
		writeFacts(factsOf(nodes, new built.AlfaCrmApi().properties));
	});
	return 0;
}

async function takeAll(editor: Editor, client: N8nClient, account: Account) {
	const take = async (picture: string) => {
		for (const colorScheme of COLOR_SCHEMES) {
			const path = pictureFile(picture, colorScheme);
			await editor.screenshot(path, colorScheme);
			say(`Wrote ${path}`);
		}
	};
	fs.mkdirSync(inRepo('docs', 'images'), { recursive: true });

	const form = await editor.openNewCredential('AlfaCRM API');
	await form.fill({ ...account });
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

async function mapFields(panel: NodePanel) {
	await panel.mapper.ready();
	await panel.executePrevious();
	await panel.mapper.add('Phone', 'custom_school');
	for (const column of ['name', 'phone', 'custom_school'])
		await panel.mapper.fillExpression(column, `{{ $json.${column.replace('custom_', '')} }}`);
	await panel.leaveField();
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

/** One of the nodes behind others. */
function workflowOf(
	{ name, type, parameters }: PicturedNode,
	before: ChainedNode[],
	account: SavedCredential,
) {
	const credentials = { alfaCrmApi: { id: account.id, name: account.name } };
	const last = { name, type: `n8n-nodes-alfacrm.${type}`, typeVersion: 1, parameters, credentials };
	return chain(name, [...before, last]);
}
