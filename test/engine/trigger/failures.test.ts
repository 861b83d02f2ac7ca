import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INodeParameters,
	NodeApiError,
} from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { DirectSchool, httpFailure } from '../support/directSchool';
import { Engine } from '../support/engine';
import type { PollerOptions } from '../support/poller';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';
import { describeScheduled, failure } from '../support/version';
import {
	interceptCalls,
	CUSTOMER_CREATED,
	isCallOfBranch,
	LARGE_PAGES,
	RECORD_CHANGED,
	listNumbers,
	SMALL_PAGES,
	PolledSchool,
} from '../support/polledSchool';

afterEach(() => jest.restoreAllMocks());

const [HOUR, DAY] = [60, 1_440];
const failed = async (poll: Promise<unknown>) =>
	await poll.then(
		() => undefined,
		(error: NodeApiError) => error,
	);

/** From now on requests fail that a test names. */
function fail(world: PolledSchool, which: (url: string, id: number) => boolean, status = 500): void {
	interceptCalls(world, async ({ url, body }, real) => {
		if (which(url, Number(body?.id))) throw httpFailure(status);
		return await real();
	});
}
const mend = (world: PolledSchool): void => fail(world, () => false);
const branch = (id: number) => (url: string) => isCallOfBranch({ url }, id);

