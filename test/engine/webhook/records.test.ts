import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { makeDelivery, WITH_DELIVERY_KEY, REPEATED, STARTED } from '../support/delivery';
import { Engine } from '../support/engine';
import { countMostInOneSecond, useSchool } from '../support/school';
import type { DeliveryResult } from '../support/publishedWebhook';
import { PublishedWebhook } from '../support/publishedWebhook';

const school = useSchool({ customers: 30, settings: { now: '2026-02-10 12:00:00' } });

const event = (id = 5, more: IDataObject = {}) => makeDelivery(id, { fields_rel: {}, ...more });
const SECRET = 'open-sesame';
/** A webhook trigger with a secret, which AlfaCRM knows. */
function makeHook(options: INodeParameters, engine?: Engine): PublishedWebhook {
	const hook = new PublishedWebhook({ secret: SECRET, options }, engine);
	hook.query = { secret: SECRET };
	return hook;
}
const fetching = (engine: Engine = school.engine) => makeHook({ fetchRecord: true }, engine);
const jsonOf = ({ items }: DeliveryResult) => items?.[0].json;
const withKey = (apiKey: string) => new Engine({ ...school.credential, apiKey });

/** How long a delivery waits for its record, as the docs say. */
const LIMIT_MS = 5_000;
const LATE = {
	...WITH_DELIVERY_KEY,
	record: null,
	recordError: expect.stringMatching(/^The record was not read within 5 seconds.*\. Read it later/) as string,
};
/** The time limits of the deliveries, in the order they came; each ends when the test says so. */
let limits: AbortController[];
beforeEach(() => {
	limits = [];
	const timeout = AbortSignal.timeout.bind(AbortSignal);
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
		// The rate limiter waits by such signals too.
		if (ms !== LIMIT_MS) return timeout(ms);
		const limit = new AbortController();
		limits.push(limit);
		return limit.signal;
	});
});
afterEach(() => jest.restoreAllMocks());

const hang = (times = 1) =>
	school.sandbox.faults.add({ kind: 'hang', times, match: { entity: 'customer', action: 'index' } });
const reads = () => school.readJournal('customer/index').length;
async function untilAsked(count = 1): Promise<void> {
	while (reads() < count) await sleep(5);
}
/** Whether something goes on, though whatever waits for no answer of AlfaCRM has had its time. */
async function isOpen(wait: Promise<unknown>): Promise<boolean> {
	return await Promise.race([wait.then(() => false), sleep(50).then(() => true)]);
}

