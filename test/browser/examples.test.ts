import { allExamples, withPackage } from '../../scripts/lib/examples';
import type { SavedWorkflow, Workflow } from '../../scripts/lib/n8n/types';
import { CREDENTIAL_NAMES, saveCredentialAs } from '../e2e/support/credentials';
import { makeNode, NODE_TYPE } from '../e2e/support/realN8n';
import { waitFor } from '../e2e/support/wait';
import { useEditor } from './support/editor';

const n8n = useEditor({ customers: 5 });

/**
 * Nodes that n8n marks with a warning: the first one lacks a parameter, and the second one a credential. Once it has marked these,
 * n8n has checked the other nodes of the workflow as well.
 */
const nodeWithoutName = makeNode(
	'Without Name',
	NODE_TYPE,
	1,
	{ resource: 'customer', operation: 'create' },
	{
		position: [0, 600],
		credentials: { alfaCrmApi: { id: null, name: CREDENTIAL_NAMES.alfaCrm } },
	},
);
const nodeWithoutCredential = makeNode(
	'Without Credential',
	'n8n-nodes-base.telegram',
	1.2,
	{ chatId: '1', text: 'Привет' },
	{ position: [240, 600] },
);

const INCOMPLETE_NODES = ['Without Name', 'Without Credential'];

/** Imports an example and the two incomplete nodes into the editor. */
async function importBesideIncompleteNodes(workflow: Workflow): Promise<void> {
	await n8n.editor.canvas.importFile({
		...workflow,
		nodes: [...workflow.nodes, nodeWithoutName, nodeWithoutCredential],
	});
}

/** Lists the nodes of a workflow that the canvas draws as nodes. It draws the notes as sheets of paper. */
function listDrawnNodes({ nodes }: Workflow): string[] {
	return listNames(nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote'));
}

function listNames(nodes: Workflow['nodes']): string[] {
	return nodes.map(({ name }) => name);
}

/** Waits until the editor has saved a workflow by itself, and reads it from n8n. */
async function readSavedWorkflow(name: string): Promise<SavedWorkflow> {
	const { session } = n8n.client;
	const id = await waitFor(
		`"${name}" to be saved`,
		async () => {
			const workflows = await session.request<SavedWorkflow[]>('GET', '/rest/workflows');
			return workflows.find((workflow) => workflow.name === name)?.id;
		},
		60_000,
	);
	return await session.request('GET', `/rest/workflows/${id}`);
}

/** Saves the credentials under the names that the examples refer to. */
beforeAll(async () => {
	const { client, editor, sandbox } = n8n;
	const { email, apiKey } = sandbox.account;
	await saveCredentialAs(client, CREDENTIAL_NAMES.alfaCrm, 'alfaCrmApi', {
		hostname: sandbox.url,
		email,
		apiKey,
	});
	await saveCredentialAs(client, CREDENTIAL_NAMES.openAi, 'openAiApi', {
		apiKey: 'none',
		url: `${sandbox.url}/v1`,
		header: false,
	});
	await saveCredentialAs(client, CREDENTIAL_NAMES.bearer, 'httpBearerAuth', { token: 'none' });
	await saveCredentialAs(client, CREDENTIAL_NAMES.basic, 'httpBasicAuth', { user: 'none', password: 'none' });
	await saveCredentialAs(client, CREDENTIAL_NAMES.crypto, 'crypto', { hmacSecret: 'none' });
	await editor.openNewWorkflow();
});

/** Expects all nodes of a workflow beside the incomplete ones on the canvas, and warnings at these nodes only. Clears the canvas. */
async function expectWarningsOnlyAt(markedNodes: string[], workflow: Workflow): Promise<void> {
	const { canvas } = n8n.editor;
	const foundMarkedNodes = await canvas.findMarkedNodes(markedNodes);
	const foundNodes = await canvas.readNodeNames();
	const expectedNodes = [...listDrawnNodes(workflow), ...INCOMPLETE_NODES];

	expect(foundMarkedNodes.sort()).toEqual([...markedNodes].sort());
	expect(foundNodes.sort()).toEqual(expectedNodes.sort());
	await canvas.clear();
}

describe('a file that is imported into the editor', () => {
	const examplesWithoutWarning = allExamples().filter(({ file }) => file !== 'send.json');

	it.each(examplesWithoutWarning)('$file has no node with a warning', async ({ workflow }) => {
		await importBesideIncompleteNodes(workflow);

		await expectWarningsOnlyAt(INCOMPLETE_NODES, workflow);
	});

	it('send.json asks for the credential of the one channel that is switched on', async () => {
		const workflow = withPackage('send');

		await importBesideIncompleteNodes(workflow);

		await expectWarningsOnlyAt([...INCOMPLETE_NODES, 'Send Email'], workflow);
	});

	it('keeps its nodes, but not its time zone, for which the note therefore asks', async () => {
		const file = withPackage('form-to-lead');
		await n8n.editor.openNewWorkflow();

		await n8n.editor.canvas.importFile(file);

		const saved = await readSavedWorkflow(file.name);
		expect(file.settings).toEqual({ executionOrder: 'v1', timezone: 'Europe/Moscow' });
		expect(saved.settings).not.toHaveProperty('timezone');
		expect(listNames(saved.nodes)).toEqual(listNames(file.nodes));
	});

	it('has a warning at a node of an unknown type', async () => {
		const { canvas } = n8n.editor;
		const unknownNode = makeNode('Unknown', 'n8n-nodes-alfacrm.noSuchNode', 1, {});

		await canvas.importFile({ name: 'Unknown', nodes: [unknownNode], connections: {} });

		expect(await canvas.findMarkedNodes(['Unknown'])).toEqual(['Unknown']);
		await canvas.clear();
	});
});
