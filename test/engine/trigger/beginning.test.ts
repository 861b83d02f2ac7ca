import type { INodeParameters } from 'n8n-workflow';

import { httpFailure } from '../support/directSchool';
import {
	interceptCalls,
	CUSTOMER_CREATED,
	isCallOfBranch,
	LARGE_PAGES,
	RECORD_CHANGED,
	listNumbers,
	PolledSchool,
} from '../support/polledSchool';

afterEach(() => jest.restoreAllMocks());

const DAY = 1_440;

interface Source {
	what: string;
	parameters: INodeParameters;
	/** Something new of a branch, made so many minutes ago. */
	add: (world: PolledSchool, branch?: number, ago?: number) => number;
}
const customers: Source = {
	what: 'customers',
	parameters: { ...CUSTOMER_CREATED, simplify: false },
	add: (world, branch = 1, ago = 0) => world.addCustomer({ branch_ids: [branch] }, { ago }),
};
const changes: Source = {
	what: 'changes',
	parameters: RECORD_CHANGED,
	add: (world, branch = 1, ago = 0) => world.addLogEntry({ branches: [branch], ago }),
};
const sources = [customers, changes];

describe('a list that comes empty though its rows are counted', () => {
	/** From now on, lists of records come without rows, whatever is counted. */
	function emptied(world: PolledSchool, branch = 1): { isOdd: boolean } {
		const state = { isOdd: true };
		interceptCalls(world, async (asked, real) => {
			const answer = await real();
			if (!state.isOdd || !isCallOfBranch(asked, branch)) return answer;
			return { ...answer, items: [] };
		});
		return state;
	}

	it.each(sources)('does not let the trigger begin: $what', async ({ parameters, add }) => {
		const world = new PolledSchool({ settings: LARGE_PAGES, parameters });
		listNumbers(1, 30).forEach((n) => add(world, 1, 31 - n));
		const state = emptied(world);
		await expect(world.poll()).rejects.toMatchObject({
			message: expect.stringContaining('AlfaCRM sent an empty list when asked to') as string,
			// A branch whose total is wrong for good is left out.
			description: expect.stringMatching(/branch 1\..* choose the other branches in 'Branch'/) as string,
		});
		state.isOdd = false;
		expect(await world.poll()).toEqual([]);
		const id = add(world);
		expect(await world.pollRepeatedly(1, 5)).toEqual([id]);
	});

	it.each(sources)('makes no news of what a branch held when it was chosen: $what', async (source) => {
		const { parameters, add } = source;
		const settings = { ...LARGE_PAGES, logScope: 'branch' } as const;
		const world = new PolledSchool({ settings, branches: 2, parameters: { ...parameters, branchIds: [1] } });
		add(world, 1, 10);
		await world.poll();
		listNumbers(1, 30).forEach((n) => add(world, 2, 31 - n));
		const own = add(world);
		expect(await world.pollRepeatedly(1, 5)).toEqual([own]);
		const state = emptied(world, 2);
		world.poller.changeParameters({ ...parameters, branchIds: [1, 2] });
		await world.pollRepeatedly(3, 5).catch(() => []);
		state.isOdd = false;
		await world.pollRepeatedly(3, 61);
		expect(world.reportedIds).toEqual([own]);
		const id = add(world, 2);
		expect(await world.pollRepeatedly(1, 5)).toEqual([id]);
	});

	it.each([
		['none', {}],
		['the newest, as many as are asked for', { startWith: 3 }],
	])('is a failure if it is that of the branches; of the log it tells then %s', async (_what, options) => {
		const world = new PolledSchool({ settings: LARGE_PAGES, parameters: { ...RECORD_CHANGED, options } });
		const ids = listNumbers(1, 30).map((n) => world.addLogEntry({ ago: 31 - n }));
		let isShown = false;
		interceptCalls(world, async (asked, real) =>
			isShown || !asked.url.includes('branch/index') ? await real() : { total: 0, items: [] },
		);
		await expect(world.poll()).rejects.toThrow('AlfaCRM returned no branches');
		await expect(world.pollRepeatedly(1, 5)).rejects.toThrow('AlfaCRM returned no branches');
		isShown = true;
		expect(await world.pollRepeatedly(3, 5)).toEqual('startWith' in options ? ids.slice(-3) : []);
		const id = world.addLogEntry();
		expect(await world.pollRepeatedly(1, 5)).toEqual([id]);
	});
});

