import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { delivery, KEYED, REPEATED, STARTED } from '../support/delivery';
import { Engine } from '../support/engine';
import { mostInASecond, otherNameOf, useSchool } from '../support/school';
import type { Received } from '../support/webhook';
import { Hook } from '../support/webhook';

const school = useSchool({ customers: 10, settings: { now: '2026-02-10 12:00:00' } });

const event = (id = 5, more: IDataObject = {}) => delivery(id, { fields_rel: {}, ...more });
const LATE = {
	...KEYED,
	record: null,
	recordError: expect.stringMatching(/^The record was not read within 5 seconds.*\. Read it later/) as string,
};
const fetching = (engine: Engine = school.engine) => new Hook({ options: { fetchRecord: true } }, engine);
const jsonOf = ({ items }: Received) => items?.[0].json;

/** How long a delivery waits for its record, as the docs say. */
const LIMIT_MS = 5_000;
/** The time limits of the deliveries, in the order they came; each ends when the test says so. */
let limits: AbortController[];
function limitsByHand(): void {
	limits = [];
	const timeout = AbortSignal.timeout.bind(AbortSignal);
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
		// The rate limiter waits by such signals too.
		if (ms !== LIMIT_MS) return timeout(ms);
		const limit = new AbortController();
		limits.push(limit);
		return limit.signal;
	});
}
afterEach(() => {
	jest.restoreAllMocks();
});

const hang = (times = 1) =>
	school.sandbox.faults.add({ kind: 'hang', times, match: { entity: 'customer', action: 'index' } });
const reads = () => school.entries('customer/index').length;
async function untilAsked(count = 1): Promise<void> {
	while (reads() < count) await sleep(5);
}
/** Whether something goes on, though whatever waits for no answer of AlfaCRM has had its time. */
async function isOpen(wait: Promise<unknown>): Promise<boolean> {
	return await Promise.race([wait.then(() => false), sleep(50).then(() => true)]);
}

describe('with Fetch Full Record, the answer', () => {
	it('goes out when the record is read, and nothing is waited for any more before n8n has the event', async () => {
		let readsBefore = -1;
		let isLater = false;
		const received = await fetching().deliver({
			body: event(),
			onAnswer: () => {
				readsBefore = reads();
				void sleep(0).then(() => (isLater = true));
			},
		});
		expect(isLater).toBe(false);
		expect(readsBefore).toBe(1);
		expect(received).toMatchObject(STARTED);
		expect(jsonOf(received)).toMatchObject({ ...event(), record: { id: 5 } });
	});

	it('does not go out while the record is being read, nor does n8n save the delivery', async () => {
		limitsByHand();
		hang();
		const hook = fetching();
		const onAnswer = jest.fn(() => expect(hook.saved).toBe('{}'));
		const first = hook.deliver({ body: event(), onAnswer });
		await untilAsked();
		expect(await isOpen(first)).toBe(true);
		expect(onAnswer).not.toHaveBeenCalled();
		expect(hook.saved).toBe('{}');
		limits[0].abort();
		expect(await first).toMatchObject(STARTED);
		expect(hook.saves).toBe(1);
		hook.restart();
		expect(await hook.deliver({ body: event() })).toEqual(REPEATED);
	});

	it('goes out after 5 seconds if AlfaCRM hangs, and the event comes with the reason instead', async () => {
		hang(0);
		const begun = performance.now();
		const received = await fetching().deliver({ body: event() });
		const seconds = (performance.now() - begun) / 1_000;
		expect(seconds).toBeGreaterThan(4.9);
		expect(seconds).toBeLessThan(8);
		expect(received).toMatchObject(STARTED);
		expect(jsonOf(received)).toEqual({ ...event(), ...LATE });
	});

	it('goes out at the limit if the login takes longer', async () => {
		limitsByHand();
		school.sandbox.faults.add({ kind: 'delay', ms: 500, match: { entity: 'auth' } });
		// A login of its own, for others wait for one that is under way.
		const engine = new Engine({ ...school.credential, apiKey: `${school.sandbox.account.apiKey}-2` });
		const received = fetching(engine).deliver({ body: event() });
		while (school.entries('auth/login').length === 0) await sleep(5);
		limits[0].abort();
		expect(jsonOf(await received)).toEqual({ ...event(), ...LATE });
		expect(reads()).toBe(0);
	});

	it('goes out at the limit while a failed call waits to be sent again, which then is not', async () => {
		limitsByHand();
		const match = { entity: 'customer', action: 'index' };
		school.sandbox.faults.add({ kind: 'tooMany', retryAfter: 1, times: 1, match });
		// The share of the rate that is found by this is of no account to other tests.
		const engine = new Engine({ ...school.credential, hostname: otherNameOf(school.sandbox.url) });
		const received = fetching(engine).deliver({ body: event() });
		await untilAsked();
		limits[0].abort();
		expect(jsonOf(await received)).toEqual({ ...event(), ...LATE });
		// This one has to wait for that second too.
		expect(jsonOf(await fetching(engine).deliver({ body: event(6) }))).toMatchObject({ record: { id: 6 } });
		expect(reads()).toBe(2);
	});

	it('without it goes out at once, whatever AlfaCRM does', async () => {
		hang(0);
		expect(await new Hook({}, school.engine).deliver({ body: event() })).toMatchObject(STARTED);
		expect(school.calls()).toEqual([]);
	});
});