describe('a poll that meets', () => {
	const thrown = (error: Error) => () => {
		throw error;
	};
	const status = (code: number, headers = {}) => thrown(httpFailure(code, { headers }));
	const webPage = (code: number) => thrown(httpFailure(code, { data: '<html>Forbidden</html>' }));

	it.each<
		[
			what: string,
			answer: () => unknown,
			message: RegExp,
			failure: object,
			credential?: ICredentialDataDecryptedObject,
		]
	>([
		[
			'503',
			status(503),
			/^AlfaCRM could not look for new customers \(HTTP 503\)$/,
			{ cause: 'temporarily-unavailable' },
		],
		[
			'too many requests, when AlfaCRM names a time that is too long for a poll',
			status(429, { 'retry-after': '16' }),
			/AlfaCRM (receives|still received) too many requests/,
			{ cause: 'rate-limited', retryAfterMs: 16_000 },
		],
		[
			'too many requests, when AlfaCRM names no time',
			status(429),
			/^AlfaCRM still received too many requests after 3 seconds/,
			{ cause: 'rate-limited', retryAfterMs: 60_000 },
			{ rateLimitWait: 3 },
		],
		[
			'a web page that a firewall sends with HTTP 403',
			webPage(403),
			/ answered with a web page \(HTTP 403\), so it could not look for new customers$/,
			{ cause: 'temporarily-unavailable' },
		],
		[
			'a lack of rights',
			status(403),
			/^AlfaCRM denied access: this user may not look for new customers in branch 1$/,
			{ cause: 'credential-invalid' },
		],
		[
			'a branch that is gone',
			status(404),
			/^AlfaCRM answered "not found" when asked to look for new customers in branch 1$/,
			{ cause: 'configuration-invalid' },
		],
	])(
		'%s says so, and the next one reports everything once',
		async (...[what, answer, message, cause, more]) => {
			jest.useFakeTimers();
			jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
				const controller = new AbortController();
				void sleep(ms).then(() => controller.abort());
				return controller.signal;
			});
			try {
				const school = new DirectSchool({}, 2);
				// A host of its own, for what one is asked to wait holds for all.
				const hostname = `${what.replace(/\W+/g, '-').slice(0, 20)}.example`;
				const engine = new Engine({ hostname, email: 'a', apiKey: 'key', requestsPerSecond: 0, ...more });
				const poller = new Poller(engine, CUSTOMER_CREATED, { send: school.send });
				const tick = async () => {
					let isDone = false;
					const poll = poller.poll().finally(() => (isDone = true));
					void poll.catch(() => {});
					while (!isDone) await jest.advanceTimersByTimeAsync(50);
					return (await poll).map(({ id }) => id);
				};
				await tick();
				const before = poller.state;
				const add = (id: number) =>
					school.store.insert('customer', { name: 'Анна', is_study: 0, branch_ids: [id] }).id;
				const ids = [1, 2].map(add);
				poller.replaceSend((async () => answer()) as unknown as NonNullable<PollerOptions['send']>);

				const error = await failed(tick());

				expect(error?.message).toMatch(message);
				expect(error?.failure).toEqual(failure(cause));
				expect(poller.state).toEqual(before);
				poller.replaceSend(school.send);
				await jest.advanceTimersByTimeAsync(20_000);
				expect(await tick()).toEqual(ids);
				expect(await tick()).toEqual([]);
			} finally {
				jest.useRealTimers();
			}
		},
	);

	describe('a wrong key', () => {
		const school = useSchool({ customers: 5 });

		it('asks for another credential', async () => {
			const poller = new Poller(school.engine, CUSTOMER_CREATED);
			await poller.poll();
			const before = poller.state;
			const lead = { name: 'Анна', is_study: 0, branch_ids: [1] };
			const { id } = school.sandbox.store.insert('customer', lead);
			const { stored } = school.engine.credentials;
			const good = { ...stored };
			Object.assign(stored, { token: '', apiKey: 'wrong' });
			const error = await failed(poller.poll());
			expect(error?.failure).toEqual(failure({ cause: 'credential-invalid' }));
			expect(poller.state).toEqual(before);
			Object.assign(stored, good);
			expect(await poller.poll()).toMatchObject([{ id }]);
		});
	});

	it.each([500, 403, 404])(
		'%i in the second branch reports what is new in the first one, and says so',
		async (code) => {
			const world = new PolledSchool({ settings: LARGE_PAGES, branches: 2, parameters: CUSTOMER_CREATED });
			await world.poll();
			const ids = [1, 2].map((id) => world.addCustomer({ branch_ids: [id] }));
			fail(world, branch(2), code);
			expect(await world.poll()).toEqual([ids[0]]);
			expect(world.poller.logLines).toEqual([
				expect.stringMatching(/^'AlfaCRM Trigger' could not look into branch 2: AlfaCRM /),
			]);
			// Where there is nothing else to say, what may pass fails the poll.
			if (code === 500) await expect(world.poll()).rejects.toThrow('500');
			else expect(await world.poll()).toEqual([]);
			mend(world);
			expect(await world.poll()).toEqual([ids[1]]);
			expect(await world.poll()).toEqual([]);
		},
	);

	it.each(['branch', 'customer'])(
		'500 from %s at the start leaves nothing, and starts anew',
		async (list) => {
			const world = new PolledSchool({ settings: LARGE_PAGES, branches: 2, parameters: CUSTOMER_CREATED });
			fail(world, (url) => url.endsWith(`/${list}/index`));
			await expect(world.poll()).rejects.toThrow('500');
			expect(world.poller.state).toEqual({});
			mend(world);
			expect(await world.poll()).toEqual([]);
			const id = world.addCustomer();
			expect(await world.poll()).toEqual([id]);
		},
	);
});

const RARE = { event: 'leadConverted', fetchRecord: false };
const CONVERTED = { fields_old: { is_study: 0 }, fields_new: { is_study: 1 } };