describe('the full record', () => {
	const read = async (id: number, more: IDataObject = {}, engine = school.engine) => {
		const { items } = await fetching(engine).deliver({ body: event(id, more) });
		expect(items).toHaveLength(1);
		return items?.[0].json ?? {};
	};

	it('comes with the event, after one call where that names its branch', async () => {
		const json = await read(5);
		const name = school.sandbox.store.find('customer', 5)?.name;
		expect(json).toEqual({
			...event(),
			...WITH_DELIVERY_KEY,
			record: expect.objectContaining({ id: 5, name }) as object,
		});
		expect(school.readCalls()).toEqual(['auth/login', 'customer/index']);
	});

	it.each<[fetchRecord: string, isRead: boolean]>([
		['={{ 1 }}', true],
		['={{ "false" }}', false],
		['={{ undefined }}', false],
	])('is read with %s: %s', async (fetchRecord, isRead) => {
		const hook = makeHook({ fetchRecord }, school.engine);
		const json = jsonOf(await hook.deliver({ body: event() }));
		if (isRead) expect(json).toMatchObject({ record: { id: 5 } });
		else expect(json).not.toHaveProperty('record');
	});

	it.each<[branch_ids: number[], branch_id: number | null]>([
		[[3], 1],
		[[2], null],
		[[1, 2], 2],
	])('is found in the branches %j whatever branch the event names, as %j', async (branch_ids, branch_id) => {
		const { id } = school.sandbox.store.insert('customer', { name: 'Анна', is_study: 1, branch_ids });
		expect(await read(id, { branch_id })).toMatchObject({ record: { id, branch_ids } });
	});

	it('is found for a branch, which belongs to none', async () => {
		expect(await read(1, { entity: 'Branch', branch_id: null })).toMatchObject({ record: { id: 1 } });
	});

	it('of a payment of a type that AlfaCRM does not list unasked is found, told or not, if told with one call', async () => {
		school.sandbox.settings.payDefault = 'income';
		const fields = { customer_id: 1, branch_id: 1, pay_type_id: 2, income: 100, document_date: '2026-02-09' };
		const { id } = school.sandbox.store.insert('pay', fields);
		const more = { entity: 'Pay', fields_old: [] };
		const record = { id, pay_type_id: 2 };
		expect(await read(id, { ...more, fields_new: { pay_type_id: '2' } })).toMatchObject({ record });
		expect(school.readCalls()).toEqual(['auth/login', 'pay/index']);
		expect(await read(id, { ...more, fields_new: {} })).toMatchObject({ record });
		school.sandbox.settings.forbiddenCalls = ['pay-type/index'];
		expect(await read(id, { ...more, fields_new: { note: 'да' } })).toMatchObject({
			record: null,
			recordError: expect.stringMatching(/this user may not list the payment types/) as string,
		});
	});

	it('of what is deleted is not asked for', async () => {
		const json = await read(5, { event: 'delete' });
		expect(json).toMatchObject({ event: 'delete', record: null });
		expect(json).not.toHaveProperty('recordError');
		expect(school.readCalls()).toEqual([]);
	});

	it.each<[what: string, id: number, more: IDataObject, message: RegExp]>([
		['does not exist', 999_999, {}, /no customer with ID 999999 in the branches that could be searched$/],
		['is a branch and gone', 99, { entity: 'Branch' }, /^AlfaCRM has no branch with ID 99$/],
		[
			'belongs to no list',
			5,
			{ entity: 'LessonDetails' },
			/No list of AlfaCRM's API is known to hold Lesson/,
		],
		['belongs to no list by a name of its own', 5, { entity: '__proto__' }, /known to hold __proto__/],
	])('that %s is missing, with the reason, and the event still comes', async (_what, id, more, message) => {
		expect(await read(id, more)).toMatchObject({
			...event(id, more),
			record: null,
			recordError: expect.stringMatching(message) as string,
		});
	});

	it('needs a credential, and says so', async () => {
		const hook = makeHook({ fetchRecord: true });
		expect(jsonOf(await hook.deliver({ body: event() }))).toMatchObject({
			record: null,
			recordError: expect.stringMatching(/no credential. Select one/) as string,
		});
	});

	it.each(['webhook', 'manual'] as const)(
		'is not read without a secret, so that a forged delivery costs no call (mode %s)',
		async (mode) => {
			const hook = new PublishedWebhook({ options: { fetchRecord: true } }, school.engine);

			const received = await hook.deliver({ body: event(5, { branch_id: null }), mode });

			expect(received).toMatchObject(STARTED);
			expect(jsonOf(received)).toEqual({
				...event(5, { branch_id: null }),
				...WITH_DELIVERY_KEY,
				record: null,
				recordError:
					"The record was not read, because 'Secret' is empty: anybody who knows the URL could make this node call AlfaCRM. Fill in 'Secret', and add ?secret= and its text to the URL in AlfaCRM.",
			});
			expect(school.readCalls()).toEqual([]);
		},
	);

	it('that cannot be read tells no token and no key', async () => {
		const json = await read(5, {}, withKey('wrong'));
		expect(json.recordError).toMatch(/'Email' and 'API Key'/);
		school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match: { entity: 'customer' } });
		const broken = await read(6);
		expect(broken.recordError).toMatch(/HTTP 500/);
		for (const secret of [school.sandbox.account.apiKey, ...school.sandbox.tokens()]) {
			expect(JSON.stringify([json, broken])).not.toContain(secret);
		}
	});
});

