import { deepCopy } from 'n8n-workflow';
import type { INodeParameters } from 'n8n-workflow';

import type { JsonObject, Settings } from '../../../sandbox';
import { httpFailure } from '../support/direct';
import type { PollerOptions } from '../support/poller';
import { between, isIn, LARGE, LOG, range, SMALL, World } from '../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const HOUR = 60;
const DAY = 24 * HOUR;
const TASK = { values: { entity: 'Task' } };
const ofAccount = (settings: Partial<Settings>) => ({ ...settings, logScope: 'account' as const });

interface Given {
	settings?: Partial<Settings>;
	parameters?: INodeParameters;
	branches?: number;
	poller?: PollerOptions;
	/** Entries that are there before, so many minutes apart. */
	there?: number;
	apart?: number;
}

/** A trigger that knows some entries. */
async function begun(given: Given = {}): Promise<World> {
	const { settings = SMALL, parameters, branches, poller, there = 1, apart = 10 } = given;
	const world = new World({ settings, branches, parameters: { ...LOG, ...parameters }, poller });
	write(world, there, apart);
	expect(await world.poll()).toEqual([]);
	return world;
}

/** So many entries, so many minutes apart, and what they are. */
function write(world: World, count: number, apart: number, more: Parameters<World['log']>[0] = {}): number[] {
	world.pass(count * apart);
	return range(1, count).map((n) => world.log({ ago: (count - n) * apart, ...more }));
}

/** Nothing is lost or repeated, and all comes in order. */
const expectAll = (world: World, made: readonly number[]) => {
	// A list of thousands is not to be printed.
	const lost = made.filter((id) => !world.out.includes(id)).length;
	const others = world.out.filter((id) => !made.includes(id)).length;
	const unordered = world.out.filter((id, index) => index > 0 && id < world.out[index - 1]).length;
	const repeated = world.repeated.length;
	expect({ lost, others, unordered, repeated }).toEqual({ lost: 0, others: 0, unordered: 0, repeated: 0 });
};

/** Something happens just before the answer to a certain request from now on. */
function before(world: World, call: number, happens: () => void): void {
	const from = world.school.calls;
	world.school.onCall = (calls) => {
		if (calls === from + call) happens();
	};
}

