import { sleep } from 'n8n-workflow';

import { forEachConcurrently } from '../../scripts/lib/forEachConcurrently';
import { makeDelivery, IGNORED, REPEATED, STARTED, WRONG_SECRET } from '../engine/support/delivery';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../support/codes';
import { randomFrom } from '../support/random';
import { readAllFilesOf } from './support/files';
import type { Collector } from './support/receiver';
import { postBody, publishWebhookTrigger, startCollector, waitUntilRegistered } from './support/receiver';
import { useRealN8n } from './support/realN8n';
import { waitFor } from './support/wait';

const real = useRealN8n(
	{ customers: 60, settings: { now: '2026-02-10 12:00:00' } },
	// The default engine starts two isolates for each event, which takes most of the time and proves nothing more.
	{ N8N_EXPRESSION_ENGINE: 'legacy' },
);

let collector: Collector;

beforeAll(async () => {
	collector = await startCollector();
});

afterAll(async () => {
	await collector.close();
});

const SECRET = 'open-sesame';

/** Waits until no execution of a workflow is running any more, and returns the status of each. */
async function waitForStatuses(workflowId: string): Promise<string[]> {
	return await waitFor('the end of all executions', async () => {
		const executions = await real.client.listExecutions(workflowId);
		const statuses = executions.map(({ status }) => status);
		const haveEnded = statuses.every((status) => status === 'success' || status === 'error');
		return haveEnded ? statuses : undefined;
	});
}

describe('1,000 deliveries, a tenth of them repeated and a twentieth malformed, around a restart', () => {
	interface Post {
		body: string;
		contentType?: string;
		isMalformed: boolean;
	}

	const DEEP_LIST = `${'['.repeat(1e5)}${']'.repeat(1e5)}`;
	const DELIVERY = JSON.stringify(makeDelivery(1));

	const MALFORMED_POSTS: Post[] = [
		{ body: '[]', isMalformed: true },
		{ body: DELIVERY.slice(0, 60), isMalformed: true },
		{ body: '<html><body>502 Bad Gateway</body></html>', contentType: 'text/html', isMalformed: true },
		{ body: DELIVERY.replace('"fields_rel":[]', `"fields_rel":${DEEP_LIST}`), isMalformed: true },
		{ body: '', isMalformed: true },
	];

	const random = randomFrom(7);

	/** Puts posts into a random order, which is the same in each run. */
	function shuffle(posts: Post[]): Post[] {
		const withKeys = posts.map((post) => ({ post, key: random() }));
		const sorted = withKeys.sort((left, right) => left.key - right.key);
		return sorted.map(({ post }) => post);
	}

	/** Makes posts of one event each: the updates of customers whose IDs follow each other. */
	function makeEventPosts(firstCustomer: number, count: number): Post[] {
		return Array.from({ length: count }, (_, index) => ({
			body: JSON.stringify(makeDelivery(firstCustomer + index)),
			isMalformed: false,
		}));
	}

	/** Repeats the five malformed posts five times. */
	function makeMalformedPosts(): Post[] {
		return Array.from({ length: 5 }, () => MALFORMED_POSTS).flat();
	}

	const earlyEvents = makeEventPosts(10_001, 400);
	const lateEvents = makeEventPosts(10_401, 350);

	/** 475 posts: 30 events twice in a row, so that they arrive together, and 20 events again some time later. */
	const postsBeforeRestart: Post[] = [
		...earlyEvents.slice(0, 30).flatMap((post) => [post, post]),
		...shuffle([...earlyEvents.slice(30), ...earlyEvents.slice(100, 120), ...makeMalformedPosts()]),
	];

	/** 425 posts: they repeat 40 events from before the restart and 10 from after it. */
	const postsAfterRestart: Post[] = shuffle([
		...lateEvents,
		...earlyEvents.slice(200, 240),
		...lateEvents.slice(0, 10),
		...makeMalformedPosts(),
	]);

	/** Lets AlfaCRM send 100 deliveries to an address, for 70 new customers and 30 changes, and returns the answers' statuses. */
	async function deliverFromAlfaCrm(address: string): Promise<Array<number | null>> {
		const { store, webhooks } = real.sandbox;
		webhooks.add(address);
		for (let customer = 0; customer < 70; customer++) {
			const { id } = store.insert('customer', {
				name: `Новый Лид ${customer}`,
				is_study: CUSTOMER_TYPE.lead,
			});
			if (customer < 30) {
				store.patch('customer', id, { note: 'Перезвонить' });
			}
		}
		await webhooks.settled();

		const statuses = webhooks.deliveries.map(({ status }) => status) as Array<number | null>;
		webhooks.remove();
		return statuses;
	}

	it('a workflow starts exactly once for each event', async () => {
		const { id, url } = await publishWebhookTrigger(real, { secret: SECRET });
		const address = `${url}?secret=${SECRET}`;
		const startedBodies: string[] = [];
		const repeatedBodies: string[] = [];
		const refusedStatuses: number[] = [];
		const sendPosts = async (posts: Post[]) => {
			await forEachConcurrently(posts, 10, async ({ body, contentType, isMalformed }) => {
				const { status, message } = await postBody(address, body, contentType);
				if (isMalformed) {
					refusedStatuses.push(status);
				} else if (status === STARTED.status && message === STARTED.message) {
					startedBodies.push(body);
				} else {
					repeatedBodies.push(body);
				}
			});
		};

		await sendPosts(postsBeforeRestart);
		const alfaCrmStatuses = await deliverFromAlfaCrm(address);
		// Running executions would be lost with the process, which this test is not about.
		await waitForStatuses(id);
		await real.n8n.restart({ kill: true });
		await real.client.signIn();
		await waitUntilRegistered(url);
		await sendPosts(postsAfterRestart);

		const eventBodies = [...earlyEvents, ...lateEvents].map(({ body }) => body);
		expect(startedBodies.sort()).toEqual(eventBodies.sort());
		expect(repeatedBodies).toHaveLength(100);
		expect(refusedStatuses).toHaveLength(50);
		expect([400, 422]).toEqual(expect.arrayContaining([...new Set(refusedStatuses)]));
		expect(alfaCrmStatuses).toEqual(Array(100).fill(200));
		expect(await waitForStatuses(id)).toEqual(Array(850).fill('success'));
	}, 180_000);
});

