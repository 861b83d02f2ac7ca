import type { INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../sandbox';
import type { NodePanel } from '../../scripts/lib/editor/nodePanel';
import { CUSTOMER_TYPE } from '../support/codes';
import { makeAlfaCrmNode } from '../e2e/support/realN8n';
import { postBody } from '../e2e/support/receiver';
import { useEditor } from './support/editor';

/** The branches "Центральный", "Северный" and "Заречный". */
const CENTRAL_BRANCH = 1;
const NORTHERN_BRANCH = 2;
const INACTIVE_BRANCH = 3;

const n8n = useEditor({ customers: 60 });

/** Saves a workflow of one trigger, and opens the form of the trigger. */
async function openTrigger(
	type: 'alfaCrmTrigger' | 'alfaCrmWebhookTrigger',
	parameters: INodeParameters = {},
): Promise<NodePanel> {
	const trigger = makeAlfaCrmNode(
		'AlfaCRM Trigger',
		`n8n-nodes-alfacrm.${type}`,
		parameters,
		n8n.credential,
		{ webhookId: `hook-${type}` },
	);
	const workflow = await n8n.client.importWorkflow({ name: type, nodes: [trigger], connections: {} });
	return await n8n.editor.openNode(workflow, 'AlfaCRM Trigger');
}

function addLead(name: string, branch: number, changes: JsonObject = {}): number {
	return n8n.sandbox.store.insert('customer', {
		name,
		is_study: CUSTOMER_TYPE.lead,
		branch_ids: [branch],
		...changes,
	}).id;
}

describe('the polling trigger', () => {
	it('begins with Customer Created, and says in a notice what it reports', async () => {
		const panel = await openTrigger('alfaCrmTrigger');

		expect(await panel.readShownValue('event')).toBe('Customer Created');
		expect(await panel.readNotices()).toEqual([
			'Reports what happens after the workflow is first activated, pauses included. If you choose another event or account, it starts over from that moment.',
		]);
	});

	it('fetches the three newest active customers of the active branches as a test event', async () => {
		const mia = addLead('Орлова Мия', CENTRAL_BRANCH);
		const yan = addLead('Орлов Ян', NORTHERN_BRANCH);
		const lev = addLead('Новиков Лев', NORTHERN_BRANCH);
		addLead('Архивов Том', CENTRAL_BRANCH, { e_date: '2025-10-24' });
		addLead('Дальний Ким', INACTIVE_BRANCH);
		const panel = await openTrigger('alfaCrmTrigger');

		await panel.fetchTestEvent();

		expect(await panel.output.showsSuccess()).toBe(true);
		expect(await panel.output.readRows()).toMatchObject([
			{ id: String(mia), name: 'Орлова Мия', is_study: '0' },
			{ id: String(yan), name: 'Орлов Ян', is_study: '0' },
			{ id: String(lev), name: 'Новиков Лев', is_study: '0' },
		]);
	});

	it('shows nothing in red and fills its lists, also as the second AlfaCRM node of a workflow', async () => {
		const creator = await n8n.editor.openNodeCreator();
		await creator.search('AlfaCRM', 'AlfaCRM');
		await creator.openDetails('AlfaCRM');
		await expectListsFilled(await creator.addAction('When a lead moves to another stage'));

		const secondCreator = await n8n.editor.openNodeCreatorAgain();
		await secondCreator.search('AlfaCRM', 'AlfaCRM');
		await secondCreator.openDetails('AlfaCRM');
		await secondCreator.openTriggers();
		await expectListsFilled(await secondCreator.addAction('When a lead moves to another stage'));
	});

	/** Expects a form without errors, and a list of branches. Closes the form. */
	async function expectListsFilled(panel: NodePanel): Promise<void> {
		expect(await panel.findWrongParameters()).toEqual([]);
		await panel.pickListedRecord('branchIds', 'Северный');
		await panel.close();
	}
});

describe('the webhook trigger', () => {
	const PATH = 'hook-alfaCrmWebhookTrigger/webhook';

	it('shows its URLs, and what the account owner does with them', async () => {
		const panel = await openTrigger('alfaCrmWebhookTrigger');

		expect(await panel.readWebhookUrls()).toEqual({
			test: `POST ${n8n.n8n.url}/webhook-test/${PATH}`,
			production: `POST ${n8n.n8n.url}/webhook/${PATH}`,
		});
		expect(await panel.readNotices()).toEqual([
			"The account owner enters this node's Production URL, followed by ?secret= and the text of 'Secret', in AlfaCRM: Settings (the wrench at the top) > auto-actions and mailings > triggers and webhooks > add. Triggers are a paid option of AlfaCRM; its support opens a trial in the chat. Without it, use the AlfaCRM Trigger, which asks at intervals and needs nothing there.",
		]);
	});

	it('shows the event that is posted to its test URL', async () => {
		const panel = await openTrigger('alfaCrmWebhookTrigger');
		await panel.listen();
		const event = {
			branch_id: 1,
			entity: 'Customer',
			entity_id: 7,
			event: 'update',
			fields_old: { lead_status_id: 1 },
			fields_new: { lead_status_id: 2 },
		};

		const { status } = await postBody(`${n8n.n8n.url}/webhook-test/${PATH}`, JSON.stringify(event));

		expect(status).toBe(200);
		await panel.output.waitForResult();
		const [shownEvent] = await panel.output.readRows();
		expect(shownEvent).toMatchObject({ entity: 'Customer', entity_id: '7', event: 'update' });
	});
});
