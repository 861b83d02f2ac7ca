import { sleep } from 'n8n-workflow';

import { forEachConcurrently } from '../../scripts/lib/forEachConcurrently';
import { makeDelivery, IGNORED, REPEATED, STARTED, WRONG_SECRET } from '../engine/support/delivery';
import { randomFrom } from '../support/random';
import { readAllFilesOf } from './support/files';
import type { Collector } from './support/receiver';
import { postBody, publishWebhookTrigger, startCollector, waitUntilRegistered } from './support/receiver';
import { useRealN8n } from './support/realN8n';
import { waitFor } from './support/wait';

const real = useRealN8n(
	{ customers: 60, settings: { now: '2026-02-10 12:00:00' } },
	// Two new isolates for each event are most of what it costs; what runs in them is the same.
	{ N8N_EXPRESSION_ENGINE: 'legacy' },
);
let collector: Collector;
beforeAll(async () => {
	collector = await startCollector();
});
afterAll(async () => await collector.close());

const PATIENCE = 180_000;
const SECRET = 'open-sesame';
/** Every execution of a workflow, once none is running any more. */
async function finished(workflowId: string) {
	return await waitFor('the end of all executions', async () => {
		const statuses = (await real.client.listExecutions(workflowId)).map(({ status }) => status);
		return statuses.every((status) => status === 'success' || status === 'error') ? statuses : undefined;
	});
}
describe('1,000 deliveries, a tenth of them repeated and a twentieth malformed, around a restart', () => {
	const MALFORMED: Array<[body: string, contentType?: string]> = [
		['[]'],
		[JSON.stringify(makeDelivery(1)).slice(0, 60)],
		['<html><body>502 Bad Gateway</body></html>', 'text/html'],
		[
			JSON.stringify(makeDelivery(1)).replace(
				'"fields_rel":[]',
				`"fields_rel":${'['.repeat(1e5)}${']'.repeat(1e5)}`,
			),
		],
		[''],
	];
	type Post = { body: string; contentType?: string; malformed?: boolean };
	const random = randomFrom(7);
	const shuffled = <T>(items: T[]): T[] =>
		items
			.map((item) => ({ item, key: random() }))
			.sort((a, b) => a.key - b.key)
			.map(({ item }) => item);
	const valid = (body: string): Post => ({ body });

	const events = Array.from({ length: 750 }, (_, index) => JSON.stringify(makeDelivery(10_001 + index)));
	const [early, late] = [events.slice(0, 400), events.slice(400)];
	const malformed = Array.from({ length: 50 }, (_, index): Post => {
		const [body, contentType] = MALFORMED[index % MALFORMED.length];
		return { body, contentType, malformed: true };
	});
	/** 30 right behind each other, so that they arrive together; 20 some time after the first. */
	const before: Post[] = [
		...early.slice(0, 30).flatMap((body) => [valid(body), valid(body)]),
		...shuffled([...early.slice(30), ...early.slice(100, 120)].map(valid).concat(malformed.slice(0, 25))),
	];
	/** 40 that came before the restart, and 10 that did not. */
	const after = shuffled(
		[...late, ...early.slice(200, 240), ...late.slice(0, 10)].map(valid).concat(malformed.slice(25)),
	);

	/** Creates 70 customers and changes 30 of them. */
	const changeRecords = () => {
		const { store } = real.sandbox;
		const ids = Array.from(
			{ length: 70 },
			(_, index) => store.insert('customer', { name: `Новый Лид ${index}`, is_study: 0 }).id,
		);
		for (const id of ids.slice(0, 30)) store.patch('customer', id, { note: 'Перезвонить' });
	};

	it(
		'start the workflow exactly once for each event',
		async () => {
			const { id, url } = await publishWebhookTrigger(real, { secret: SECRET });
			const address = `${url}?secret=${SECRET}`;
			const started: string[] = [];
			const repeated: string[] = [];
			const refused: number[] = [];
			const send = async (posts: Post[]) =>
				await forEachConcurrently(posts, 10, async ({ body, contentType, malformed: isMalformed }) => {
					const { status, message } = await postBody(address, body, contentType);
					if (isMalformed) refused.push(status);
					else (status === 200 && message === STARTED.message ? started : repeated).push(body);
				});

			await send(before);
			real.sandbox.webhooks.add(address);
			changeRecords();
			await real.sandbox.webhooks.settled();
			const own = real.sandbox.webhooks.deliveries.map(({ status }) => status);
			real.sandbox.webhooks.remove();
			// What is still running would be lost with the process, and is not what is tested here.
			await finished(id);
			await real.n8n.restart({ kill: true });
			await real.client.signIn();
			await waitUntilRegistered(url);
			await send(after);

			expect(before.length + after.length + own.length).toBe(1_000);
			expect(started.sort()).toEqual([...events].sort());
			expect(repeated).toHaveLength(100);
			expect(refused.filter((status) => status === 400 || status === 422)).toHaveLength(50);
			expect(own).toEqual(Array(100).fill(200));
			const statuses = await finished(id);
			expect(statuses).toEqual(Array(750 + 100).fill('success'));
		},
		PATIENCE,
	);
});