describe('a repeated delivery, while the record of the first is being read,', () => {
	it('is answered once the first has started the workflow', async () => {
		limitsByHand();
		hang();
		const hook = fetching();
		const first = hook.deliver({ body: event() });
		await untilAsked();
		const others = [1, 2].map(async () => await hook.deliver({ body: event() }));
		for (const other of others) expect(await isOpen(other)).toBe(true);
		limits[0].abort();
		expect(await first).toMatchObject(STARTED);
		for (const other of others) expect(await other).toEqual(REPEATED);
		expect(reads()).toBe(1);
		expect(hook.saves).toBe(1);
	});

	it('takes its place if the first comes to grief, and the third waits for the second', async () => {
		const hook = fetching();
		const breaks = () => {
			throw new Error('The socket is gone');
		};
		const [first, second, third] = await Promise.allSettled([
			hook.deliver({ body: event(), onAnswer: breaks }),
			hook.deliver({ body: event() }),
			hook.deliver({ body: event() }),
		]);
		expect(first).toMatchObject({ status: 'rejected', reason: { message: 'The socket is gone' } });
		expect(second).toMatchObject({ value: { ...STARTED, items: [{ json: { record: { id: 5 } } }] } });
		expect(third).toMatchObject({ value: REPEATED });
		expect(hook.saves).toBe(1);
		hook.restart();
		expect(await hook.deliver({ body: event() })).toEqual(REPEATED);
	});

	it('has no more time to read than any other, if it takes its place', async () => {
		limitsByHand();
		hang(0);
		const hook = fetching();
		const breaks = () => {
			throw new Error('The socket is gone');
		};
		const first = hook.deliver({ body: event(), onAnswer: breaks });
		const second = hook.deliver({ body: event() });
		await untilAsked();
		limits[1].abort();
		limits[0].abort();
		await expect(first).rejects.toThrow('The socket is gone');
		expect(jsonOf(await second)).toEqual({ ...event(), ...LATE });
		expect(reads()).toBe(1);
	});

	it('that reaches a new process because n8n was restarted meanwhile starts the workflow', async () => {
		limitsByHand();
		hang();
		const hook = fetching();
		const answered = jest.fn();
		const first = hook.deliver({ body: event(), onAnswer: answered });
		await untilAsked();
		hook.restart();
		const again = await hook.deliver({ body: event() });
		expect(answered).not.toHaveBeenCalled();
		expect(jsonOf(again)).toMatchObject({ record: { id: 5 } });
		limits[0].abort();
		await first;
	});

	it('does not hold up another event, and both are known after a restart', async () => {
		limitsByHand();
		hang();
		const hook = fetching();
		const first = hook.deliver({ body: event(5) });
		await untilAsked();
		expect(await hook.deliver({ body: event(6) })).toMatchObject(STARTED);
		limits[0].abort();
		await first;
		hook.restart();
		for (const id of [5, 6]) expect(await hook.deliver({ body: event(id) })).toEqual(REPEATED);
	});
});

