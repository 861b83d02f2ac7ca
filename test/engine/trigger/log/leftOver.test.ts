import type { Settings } from '../../../../sandbox/model/settings';
import { between, LARGE, LOG, range, SMALL, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const RESULT = { lost: 0, unordered: 0, repeated: 0 };

/** n8n is off for five days, in which wanted changes and others come in turns, so many of each. */
async function afterSilence(settings: Partial<Settings>, most: number, turns: [number, number]) {
	const parameters = { ...LOG, entities: ['Customer'], options: { maxPerPoll: most } };
	const world = new World({ settings, parameters });
	world.log();
	await world.poll();
	await world.polls(2, 5);
	const made: number[] = [];
	const count = turns[0] + turns[1];
	for (let n = 0; n < 4 * count; n++) {
		world.pass((5 * 24 * 60) / (4 * count));
		if (n % count < turns[0]) made.push(world.log());
		else world.log({ values: { entity: 'Lesson' } });
	}
	await world.polls(14, 5);
	await world.polls(4, 61);
	return {
		lost: made.filter((id) => !world.out.includes(id)).length,
		unordered: world.out.filter((id, index) => index > 0 && id < world.out[index - 1]).length,
		repeated: world.repeated.length,
	};
}

// Of what a poll found it leaves what is more than it may report, and takes down all that nobody wants. The place of what is
// left is counted from the top as if nothing that is known lay above it.
it('Max per Poll 10, pages of 20: 120 changes', async () => {
	expect(await afterSilence(SMALL, 10, [18, 12])).toEqual(RESULT);
});

it('Max per Poll 500 (the default), pages of 500: 5,000 changes, wanted ones in runs of up to 40', async () => {
	let random = 7_919;
	const next = (below: number) => (random = (random * 48_271) % 2_147_483_647) % below;
	const world = new World({ settings: LARGE, parameters: { ...LOG, entities: ['Customer'] } });
	await world.poll();
	const made: number[] = [];
	for (let isWanted = true; made.length < 2_500; isWanted = !isWanted) {
		for (let rest = next(40); rest >= 0; rest--) {
			world.pass((5 * 24 * 60) / 5_000);
			if (isWanted) made.push(world.log());
			else world.log({ values: { entity: 'Lesson' } });
		}
	}
	await world.polls(14, 5);
	await world.polls(4, 61);
	expect({
		lost: made.filter((id) => !world.out.includes(id)).length,
		unordered: world.out.filter((id, index) => index > 0 && id < world.out[index - 1]).length,
		repeated: world.repeated.length,
	}).toEqual(RESULT);
}, 100_000);

it.each([
	['durable scheduler, 0.2 s a call', true, 0.2],
	['default engine, 1 s a call', false, 1],
] as const)(
	'Fetch Full Record has no time for all that was found: %s',
	async (_name, isDurable, seconds) => {
		const parameters = { ...LOG, entities: ['Customer'], fetchRecord: true };
		const world = new World({ settings: SMALL, parameters, poller: { isDurable } });
		await world.poll();
		const made: number[] = [];
		// Two days without n8n: each third change is one of a customer.
		for (const n of range(1, 3_600)) {
			world.pass(2);
			if (n % 3 > 0) world.log({ values: { entity: 'Lesson' } });
			else world.log({ values: { entity_id: made[made.push(world.customer()) - 1] } });
		}
		world.school.onCall = () => world.pass(seconds / 60);
		await world.polls(40, 5, () => world.log({ values: { entity: 'Lesson' } }));
		await world.polls(3, 61);
		expect({
			lost: made.filter((id) => !world.out.includes(id)).length,
			unordered: world.out.filter((id, index) => index > 0 && id < world.out[index - 1]).length,
			repeated: world.repeated.length,
		}).toEqual(RESULT);
	},
	100_000,
);

describe('a list that comes empty while something is left over', () => {
	const setUp = async () => {
		const parameters = { ...LOG, options: { maxPerPoll: 3 } };
		const world = new World({ settings: { ...LARGE, logScope: 'branch' }, branches: 2, parameters });
		range(1, 2).forEach((branch) => world.log({ branches: [branch] }));
		await world.poll();
		world.pass(5 * 1_440);
		const ids = range(1, 17).map((n) => world.log({ ago: (17 - n) * 400 + 1 }));
		await world.polls(1, 5);
		return { world, ids };
	};
	const emptied = (world: World, total: (real: unknown) => unknown) => {
		const state = { isOdd: true };
		between(world, async (asked, real) => {
			const answer = await real();
			if (!state.isOdd || !asked.url.includes('/1/log/')) return answer;
			return { ...answer, items: [], total: total(answer.total) } as typeof answer;
		});
		return state;
	};

	it.each<[string, (real: unknown) => unknown]>([
		['counted', (real) => real],
		['with a total of none', () => 0],
		['without a total', () => undefined],
	])('is a failure, %s: nothing is lost, and the other branch goes on', async (_what, total) => {
		const { world, ids } = await setUp();
		const state = emptied(world, total);
		world.pass(5);
		await expect(world.poll()).rejects.toThrow('empty list when asked to read the change log');
		const other = world.log({ branches: [2] });
		expect(await world.polls(1, 61)).toEqual([other]);
		state.isOdd = false;
		await world.polls(8, 5);
		expect(world.out.filter((id) => id !== other)).toEqual(ids);
		expect(world.repeated).toEqual([]);
	});

	it('is believed after a month', async () => {
		const { world } = await setUp();
		emptied(world, () => 0);
		world.pass(31 * 1_440);
		expect(await world.poll()).toEqual([]);
		expect(await world.polls(2, 61)).toEqual([]);
	});
});