describe('a published trigger', () => {
	beforeEach(() => {
		collector.items.length = 0;
	});

	it('answers a wrong secret with 403 and a short text, and starts nothing', async () => {
		const { id, url } = await publishWebhookTrigger(
			real,
			{ secret: SECRET, events: ['update'] },
			{ collector },
		);
		for (const query of ['', '?secret=', '?secret=open-sesamE', `?secret=${SECRET}&secret=${SECRET}`]) {
			expect(await postBody(url + query, JSON.stringify(makeDelivery(1)))).toMatchObject(WRONG_SECRET);
		}
		const right = `${url}?secret=${SECRET}`;
		expect(await postBody(right, JSON.stringify(makeDelivery(1, { event: 'create' })))).toMatchObject(
			IGNORED,
		);
		expect(await postBody(right, JSON.stringify(makeDelivery(2)))).toMatchObject(STARTED);
		await collector.waitForItems(1);
		expect(await finished(id)).toEqual(['success']);
		expect(collector.items).toEqual([
			makeDelivery(2, { fields_rel: {}, deliveryKey: expect.stringMatching(/^[\w-]{16}$/) as string }),
		]);
	});

	it('brings the whole record of a planned lesson along, and the event alone when that cannot be read', async () => {
		const { url } = await publishWebhookTrigger(
			real,
			{ secret: SECRET, options: { fetchRecord: true } },
			{ collector, credential: real.credential },
		);
		real.sandbox.webhooks.add(`${url}?secret=${SECRET}`);
		const lesson = real.sandbox.store.insert('lesson', { status: 1, branch_id: 1, topic: 'Дроби' });
		await real.sandbox.webhooks.settled();
		await collector.waitForItems(1);
		real.sandbox.store.hide('lesson', lesson.id);
		real.sandbox.store.patch('lesson', lesson.id, { topic: 'Доли' });
		await collector.waitForItems(2);
		real.sandbox.store.remove('lesson', lesson.id);
		await collector.waitForItems(3);
		real.sandbox.webhooks.remove();

		const about = { entity: 'Lesson', entity_id: lesson.id, branch_id: 1 };
		expect(collector.items).toEqual([
			expect.objectContaining({
				...{ ...about, event: 'create' },
				record: expect.objectContaining({ id: lesson.id, status: 1, topic: 'Дроби' }) as object,
			}),
			expect.objectContaining({
				...{ ...about, event: 'update', record: null, fields_new: { topic: 'Доли' } },
				recordError: expect.stringContaining(
					`AlfaCRM has no lesson with ID ${lesson.id} in the branches that could be searched`,
				) as string,
			}),
			expect.objectContaining({ ...about, event: 'delete', record: null }),
		]);
	});

	it('has answered nothing when n8n is killed while it reads the record, and takes the event afterwards', async () => {
		const { id, url } = await publishWebhookTrigger(
			real,
			{ secret: SECRET, options: { fetchRecord: true } },
			{ collector, credential: real.credential },
		);
		const secretUrl = `${url}?secret=${SECRET}`;
		const [{ id: customer }] = real.sandbox.store.rows('customer');
		const body = JSON.stringify(makeDelivery(customer));
		const match = { entity: 'customer', action: 'index' };
		real.sandbox.faults.add({ kind: 'hang', times: 1, match });
		const asked = () => real.sandbox.journal.filter(({ path }) => path.endsWith('customer/index')).length;
		const before = asked();
		const lost = postBody(secretUrl, body).then(
			({ status }) => status,
			() => 'no answer',
		);
		while (asked() === before) await sleep(10);
		await real.n8n.restart({ kill: true });
		expect(await lost).toBe('no answer');
		await real.client.signIn();
		await waitUntilRegistered(url);

		expect(await postBody(secretUrl, body)).toMatchObject(STARTED);
		expect(await postBody(secretUrl, body)).toMatchObject(REPEATED);
		await collector.waitForItems(1);
		expect(await finished(id)).toEqual(['success']);
		expect(collector.items).toEqual([
			expect.objectContaining({
				entity_id: customer,
				record: expect.objectContaining({ id: customer }) as object,
			}),
		]);
	});

	it('leaves neither key nor token in what n8n logs and saves', async () => {
		await real.n8n.stop({ keep: true });
		const kept = readAllFilesOf(real.n8n.userFolder);
		expect(kept.includes('AlfaCRM has no lesson with ID')).toBe(true);
		for (const secret of [real.sandbox.account.apiKey, ...real.sandbox.tokens()]) {
			expect(kept.includes(secret)).toBe(false);
		}
	});
});