describe('a branch', () => {
	it.each(sources)(
		'that this user may not read at the activation has no news when they may, but from then on: $what',
		async (source) => {
			const world = new PolledSchool({ settings: LARGE_PAGES, branches: 2, parameters: source.parameters });
			source.add(world);
			listNumbers(1, 10).forEach((n) => source.add(world, 2, (11 - n) * 40));
			world.changeBranch(2, 'forbidden');
			await world.pollRepeatedly(2, 10);
			world.changeBranch(2, 'allowed');
			expect(await world.pollRepeatedly(1, 10)).toEqual([]);
			const own = source.add(world, 2);
			expect(await world.pollRepeatedly(1, 10)).toEqual([own]);
		},
	);

	it('that was given up has no news in the log when it is chosen again', async () => {
		const branchIds = [1, 2];
		const world = new PolledSchool({
			settings: LARGE_PAGES,
			branches: 2,
			parameters: { ...RECORD_CHANGED, branchIds },
		});
		world.addLogEntry({ branches: [2] });
		await world.pollRepeatedly(1, 5);
		world.poller.changeParameters({ ...RECORD_CHANGED, branchIds: [1] });
		await world.pollRepeatedly(1, 5);
		await world.pollRepeatedly(5, DAY, () => world.addLogEntry({ branches: [2] }));
		world.poller.changeParameters({ ...RECORD_CHANGED, branchIds });
		expect(await world.pollRepeatedly(1, 5)).toEqual([]);
		const id = world.addLogEntry({ branches: [2] });
		expect(await world.pollRepeatedly(1, 5)).toEqual([id]);
	});
});

it.each(sources)(
	'Start With Newest comes at once, more than Max Records per Poll too: $what',
	async (source) => {
		const parameters = { ...source.parameters, options: { startWith: 4, maxPerPoll: 1 } };
		const world = new PolledSchool({ settings: LARGE_PAGES, branches: 3, parameters });
		const ids = [1, 2, 1, 2, 3].map((branch, n) => source.add(world, branch, 100 - n));
		expect(await world.poll()).toEqual(ids.slice(-4));
		expect(await world.pollRepeatedly(3, 61)).toEqual([]);
	},
);

it('of the newest that are asked for none is lost to a record that AlfaCRM fails to show', async () => {
	const parameters = { event: 'customerUpdated', simplify: false, options: { startWith: 6 } };
	const world = new PolledSchool({ settings: LARGE_PAGES, parameters });
	const ids = listNumbers(1, 8).map(() => world.addCustomer());
	ids.forEach((id, n) => world.addLogEntry({ values: { entity_id: id }, ago: 60 - n }));
	let isFailing = true;
	interceptCalls(world, async (asked, real) => {
		if (isFailing && asked.body?.id === ids[4]) throw httpFailure(500);
		return await real();
	});
	await expect(world.poll()).rejects.toThrow('could not get customer');
	isFailing = false;
	await world.pollRepeatedly(3, 5);
	expect(world.reportedIds).toEqual(ids.slice(2));
});

it('the newest customer is no news where the clock of its branch is slow, on whatever day the trigger begins', async () => {
	for (const days of [0, 1, 2, 3, 39, 40, 41]) {
		const world = new PolledSchool({
			settings: LARGE_PAGES,
			branches: 2,
			parameters: CUSTOMER_CREATED,
			begin: '2026-02-10 00:30:00',
		});
		world.addCustomer();
		world.addCustomer({ branch_ids: [2] }, { ago: 120 });
		world.passMinutes(days * DAY);
		expect(await world.pollRepeatedly(3, 5)).toEqual([]);
	}
});
