import { allExamples, withPackage } from '../../scripts/lib/examples';
import type { Workflow } from '../../scripts/lib/n8n/types';
import { CREDENTIAL_NAMES, saveCredentialAs } from '../e2e/support/credentials';
import { NODE_TYPE, makeNode } from '../e2e/support/realN8n';
import { waitFor } from '../e2e/support/wait';
import { useEditor } from './support/editor';

const n8n = useEditor({ customers: 5 });

/** With them n8n shows that it has looked for what is missing, before anything is said of the others. */
const create = { resource: 'customer', operation: 'create' };
const credentials = { alfaCrmApi: { id: null, name: CREDENTIAL_NAMES.alfaCrm } };
const telegram = ['n8n-nodes-base.telegram', 1.2, { chatId: '1', text: 'Привет' }] as const;
const incomplete = [
	makeNode('Without Parameters', NODE_TYPE, 1, create, { position: [0, 600], credentials }),
	makeNode('Without Credential', ...telegram, { position: [240, 600] }),
];
const MARKED = incomplete.map(({ name }) => name);

/** Waits until the editor has saved a workflow by itself, and returns it as n8n keeps it. */
async function savedWorkflow(name: string): Promise<Workflow> {
	const { session } = n8n.client;
	const findId = async () => {
		const all = (await session.request('GET', '/rest/workflows')) as Array<{ id: string; name: string }>;
		return all.find((workflow) => workflow.name === name)?.id;
	};
	const id = await waitFor(`"${name}" to be saved`, findId, 60_000);
	return await session.request('GET', `/rest/workflows/${id}`);
}

beforeAll(async () => {
	const { url, account } = n8n.sandbox;
	const { email, apiKey } = account;
	await saveCredentialAs(n8n.client, CREDENTIAL_NAMES.alfaCrm, 'alfaCrmApi', {
		hostname: url,
		email,
		apiKey,
	});
	await saveCredentialAs(n8n.client, CREDENTIAL_NAMES.openAi, 'openAiApi', {
		apiKey: 'none',
		url: `${url}/v1`,
		header: false,
	});
	await saveCredentialAs(n8n.client, CREDENTIAL_NAMES.bearer, 'httpBearerAuth', { token: 'none' });
	await saveCredentialAs(n8n.client, CREDENTIAL_NAMES.basic, 'httpBasicAuth', {
		user: 'none',
		password: 'none',
	});
	await saveCredentialAs(n8n.client, CREDENTIAL_NAMES.crypto, 'crypto', { hmacSecret: 'none' });
	await n8n.editor.openNewWorkflow();
});

describe('imported from a file', () => {
	it.each(allExamples())('$file has no node with a warning', async ({ file, workflow }) => {
		const { canvas } = n8n.editor;
		await canvas.importFile({ ...workflow, nodes: [...workflow.nodes, ...incomplete] });
		// The one channel of "Send" that is on asks for its credential.
		const marked = [...MARKED, ...(file === 'send.json' ? ['Send Email'] : [])];
		expect((await canvas.findMarkedNodes(marked)).sort()).toEqual(marked.sort());
		const drawn = workflow.nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote');
		const names = [...drawn.map(({ name }) => name), ...MARKED];
		expect((await canvas.readNodeNames()).sort()).toEqual(names.sort());
		await canvas.clear();
	});

	it('keeps its nodes, but not the time zone, which its note therefore asks for', async () => {
		const file = withPackage('form-to-lead');
		await n8n.editor.openNewWorkflow();

		await n8n.editor.canvas.importFile(file);

		const saved = await savedWorkflow(file.name);
		expect(file.settings).toEqual({ executionOrder: 'v1', timezone: 'Europe/Moscow' });
		expect(saved.settings).not.toHaveProperty('timezone');
		expect(saved.nodes.map(({ name }) => name)).toEqual(file.nodes.map(({ name }) => name));
	});

	it('says when a node of it is not known', async () => {
		const { canvas } = n8n.editor;
		const unknown = { ...incomplete[0], id: 'u', name: 'Unknown', type: 'n8n-nodes-alfacrm.noSuchNode' };
		await canvas.importFile({ name: 'Unknown', nodes: [unknown], connections: {} });
		expect(await canvas.findMarkedNodes(['Unknown'])).toEqual(['Unknown']);
		await canvas.clear();
	});
});
