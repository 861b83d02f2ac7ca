import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { AnyN8nClient } from '../../scripts/lib/n8n/anyClient';
import { makeDelivery, REPEATED, STARTED } from '../engine/support/delivery';
import type { Question, Reply } from '../e2e/support/chatModel';
import { startChatModel } from '../e2e/support/chatModel';
import { PolledWorkflow } from '../e2e/support/polled';
import {
	NODE_TYPE,
	makeNode,
	makeWorkflowOfOneNode,
	makeAlfaCrmNode,
	START_NODE,
	useRealN8n,
} from '../e2e/support/realN8n';
import { postBody, publishWebhookTrigger, startCollector } from '../e2e/support/receiver';
import { waitFor } from '../e2e/support/wait';

/** The titles are the rows of the table under "Compatibility" in README.md. */
const CUSTOMERS = 1_200;
const real = useRealN8n({ customers: CUSTOMERS, settings: { rateLimit: 0 } }, {}, AnyN8nClient);

const rows = (path: string) => real.sandbox.store.rows(path);
const calls = () => real.sandbox.journal.map(({ path, status }) => `${path} ${status}`);
const listBranches = { resource: 'branch', operation: 'getAll', returnAll: true };
const customer = (operation: string, more: INodeParameters): INodeParameters => ({
	...{ resource: 'customer', operation, branchId: 1, ...more },
});

/** Runs it and gives what came out. */
async function outputOf(parameters: INodeParameters): Promise<IDataObject[]> {
	const execution = await real.runNode(parameters);
	expect(execution.error).toBeUndefined();
	expect(execution.status).toBe('success');
	return execution.outputs('AlfaCRM') as IDataObject[];
}

it('Installs and loads: three nodes, a tool for AI agents, the credential', async () => {
	const names = (await real.client.nodeTypes()).map(({ name }) => name);
	expect(names).toEqual(
		expect.arrayContaining(
			['', 'Tool', 'Trigger', 'WebhookTrigger'].map((suffix) => `${NODE_TYPE}${suffix}`),
		),
	);
});

it('Test of the credential', async () => {
	expect(await real.client.testCredential(real.credential)).toMatchObject({ status: 'OK' });
	const wrong = await real.createCredentialWith({ apiKey: 'of-nobody' });
	expect(await real.client.testCredential(wrong)).toMatchObject({ status: 'Error' });
});

it('Dropdowns are filled from the account', async () => {
	const node = makeAlfaCrmNode('AlfaCRM', NODE_TYPE, customer('create', {}), real.credential);
	const branches = await real.readOptions(node, 'branches', 'branchId');
	expect(branches.map(({ value }) => value)).toEqual(rows('branch').map(({ id }) => id));
});

it('Create, Get, Update, Delete', async () => {
	const find = (id: unknown) => real.sandbox.store.find('subject', Number(id));
	const subject = (operation: string, more: INodeParameters) =>
		outputOf({ resource: 'subject', operation, branchId: 1, ...more });
	const [{ id }] = await subject('create', { name: 'Шахматы' });
	expect(find(id)).toMatchObject({ name: 'Шахматы' });
	expect(await subject('get', { id: Number(id) })).toMatchObject([{ id, name: 'Шахматы' }]);
	await subject('update', { id: Number(id), updateFields: { name: 'Шашки' } });
	expect(find(id)).toMatchObject({ name: 'Шашки' });
	await subject('delete', { id: Number(id) });
	expect(find(id)).toBeUndefined();
});

it('Get Many with Return All', async () => {
	for (const { id } of rows('customer')) real.sandbox.store.patch('customer', id, { branch_ids: [1] });
	const all = customer('getAll', { is_study: 2, removed: 1, returnAll: true, simplify: false });
	const ids = (await outputOf(all)).map(({ id }) => id);
	expect(ids).toHaveLength(CUSTOMERS);
	expect(new Set(ids)).toEqual(new Set(rows('customer').map(({ id }) => id)));
});

it('Create or Update: run twice, one record', async () => {
	const before = rows('customer').length;
	const lead = customer('upsert', {
		matchBy: 'phone',
		phone: ['+7(900)000-44-55'],
		name: 'Проверка Версии',
		fieldsToSet: { is_study: 0 },
	});
	const [{ id }] = await outputOf(lead);
	const [{ id: again }] = await outputOf(lead);
	expect(again).toBe(id);
	expect(rows('customer')).toHaveLength(before + 1);
});

it.each([401, 403] as const)('A token that expires, told by %i', async (status) => {
	await outputOf(listBranches);
	real.sandbox.settings.expiredTokenStatus = status;
	real.sandbox.expireTokens();
	real.sandbox.clearJournal();

	expect(await outputOf(listBranches)).toHaveLength(rows('branch').length);

	expect(calls().filter((call) => call === '/v2api/auth/login 200')).toHaveLength(1);
	expect(calls().at(0)).toBe(`/v2api/branch/index ${status}`);
	expect(calls().at(2)).toBe('/v2api/branch/index 200');
});

it('Waits where AlfaCRM answers 429', async () => {
	real.sandbox.clearJournal();
	real.sandbox.faults.add({ kind: 'tooMany', times: 2, match: { entity: 'branch' } });
	expect(await outputOf(listBranches)).toHaveLength(rows('branch').length);
	expect(calls().filter((call) => call.endsWith(' 429'))).toHaveLength(2);
});

