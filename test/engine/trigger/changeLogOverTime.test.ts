import { deepCopy } from 'n8n-workflow';
import type { INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import {
	interceptCalls,
	isCallOfBranch,
	LARGE_PAGES,
	RECORD_CHANGED,
	listNumbers,
	SMALL_PAGES,
	PolledSchool,
} from '../support/polledSchool';

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
async function begun(given: Given = {}): Promise<PolledSchool> {
	const { settings = SMALL_PAGES, parameters, branches, there = 1, apart = 10 } = given;
	const world = new PolledSchool({ settings, branches, parameters: { ...RECORD_CHANGED, ...parameters } });
	write(world, there, apart);
	expect(await world.poll()).toEqual([]);
	return world;
}

/** So many entries, so many minutes apart, and what they are. */
function write(
	world: PolledSchool,
	count: number,
	apart: number,
	more: Parameters<PolledSchool['addLogEntry']>[0] = {},
): number[] {
	world.passMinutes(count * apart);
	return listNumbers(1, count).map((n) => world.addLogEntry({ ago: (count - n) * apart, ...more }));
}

/** Nothing is lost or repeated, and all comes in order. */
const expectAll = (world: PolledSchool, made: readonly number[]) => {
	// A list of thousands is not to be printed.
	const lost = made.filter((id) => !world.reportedIds.includes(id)).length;
	const others = world.reportedIds.filter((id) => !made.includes(id)).length;
	const unordered = world.reportedIds.filter(
		(id, index) => index > 0 && id < world.reportedIds[index - 1],
	).length;
	const repeated = world.idsReportedTwice.length;
	expect({ lost, others, unordered, repeated }).toEqual({ lost: 0, others: 0, unordered: 0, repeated: 0 });
};

describe('a backlog of more pages than a poll reads', () => {
	it.each<[string, Partial<Settings>]>([
		['the page size is refused', { bodyPageSize: 'refused400' }],
		['there are no totals', { total: 'missing' }],
	])('of 2,500 changes in days off comes in order where %s', async (_what, settings) => {
		const world = await begun({ settings: { ...SMALL_PAGES, ...settings } });
		const made = write(world, 2_500, 3);
		await world.pollRepeatedly(12, 11);
		expectAll(world, made);
	});

	it('has what Start With Newest looks for in a rare event', async () => {
		const parameters = { event: 'leadConverted', options: { startWith: 3 } };
		const values = { fields_old: { is_study: 0 }, fields_new: { is_study: 1 } };
		const world = new PolledSchool({
			settings: SMALL_PAGES,
			parameters: { ...RECORD_CHANGED, ...parameters },
		});
		const wanted = listNumbers(1, 3).map((n) => world.addLogEntry({ ago: 5_000 - n, values }));
		listNumbers(1, 2_600).forEach((n) => world.addLogEntry({ ago: 4_000 - n }));
		// A call takes half a second.
		world.school.beforeAnswer = () => world.passMinutes(0.5 / 60);
		await world.pollRepeatedly(4, 10);
		expect(world.reportedIds).toEqual(wanted);
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
		expect(await world.pollRepeatedly(polls, 1)).toEqual(tasks.slice(0, polls));
		world.poller.changeParameters({ ...RECORD_CHANGED, entities: ['Customer'] });
		expect(await world.pollRepeatedly(2, 1)).toEqual(made.slice(old));
	});
});

describe('answers that are wrong', () => {
	it('pages that stay empty for some minutes lose nothing', async () => {
		const world = await begun({ there: 30 });
		const made = write(world, 200, (6 * DAY) / 200);
		let isDown = true;
		interceptCalls(world, async ({ url, body }, real) => {
			const answer = await real();
			const isEmpty = isDown && url.endsWith('/log/index') && Number(body?.page ?? 0) >= 3;
			return isEmpty ? { ...answer, items: [], count: 0 } : answer;
		});
		for (const minutes of [5, 10, 15]) {
			world.passMinutes(minutes);
			await expect(world.poll()).rejects.toThrow('empty list when asked to read the change log');
		}
		isDown = false;
		await world.pollRepeatedly(9, 11);
		expect(world.reportedIds).toEqual(made);
	});

	it('a list that comes empty while something is left over loses nothing, and the other branch goes on', async () => {
		const world = await begun({
			settings: LARGE_PAGES,
			branches: 2,
			parameters: { options: { maxPerPoll: 3 } },
		});
		const ids = write(world, 9, 800);
		await world.pollRepeatedly(1, 5);
		let isOdd = true;
		interceptCalls(world, async (asked, real) => {
			const answer = await real();
			return isOdd && isCallOfBranch(asked, 1) ? { ...answer, items: [] } : answer;
		});
		const other = world.addLogEntry({ branches: [2] });
		expect(await world.pollRepeatedly(1, 61)).toEqual([other]);
		isOdd = false;
		await world.pollRepeatedly(5, 5);
		expect(world.reportedIds.filter((id) => id !== other)).toEqual(ids);
	});
});

describe('times', () => {
	it('that cannot be read are an error, and nothing is lost once they can be', async () => {
		const world = await begun();
		const ids = [world.addLogEntry(), world.addLogEntry({ values: { date_time: '10.02.2026' } })];
		await expect(world.poll()).rejects.toThrow(
			"AlfaCRM's change log shows an entry without a time that can be read",
		);
		world.school.store.patch('log', ids[1], { date_time: world.accountTime(0) });
		expect(await world.pollRepeatedly(2, 5)).toEqual(ids);
	});

	it('of the hour that comes twice in autumn lose and repeat nothing', async () => {
		const world = new PolledSchool({ parameters: RECORD_CHANGED, begin: '2026-10-25 00:40:00' });
		const change = (time: string) => world.addLogEntry({ values: { date_time: `2026-10-25 ${time}` } });
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
		const world = new PolledSchool({ settings: SMALL_PAGES, parameters: RECORD_CHANGED });
		listNumbers(1, 200).forEach((n) => world.addLogEntry({ ago: 2_000 - 10 * n }));
		await world.poll();
		for (const n of listNumbers(1, 25)) world.addLogEntry({ values: { date_time, user_id: n } });
		const before = world.school.callCount;
		await world.pollRepeatedly(120, 30, () => world.addLogEntry());
		expect((world.school.callCount - before) / 120).toBeLessThan(6);
		expect(world.stateBytes).toBeLessThan(10_000);
		expect([...world.reportedIds].sort((a, b) => a - b)).toEqual(listNumbers(201, world.entryCount));
	});
});

describe('requests', () => {
	it('take no poll of the durable scheduler longer than it may, where there are 3,000 changes a day', async () => {
		/** n8n gives up a poll of its durable scheduler then, and drops what comes of it. */
		const TIMEOUT_SECONDS = 45;
		const world = new PolledSchool({
			settings: SMALL_PAGES,
			parameters: RECORD_CHANGED,
			poller: { isDurable: true },
		});
		// A log that grows all the time, also while it is read, at the rate of five requests a second.
		const apart = 28.8;
		for (const n of listNumbers(1, 4_500)) world.addLogEntry({ ago: ((4_500 - n) * apart) / 60 });
		let next = world.now.plus({ seconds: apart });
		const grow = () => {
			for (; next <= world.now; next = next.plus({ seconds: apart })) world.addLogEntry();
		};
		world.school.beforeAnswer = () => {
			world.passMinutes(0.22 / 60);
			grow();
		};
		await world.poll();
		const seconds: number[] = [];
		for (let n = 0; n < 12; n++) {
			world.passMinutes(5);
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
	const later = async (world: PolledSchool): Promise<number[]> => {
		const ids: number[] = [];
		await world.pollRepeatedly(LATER, 4, () => ids.push(world.addLogEntry()));
		return ids;
	};

	it.each([
		['before the trigger begins', true],
		['while it is active', false],
	])('%s hide none that come in the same hour', async (_when, isFirst) => {
		const parameters = { ...RECORD_CHANGED, options: { maxPerPoll: 10_000 } };
		const world = new PolledSchool({ settings: LARGE_PAGES, parameters, begin: '2026-02-10 09:05:00' });
		world.addLogEntry();
		if (!isFirst) await world.poll();
		world.passMinutes(20);
		const many = listNumbers(1, MANY).map((n) => world.addLogEntry({ ago: (19 * (MANY - n)) / MANY }));
		await world.poll();
		const ids = await later(world);
		expect(world.reportedIds).toEqual(isFirst ? ids : [...many, ...ids]);
		expect(world.stateBytes).toBeLessThan(32_000);
	});
});
