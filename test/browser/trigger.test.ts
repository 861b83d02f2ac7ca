import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { AlfaCrmWebhookTrigger } from '../../nodes/AlfaCrm/AlfaCrmWebhookTrigger.node';
import { makeAlfaCrmNode } from '../e2e/support/realN8n';
import { postBody } from '../e2e/support/receiver';
import { useEditor } from './support/editor';

const n8n = useEditor({ customers: 60 });

/** A workflow of nothing but a trigger, and the trigger opened. */
async function openTrigger(type: 'alfaCrmTrigger' | 'alfaCrmWebhookTrigger', parameters: INodeParameters) {
	const own = [`n8n-nodes-alfacrm.${type}`, parameters, n8n.credential] as const;
	const trigger = makeAlfaCrmNode('AlfaCRM Trigger', ...own, { webhookId: `hook-${type}` });
	const workflow = { name: type, nodes: [trigger], connections: {} };
	return await n8n.editor.openNode(await n8n.client.importWorkflow(workflow), trigger.name);
}

describe('the polling trigger', () => {
	it('fetches the newest customers as a test event', async () => {
		const { store } = n8n.sandbox;
		const made = [1, 2].map(
			(branch) =>
				store.insert('customer', { name: `Новиков Лев ${branch}`, is_study: 0, branch_ids: [branch] }).id,
		);
		const isOn = (branch: number) => store.find('branch', branch)?.is_active === 1;
		const before = store
			.rows('customer')
			.filter(({ id, e_date }) => !made.includes(id) && e_date === '2030-12-31')
			.filter(({ branch_ids }) => (branch_ids as number[]).some(isOn))
			.sort((a, b) => String(a.created_at).localeCompare(String(b.created_at)));

		const panel = await openTrigger('alfaCrmTrigger', {});
		expect(await panel.readShownValue('event')).toBe('Customer Created');
		expect(await panel.readNotices()).toEqual([
			'Reports what happens after the workflow is first activated, pauses included. If you choose another event or account, it starts over from that moment.',
		]);
		await panel.fetchTestEvent();

		expect(await panel.output.showsSuccess()).toBe(true);
		const rows = await panel.output.readRows();
		expect(rows.map(({ id }) => Number(id))).toEqual([before.at(-1)?.id, ...made]);
		expect(rows[2]).toMatchObject({ name: 'Новиков Лев 2', is_study: '0' });
	});
});

describe('a trigger', () => {
	it('that is added as a second AlfaCRM node shows nothing in red, and its lists are filled', async () => {
		let creator = await n8n.editor.openNodeCreator();
		for (const isFirst of [true, false]) {
			await creator.search('AlfaCRM', 'AlfaCRM');
			await creator.openDetails('AlfaCRM');
			if (!isFirst) await creator.openTriggers();
			const panel = await creator.addAction('When a lead moves to another stage');
			expect(await panel.findWrongParameters()).toEqual([]);
			await panel.pickListedRecord('branchIds', 'Северный');
			await panel.close();
			if (isFirst) creator = await n8n.editor.openNodeCreatorAgain();
		}
	});
});

describe('the webhook trigger', () => {
	it('shows its URLs and what to do with them, and the event that is posted to one', async () => {
		const panel = await openTrigger('alfaCrmWebhookTrigger', {});
		const { url } = n8n.n8n;
		const path = 'hook-alfaCrmWebhookTrigger/webhook';
		expect(await panel.readWebhookUrls()).toEqual({
			test: `POST ${url}/webhook-test/${path}`,
			production: `POST ${url}/webhook/${path}`,
		});
		const [notice] = new AlfaCrmWebhookTrigger().description.properties;
		expect(notice.displayName).toContain("The account owner enters this node's Production URL");
		expect(await panel.readNotices()).toEqual([notice.displayName]);

		await panel.listen();
		const event: IDataObject = {
			...{ branch_id: 1, entity: 'Customer', entity_id: 7, event: 'update' },
			...{ fields_old: { lead_status_id: 1 }, fields_new: { lead_status_id: 2 } },
		};
		expect((await postBody(`${url}/webhook-test/${path}`, JSON.stringify(event))).status).toBe(200);
		await panel.output.waitForResult();
		const shown = { entity: 'Customer', entity_id: '7', event: 'update' };
		expect((await panel.output.readRows())[0]).toMatchObject(shown);
	});
});
