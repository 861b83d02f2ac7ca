import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { makeDelivery, REPEATED, STARTED, WITH_DELIVERY_KEY } from '../support/delivery';
import { Engine } from '../support/engine';
import type { DeliveryResult } from '../support/publishedWebhook';
import { PublishedWebhook } from '../support/publishedWebhook';
import { countMostInOneSecond, useSchool } from '../support/school';

/** The webhook trigger with Fetch Full Record, which reads the record of each event. */
const school = useSchool({ customers: 30, settings: { now: '2026-02-10 12:00:00' } });

const SECRET = 'open-sesame';
/** The time for which a delivery waits for its record. */
const LIMIT_MS = 5_000;

/** Matches the fields of an item whose record was not read in time. */
const LATE_RECORD = {
	...WITH_DELIVERY_KEY,
	record: null,
	recordError: expect.stringMatching(/^The record was not read within 5 seconds.*\. Read it later/) as string,
};

/**
 * The timeouts of the deliveries, in the order in which the deliveries came. A test lets a timeout expire by
 * `abort`.
 */
let timeouts: AbortController[];

beforeEach(() => {
	timeouts = [];
	const realTimeout = AbortSignal.timeout.bind(AbortSignal);
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
		// The rate limiter uses timeouts as well, but for other times.
		if (ms !== LIMIT_MS) return realTimeout(ms);

		const timeout = new AbortController();
		timeouts.push(timeout);
		return timeout.signal;
	});
});

afterEach(() => jest.restoreAllMocks());

/** Makes the delivery of the update of a customer. */
const customerUpdate = (id = 5, fields: IDataObject = {}) => makeDelivery(id, { fields_rel: {}, ...fields });

/** Publishes a webhook trigger with a secret, which AlfaCRM knows. */
function publishWebhook(options: INodeParameters, engine?: Engine): PublishedWebhook {
	const webhook = new PublishedWebhook({ secret: SECRET, options }, engine);
	webhook.query = { secret: SECRET };
	return webhook;
}

/** Publishes a webhook trigger that adds the record to each event. */
const publishFetchingWebhook = (engine: Engine = school.engine) =>
	publishWebhook({ fetchRecord: true }, engine);

/** Makes n8n with the credential of the school, in which the API key is another one. */
const makeEngineWithApiKey = (apiKey: string) => new Engine({ ...school.credential, apiKey });

/**
 * Delivers an event to a webhook trigger that fetches records, and returns the item that starts the workflow.
 */
async function deliverAndFetch(id: number, fields: IDataObject = {}): Promise<IDataObject> {
	const result = await publishFetchingWebhook().deliver({ body: customerUpdate(id, fields) });
	return readItem(result);
}

/** Reads the one item that starts the workflow. */
function readItem({ items = [] }: DeliveryResult): IDataObject {
	expect(items).toHaveLength(1);
	return items[0].json;
}

/** Counts the calls in which AlfaCRM was asked for customers. */
const countReads = () => school.readJournal('customer/index').length;

/** Waits until AlfaCRM has received the given number of requests for customers. */
async function waitForReads(count = 1): Promise<void> {
	while (countReads() < count) {
		await sleep(5);
	}
}

/** Lets the five seconds of the first delivery pass. */
function endTimeOfFirstDelivery(): void {
	timeouts[0].abort();
}

/** Lets AlfaCRM leave the next list of customers without an answer. */
function hangNextRead(): void {
	school.sandbox.faults.add({
		kind: 'hang',
		times: 1,
		match: { entity: 'customer', action: 'index' },
	});
}

