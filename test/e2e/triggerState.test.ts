import type { INode } from 'n8n-workflow';

import { exportWorkflow, importWorkflow } from './support/commandLine';
import type { Draft } from './support/polled';
import {
	ENGINES,
	pollTimesEvery,
	KEEP_NODE,
	connectEachTo,
	PolledWorkflow,
	TRIGGER_NODE,
	makePollingTrigger,
} from './support/polled';
import { makeNode, useRealN8n } from './support/realN8n';
import { postBody, waitUntilRegistered, webhookUrlOf, makeWebhookTrigger } from './support/receiver';
import { waitFor } from './support/wait';

/** A name that a trigger bears for a while. */
const FORMER = 'Leads';
const SECOND = 'Second';
/** Where n8n keeps what the webhook trigger remembers. */
const HOOK = 'node:AlfaCRM Webhook Trigger';

/** What Code nodes do to static data: as n8n's documentation shows it, then an error, then all that they do not know. */
const CODE = [
	`for (const place of ['global', 'node']) {
		const data = $getWorkflowStaticData(place);
		data.count = (data.count ?? 0) + 1;
	}
	return $input.all();`,
	`$getWorkflowStaticData('global').last = $input.first().json.id;
	throw new Error('Not today');`,
	`const data = $getWorkflowStaticData('global');
	for (const key of Object.keys(data)) delete data[key];
	data['AlfaCRM Trigger trigger'] = { state: 'mine' };
	return $input.all();`,
];

interface Watched {
	polled: PolledWorkflow;
	/** Those of them that have to report each lead; all if there are none. */
	triggers: string[];
	ids: number[];
	/** Something else in the workflow may save what n8n remembered of it before its last report. */
	isOverwritten: boolean;
}