it('Failed items take the error output', async () => {
	const workflow = makeWorkflowOfOneNode(customer('get', { id: 999_999 }), real.credential);
	const nodes = workflow.nodes.map((node) =>
		node.name === 'AlfaCRM' ? { ...node, onError: 'continueErrorOutput' } : node,
	);
	const { id } = await real.client.importWorkflow({ ...workflow, nodes });
	const execution = await real.client.runWorkflow(id);
	expect(execution.outputs('AlfaCRM', 1)).toMatchObject([
		{ error: expect.stringContaining('999999') as string },
	]);
	expect(execution.outputs('AlfaCRM', 0)).toEqual([]);
});

it('Polling trigger: what is new, once, over a restart', async () => {
	const polled = await PolledWorkflow.importTrigger(real, {
		event: 'customerCreated',
		pollTimes: { item: [{ mode: 'everyMinute' }] },
	});
	await real.client.publishWorkflow(polled.id);
	await waitFor('the first poll', async () =>
		Object.keys(await polled.readStaticData()).length > 0 ? true : undefined,
	);
	await real.client.unpublishWorkflow(polled.id);
	const { id } = real.sandbox.store.insert('customer', { name: 'Новый Лид', branch_ids: [1], is_study: 0 });
	await real.client.publishWorkflow(polled.id);
	expect((await polled.waitForItems(1)).map((item) => item.id)).toEqual([id]);

	await real.n8n.restart();
	await real.client.signIn();
	const next = real.sandbox.store.insert('customer', { name: 'Другой Лид', branch_ids: [1], is_study: 0 });
	expect((await polled.waitForItems(2)).map((item) => item.id)).toEqual([id, next.id]);
	await real.client.unpublishWorkflow(polled.id);
	expect(await polled.readFailedRuns()).toEqual([]);
}, 300_000);

it('Webhook trigger: each delivery once', async () => {
	const collector = await startCollector();
	try {
		const { url } = await publishWebhookTrigger(real, { secret: 'open-sesame' }, { collector });
		const address = `${url}?secret=open-sesame`;
		expect(await postBody(address, JSON.stringify(makeDelivery(5)))).toMatchObject(STARTED);
		expect(await postBody(address, JSON.stringify(makeDelivery(5)))).toMatchObject(REPEATED);
		expect(await postBody(address, JSON.stringify(makeDelivery(6)))).toMatchObject(STARTED);
		await collector.waitForItems(2);
		expect(collector.items.map(({ entity_id }) => entity_id).sort()).toEqual([5, 6]);
	} finally {
		await collector.close();
	}
});

/** What an agent answers that asks for the branches and saves a customer, and what its model was asked. */
async function talk() {
	const think = ({ messages }: Question): Reply => {
		const answers = messages.filter(({ role }) => role === 'tool');
		const calls: Reply[] = [
			{ toolName: 'Branches', toolInput: {} },
			{ toolName: 'Save', toolInput: { JSON: { name: 'Из беседы', is_study: 0 } } },
		];
		return calls[answers.length] ?? { say: String(answers[0].content) };
	};
	const model = await startChatModel(think);
	try {
		const data = { apiKey: 'none', url: model.url, header: false };
		const openAi = await real.client.createCredential({ name: 'OpenAI account', type: 'openAiApi', data });
		const { id } = await real.client.importWorkflow(agent(openAi));
		return { execution: await real.client.runWorkflow(id), asked: model.questions };
	} finally {
		await model.close();
	}
}

it('Tool of an AI agent', async () => {
	const before = rows('customer').length;
	const { execution } = await talk();
	expect(execution.error).toBeUndefined();
	const [{ output }] = execution.outputs('AI Agent');
	for (const { name } of rows('branch')) expect(output).toContain(name);
	expect(rows('customer').slice(before)).toMatchObject([{ name: 'Из беседы' }]);
});

it('A model is told what the parameters of a tool are', async () => {
	const { asked } = await talk();
	const [{ tools, schemas }] = asked;
	expect(schemas[tools.indexOf('Save')]).toMatchObject({
		properties: { JSON: { description: expect.stringMatching(JSON_TOLD) } },
	});
});

const JSON_TOLD = /^required: name, is_study \(1 Client, 0 Lead\); optional: phone \(list\)/;

/** An agent that has two tools: the list of the branches, and one that creates a customer of JSON, with nothing filled in. */
function agent(openAi: { id: string; name: string }) {
	const link = (to: string, type: string) => ({ [type]: [[{ node: to, type, index: 0 }]] });
	const list = {
		...listBranches,
		descriptionType: 'manual',
		toolDescription: 'Lists the branches of the school',
	};
	return {
		name: 'Agent',
		nodes: [
			START_NODE,
			makeNode('AI Agent', '@n8n/n8n-nodes-langchain.agent', 2, {
				...{ promptType: 'define', text: 'Which branches?' },
			}),
			makeNode(
				'Model',
				'@n8n/n8n-nodes-langchain.lmChatOpenAi',
				1.2,
				{ model: { __rl: true, mode: 'list', value: 'gpt-4o-mini' } },
				{ credentials: { openAiApi: openAi } },
			),
			makeAlfaCrmNode('Branches', `${NODE_TYPE}Tool`, list, real.credential),
			makeAlfaCrmNode('Save', `${NODE_TYPE}Tool`, customer('create', { inputMode: 'json' }), real.credential),
		],
		connections: {
			Start: link('AI Agent', 'main'),
			Model: link('AI Agent', 'ai_languageModel'),
			Branches: link('AI Agent', 'ai_tool'),
			Save: link('AI Agent', 'ai_tool'),
		},
	};
}
