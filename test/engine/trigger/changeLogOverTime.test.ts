import { deepCopy } from 'n8n-workflow';
import type { INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import { between, isIn, LARGE, LOG, range, SMALL, World } from '../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const HOUR = 60;
const DAY = 24 * HOUR;

interface Given {
	settings?: Partial<Settings>;
	parameters?: INodeParameters;
	branches?: number;
	/** Entries that are there before, so many minutes apart. */
	there?: number;
	apart?: number;
}

/** A trigger that knows some entries. */
async function begun(given: Given = {}): Promise<World> {
	const { settings = SMALL, parameters, branches, there = 1, apart = 10 } = given;
	const world = new World({ settings, branches, parameters: { ...LOG, ...parameters } });
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

describe('a backlog of more pages than a poll reads', () => {
	it.each<[string, Partial<Settings>]>([
		['the page size is refused', { bodyPageSize: 'refused400' }],
		['there are no totals', { total: 'missing' }],
	])('of 2,500 changes in days off comes in order where %s', async (_what, settings) => {
		const world = await begun({ settings: { ...SMALL, ...settings } });
		const made = write(world, 2_500, 3);
		await world.polls(12, 11);
		expectAll(world, made);
	});

	it('has what Start With Newest looks for in a rare event', async () => {
		const parameters = { event: 'leadConverted', options: { startWith: 3 } };
		const values = { fields_old: { is_study: 0 }, fields_new: { is_study: 1 } };
		const world = new World({ settings: SMALL, parameters: { ...LOG, ...parameters } });
		const wanted = range(1, 3).map((n) => world.log({ ago: 5_000 - n, values }));
		range(1, 2_600).forEach((n) => world.log({ ago: 4_000 - n }));
		// A call takes half a second.
		world.school.onCall = () => world.pass(0.5 / 60);
		await world.polls(4, 10);
		expect(world.out).toEqual(wanted);
	});
});

describe('classes that are chosen later', () => {
	it.each([
		['tell nothing of what a poll has read', 3, 2, 3],
		['tell what comes after a change that is left over', 3, 1, 0],
		// A page of 20 is read but for its newest second, of which the next one may hold more.
		['tell what no poll has come to in a long backlog', 300, 2, 19],
	])('%s', async (_what, customers, polls, old) => {
		const parameters = { entities: ['Task'], options: { maxPerPoll: 1 } };
		const world = await begun({ parameters });
		const tasks = write(world, 2, 1, { values: { entity: 'Task' } });
		const made = write(world, customers, 0.1);
		expect(await world.polls(polls, 1)).toEqual(tasks.slice(0, polls));
		world.poller.change({ ...LOG, entities: ['Customer'] });
		expect(await world.polls(2, 1)).toEqual(made.slice(old));
	});
});

describe('answers that are wrong', () => {
	it('pages that stay empty for some minutes lose nothing', async () => {
		const world = await begun({ there: 30 });
		const made = write(world, 200, (6 * DAY) / 200);
		let isDown = true;
		between(world, async ({ url, body }, real) => {
			const answer = await real();
			const isEmpty = isDown && url.endsWith('/log/index') && Number(body?.page ?? 0) >= 3;
			return isEmpty ? { ...answer, items: [], count: 0 } : answer;
		});
		for (const minutes of [5, 10, 15]) {
			world.pass(minutes);
			await expect(world.poll()).rejects.toThrow('empty list when asked to read the change log');
		}
		isDown = false;
		await world.polls(9, 11);
		expect(world.out).toEqual(made);
	});

	it('a list that comes empty while something is left over loses nothing, and the other branch goes on', async () => {
		const world = await begun({ settings: LARGE, branches: 2, parameters: { options: { maxPerPoll: 3 } } });
		const ids = write(world, 9, 800);
		await world.polls(1, 5);
		let isOdd = true;
		between(world, async (asked, real) => {
			const answer = await real();
			return isOdd && isIn(asked, 1) ? { ...answer, items: [] } : answer;
		});
		const other = world.log({ branches: [2] });
		expect(await world.polls(1, 61)).toEqual([other]);
		isOdd = false;
		await world.polls(5, 5);
		expect(world.out.filter((id) => id !== other)).toEqual(ids);
	});
});

describe('times', () => {
	it('that cannot be read are an error, and nothing is lost once they can be', async () => {
		const world = await begun();
		const ids = [world.log(), world.log({ values: { date_time: '10.02.2026' } })];
		await expect(world.poll()).rejects.toThrow(
			"AlfaCRM's change log shows an entry without a time that can be read",
		);
		world.school.store.patch('log', ids[1], { date_time: world.account(0) });
		expect(await world.polls(2, 5)).toEqual(ids);
	});

	it('of the hour that comes twice in autumn lose and repeat nothing', async () => {
		const world = new World({ parameters: LOG, begin: '2026-10-25 00:40:00' });
		const change = (time: string) => world.log({ values: { date_time: `2026-10-25 ${time}` } });
		['01:00:00', '02:30:00'].forEach(change);
		expect(await world.poll()).toEqual([]);
		const made = ['02:50:00', '02:59:59', '02:00:00', '02:10:00', '02:59:59', '03:00:00', '03:10:00'];
		for (const time of made) {
			const id = change(time);
			expect([...(await world.poll()), ...(await world.poll())]).toEqual([id]);
		}
	});

	it('that are ahead by a year cost few requests and little room', async () => {
		const date_time = '2027-02-10 09:00:00';
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
});

describe('requests', () => {
	it('take no poll of the durable scheduler longer than it may, where there are 3,000 changes a day', async () => {
		/** n8n gives up a poll of its durable scheduler then, and drops what comes of it. */
		const TIMEOUT_SECONDS = 45;
		const world = new World({ settings: SMALL, parameters: LOG, poller: { isDurable: true } });
		// A log that grows all the time, also while it is read, at the rate of five requests a second.
		const apart = 28.8;
		for (const n of range(1, 4_500)) world.log({ ago: ((4_500 - n) * apart) / 60 });
		let next = world.now.plus({ seconds: apart });
		const grow = () => {
			for (; next <= world.now; next = next.plus({ seconds: apart })) world.log();
		};
		world.school.onCall = () => {
			world.pass(0.22 / 60);
			grow();
		};
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
});

describe('more changes within an hour than are remembered', () => {
	const [MANY, LATER] = [5_200, 6];
	const later = async (world: World): Promise<number[]> => {
		const ids: number[] = [];
		await world.polls(LATER, 4, () => ids.push(world.log()));
		return ids;
	};

	it.each([
		['before the trigger begins', true],
		['while it is active', false],
	])('%s hide none that come in the same hour', async (_when, isFirst) => {
		const parameters = { ...LOG, options: { maxPerPoll: 10_000 } };
		const world = new World({ settings: LARGE, parameters, begin: '2026-02-10 09:05:00' });
		world.log();
		if (!isFirst) await world.poll();
		world.pass(20);
		const many = range(1, MANY).map((n) => world.log({ ago: (19 * (MANY - n)) / MANY }));
		await world.poll();
		const ids = await later(world);
		expect(world.out).toEqual(isFirst ? ids : [...many, ...ids]);
		expect(world.stateBytes).toBeLessThan(32_000);
	});
});