describe.each(ENGINES)('what n8n does to the state of the polling trigger, $engine', (engine) => {
	// New isolates for each poll cost most of the time; what runs in them is the same.
	const env = { ...engine.env, N8N_EXPRESSION_ENGINE: 'legacy' };
	const real = useRealN8n({ customers: 20, settings: { rateLimit: 0 } }, env);
	const pollTimes = pollTimesEvery(engine.isDurable ? engine.seconds : 2);
	/** Where the durable scheduler does the same, it has no time of its own. */
	const itByDefault = (name: string, test: () => Promise<void>) => void (engine.isDurable || it(name, test));
	/** Each has to report each lead of branch 1. */
	const watching: Watched[] = [];
	let mayRepeat = false;
	let renamed: PolledWorkflow;
	let twins: PolledWorkflow;
	let hooked: PolledWorkflow;

	const parameters = (branch = 1) => ({ event: 'customerCreated', branchIds: [branch], pollTimes });
	const start = async (edit?: (draft: Draft) => Draft) => {
		const polled = await PolledWorkflow.importTrigger(real, parameters(), real.credential, edit);
		await polled.publish();
		return polled;
	};
	/** From now on. */
	const watch = (polled: PolledWorkflow, triggers: string[] = [], isOverwritten = false) => {
		const ids: number[] = [];
		watching.push({ polled, triggers, ids, isOverwritten });
		return ids;
	};
	const lead = (branch = 1) => {
		const row = { name: 'Проверка', branch_ids: [branch], is_study: 0 };
		const { id } = real.sandbox.store.insert('customer', row);
		if (branch === 1) for (const { ids } of watching) ids.push(id);
		return id;
	};
	const reported = async (polled: PolledWorkflow, triggers: string[]) =>
		(await polled.readItems(...triggers)).map(({ id }) => Number(id));
	const expectOf = async ({ polled, triggers, ids, isOverwritten }: Watched) => {
		const found = await waitFor(`${ids.length} leads of workflow ${polled.id}`, async () => {
			const all = await reported(polled, triggers);
			return new Set(all).size >= ids.length ? all : undefined;
		});
		expect(isOverwritten && mayRepeat ? [...new Set(found)] : found).toEqual(ids);
	};
	const isOfRenamed = ({ polled }: Watched) => polled === renamed;
	const expectEachOnce = async () => {
		for (const one of watching) await expectOf(one);
	};
	/** The next poll is what tells the process that n8n has taken the last report. */
	const onceItHasPolledAgain = async (second: Watched) => {
		await expectOf(second);
		const polls = () => real.sandbox.journal.filter(({ path }) => path.includes('/2/customer/index')).length;
		const before = polls();
		await waitFor('its next poll', async () => polls() > before + 1 || undefined);
	};
	const deliver = async (entity_id: number) => {
		const event = { event: 'create', entity: 'Customer', entity_id, branch_id: 1 };
		const body = JSON.stringify({ ...event, datetime: '2026-02-10 12:00:00' });
		return (await postBody(webhookUrlOf(real, 'hook'), body)).message;
	};

	it('reports each lead once beside a webhook trigger and Code nodes that save static data', async () => {
		real.credential = await real.createCredentialWith({ requestsPerSecond: 0 });
		for (const code of CODE)
			watch(await start((draft) => withNode(draft, codeNode(code), KEEP_NODE)), [], true);
		const hook = makeWebhookTrigger('hook', {});
		hooked = await start((draft) => withNode(draft, hook));
		watch(hooked, [TRIGGER_NODE]);
		renamed = await start();
		watch(renamed, [TRIGGER_NODE, FORMER]);
		twins = await start();
		watch(twins, [TRIGGER_NODE]);
		await waitUntilRegistered(webhookUrlOf(real, 'hook'));

		for (const round of engine.isDurable ? [1] : [1, 2]) {
			expect(await deliver(round)).toBe('Workflow was started');
			lead();
			await expectEachOnce();
			expect(await deliver(round)).toBe('Received before');
		}
	});

	it('goes on under another name, and under the old one again, switched off meanwhile or not', async () => {
		await renamed.unpublish();
		lead();
		await renamed.changeDraft((draft) => withName(draft, TRIGGER_NODE, FORMER));
		await renamed.publish();
		lead();
		// What is kept under the old name is out of date now.
		if (!engine.isDurable) await expectEachOnce();
		await renamed.changeDraft((draft) => withName(draft, FORMER, TRIGGER_NODE));
		lead();
		await renamed.publish();
		lead();
		await expectEachOnce();
	});

	itByDefault('takes a copy for a trigger of its own, in the workflow or with it', async () => {
		const copy = await PolledWorkflow.importDraft(real, await renamed.readDraft());
		await copy.publish();
		watch(copy);
		watching.splice(watching.findIndex(isOfRenamed), 1);
		for (const name of [TRIGGER_NODE, FORMER]) {
			watch(renamed, [name], true).push(...(await reported(renamed, [name])));
		}
		// Under the name that the original bore.
		const pasted = makePollingTrigger(parameters(), real.credential, { id: 'pasted', name: FORMER });
		await renamed.changeDraft((draft) => withNode(draft, pasted));
		await renamed.publish();
		lead();
		await expectEachOnce();
	});

	it('keeps triggers apart that were published one after the other, through a restart', async () => {
		const second = makePollingTrigger(parameters(2), real.credential, { id: 'second', name: SECOND });
		await twins.changeDraft((draft) => withNode(draft, second));
		await twins.publish();
		const ofSecond: Watched = { polled: twins, triggers: [SECOND], ids: [lead(2)], isOverwritten: false };
		if (!engine.isDurable) await onceItHasPolledAgain(ofSecond);
		// n8n saves all static data as the first trigger knows them.
		lead();
		await expectEachOnce();
		expect(await deliver(3)).toBe('Workflow was started');
		const saved = async () => (await hooked.readStaticData())[HOOK] as { deliveries?: string[] };
		const deliveries = engine.isDurable ? 2 : 3;
		await waitFor('the delivery in the database', async () => (await saved()).deliveries?.[deliveries - 1]);

		mayRepeat = !engine.isDurable;
		// Nothing may be reported while n8n is being stopped.
		const restarted = real.n8n.restart({ kill: !engine.isDurable });
		ofSecond.ids.push(lead(2));
		lead();
		await restarted;
		lead();
		await expectEachOnce();
		await expectOf(ofSecond);
		expect(await deliver(3)).toBe('Received before');
	});

	itByDefault("goes on in an n8n that a file of n8n's command line brings it to", async () => {
		const exported = await exportWorkflow(real.n8n, twins.id);
		const missed = lead();
		await importWorkflow(real.n8n, { ...exported, id: 'moved' });
		const moved = PolledWorkflow.withId(real, 'moved');
		await moved.publish();
		watch(moved, [TRIGGER_NODE]).push(missed);
		lead();
		await expectEachOnce();
	});
});

const codeNode = (jsCode: string) => makeNode('Code', 'n8n-nodes-base.code', 2, { jsCode });

/** With one more node: behind another one, or a trigger before the node that keeps the items. */
function withNode({ nodes, connections }: Draft, node: INode, behind?: string): Draft {
	const link = behind === undefined ? connectEachTo(KEEP_NODE, node.name) : connectEachTo(node.name, behind);
	return { nodes: [...nodes, node], connections: { ...connections, ...link } };
}

function withName({ nodes, connections }: Draft, from: string, to: string): Draft {
	const { [from]: links, ...others } = connections;
	return {
		nodes: nodes.map((node) => (node.name === from ? { ...node, name: to } : node)),
		connections: { ...others, [to]: links },
	};
}