describe('a backlog of more pages than a poll reads', () => {
	it.each<[string, Partial<Settings>]>([
		['the page size is refused', { bodyPageSize: 'refused400' }],
		['there are no totals', { total: 'missing' }],
		['totals count the page', { total: 'pageLength' }],
	])('of 2,500 changes in days off comes in order where %s', async (_what, settings) => {
		const world = await begun({ settings: { ...SMALL, ...settings } });
		const made = write(world, 2_500, 3);
		await world.polls(12, 11);
		expectAll(world, made);
	});

	it('comes whole and in order though others are made with each request of its first polls', async () => {
		const world = await begun();
		const made = write(world, 2_500, 3);
		world.school.onCall = () => void made.push(world.log());
		await world.polls(2, 5);
		world.school.onCall = () => {};
		await world.polls(10, 11);
		expectAll(world, made);
	});

	it('is told the oldest first where only some are wanted, and one poll has no time for all', async () => {
		const world = await begun({ parameters: { entities: ['Task'] }, poller: { isDurable: true } });
		const made: number[] = [];
		for (const n of range(1, 1_300)) {
			world.pass(0.1);
			if (n % 13 === 0) made.push(world.log(TASK));
			else world.log();
		}
		// Five requests a second.
		world.school.onCall = () => world.pass(0.2 / 60);
		await world.polls(6, 5);
		expectAll(world, made);
	});

	it('leaves nothing of what is wanted for the next poll behind thousands that are not', async () => {
		const world = await begun({ settings: LARGE, parameters: { entities: ['Customer'] } });
		const made: number[] = [];
		for (let n = 0; n < 3_000; n++) {
			world.pass(2.4);
			// In runs of up to 40.
			if (Math.floor(n / 7) % 13 < 6) made.push(world.log());
			else world.log({ values: { entity: 'Lesson' } });
		}
		await world.polls(8, 11);
		expectAll(world, made);
	});

	it.each([
		['durable scheduler, 0.2 s a call', true, 0.2],
		['default engine, 1 s a call', false, 1],
	] as const)('waits where Fetch Full Record has no time for all: %s', async (_name, isDurable, seconds) => {
		const parameters = { entities: ['Customer'], fetchRecord: true };
		const world = await begun({ parameters, poller: { isDurable }, there: 0 });
		const made: number[] = [];
		for (const n of range(1, 900)) {
			world.pass(2);
			if (n % 3 > 0) world.log({ values: { entity: 'Lesson' } });
			else world.log({ values: { entity_id: made[made.push(world.customer()) - 1] } });
		}
		world.school.onCall = () => world.pass(seconds / 60);
		await world.polls(16, 5, () => world.log({ values: { entity: 'Lesson' } }));
		expectAll(world, made);
	});

	it('hides none that shows up late before n8n is off for days', async () => {
		const world = await begun();
		const late = world.log({ hiddenMinutes: 90 });
		await world.polls(3, 20, () => write(world, 15, 0));
		write(world, 1_500, 5);
		await world.polls(12, 11);
		expect(world.out).toContain(late);
	});

	it.each([SMALL, LARGE])('has what Start With Newest looks for in a rare event: %j', async (settings) => {
		const parameters = { event: 'leadConverted', options: { startWith: 3 } };
		const values = { fields_old: { is_study: 0 }, fields_new: { is_study: 1 } };
		const world = new World({ settings, parameters: { ...LOG, ...parameters } });
		const wanted = range(1, 3).map((n) => world.log({ ago: 5_000 - n, values }));
		range(1, 2_600).forEach((n) => world.log({ ago: 4_000 - n }));
		// A call takes half a second.
		world.school.onCall = () => world.pass(0.5 / 60);
		await world.polls(4, 10);
		expect(world.out).toEqual(wanted);
	});
});

describe('entries that come while a list is read', () => {
	/** 20 is as many as a page holds: without a total that looks like a last page which is shown once more. */
	const cases = (['present', 'missing'] as const).flatMap((total) =>
		[1, 20, 45].flatMap((come) => [3, 6, 7].map((call) => ({ total, come, call }))),
	);

	it.each(cases)(
		'are met once each by the hourly reading: $come before call $call (total $total)',
		async ({ total, come, call }) => {
			const world = await begun({ settings: { ...SMALL, total }, there: 77, apart: 1 });
			await world.polls(1, 5);
			const added: number[] = [];
			before(world, call, () => added.push(...write(world, come, 0)));
			await world.polls(1, 61);
			await world.polls(4, 5);
			expect(world.repeated).toEqual([]);
			expect([...world.out].sort((a, b) => a - b)).toEqual(added);
		},
	);

	it.each(cases)(
		'leave a backlog its order: $come before call $call (total $total)',
		async ({ total, come, call }) => {
			const world = await begun({ settings: { ...SMALL, total }, there: 30, apart: 1 });
			await world.polls(1, 5);
			// Its last page is full.
			const ids = write(world, 79, 60);
			before(world, call, () => ids.push(...write(world, come, 0)));
			await world.polls(6, 20);
			expect(world.out).toEqual(ids);
		},
	);

	it('make no pages of one where there was one', async () => {
		const world = await begun({ settings: { ...LARGE, total: 'missing' } });
		world.pass(61);
		const ids: number[] = [];
		before(world, 5, () => ids.push(...write(world, 28, 0)));
		await world.poll();
		expect(world.requests.at(-1)).toBeLessThan(10);
		await world.polls(2, 5, () => ids.push(world.log()));
		expect(world.out).toEqual(ids);
	});
});

