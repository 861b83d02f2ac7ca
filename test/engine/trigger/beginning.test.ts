import type { INodeParameters } from 'n8n-workflow';

import { httpFailure } from '../support/direct';
import { between, CUSTOMERS, isIn, LARGE, LOG, range, World } from '../support/world';

afterEach(() => jest.restoreAllMocks());

const DAY = 1_440;

interface Source {
	what: string;
	parameters: INodeParameters;
	/** Something new of a branch, made so many minutes ago. */
	add: (world: World, branch?: number, ago?: number) => number;
}
const customers: Source = {
	what: 'customers',
	parameters: { ...CUSTOMERS, simplify: false },
	add: (world, branch = 1, ago = 0) => world.customer({ branch_ids: [branch] }, { ago }),
};
const changes: Source = {
	what: 'changes',
	parameters: LOG,
	add: (world, branch = 1, ago = 0) => world.log({ branches: [branch], ago }),
};
const sources = [customers, changes];

describe('a list that comes empty though its rows are counted', () => {
	/** From now on, lists of records come without rows, whatever is counted. */
	function emptied(world: World, branch = 1): { isOdd: boolean } {
		const state = { isOdd: true };
		between(world, async (asked, real) => {
			const answer = await real();
			if (!state.isOdd || !isIn(asked, branch)) return answer;
			return { ...answer, items: [] };
		});
		return state;
	}

	it.each(sources)('does not let the trigger begin: $what', async ({ parameters, add }) => {
		const world = new World({ settings: LARGE, parameters });
		range(1, 30).forEach((n) => add(world, 1, 31 - n));
		const state = emptied(world);
		await expect(world.poll()).rejects.toMatchObject({
			message: expect.stringContaining('AlfaCRM sent an empty list when asked to') as string,
			// A branch whose total is wrong for good is left out.
			description: expect.stringMatching(/branch 1\..* choose the other branches in 'Branch'/) as string,
		});
		state.isOdd = false;
		expect(await world.poll()).toEqual([]);
		const id = add(world);
		expect(await world.polls(1, 5)).toEqual([id]);
	});

	it.each(sources)('makes no news of what a branch held when it was chosen: $what', async (source) => {
		const { parameters, add } = source;
		const settings = { ...LARGE, logScope: 'branch' } as const;
		const world = new World({ settings, branches: 2, parameters: { ...parameters, branchIds: [1] } });
		add(world, 1, 10);
		await world.poll();
		range(1, 30).forEach((n) => add(world, 2, 31 - n));
		const own = add(world);
		expect(await world.polls(1, 5)).toEqual([own]);
		const state = emptied(world, 2);
		world.poller.change({ ...parameters, branchIds: [1, 2] });
		await world.polls(3, 5).catch(() => []);
		state.isOdd = false;
		await world.polls(3, 61);
		expect(world.out).toEqual([own]);
		const id = add(world, 2);
		expect(await world.polls(1, 5)).toEqual([id]);
	});

	it.each([
		['none', {}],
		['the newest, as many as are asked for', { startWith: 3 }],
	])('is a failure if it is that of the branches; of the log it tells then %s', async (_what, options) => {
		const world = new World({ settings: LARGE, parameters: { ...LOG, options } });
		const ids = range(1, 30).map((n) => world.log({ ago: 31 - n }));
		let isShown = false;
		between(world, async (asked, real) =>
			isShown || !asked.url.includes('branch/index') ? await real() : { total: 0, items: [] },
		);
		await expect(world.poll()).rejects.toThrow('AlfaCRM returned no branches');
		await expect(world.polls(1, 5)).rejects.toThrow('AlfaCRM returned no branches');
		isShown = true;
		expect(await world.polls(3, 5)).toEqual('startWith' in options ? ids.slice(-3) : []);
		const id = world.log();
		expect(await world.polls(1, 5)).toEqual([id]);
	});
});

describe('a branch', () => {
	it.each(sources)(
		'that this user may not read at the activation has no news when they may, but from then on: $what',
		async (source) => {
			const world = new World({ settings: LARGE, branches: 2, parameters: source.parameters });
			source.add(world);
			range(1, 10).forEach((n) => source.add(world, 2, (11 - n) * 40));
			world.branch(2, 'forbidden');
			await world.polls(2, 10);
			world.branch(2, 'allowed');
			expect(await world.polls(1, 10)).toEqual([]);
			const own = source.add(world, 2);
			expect(await world.polls(1, 10)).toEqual([own]);
		},
	);

	it('that was given up has no news in the log when it is chosen again', async () => {
		const branchIds = [1, 2];
		const world = new World({ settings: LARGE, branches: 2, parameters: { ...LOG, branchIds } });
		world.log({ branches: [2] });
		await world.polls(1, 5);
		world.poller.change({ ...LOG, branchIds: [1] });
		await world.polls(1, 5);
		await world.polls(5, DAY, () => world.log({ branches: [2] }));
		world.poller.change({ ...LOG, branchIds });
		expect(await world.polls(1, 5)).toEqual([]);
		const id = world.log({ branches: [2] });
		expect(await world.polls(1, 5)).toEqual([id]);
	});
});

it.each(sources)(
	'Start With Newest comes at once, more than Max Records per Poll too: $what',
	async (source) => {
		const parameters = { ...source.parameters, options: { startWith: 4, maxPerPoll: 1 } };
		const world = new World({ settings: LARGE, branches: 3, parameters });
		const ids = [1, 2, 1, 2, 3].map((branch, n) => source.add(world, branch, 100 - n));
		expect(await world.poll()).toEqual(ids.slice(-4));
		expect(await world.polls(3, 61)).toEqual([]);
	},
);

it('of the newest that are asked for none is lost to a record that AlfaCRM fails to show', async () => {
	const parameters = { event: 'customerUpdated', simplify: false, options: { startWith: 6 } };
	const world = new World({ settings: LARGE, parameters });
	const ids = range(1, 8).map(() => world.customer());
	ids.forEach((id, n) => world.log({ values: { entity_id: id }, ago: 60 - n }));
	let isFailing = true;
	between(world, async (asked, real) => {
		if (isFailing && asked.body?.id === ids[4]) throw httpFailure(500);
		return await real();
	});
	await expect(world.poll()).rejects.toThrow('could not get customer');
	isFailing = false;
	await world.polls(3, 5);
	expect(world.out).toEqual(ids.slice(2));
});

it('the newest customer is no news where the clock of its branch is slow, on whatever day the trigger begins', async () => {
	for (const days of [0, 1, 2, 3, 39, 40, 41]) {
		const world = new World({
			settings: LARGE,
			branches: 2,
			parameters: CUSTOMERS,
			begin: '2026-02-10 00:30:00',
		});
		world.customer();
		world.customer({ branch_ids: [2] }, { ago: 120 });
		world.pass(days * DAY);
		expect(await world.polls(3, 5)).toEqual([]);
	}
});