describe('the record of an event', () => {
	it('the trigger adds the record to the item after one call when the event names the branch', async () => {
		const item = await deliverAndFetch(5);

		const customer = school.sandbox.store.find('customer', 5);
		expect(item).toEqual({
			...customerUpdate(5),
			...WITH_DELIVERY_KEY,
			record: expect.objectContaining({ id: 5, name: customer?.name }) as object,
		});
		expect(school.readCalls()).toEqual(['auth/login', 'customer/index']);
	});

	it('the trigger adds the record when Fetch Full Record is the number 1 from an expression', async () => {
		const webhook = publishWebhook({ fetchRecord: '={{ 1 }}' }, school.engine);

		const item = readItem(await webhook.deliver({ body: customerUpdate() }));

		expect(item).toMatchObject({ record: { id: 5 } });
	});

	it.each([{ fetchRecord: '={{ "false" }}' }, { fetchRecord: '={{ undefined }}' }])(
		'the trigger adds no record when Fetch Full Record is $fetchRecord',
		async ({ fetchRecord }) => {
			const webhook = publishWebhook({ fetchRecord }, school.engine);

			const item = readItem(await webhook.deliver({ body: customerUpdate() }));

			expect(item).not.toHaveProperty('record');
		},
	);

	it.each<{ branch_ids: number[]; branch_id: number | null }>([
		{ branch_ids: [3], branch_id: 1 },
		{ branch_ids: [2], branch_id: null },
		{ branch_ids: [1, 2], branch_id: 2 },
	])(
		'the trigger finds a customer of branches $branch_ids when the event names branch $branch_id',
		async (row) => {
			const { branch_ids, branch_id } = row;
			const customer = { name: 'Анна', is_study: 1, branch_ids };
			const { id } = school.sandbox.store.insert('customer', customer);

			expect(await deliverAndFetch(id, { branch_id })).toMatchObject({ record: { id, branch_ids } });
		},
	);

	it('the trigger finds the record of a branch', async () => {
		const item = await deliverAndFetch(1, { entity: 'Branch', branch_id: null });

		expect(item).toMatchObject({ record: { id: 1 } });
	});

	it('the trigger does not ask for the record of a deleted customer', async () => {
		const item = await deliverAndFetch(5, { event: 'delete' });

		expect(item).toMatchObject({ event: 'delete', record: null });
		expect(item).not.toHaveProperty('recordError');
		expect(school.readCalls()).toEqual([]);
	});
});

describe('a refund whose type AlfaCRM lists only if a filter asks for it', () => {
	let id: number;

	beforeEach(() => {
		school.sandbox.settings.payDefault = 'income';
		id = school.sandbox.store.insert('pay', {
			customer_id: 1,
			branch_id: 1,
			pay_type_id: 2,
			income: 100,
			document_date: '2026-02-09',
		}).id;
	});

	it('the trigger finds a refund with one call when the event names its type', async () => {
		const fields_new = { pay_type_id: '2' };

		const item = await deliverAndFetch(id, { entity: 'Pay', fields_old: [], fields_new });

		expect(item).toMatchObject({ record: { id, pay_type_id: 2 } });
		expect(school.readCalls()).toEqual(['auth/login', 'pay/index']);
	});

	it('the trigger finds a refund when the event does not name its type', async () => {
		const item = await deliverAndFetch(id, { entity: 'Pay', fields_old: [], fields_new: {} });

		expect(item).toMatchObject({ record: { id, pay_type_id: 2 } });
	});

	it('the trigger gives the reason for a missing refund when the user may not list the payment types', async () => {
		school.sandbox.settings.forbiddenCalls = ['pay-type/index'];

		const item = await deliverAndFetch(id, { entity: 'Pay', fields_old: [], fields_new: {} });

		expect(item).toMatchObject({
			record: null,
			recordError: expect.stringContaining('this user may not list the payment types') as string,
		});
	});
});