describe('an account that lists its log in another order', () => {
	type Entry = JsonObject & { date_time: string; entity_id: number };
	/** Fields of the sandbox's own that AlfaCRM does not show. */
	const OWN = ['id', 'branch_ids'];
	const byTime = (a: Entry, b: Entry) => b.date_time.localeCompare(a.date_time);
	const orders: Record<string, (a: Entry, b: Entry, ask: number) => number> = {
		'the oldest first': (a, b) => a.entity_id - b.entity_id,
		'of one second, in another order at each request': (a, b, ask) =>
			byTime(a, b) || ((a.entity_id * ask * 7) % 101) - ((b.entity_id * ask * 7) % 101),
		'of one second, the oldest first': (a, b) => byTime(a, b) || a.entity_id - b.entity_id,
	};

	it.each(Object.keys(orders))('loses and repeats nothing: %s', async (order) => {
		const world = new World({ settings: SMALL, parameters: { ...LOG, options: { maxPerPoll: 30 } } });
		let ask = 0;
		between(world, async (asked, real) => {
			const answer = await real();
			if (!asked.url.includes('/log/')) return answer;
			ask += 1;
			const from = String(asked.body?.date_from ?? '')
				.split('.')
				.reverse()
				.join('-');
			const rows = world.school.store.rows('log') as unknown as Entry[];
			const shown = rows.filter(({ date_time }) => date_time >= from);
			const at = Number(asked.body?.page ?? 0) * 20;
			const items = [...shown]
				.sort((a, b) => orders[order](a, b, ask))
				.slice(at, at + 20)
				.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !OWN.includes(name))));
			return { total: shown.length, count: items.length, page: at / 20, items };
		});
		write(world, 150, 30);
		expect(await world.poll()).toEqual([]);
		const old = world.entries;
		for (const n of range(1, 20)) {
			write(world, n % 10 === 0 ? 60 : 1 + (n % 6), 0);
			world.pass(5 + (n % 10 === 0 ? 300 : 0));
			await world.poll();
		}
		await world.polls(12, 11);
		expect(world.repeated).toEqual([]);
		expect([...world.out].sort((a, b) => a - b)).toEqual(range(old + 1, world.entries));
	});
});