describe('a branch that AlfaCRM answers with 500 for days', () => {
	/** n8n's log tells it. */
	const NOTES = [expect.stringMatching(/^'AlfaCRM Trigger' could not look into branch 2: /) as unknown];

	async function broken(settings = LARGE_PAGES, poller: PollerOptions = {}) {
		const world = new PolledSchool({ settings, branches: 2, parameters: RARE, poller });
		world.addLogEntry();
		await world.poll();
		await world.pollRepeatedly(2, 30, () => world.addLogEntry());
		fail(world, branch(2));
		return world;
	}
	/** Polls once a day; the requests of each. */
	const days = async (world: PolledSchool, count: number) => {
		const requests: number[] = [];
		for (let day = 0; day < count; day++) {
			world.passMinutes(DAY);
			listNumbers(1, 100).forEach((n) => world.addLogEntry({ ago: (100 - n) * 10 }));
			const from = world.school.callCount;
			await expect(world.poll()).rejects.toThrow('500');
			requests.push(world.school.callCount - from);
		}
		return requests;
	};

	it('neither makes the polls grow nor stops the other one', async () => {
		const world = await broken(SMALL_PAGES);
		const requests = await days(world, 8);
		expect(requests[7]).toBeLessThan(2 * requests[1]);
		const wanted = world.addLogEntry({ values: CONVERTED });
		for (let n = 0; n < 12; n++) await world.pollRepeatedly(1, HOUR).catch(() => {});
		expect(world.reportedIds).toEqual([wanted]);
	});

	it('does not keep n8n from starting again, and is told by the next poll', async () => {
		const world = await broken();
		world.poller.restart();
		expect(await world.poll()).toEqual([]);
		expect(world.poller.logLines).toEqual(NOTES);
		world.passMinutes(5);
		await expect(world.poll()).rejects.toThrow('500');
		const wanted = world.addLogEntry({ values: CONVERTED });
		expect(await world.pollRepeatedly(1, 5)).toEqual([wanted]);
	});

	describeScheduled("under n8n's durable scheduler", () => {
		it('is told by the log only, for n8n forgets what a failed poll got to know', async () => {
			const world = await broken(LARGE_PAGES, { isDurable: true });
			world.passMinutes(DAY);
			listNumbers(1, 200).forEach((n) => world.addLogEntry({ ago: 200 - n }));
			const before = JSON.stringify(world.cursor);
			expect(await world.poll()).toEqual([]);
			expect(world.poller.logLines).toEqual(NOTES);
			expect(JSON.stringify(world.cursor)).not.toBe(before);
		});
	});
});

describe.each<
	[what: string, parameters: INodeParameters, add: (world: PolledSchool, branch: number) => number]
>([
	['the log', RECORD_CHANGED, (world, id) => world.addLogEntry({ branches: [id] })],
	['customers', CUSTOMER_CREATED, (world, id) => world.addCustomer({ branch_ids: [id] })],
])('%s of a branch that cannot be read when n8n is back', (_what, parameters, add) => {
	it.each([
		[500, 40, 5],
		[403, 100, 5],
	])('is reported, HTTP %i, after %d days off and %d more', async (status, daysOff, daysUnread) => {
		const world = new PolledSchool({ settings: LARGE_PAGES, branches: 2, parameters });
		for (const id of [1, 2]) add(world, id);
		await world.poll();
		await world.pollRepeatedly(2, 5);
		const made = listNumbers(1, daysOff * 2).map((n) => {
			world.passMinutes(DAY / 2);
			return add(world, 1 + (n % 2));
		});
		world.poller.restart();
		fail(world, branch(2), status);
		for (let day = 0; day < daysUnread; day += 0.25) {
			await world.poll().catch(() => []);
			world.passMinutes(DAY / 4);
			made.push(add(world, 1), add(world, 2));
		}
		mend(world);
		await world.pollRepeatedly(4, 61);
		expect([...world.reportedIds].sort((a, b) => a - b)).toEqual(made);
	});
});