describe('a burst of 50', () => {
	/** Of 51 customers of the branch; the last one is left for later. */
	let ids: number[];
	beforeEach(() => {
		ids = Array.from({ length: 51 }, () => school.sandbox.store.insert('customer', { branch_ids: [1] }).id);
	});
	const burst = (hook: Hook) => ids.slice(0, 50).map(async (id) => await hook.deliver({ body: event(id) }));

	it('loses no event, keeps to the rate, and leaves nothing behind that would hold up the next', async () => {
		school.sandbox.settings.rateLimit = 5;
		const hook = fetching(new Engine({ ...school.credential, requestsPerSecond: 5 }));
		const begun = performance.now();
		const all = await Promise.all(burst(hook));
		expect(performance.now() - begun).toBeLessThan(8_000);
		for (const one of all) expect(one).toMatchObject(STARTED);
		const read = all.filter((one) => jsonOf(one)?.record !== null);
		for (const one of all.filter((other) => !read.includes(other))) expect(jsonOf(one)).toMatchObject(LATE);
		// Less than 25 on a slow machine; one call is the login.
		expect(read.length).toBeGreaterThan(10);
		expect(read.length).toBeLessThan(30);

		expect(jsonOf(await hook.deliver({ body: event(ids[50]) }))).toMatchObject({ record: { id: ids[50] } });
		// Five at most were under way at the limit; none of the others was sent afterwards.
		expect(reads() - read.length - 1).toBeLessThanOrEqual(5);
		expect(school.sandbox.journal.filter(({ status }) => status === 429)).toEqual([]);
		expect(mostInASecond(school.sandbox.journal)).toBeLessThanOrEqual(5);
		expect(school.entries('auth/login')).toHaveLength(1);
		hook.restart();
		for (const id of ids) expect(await hook.deliver({ body: event(id) })).toEqual(REPEATED);
	});

	it('while AlfaCRM hangs loses no event, and once it answers again the next record is read at once', async () => {
		limitsByHand();
		hang(0);
		const hook = fetching();
		const all = burst(hook);
		await untilAsked();
		for (const limit of limits) limit.abort();
		for (const one of await Promise.all(all)) expect(jsonOf(one)).toMatchObject(LATE);
		school.sandbox.faults.clear();
		const begun = performance.now();
		expect(jsonOf(await hook.deliver({ body: event(ids[50]) }))).toMatchObject({ record: { id: ids[50] } });
		expect(performance.now() - begun).toBeLessThan(1_000);
		// Five at most were under way at the limit, beside this one.
		expect(reads()).toBeLessThanOrEqual(6);
	});

	it('with a wrong key loses no event, and says so in each', async () => {
		const hook = fetching(new Engine({ ...school.credential, apiKey: ['no', 'key'].join('-') }));
		const all = await Promise.all(burst(hook));
		for (const one of all) {
			expect(one).toMatchObject(STARTED);
			expect(jsonOf(one)).toMatchObject({
				record: null,
				recordError: expect.stringMatching(/'Email' and 'API Key'/) as string,
			});
		}
	});
});

describe('Fetch Full Record', () => {
	const school = useSchool();
	it.each<[string, Record<string, unknown>]>([
		['429 with a minute to wait', { rateLimit: 1, retryAfterSeconds: 60, countRejected: true }],
		['slow', { latencyMs: 3_000 }],
		['no branch', { forbiddenBranches: [1, 2, 3, 4, 5] }],
	])(
		'every event starts the workflow within some 5 seconds: %s',
		async (_name, settings) => {
			const id = Number(school.sandbox.store.rows('customer')[0].id);
			Object.assign(school.sandbox.settings, settings);
			const hook = new Hook({ options: { fetchRecord: true } }, school.engine);
			const from = Date.now();
			const all = await Promise.all(
				Array.from({ length: 15 }, async (_, n) => {
					const result = await hook.deliver({
						body: delivery(id, { datetime: `2026-02-10 10:00:${10 + n}` }),
					});
					return { ...result, ms: Date.now() - from };
				}),
			);
			expect(all.every(({ items }) => items?.length === 1)).toBe(true);
			for (const { items } of all) {
				const { record, recordError } = items?.[0].json ?? {};
				expect(record !== null || typeof recordError === 'string').toBe(true);
			}
			expect(Math.max(...all.map(({ ms }) => ms))).toBeLessThan(6_500);
		},
		60_000,
	);
});