describe('answers that are wrong', () => {
	it.each<[string, () => Promise<JsonObject>]>([
		['500', async () => await Promise.reject(httpFailure(500))],
		['HTML', async () => '<html>Ошибка</html>' as unknown as JsonObject],
		['an empty list', async () => ({ total: 0, count: 0, page: 0, items: [] })],
		['no list', async () => ({})],
	])(
		'from some request of a poll to its last: %s loses nothing and keeps the order',
		async (_way, answer) => {
			for (const at of [1, 2, 3, 5, 8]) {
				const world = await begun({ parameters: { options: { maxPerPoll: 25 } }, there: 30 });
				const old = world.entries;
				let [count, from] = [0, Infinity];
				between(world, async (_asked, real) => (++count >= from ? await answer() : await real()));
				for (let n = 0; n < 4; n++) {
					write(world, 17, 0);
					world.pass(n === 2 ? 70 : 5);
					from = n === 1 || n === 2 ? count + at : Infinity;
					await world.poll().catch(() => []);
				}
				from = Infinity;
				await world.polls(6, 21);
				expect([at, world.out]).toEqual([at, range(old + 1, world.entries)]);
			}
		},
	);

	/** Pages of the log come empty for now. */
	const emptyPages = (world: World, isEmpty: (page: number, request: number) => boolean) => {
		const state = { isDown: true };
		let requests = 0;
		between(world, async ({ url, body }, real) => {
			const answer = await real();
			const page = Number(body?.page ?? 0);
			if (!url.endsWith('/log/index') || !state.isDown || !isEmpty(page, ++requests)) return answer;
			return { ...answer, items: [], count: 0 };
		});
		return state;
	};

	it.each([
		...[4, 6, 9, 14, 19].map((at) => [SMALL, 200, at] as const),
		...[4, 5].map((at) => [LARGE, 1_600, at] as const),
	])(
		'one page comes empty although more is counted: %j, %i changes, request %i',
		async (settings, count, at) => {
			const world = await begun({ settings, there: 30 });
			const made = write(world, count, (6 * DAY) / count);
			emptyPages(world, (page, request) => request === at && page > 0);
			await world.polls(9, 11);
			expect(world.out).toEqual(made);
		},
	);

	it.each([
		[SMALL, 200, 3],
		[LARGE, 1_600, 2],
	])('pages that stay empty for some minutes lose nothing: %j, %i changes', async (settings, count, at) => {
		const world = await begun({ settings, there: 30 });
		const made = write(world, count, (6 * DAY) / count);
		const state = emptyPages(world, (page) => page >= at);
		for (const minutes of [5, 10, 15]) {
			world.pass(minutes);
			await expect(world.poll()).rejects.toThrow(
				'AlfaCRM sent an empty list when asked to read the change log',
			);
		}
		state.isDown = false;
		await world.polls(9, 11);
		expect(world.out).toEqual(made);
	});

	it('a total that is too high for ever holds up nothing for longer than an hour', async () => {
		const world = await begun({ there: 30 });
		world.school.totalOff = 100;
		// The last page is full then.
		const made = write(world, 70, 1);
		let failed = 0;
		for (let polls = 0; polls < 8; polls++) {
			world.pass(10);
			await world.poll().catch(() => failed++);
		}
		expect(failed).toBeLessThan(8);
		expect(world.out).toEqual(made);
		// As long as it is not full, that is no question.
		made.push(...write(world, 65, 30));
		await world.polls(2, 5);
		expect(world.out).toEqual(made);
	});

	it.each([SMALL, LARGE])('a total of all there ever was holds up nothing: %j', async (settings) => {
		const world = new World({ settings, parameters: LOG });
		world.school.totalOff = 5_000;
		write(world, 33, 10);
		expect(await world.poll()).toEqual([]);
		const made = write(world, 64, 10);
		await world.polls(3, 61);
		expect(world.out).toEqual(made);
	});

	describe('a list that comes empty while something is left over', () => {
		const emptied = async (total: (real: unknown) => unknown) => {
			const parameters = { options: { maxPerPoll: 3 } };
			const world = await begun({ settings: LARGE, branches: 2, parameters });
			const ids = write(world, 9, 800);
			await world.polls(1, 5);
			const state = { isOdd: true };
			between(world, async (asked, real) => {
				const answer = await real();
				if (!state.isOdd || !isIn(asked, 1)) return answer;
				return { ...answer, items: [], total: total(answer.total) } as typeof answer;
			});
			return { world, ids, state };
		};

		it.each<[string, (real: unknown) => unknown]>([
			['counted', (real) => real],
			['with a total of none', () => 0],
			['without a total', () => undefined],
		])('is a failure, %s: nothing is lost, and the other branch goes on', async (_what, total) => {
			const { world, ids, state } = await emptied(total);
			world.pass(5);
			await expect(world.poll()).rejects.toThrow('empty list when asked to read the change log');
			const other = world.log({ branches: [2] });
			expect(await world.polls(1, 61)).toEqual([other]);
			state.isOdd = false;
			await world.polls(5, 5);
			expect(world.out.filter((id) => id !== other)).toEqual(ids);
		});

		it('is believed after a month', async () => {
			const { world } = await emptied(() => 0);
			expect(await world.polls(1, 31 * DAY)).toEqual([]);
			expect(await world.polls(2, 61)).toEqual([]);
		});
	});
});