describe('an event whose record cannot be read', () => {
	it.each<{ reason: string; id: number; fields: IDataObject; message: RegExp }>([
		{
			reason: 'AlfaCRM has no such customer',
			id: 999_999,
			fields: {},
			message: /no customer with ID 999999 in the branches that could be searched$/,
		},
		{
			reason: 'AlfaCRM has no such branch',
			id: 99,
			fields: { entity: 'Branch' },
			message: /^AlfaCRM has no branch with ID 99$/,
		},
		{
			reason: 'no list has the entity',
			id: 5,
			fields: { entity: 'LessonDetails' },
			message: /No list of AlfaCRM's API is known to hold Lesson/,
		},
		{
			reason: 'the entity has a name of JavaScript',
			id: 5,
			fields: { entity: '__proto__' },
			message: /known to hold __proto__/,
		},
	])(
		'the trigger starts the workflow with a reason in place of the record when $reason',
		async ({ id, fields, message }) => {
			const item = await deliverAndFetch(id, fields);

			expect(item).toMatchObject({
				...customerUpdate(id, fields),
				record: null,
				recordError: expect.stringMatching(message) as string,
			});
		},
	);

	it('the trigger asks for a credential when the node has none', async () => {
		const webhook = publishWebhook({ fetchRecord: true });

		const item = readItem(await webhook.deliver({ body: customerUpdate() }));

		expect(item).toMatchObject({
			record: null,
			recordError: expect.stringMatching(/no credential. Select one/) as string,
		});
	});

	// Otherwise anybody could make the node call AlfaCRM by a forged delivery.
	it.each(['webhook', 'manual'] as const)(
		'the trigger asks for a secret and calls nobody when the node has no secret (mode %s)',
		async (mode) => {
			const webhook = new PublishedWebhook({ options: { fetchRecord: true } }, school.engine);
			const body = customerUpdate(5, { branch_id: null });

			const result = await webhook.deliver({ body, mode });

			expect(result).toMatchObject(STARTED);
			expect(readItem(result)).toEqual({
				...body,
				...WITH_DELIVERY_KEY,
				record: null,
				recordError:
					"The record was not read, because 'Secret' is empty: anybody who knows the URL could make this node call AlfaCRM. Fill in 'Secret', and add ?secret= and its text to the URL in AlfaCRM.",
			});
			expect(school.readCalls()).toEqual([]);
		},
	);

	it('the item names the fields of the credential, but not the key, when the API key is wrong', async () => {
		const webhook = publishFetchingWebhook(makeEngineWithApiKey('wrong-key'));

		const item = readItem(await webhook.deliver({ body: customerUpdate() }));

		expect(item.recordError).toMatch(/'Email' and 'API Key'/);
		expect(JSON.stringify(item)).not.toContain('wrong-key');
	});

	it('the item names the status, but neither token nor key, when AlfaCRM answers with an error', async () => {
		school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match: { entity: 'customer' } });

		const item = await deliverAndFetch(6);

		expect(item.recordError).toMatch(/HTTP 500/);
		expect(JSON.stringify(item)).not.toContain(school.sandbox.account.apiKey);
		const [token] = school.sandbox.tokens();
		expect(token).toMatch(/./);
		expect(JSON.stringify(item)).not.toContain(token);
	});
});

describe('the answer to a delivery whose record is fetched', () => {
	it('the trigger answers a delivery after it has read the record', async () => {
		let readsBeforeAnswer = 0;
		const onAnswer = () => {
			readsBeforeAnswer = countReads();
		};

		const result = await publishFetchingWebhook().deliver({ body: customerUpdate(), onAnswer });

		expect(readsBeforeAnswer).toBe(1);
		expect(result).toMatchObject({ ...STARTED, items: [{ json: { record: { id: 5 } } }] });
	});

	// A process that dies between the two would lose the event, because AlfaCRM does not send it again.
	it('the workflow starts without any wait after the answer to the delivery', async () => {
		let hasTimePassed = false;
		const onAnswer = () => {
			void sleep(0).then(() => {
				hasTimePassed = true;
			});
		};

		await publishFetchingWebhook().deliver({ body: customerUpdate(), onAnswer });

		expect(hasTimePassed).toBe(false);
	});

	it('the trigger answers after five seconds with a reason when AlfaCRM hangs', async () => {
		hangNextRead();
		const onAnswer = jest.fn();
		const delivery = publishFetchingWebhook().deliver({ body: customerUpdate(), onAnswer });
		await waitForReads();
		expect(onAnswer).not.toHaveBeenCalled();

		endTimeOfFirstDelivery();

		const items = [{ json: { ...customerUpdate(), ...LATE_RECORD } }];
		expect(await delivery).toEqual({ ...STARTED, items });
		expect(onAnswer).toHaveBeenCalledTimes(1);
	});

	it('the trigger answers before n8n saves the delivery, so that AlfaCRM can send a failed one again', async () => {
		const webhook = publishFetchingWebhook();
		let savedBeforeAnswer = '';
		const onAnswer = () => {
			savedBeforeAnswer = webhook.savedStaticData;
		};

		await webhook.deliver({ body: customerUpdate(), onAnswer });

		expect(savedBeforeAnswer).toBe('{}');
		expect(webhook.saveCount).toBe(1);
	});

	it('the trigger answers after five seconds when the login hangs', async () => {
		school.sandbox.faults.add({ kind: 'hang', match: { entity: 'auth' } });
		// Another credential, because a login of the same one may be under way.
		const otherEngine = makeEngineWithApiKey(`${school.sandbox.account.apiKey}-2`);
		const delivery = publishFetchingWebhook(otherEngine).deliver({ body: customerUpdate() });
		while (school.readJournal('auth/login').length === 0) {
			await sleep(5);
		}

		endTimeOfFirstDelivery();

		expect(readItem(await delivery)).toEqual({ ...customerUpdate(), ...LATE_RECORD });
		expect(countReads()).toBe(0);
	});
});

