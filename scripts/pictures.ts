import type { INodeParameters } from 'n8n-workflow';
import { startSandbox } from '../sandbox';
import { packTarball } from './lib/build';
import { Editor } from './lib/editor/editor';
import { Film } from './lib/editor/film';
import type { NodePanel } from './lib/editor/nodePanel';
import { withPackage } from './lib/examples';
import { makeAlfaCrmNode, makeBuiltInNode, makeWorkflow } from './lib/n8n/chain';
import { N8nClient } from './lib/n8n/client';
import { startN8n } from './lib/n8n/start';
import type { SavedCredential } from './lib/n8n/types';
import { inRepo } from './lib/paths';
import { say } from './lib/progress';
import { credentialDataFor, FIXED_DAY } from './lib/sandbox';

const IMAGES = inRepo('docs', 'images');
/** What the sandbox calls its first branch, and how the form holds it. */
const BRANCH = 'Центральный';
const branchId = { __rl: true, mode: 'list', value: 1, cachedResultName: BRANCH };

const START = makeBuiltInNode('manualTrigger 1', 'Start');
const ANSWER = makeBuiltInNode('set 3.4', 'Form answer', {
	mode: 'raw',
	jsonOutput: '{ "name": "Миа Орлова", "phone": "+7(900)000-22-33", "school": "57" }',
});

/** `npm run pictures`: those of the READMEs and of docs/, taken in a real n8n with the sandbox. Needs a Chromium and ffmpeg. */
export async function main() {
	const tarball = await packTarball();
	const sandbox = await startSandbox({ today: FIXED_DAY });
	const n8n = await startN8n({ tarball: tarball.file });
	const client = new N8nClient(n8n);
	let editor;
	try {
		await client.signIn();
		editor = await Editor.open(client);
		const account = credentialDataFor(sandbox);
		await credentialForm(editor, { ...account });
		// The only one of its type, so n8n chooses it by itself.
		const credential = { name: 'AlfaCRM account', type: 'alfaCrmApi', data: account };
		await nodes(editor, client, await client.createCredential(credential));
		const film = new Film(editor);
		await firstSteps(editor, film);
		await film.write(`${IMAGES}/first-steps.gif`);
	} finally {
		await editor?.close();
		await n8n.stop();
		await sandbox.close();
		tarball.remove();
	}
	return 0;
}

/** The window as it is now, light and dark. */
async function take(editor: Editor, picture: string) {
	for (const colorScheme of ['light', 'dark'] as const)
		await editor.screenshot(`${IMAGES}/${picture}-${colorScheme}.png`, colorScheme);
	say(`Wrote ${picture}`);
}

async function credentialForm(editor: Editor, account: Record<string, string>) {
	const form = await editor.openNewCredential('AlfaCRM API');
	await form.fill(account);
	await form.save();
	await form.readSuccess();
	// The sandbox has an address that no school has.
	await form.showValueInPicture('hostname', 'demo.s20.online');
	await take(editor, 'credential');
}

async function nodes(editor: Editor, client: N8nClient, credential: SavedCredential) {
	const open = async (
		name: string,
		type: string,
		parameters: INodeParameters,
		before: Parameters<typeof makeWorkflow>[1],
	) => {
		const last = makeAlfaCrmNode(name, parameters, credential, type);
		return await editor.openNode(await client.importWorkflow(makeWorkflow(name, [...before, last])), name);
	};
	const list = { resource: 'customer', operation: 'getAll', branchId, is_study: 0, limit: 20 };
	const stage = { __rl: true, mode: 'list', value: 2, cachedResultName: 'Назначено пробное' };
	const filters = { lead_status_id: stage };
	await (await open('Get new leads', 'alfaCrm', { ...list, filters }, [START])).execute();
	await take(editor, 'node');

	const create = { resource: 'customer', operation: 'create', branchId, inputMode: 'map' };
	await mapFields(await open('Save a lead', 'alfaCrm', create, [START, ANSWER]));
	await take(editor, 'mapper');

	const event = { event: 'customerCreated', branchIds: branchId, is_study: 0 };
	await (await open('New lead', 'alfaCrmTrigger', event, [])).fetchTestEvent();
	await take(editor, 'trigger');

	const canvas = await editor.openWorkflow(
		await client.importWorkflow(withPackage('form-to-lead'), [credential]),
	);
	// The button to run it would cover the names of nodes.
	await canvas.scrollUp(40);
	await take(editor, 'example');
}

async function mapFields(panel: NodePanel) {
	await panel.mapper.waitUntilReady();
	await panel.executePrevious();
	await panel.mapper.addColumns('Phone', 'custom_school');
	for (const column of ['name', 'phone', 'custom_school'])
		await panel.mapper.fillExpression(column, `{{ $json.${column.replace('custom_', '')} }}`);
	await panel.leaveField();
	await panel.mapper.root.getByText('57', { exact: true }).waitFor();
	await panel.mapper.root.evaluate((root) => root.scrollIntoView());
}

/** For the animation: adds the node, sets it to list the leads of a branch, and runs it. */
async function firstSteps(editor: Editor, film: Film) {
	await editor.openNewWorkflow();
	await film.pointAt(editor.canvas.plusButton, 1);
	const creator = await editor.openNodeCreator();
	await film.show(0.5);
	await creator.search('alfacrm', 'AlfaCRM');
	await film.show(0.7);
	await film.pointAt(creator.itemNamed('AlfaCRM').first());
	await creator.openDetails('AlfaCRM');
	await film.pointAt(creator.actionsHeading);
	await creator.openActions();
	await film.pointAt(creator.itemNamed('Get many customers'), 1);
	const panel = await creator.addAction('Get many customers');
	await film.show(1);
	await film.pointAt(panel.parameter('branchId'));
	await panel.openRecordList('branchId');
	await film.pointAt(panel.recordItem(BRANCH));
	await panel.recordItem(BRANCH).click();
	await film.show(0.4);
	await film.pointAt(panel.parameter('is_study'));
	await panel.openOptions('is_study');
	await film.pointAt(panel.optionItem('Lead'));
	await panel.chooseOption('Lead');
	await film.show(0.4);
	await film.pointAt(panel.executeButton);
	await panel.execute();
	await film.show(4);
}