describe('a branch', () => {
	const one = { branchIds: [1] };
	const both = { ...LOG, branchIds: [1, 2] };

	it('that is new to the account has news of two days, not of the two months that another one is closed', async () => {
		const world = new World({ settings: LARGE, branches: 3, parameters: LOG });
		world.branch(3, 'closed');
		world.log({ branches: [1, 2, 3] });
		await world.poll();
		world.branch(2, 'closed');
		await world.polls(60, DAY, () =>
			range(1, 20).forEach((n) => world.log({ branches: [3], ago: 600 - 30 * n })),
		);
		expect(world.out).toEqual([]);
		world.branch(3, 'open');
		await world.polls(5, 60);
		expect(world.out.length).toBeLessThanOrEqual(40);
	});

	it.each(['branch', 'account'] as const)(
		'that is closed and opened over and over keeps the state small, and repeats and loses nothing of others: log of the %s',
		async (logScope) => {
			const world = await begun({ settings: { ...SMALL, logScope }, branches: 3 });
			const sure: number[] = [];
			for (const n of range(1, 6)) {
				world.branch(2, n % 2 === 1 ? 'closed' : 'open');
				for (let round = 0; round < 10; round++) {
					sure.push(...write(world, 1, n % 3 === 0 ? 20 : 480));
					world.log({ branches: [2] });
					await world.poll();
				}
			}
			expect(world.stateBytes).toBeLessThan(10_000);
			expect(sure.filter((id) => !world.out.includes(id))).toEqual([]);
			expect(world.repeated).toEqual([]);
		},
	);

	it('that may not be read for 29 days keeps the state below 31 KB', async () => {
		const world = await begun({ branches: 2 });
		world.branch(2, 'forbidden');
		let most = 0;
		for (let day = 0; day < 29; day++) {
			write(world, 96, 15);
			await world.poll();
			most = Math.max(most, world.stateBytes);
		}
		expect(world.repeated).toEqual([]);
		expect(most).toBeLessThan(31_000);
	});

	it('of thousands of changes that is chosen in the middle of a backlog keeps it so, too', async () => {
		const world = await begun({ settings: LARGE, branches: 2, parameters: one });
		const made = range(1, 1_100).map(() => {
			world.pass(1);
			for (let n = 0; n < 4; n++) world.log({ branches: [2] });
			return world.log();
		});
		await world.poll();
		world.poller.change(both);
		let most = 0;
		for (let round = 0; round < 5; round++) {
			await world.poll();
			most = Math.max(most, world.stateBytes);
			world.pass(1);
			made.push(world.log({ branches: [2] }), world.log());
		}
		await world.poll();
		expect([...world.out].sort((a, b) => a - b)).toEqual(made);
		expect(most).toBeLessThan(31_000);
	});
});

describe('times', () => {
	const NOTE = "'AlfaCRM Trigger' cannot report 1 entries of the change log: their time cannot be read";
	const UNREAD = { values: { date_time: 'gestern' } };
	// Days that cannot be read are listed, too.
	const settings = { ...SMALL, ignoredFilters: ['log.date_from'] };

	it.each(['', 'gestern'])('that cannot be read are told, the others come once: %j', async (date_time) => {
		const world = await begun({ settings, there: 60, apart: 20 });
		const wanted: number[] = [];
		await world.polls(20, 35, () => {
			world.log({ values: { date_time } });
			wanted.push(world.log());
		});
		// Whole readings of days in which nothing else happens.
		await world.polls(3, 300);
		expect(world.out).toEqual(wanted);
		expect(world.poller.notes).toContain(NOTE);
		expect(world.poller.notes.length).toBeLessThanOrEqual(world.requests.length);
	});

	it.each([
		['the last one of the first page of a backlog', 60, 45, 0, [25, 26]],
		['all of some pages of a backlog of days', 1_200, 300, 20, [100, 140]],
	])('that cannot be read, %s: the others come in order', async (_what, there, count, apart, [from, to]) => {
		const world = await begun({ settings, there, apart: 1 });
		world.school.settings.total = 'missing';
		await world.polls(1, 5);
		const wanted: number[] = [];
		for (let n = 0; n < count; n++) {
			const isOdd = n >= from && n < to;
			const [id] = write(world, 1, apart, isOdd ? UNREAD : {});
			if (!isOdd) wanted.push(id);
		}
		await world.polls(3, 5);
		expect(world.out).toEqual(wanted);
	});

	it('of which none can be read fail the poll, and nothing is lost once one can be', async () => {
		const world = await begun({ settings, there: 60 });
		const { store } = world.school;
		const before = store.rows('log').map(({ id, date_time }) => ({ id, date_time }));
		for (const { id } of before) store.patch('log', id, { date_time: '10.02.2026' });
		world.pass(5);
		await expect(world.poll()).rejects.toThrow(
			"AlfaCRM's change log shows no time that can be read, so nothing in it can be reported",
		);
		for (const { id, date_time } of before) store.patch('log', id, { date_time });
		const wanted = range(world.entries + 1, world.entries + 2);
		await world.polls(2, 5, () => world.log());
		expect(world.out).toEqual(wanted);
	});

	it.each([
		['a year', '2027-02-10 09:00:00'],
		['two days', '2026-02-12 09:00:00'],
	])('that are ahead by %s cost few requests and little room', async (_name, date_time) => {
		const world = new World({ settings: SMALL, parameters: LOG });
		range(1, 200).forEach((n) => world.log({ ago: 2_000 - 10 * n }));
		await world.poll();
		for (const n of range(1, 25)) world.log({ values: { date_time, user_id: n } });
		const before = world.school.calls;
		await world.polls(120, 30, () => world.log());
		expect((world.school.calls - before) / 120).toBeLessThan(6);
		expect(world.stateBytes).toBeLessThan(10_000);
		expect([...world.out].sort((a, b) => a - b)).toEqual(range(201, world.entries));
	});

	it('of an import of thousands hide nothing of the hour by which the clock is put back', async () => {
		const world = await begun();
		const made: number[] = [];
		for (let round = 0; round < 4; round++) {
			made.push(...write(world, 1_000, 0.01));
			await world.poll();
		}
		for (let round = 0; round < 20; round++) {
			made.push(...write(world, 1, 2, { ago: 60 }));
			await world.poll();
		}
		await world.polls(2, 61);
		expect(made.filter((id) => !world.out.includes(id))).toEqual([]);
	});
});