describe('a repeated delivery whose record is fetched', () => {
	it("a repeated delivery starts and reads nothing while the first one's record is being read", async () => {
		hangNextRead();
		const webhook = publishFetchingWebhook();
		const firstDelivery = webhook.deliver({ body: customerUpdate() });
		await waitForReads();

		const secondResult = await webhook.deliver({ body: customerUpdate() });

		expect(secondResult).toEqual(REPEATED);
		endTimeOfFirstDelivery();
		expect(await firstDelivery).toMatchObject(STARTED);
		expect(countReads()).toBe(1);
		expect(webhook.saveCount).toBe(1);
	});

	it("the trigger recognises a repeated delivery after a restart, although the first one's record came too late", async () => {
		hangNextRead();
		const webhook = publishFetchingWebhook();
		const firstDelivery = webhook.deliver({ body: customerUpdate() });
		await waitForReads();
		endTimeOfFirstDelivery();
		await firstDelivery;

		webhook.restart();

		expect(await webhook.deliver({ body: customerUpdate() })).toEqual(REPEATED);
	});
});

describe('50 deliveries at the same moment, where AlfaCRM allows 5 calls a second', () => {
	let webhook: PublishedWebhook;
	let customers: number[];

	beforeEach(() => {
		const { store, settings } = school.sandbox;
		customers = Array.from({ length: 50 }, () => store.insert('customer', { branch_ids: [1] }).id);
		settings.rateLimit = 5;
		webhook = publishFetchingWebhook(new Engine({ ...school.credential, requestsPerSecond: 5 }));
	});

	/** Delivers an event of each customer. The timeouts expire once AlfaCRM has received six calls. */
	async function deliverAll(): Promise<DeliveryResult[]> {
		const deliveries = customers.map(async (id) => await webhook.deliver({ body: customerUpdate(id) }));
		await waitForReads(6);
		for (const timeout of timeouts) {
			timeout.abort();
		}
		return await Promise.all(deliveries);
	}

	it('50 simultaneous deliveries all start the workflow, some with the record and the others with a reason', async () => {
		const results = await deliverAll();

		const items = results.map(readItem);
		const itemsWithRecord = items.filter(({ record }) => record !== null);
		const itemsWithReason = items.filter(({ recordError }) => recordError !== undefined);
		expect(results).toEqual(Array.from({ length: 50 }, () => expect.objectContaining(STARTED)));
		expect(itemsWithRecord.length).toBeGreaterThan(0);
		expect(itemsWithReason.length).toBe(50 - itemsWithRecord.length);
		expect(itemsWithReason[0]).toMatchObject(LATE_RECORD);
	});

	it("50 simultaneous deliveries keep AlfaCRM's limit and send nothing after their time is up", async () => {
		const results = await deliverAll();

		const readCount = results.filter((result) => readItem(result).record !== null).length;
		// At most five calls were under way when the time was up.
		expect(countReads() - readCount).toBeLessThanOrEqual(5);
		expect(school.sandbox.journal.filter(({ status }) => status === 429)).toEqual([]);
		expect(countMostInOneSecond(school.sandbox.journal)).toBeLessThanOrEqual(5);
		expect(school.readJournal('auth/login')).toHaveLength(1);
	});

	it('the delivery after 50 simultaneous ones gets its record', async () => {
		await deliverAll();

		const item = readItem(await webhook.deliver({ body: customerUpdate(5) }));

		expect(item).toMatchObject({ record: { id: 5 } });
	});

	it('the trigger recognises each of 50 simultaneous deliveries after a restart', async () => {
		await deliverAll();

		webhook.restart();

		for (const id of customers) {
			expect(await webhook.deliver({ body: customerUpdate(id) })).toEqual(REPEATED);
		}
	});
});
