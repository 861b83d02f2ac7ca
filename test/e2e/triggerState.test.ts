import type { INode } from 'n8n-workflow';

import { CUSTOMER_TYPE } from '../support/codes';
import { exportWorkflow, importWorkflow } from './support/commandLine';
import type { Draft } from './support/polled';
import {
	connectEachTo,
	ENGINES,
	KEEP_NODE,
	makePollingTrigger,
	pollTimesEvery,
	PolledWorkflow,
	TRIGGER_NODE,
} from './support/polled';
import { makeNode, useRealN8n } from './support/realN8n';
import { makeWebhookTrigger, postBody, waitUntilRegistered, webhookUrlOf } from './support/receiver';
import { waitFor } from './support/wait';

/** The name that a trigger has for a while. */
const FORMER_NAME = 'Leads';
/** The name of the trigger that is added to a workflow later. */
const SECOND_TRIGGER = 'Second';
const WEBHOOK_ID = 'hook';
/** The key of the static data under which n8n keeps what the webhook trigger remembers. */
const WEBHOOK_TRIGGER_KEY = 'node:AlfaCRM Webhook Trigger';

/** Saves static data as n8n's documentation shows it. */
const COUNTING_CODE = `
	for (const place of ['global', 'node']) {
		const data = $getWorkflowStaticData(place);
		data.count = (data.count ?? 0) + 1;
	}
	return $input.all();`;

/** Saves static data and fails. */
const FAILING_CODE = `
	$getWorkflowStaticData('global').last = $input.first().json.id;
	throw new Error('Not today');`;

/** Replaces all static data, also those of the trigger. */
const DELETING_CODE = `
	const data = $getWorkflowStaticData('global');
	for (const key of Object.keys(data)) delete data[key];
	data['AlfaCRM Trigger trigger'] = { state: 'mine' };
	return $input.all();`;

interface WatchedTrigger {
	polled: PolledWorkflow;
	/** The names under which the trigger reports leads. Each trigger of the workflow counts if there are none. */
	names: string[];
	/** The leads that the trigger must report, in their order. */
	leadIds: number[];
	/** Other nodes of the workflow save static data, and may put back the state that the trigger had before its last report. */
	isOverwritten: boolean;
}