describe('a published trigger', () => {
	beforeEach(() => {
		collector.items.length = 0;
	});

	it.each(['', '?secret=', '?secret=open-sesamE', '?secret=open-sesame&secret=open-sesame'])(
		'the trigger answers 403 to the query "%s", which does not have the secret, and starts nothing',
		async (query) => {
			const { id, url } = await publishWebhookTrigger(real, { secret: SECRET });

			const answer = await postBody(url + query, JSON.stringify(makeDelivery(1)));

			expect(answer).toMatchObject(WRONG_SECRET);
			expect(await waitForStatuses(id)).toEqual([]);
		},
	);

	it('the trigger ignores events that the user has not chosen, and starts the workflow for the others', async () => {
		const form = { secret: SECRET, events: ['update'] };
		const { id, url } = await publishWebhookTrigger(real, form, { collector });
		const address = `${url}?secret=${SECRET}`;

		const answerToCreate = await postBody(address, JSON.stringify(makeDelivery(1, { event: 'create' })));
		const answerToUpdate = await postBody(address, JSON.stringify(makeDelivery(2, { event: 'update' })));

		expect(answerToCreate).toMatchObject(IGNORED);
		expect(answerToUpdate).toMatchObject(STARTED);
		await collector.waitForItems(1);
		expect(await waitForStatuses(id)).toEqual(['success']);
		expect(collector.items).toEqual([
			makeDelivery(2, { fields_rel: {}, deliveryKey: expect.stringMatching(/^[\w-]{16}$/) as string }),
		]);
	});

	it('the trigger adds the record of a lesson to the event, and an error when AlfaCRM does not show the lesson', async () => {
		const { store, webhooks } = real.sandbox;
		const { url } = await publishWebhookTrigger(
			real,
			{ secret: SECRET, options: { fetchRecord: true } },
			{ collector, credential: real.credential },
		);
		webhooks.add(`${url}?secret=${SECRET}`);

		const lesson = store.insert('lesson', { status: LESSON_STATUS.planned, branch_id: 1, topic: 'Дроби' });
		await webhooks.settled();
		await collector.waitForItems(1);
		store.hide('lesson', lesson.id);
		store.patch('lesson', lesson.id, { topic: 'Доли' });
		await collector.waitForItems(2);
		store.remove('lesson', lesson.id);
		await collector.waitForItems(3);
		webhooks.remove();

		const [created, updated, deleted] = collector.items;
		const lessonEvent = { entity: 'Lesson', entity_id: lesson.id, branch_id: 1 };
		expect(created).toMatchObject({
			...lessonEvent,
			event: 'create',
			record: { id: lesson.id, status: LESSON_STATUS.planned, topic: 'Дроби' },
		});
		expect(updated).toMatchObject({
			...lessonEvent,
			event: 'update',
			record: null,
			fields_new: { topic: 'Доли' },
		});
		expect(updated.recordError).toContain(
			`AlfaCRM has no lesson with ID ${lesson.id} in the branches that could be searched`,
		);
		expect(deleted).toMatchObject({ ...lessonEvent, event: 'delete', record: null });
		expect(collector.items).toHaveLength(3);
	});

	it('the trigger takes an event again when n8n was killed before it had answered', async () => {
		const { id, url } = await publishWebhookTrigger(
			real,
			{ secret: SECRET, options: { fetchRecord: true } },
			{ collector, credential: real.credential },
		);
		const address = `${url}?secret=${SECRET}`;
		const [customer] = real.sandbox.store.rows('customer');
		const body = JSON.stringify(makeDelivery(customer.id));
		const countCustomerCalls = () =>
			real.sandbox.journal.filter(({ path }) => path.endsWith('customer/index')).length;

		real.sandbox.faults.add({ kind: 'hang', times: 1, match: { entity: 'customer', action: 'index' } });
		const callsBefore = countCustomerCalls();
		const lostAnswer = postBody(address, body).catch(() => 'no answer');
		while (countCustomerCalls() === callsBefore) {
			await sleep(10);
		}
		await real.n8n.restart({ kill: true });
		expect(await lostAnswer).toBe('no answer');
		await real.client.signIn();
		await waitUntilRegistered(url);

		expect(await postBody(address, body)).toMatchObject(STARTED);
		expect(await postBody(address, body)).toMatchObject(REPEATED);
		await collector.waitForItems(1);
		expect(await waitForStatuses(id)).toEqual(['success']);
		expect(collector.items).toHaveLength(1);
		expect(collector.items[0]).toMatchObject({ entity_id: customer.id, record: { id: customer.id } });
	});

	// This test stops n8n, so it is the last one. It looks for the secrets of all tests above it.
	it('n8n logs and saves neither the key nor a token', async () => {
		await real.n8n.stop({ keep: true });

		const savedText = readAllFilesOf(real.n8n.userFolder);
		expect(savedText.includes('AlfaCRM has no lesson with ID')).toBe(true);
		for (const secret of [real.sandbox.account.apiKey, ...real.sandbox.tokens()]) {
			expect(savedText.includes(secret)).toBe(false);
		}
	});
});