describe('a record that AlfaCRM fails to show', () => {
	/** A year for each, since what fails is known to all triggers of n8n. */
	let year = 2026;
	const started = async (parameters: INodeParameters): Promise<PolledSchool> => {
		const world = new PolledSchool({ parameters, begin: `${year++}-02-10 09:00:00` });
		world.addLogEntry();
		expect(await world.poller.poll()).toEqual([]);
		return world;
	};
	const damage = (world: PolledSchool, path: string, ...ids: number[]): void =>
		fail(world, (url, id) => url.endsWith(`/${path}/index`) && ids.includes(id));
	/** The poll fails for an hour, during which what comes is not lost. */
	async function waitAnHour(world: PolledSchool): Promise<void> {
		for (let passed = 0; passed < HOUR; passed += 10) {
			await expect(world.poller.poll()).rejects.toThrow('HTTP 500');
			world.passMinutes(10);
		}
	}
	const told = (id: number) => ({ id, name: null, change: { entity_id: id } });
	const lost = (id: number) => ({
		...{ id, change: { entity_id: id } },
		recordError: expect.stringMatching(/HTTP 500/) as string,
	});
	const change = (world: PolledSchool, entity_id: number) =>
		world.addLogEntry({ values: { entity: 'Customer', entity_id } });
	/** So many customers, changed one after the other. */
	async function changed(count: number) {
		const world = await started({ event: 'customerUpdated', simplify: false });
		const ids = listNumbers(1, count).map(() => world.addCustomer());
		for (const id of ids) change(world, id);
		const poll = async () => await world.poller.poll();
		return { world, ids, poll };
	}

	it('holds up for an hour what is changed after it, and nothing else', async () => {
		const { world, ids, poll } = await changed(3);
		damage(world, 'customer', ids[1]);
		expect(await poll()).toMatchObject([told(ids[0])]);
		await expect(poll()).rejects.toThrow(/could not get customer \d+ \(HTTP 500\)/);
		await waitAnHour(world);
		expect(await poll()).toMatchObject([lost(ids[1]), told(ids[2])]);
		change(world, ids[1]);
		world.passMinutes(HOUR);
		expect(await poll()).toMatchObject([lost(ids[1])]);
		expect(await poll()).toEqual([]);

		mend(world);
		world.passMinutes(HOUR);
		change(world, ids[1]);
		expect(await poll()).toMatchObject([told(ids[1])]);
		// From then on it is waited for anew.
		damage(world, 'customer', ids[1]);
		world.passMinutes(HOUR);
		change(world, ids[1]);
		await expect(poll()).rejects.toThrow('HTTP 500');
	});

	it('is told with the reason where only its name is asked for', async () => {
		const world = await started({ event: 'customerArchived' });
		const ids = [1, 2].map(() => world.addCustomer());
		const archived = { entity: 'Customer', fields_old: {}, fields_new: { removed: 1 } };
		for (const entity_id of ids) world.addLogEntry({ values: { ...archived, entity_id } });
		damage(world, 'customer', ids[0]);
		await waitAnHour(world);
		expect(await world.poller.poll()).toMatchObject([
			{ customer_id: ids[0], customer_error: expect.stringMatching(/HTTP 500/) as string },
			{ customer_id: ids[1] },
		]);
		expect(await world.poller.poll()).toEqual([]);
	});

	it('that is a lesson is told of each pupil by the log, after an hour', async () => {
		const world = await started({ event: 'customerAttended', simplify: false });
		const pupils = [1, 2, 3].map(() => world.addCustomer({ is_study: 1 }));
		const lesson_id = world.school.store.insert('lesson', { branch_id: 1, date: '2026-02-10', status: 3 }).id;
		const who = (items: IDataObject[]) => items.map((item) => [item.lesson_id, item.customer_id]);
		const attended = (customer_id: number) => {
			const fields_new = { customer_id, lesson_id, is_attend: 1 };
			world.addLogEntry({
				values: { entity: 'LessonDetails', entity_id: customer_id, event: 1, fields_new },
			});
		};
		pupils.slice(0, 2).forEach(attended);
		damage(world, 'lesson', lesson_id);
		await waitAnHour(world);
		const items = await world.poller.poll();
		expect(who(items)).toEqual(pupils.slice(0, 2).map((pupil) => [lesson_id, pupil]));
		for (const { lesson_error } of items) expect(lesson_error).toMatch(/HTTP 500/);
		world.passMinutes(HOUR);
		attended(pupils[2]);
		expect(who(await world.poller.poll())).toEqual([[lesson_id, pupils[2]]]);
		expect(await world.poller.poll()).toEqual([]);
	});
});