describe.each(ENGINES)('with $engine', ({ isDurable, env, seconds }) => {
	// n8n's new engine makes an isolate for each poll, which would take most of the time.
	const real = useRealN8n(
		{ customers: 20, settings: { rateLimit: 0 } },
		{ ...env, N8N_EXPRESSION_ENGINE: 'legacy' },
	);
	const pollTimes = pollTimesEvery(isDurable ? seconds : 2);
	/** Declares a test of the default engine only. The durable scheduler polls too seldom to repeat it. */
	function itInDefaultEngine(title: string, test: () => Promise<void>): void {
		if (!isDurable) {
			it(title, test);
		}
	}

	const watchedTriggers: WatchedTrigger[] = [];
	let renamedWorkflow: PolledWorkflow;
	let workflowOfTwoTriggers: PolledWorkflow;
	let workflowWithWebhook: PolledWorkflow;
	let startedDeliveries = 0;
	let wasKilled = false;

	async function doInDefaultEngine(step: () => Promise<void>): Promise<void> {
		if (!isDurable) {
			await step();
		}
	}

	/** Makes the parameters of a trigger that reports the leads of a branch. */
	function leadTriggerOf(branch: number) {
		return { event: 'customerCreated', branchIds: [branch], pollTimes };
	}

	/** Publishes a workflow with a trigger that reports the leads of branch 1. */
	async function publishWorkflow(edit?: (draft: Draft) => Draft): Promise<PolledWorkflow> {
		const polled = await PolledWorkflow.importTrigger(real, leadTriggerOf(1), real.credential, edit);
		await polled.publish();
		return polled;
	}

	/** Publishes such a workflow with a Code node behind the node that keeps the items, and watches its trigger. */
	async function watchTriggerBesideCode(jsCode: string): Promise<void> {
		const codeNode = makeNode('Code', 'n8n-nodes-base.code', 2, { jsCode });
		const polled = await publishWorkflow((draft) => withNodeBehind(draft, KEEP_NODE, codeNode));
		watchTrigger(polled, { isOverwritten: true });
	}

	/** From now on, the trigger must report each lead of branch 1. */
	function watchTrigger(
		polled: PolledWorkflow,
		{ names = [], leadIds = [], isOverwritten = false }: Partial<WatchedTrigger> = {},
	): void {
		watchedTriggers.push({ polled, names, leadIds, isOverwritten });
	}

	/** Watches one trigger of a workflow that has reported some leads already. */
	async function watchTriggerFurther(polled: PolledWorkflow, name: string): Promise<void> {
		const leadIds = await readReportedIds(polled, [name]);
		watchTrigger(polled, { names: [name], leadIds, isOverwritten: true });
	}

	function stopWatching(polled: PolledWorkflow): void {
		const index = watchedTriggers.findIndex((watched) => watched.polled === polled);
		watchedTriggers.splice(index, 1);
	}

	/** Adds a lead to branch 1, and returns its ID. */
	function addLead(): number {
		const id = addLeadToBranch(1);
		for (const { leadIds } of watchedTriggers) {
			leadIds.push(id);
		}
		return id;
	}

	function addLeadToBranch(branch: number): number {
		const lead = { name: 'Проверка', branch_ids: [branch], is_study: CUSTOMER_TYPE.lead };
		return real.sandbox.store.insert('customer', lead).id;
	}

	async function readReportedIds(polled: PolledWorkflow, names: string[]): Promise<number[]> {
		const items = await polled.readItems(...names);
		return items.map(({ id }) => Number(id));
	}

	async function expectEachLeadReportedOnce(): Promise<void> {
		for (const watched of watchedTriggers) {
			await expectLeadsReportedBy(watched);
		}
	}

	/** Waits for the leads of a trigger. After a crash, a trigger whose state was overwritten may have reported a lead twice. */
	async function expectLeadsReportedBy(watched: WatchedTrigger): Promise<void> {
		const { polled, names, leadIds, isOverwritten } = watched;
		const reportedIds = await waitFor(`${leadIds.length} leads of workflow ${polled.id}`, async () => {
			const ids = await readReportedIds(polled, names);
			return new Set(ids).size >= leadIds.length ? ids : undefined;
		});

		const mayRepeat = isOverwritten && wasKilled;
		expect(mayRepeat ? [...new Set(reportedIds)] : reportedIds).toEqual(leadIds);
	}

	/** Waits for two polls of branch 2. By the next poll, the process learns that n8n has taken the last report. */
	async function waitForNextPollOfBranch2(): Promise<void> {
		const countPolls = () =>
			real.sandbox.journal.filter(({ path }) => path.includes('/2/customer/index')).length;
		const pollsBefore = countPolls();
		await waitFor('the next poll', async () =>
			Promise.resolve(countPolls() > pollsBefore + 1 ? true : undefined),
		);
	}

	/** Tells the webhook trigger that a customer was created, and returns what n8n answers. */
	async function deliverCustomer(id: number): Promise<unknown> {
		const delivery = {
			event: 'create',
			entity: 'Customer',
			entity_id: id,
			branch_id: 1,
			datetime: '2026-02-10 12:00:00',
		};
		const { message } = await postBody(webhookUrlOf(real, WEBHOOK_ID), JSON.stringify(delivery));
		return message;
	}

	async function expectDeliveryToStartWorkflow(customer: number): Promise<void> {
		expect(await deliverCustomer(customer)).toBe('Workflow was started');
		startedDeliveries += 1;
	}

	async function expectDeliveryToBeKnown(customer: number): Promise<void> {
		expect(await deliverCustomer(customer)).toBe('Received before');
	}

	async function waitUntilDeliveriesAreSaved(): Promise<void> {
		await waitFor('the deliveries in the database', async () => {
			const staticData = await workflowWithWebhook.readStaticData();
			const { deliveries } = staticData[WEBHOOK_TRIGGER_KEY] as { deliveries?: string[] };
			return deliveries?.[startedDeliveries - 1];
		});
	}

	/** A lead comes while AlfaCRM delivers a customer to the webhook trigger. */
	async function expectLeadAndDeliveryReported(customer: number): Promise<void> {
		await expectDeliveryToStartWorkflow(customer);
		addLead();
		await expectEachLeadReportedOnce();
		await expectDeliveryToBeKnown(customer);
	}

	it('triggers beside a webhook trigger and Code nodes that save static data report each lead once', async () => {
		real.credential = await real.createCredentialWith({ requestsPerSecond: 0 });
		await watchTriggerBesideCode(COUNTING_CODE);
		await watchTriggerBesideCode(FAILING_CODE);
		await watchTriggerBesideCode(DELETING_CODE);
		const webhookTrigger = makeWebhookTrigger(WEBHOOK_ID, {});
		workflowWithWebhook = await publishWorkflow((draft) => withTrigger(draft, webhookTrigger));
		watchTrigger(workflowWithWebhook, { names: [TRIGGER_NODE] });
		renamedWorkflow = await publishWorkflow();
		watchTrigger(renamedWorkflow, { names: [TRIGGER_NODE, FORMER_NAME] });
		workflowOfTwoTriggers = await publishWorkflow();
		watchTrigger(workflowOfTwoTriggers, { names: [TRIGGER_NODE] });
		await waitUntilRegistered(webhookUrlOf(real, WEBHOOK_ID));

		await expectLeadAndDeliveryReported(1);
		await doInDefaultEngine(async () => await expectLeadAndDeliveryReported(2));
	});

	it('a trigger goes on when it is renamed while switched off, and when it is renamed back while on', async () => {
		await renamedWorkflow.unpublish();
		addLead();
		await renamedWorkflow.changeDraft((draft) => withNewName(draft, TRIGGER_NODE, FORMER_NAME));
		await renamedWorkflow.publish();
		addLead();
		await doInDefaultEngine(expectEachLeadReportedOnce);

		// The state that n8n has kept under the old name is out of date by now.
		await renamedWorkflow.changeDraft((draft) => withNewName(draft, FORMER_NAME, TRIGGER_NODE));
		addLead();
		await renamedWorkflow.publish();
		addLead();
		await expectEachLeadReportedOnce();
	});

	itInDefaultEngine('the trigger of a copied workflow reports the leads that come later', async () => {
		const draft = await renamedWorkflow.readDraft();
		const copiedWorkflow = await PolledWorkflow.importDraft(real, draft);
		await copiedWorkflow.publish();
		watchTrigger(copiedWorkflow);
		addLead();

		await expectEachLeadReportedOnce();
	});

	itInDefaultEngine(
		'a trigger pasted under a former name of another one reports the later leads',
		async () => {
			stopWatching(renamedWorkflow);
			await watchTriggerFurther(renamedWorkflow, TRIGGER_NODE);
			await watchTriggerFurther(renamedWorkflow, FORMER_NAME);
			const pastedTrigger = makePollingTrigger(leadTriggerOf(1), real.credential, {
				id: 'pasted',
				name: FORMER_NAME,
			});
			await renamedWorkflow.changeDraft((draft) => withTrigger(draft, pastedTrigger));
			await renamedWorkflow.publish();
			addLead();

			await expectEachLeadReportedOnce();
		},
	);

	it('two triggers of one workflow keep their states apart when n8n is restarted', async () => {
		const secondTrigger = makePollingTrigger(leadTriggerOf(2), real.credential, {
			id: 'second',
			name: SECOND_TRIGGER,
		});
		await workflowOfTwoTriggers.changeDraft((draft) => withTrigger(draft, secondTrigger));
		await workflowOfTwoTriggers.publish();
		const watchedSecond: WatchedTrigger = {
			polled: workflowOfTwoTriggers,
			names: [SECOND_TRIGGER],
			leadIds: [addLeadToBranch(2)],
			isOverwritten: false,
		};
		await doInDefaultEngine(async () => {
			await expectLeadsReportedBy(watchedSecond);
			await waitForNextPollOfBranch2();
		});

		// By this report, n8n saves the static data of the whole workflow as the first trigger knows them.
		addLead();
		await expectEachLeadReportedOnce();
		await expectDeliveryToStartWorkflow(3);
		await waitUntilDeliveriesAreSaved();

		// The leads come only after n8n has begun to stop: what it reports at that moment may get lost.
		wasKilled = !isDurable;
		const restart = real.n8n.restart({ kill: wasKilled });
		watchedSecond.leadIds.push(addLeadToBranch(2));
		addLead();
		await restart;
		addLead();

		await expectEachLeadReportedOnce();
		await expectLeadsReportedBy(watchedSecond);
		await expectDeliveryToBeKnown(3);
	});

	itInDefaultEngine(
		"a trigger that n8n's command line has exported goes on in the imported workflow",
		async () => {
			const exportedWorkflow = await exportWorkflow(real.n8n, workflowOfTwoTriggers.id);
			const leadBetween = addLead();

			await importWorkflow(real.n8n, { ...exportedWorkflow, id: 'moved' });
			const importedWorkflow = PolledWorkflow.withId(real, 'moved');
			await importedWorkflow.publish();
			watchTrigger(importedWorkflow, { names: [TRIGGER_NODE], leadIds: [leadBetween] });
			addLead();

			await expectEachLeadReportedOnce();
		},
	);
});

/** Adds a trigger before the node that keeps the items. */
function withTrigger({ nodes, connections }: Draft, trigger: INode): Draft {
	return {
		nodes: [...nodes, trigger],
		connections: { ...connections, ...connectEachTo(KEEP_NODE, trigger.name) },
	};
}

/** Adds a node behind another one. */
function withNodeBehind({ nodes, connections }: Draft, previousNode: string, node: INode): Draft {
	return {
		nodes: [...nodes, node],
		connections: { ...connections, ...connectEachTo(node.name, previousNode) },
	};
}

function withNewName({ nodes, connections }: Draft, oldName: string, newName: string): Draft {
	const { [oldName]: links, ...otherConnections } = connections;
	return {
		nodes: nodes.map((node) => (node.name === oldName ? { ...node, name: newName } : node)),
		connections: { ...otherConnections, [newName]: links },
	};
}