describe('with Fetch Full Record, the answer', () => {
	it('goes out when the record is read, and nothing is waited for any more before n8n has the event', async () => {
		let readsBefore = -1;
		let isLater = false;
		const onAnswer = () => {
			readsBefore = reads();
			void sleep(0).then(() => (isLater = true));
		};
		const received = await fetching().deliver({ body: event(), onAnswer });
		expect(isLater).toBe(false);
		expect(readsBefore).toBe(1);
		expect(received).toMatchObject({ ...STARTED, items: [{ json: { record: { id: 5 } } }] });
	});

	it('goes out after 5 seconds if AlfaCRM hangs, with the reason; until then n8n does not save the delivery', async () => {
		hang();
		const hook = fetching();
		const onAnswer = jest.fn(() => expect(hook.savedStaticData).toBe('{}'));
		const first = hook.deliver({ body: event(), onAnswer });
		await untilAsked();
		expect(await isOpen(first)).toBe(true);
		expect(onAnswer).not.toHaveBeenCalled();
		expect(hook.savedStaticData).toBe('{}');
		limits[0].abort();
		expect(await first).toEqual({ ...STARTED, items: [{ json: { ...event(), ...LATE } }] });
		expect(hook.saveCount).toBe(1);
		hook.restart();
		expect(await hook.deliver({ body: event() })).toEqual(REPEATED);
	});

	it('goes out at the limit if the login hangs', async () => {
		school.sandbox.faults.add({ kind: 'hang', match: { entity: 'auth' } });
		// A login of its own, for others wait for one that is under way.
		const received = fetching(withKey(`${school.sandbox.account.apiKey}-2`)).deliver({ body: event() });
		while (school.readJournal('auth/login').length === 0) await sleep(5);
		limits[0].abort();
		expect(jsonOf(await received)).toEqual({ ...event(), ...LATE });
		expect(reads()).toBe(0);
	});
});

it('a repeated delivery, while the record of the first is being read, starts nothing and reads nothing', async () => {
	hang();
	const hook = fetching();
	const first = hook.deliver({ body: event() });
	await untilAsked();
	expect(await hook.deliver({ body: event() })).toEqual(REPEATED);
	limits[0].abort();
	expect(await first).toMatchObject(STARTED);
	expect([reads(), hook.saveCount]).toEqual([1, 1]);
});

it('a burst of 50 loses no event, keeps to the rate, and leaves nothing behind that would hold up the next', async () => {
	// The last one is left for later.
	const ids = Array.from(
		{ length: 51 },
		() => school.sandbox.store.insert('customer', { branch_ids: [1] }).id,
	);
	school.sandbox.settings.rateLimit = 5;
	const hook = fetching(new Engine({ ...school.credential, requestsPerSecond: 5 }));
	const deliveries = ids.slice(0, 50).map(async (id) => await hook.deliver({ body: event(id) }));
	await untilAsked(6);
	for (const limit of limits) limit.abort();
	const all = await Promise.all(deliveries);
	for (const one of all) expect(one).toMatchObject(STARTED);
	const late = all.filter((one) => jsonOf(one)?.record === null);
	for (const one of late) expect(jsonOf(one)).toMatchObject(LATE);
	const read = all.length - late.length;
	expect(read).toBeGreaterThan(0);

	expect(jsonOf(await hook.deliver({ body: event(ids[50]) }))).toMatchObject({ record: { id: ids[50] } });
	// Five at most were under way at the limit; none of the others was sent afterwards.
	expect(reads() - read - 1).toBeLessThanOrEqual(5);
	expect(school.sandbox.journal.filter(({ status }) => status === 429)).toEqual([]);
	expect(countMostInOneSecond(school.sandbox.journal)).toBeLessThanOrEqual(5);
	expect(school.readJournal('auth/login')).toHaveLength(1);
	hook.restart();
	for (const id of ids) expect(await hook.deliver({ body: event(id) })).toEqual(REPEATED);
});