describe('requests', () => {
	/** How many of the last polls took more than so many. */
	const above = (most: number, world: World, polls: number) =>
		world.requests.slice(-polls).filter((count) => count > most).length;

	it.each([1, -3])('are one where totals are %i too high, but hourly', async (totalOff) => {
		const world = await begun({ there: 48, apart: 60 });
		world.school.totalOff = totalOff;
		const made: number[] = [];
		await world.polls(48, 120, () => made.push(...write(world, 4, 0)));
		const { stateBytes } = world;
		await world.polls(24, 120, () => made.push(...write(world, 4, 0)));
		expect(Math.abs(world.stateBytes - stateBytes)).toBeLessThan(10);
		await world.polls(24, 10);
		// Hourly all of two days, twice where the total says more.
		expect(above(1, world, 24)).toBeLessThanOrEqual(4);
		expect(Math.max(...world.requests.slice(-24))).toBeLessThanOrEqual(2 * 7 + 5);
		expect(world.out).toEqual(made);
	});

	it.each(['branch', 'account'] as const)(
		'are one for each branch soon after one was opened again after 20 days, in a log of the %s',
		async (logScope) => {
			const world = await begun({ settings: { ...SMALL, logScope }, branches: 3 });
			let made = 0;
			const work = (count: number) =>
				range(1, count).forEach(() => world.log({ branches: [1 + (++made % 3)] }));
			await world.polls(12, 10, () => work(1));
			world.branch(2, 'closed');
			await world.polls(40, 12 * HOUR, () => work(24));
			world.branch(2, 'open');
			await world.polls(18, 10, () => work(1));
			await world.polls(36, 10);
			// Hourly all of two days, of the branch that was opened again at a time of its own.
			expect(above(4, world, 36)).toBeLessThanOrEqual(2 * 6 + 1);
			expect(world.repeated).toEqual([]);
		},
	);

	it('are few where an account lists all in each branch, and one comes between two of them', async () => {
		const world = await begun({ settings: ofAccount(SMALL), branches: 3, there: 600, apart: 4 });
		await world.polls(2, 5);
		world.school.onCall = (call) => void (call % 2 === 0 && world.log());
		await world.polls(6, 5);
		expect(Math.max(...world.requests.slice(-6))).toBeLessThan(15);
	});

	it.each(['random', 'one more at every other request'])('are few where totals are %s', async (name) => {
		const world = await begun({ there: 400, apart: 6 });
		let n = 0;
		between(world, async (_asked, real) => {
			const answer = await real();
			const off = name === 'random' ? (++n * 48_271) % 29 : ++n % 2;
			return { ...answer, total: Number(answer.total) + off };
		});
		const before = world.school.calls;
		await world.polls(24, 5);
		expect((world.school.calls - before) / 24).toBeLessThan(10);
		const made: number[] = [];
		await world.polls(12, 5, () => made.push(world.log()));
		await world.polls(2, 61);
		expect([...world.out].sort((a, b) => a - b)).toEqual(made);
	});

	it('are not three for each page of a log that grows while it is read', async () => {
		const world = new World({ settings: SMALL, parameters: LOG });
		const grow = busy(world, 17, 3_000);
		await world.poll();
		for (let quarter = 0; quarter < 4; quarter++) {
			world.pass(16);
			grow();
		}
		await world.poll();
		expect(world.requests.at(-1)).toBeLessThan((1.3 * world.entries) / 20);
	});

	it('are one in most polls of a busy day with the durable scheduler, equal entries or not', async () => {
		const world = await busyDay({ isDurable: true });
		await world.polls(24, 5);
		expect(world.requests.slice(-24).filter((count) => count === 1).length).toBeGreaterThan(16);
	});

	it('are no more than 100 pages, hourly or after a backlog, equal entries or not', async () => {
		const world = await busyDay({});
		await world.polls(14, 5);
		write(world, 900, 0.5);
		await world.polls(14, 5);
		expect(Math.max(...world.requests)).toBeLessThan(110);
	});

	it('of a walk over several polls ask for the pages that it began with', async () => {
		const parameters = { options: { maxPerPoll: 5_000 } };
		const world = await begun({ settings: { pageSize: 20, bodyPageSize: 'lossy50' }, parameters });
		for (let polls = 0; polls < 4; polls++) {
			write(world, 1_400, 0.4);
			await world.poll();
		}
		const sizes = new Set<unknown>();
		let isEmpty = false;
		between(world, async (asked, real) => {
			const answer = await real();
			const page = Number(asked.body?.page ?? 0);
			if (page > 90 && page < 110) {
				sizes.add(asked.body?.pageSize);
				isEmpty ||= (answer.items as unknown[]).length === 0;
			}
			return answer;
		});
		await world.polls(2, 61);
		expect({ sizes: [...sizes], isEmpty }).toEqual({ sizes: [50], isEmpty: false });
	});

	/** n8n gives up a poll of its durable scheduler then, and drops what comes of it. */
	const TIMEOUT_SECONDS = 45;

	it('take no poll of the durable scheduler longer than it may, where there are 3,000 changes a day', async () => {
		const world = new World({ settings: SMALL, parameters: LOG, poller: { isDurable: true } });
		const grow = busy(world, 28.8, 4_500);
		await world.poll();
		const seconds: number[] = [];
		for (let n = 0; n < 12; n++) {
			world.pass(5);
			grow();
			const before = deepCopy(world.poller.cursor);
			const from = world.now;
			await world.poll();
			seconds.push(Math.round(world.now.diff(from, 'seconds').seconds));
			if ((seconds.at(-1) ?? 0) > TIMEOUT_SECONDS) world.poller.cursor = before;
		}
		expect(Math.max(...seconds)).toBeLessThanOrEqual(TIMEOUT_SECONDS);
	});

	/** A log that grows all the time, also while it is read, at the rate of five requests a second. */
	function busy(world: World, seconds: number, there: number): () => void {
		for (const n of range(1, there)) world.log({ ago: ((there - n) * seconds) / 60 });
		let next = world.now.plus({ seconds });
		const grow = () => {
			for (; next <= world.now; next = next.plus({ seconds })) world.log();
		};
		world.school.onCall = () => {
			world.pass(0.22 / 60);
			grow();
		};
		return grow;
	}

	/** 100 pages of a day, on two of which there are equal entries. Each request takes a quarter of a second. */
	async function busyDay(poller: PollerOptions): Promise<World> {
		const world = new World({ settings: SMALL, parameters: LOG, poller });
		for (let n = 0; n < 2_000; n++) {
			const id = world.log();
			// The same change, saved twice within a second: on the edge of two pages, and on one.
			if (n === 999 || n === 500) world.log({ values: { entity_id: id } });
			world.pass(0.4);
		}
		world.school.onCall = () => world.pass(0.25 / 60);
		await world.polls(10, 5);
		return world;
	}
});
