import fc from 'fast-check';

import { depth, seed } from '../../../support/depth';
import type { History, Step } from '../../support/history';
import { histories } from '../../support/history';
import { Play } from '../../support/historyPlay';

async function outcome(history: History) {
	const play = new Play(history);
	await play.run();
	return {
		missing: play.missing(),
		repeated: play.repeated(),
		old: play.old(),
		unordered: play.unordered,
		hasBegun: play.hasBegun,
	};
}

const CLEAN = { missing: [], repeated: [], old: [], unordered: [], hasBegun: true };

const plain: Omit<History, 'steps'> = {
	settings: { pageSize: 2 },
	before: [],
	watched: [1],
	isStudy: 2,
	includeArchived: true,
	maxPerPoll: 500,
	isHurried: false,
};
const create: Step = { do: 'create', branch: 1, isStudy: 0, hiddenMinutes: 0 };
const poll: Step = { do: 'poll' };
const day: Step = { do: 'wait', minutes: 1_440 };

/** What random histories or their authors came across. */
const found: Array<[string, History]> = [
	[
		'a backlog of days that is larger than a poll may report',
		{ ...plain, maxPerPoll: 1, steps: [poll, ...Array(8).fill([create, day]).flat()] as Step[] },
	],
	[
		'branches that are listed in another order on each page',
		{
			...plain,
			watched: [],
			settings: { pageSize: 2, shuffle: true },
			steps: [poll, { ...create, branch: 3 }],
		},
	],
	[
		'branches that show the same two of three twice, on pages in another order',
		{
			...plain,
			watched: [],
			settings: { pageSize: 2, shuffle: true },
			steps: [{ do: 'failingPoll', at: 4, status: 500 }, poll, create],
		},
	],
	[
		'a new customer that the total hides, since another one went',
		{
			...plain,
			before: Array(5).fill({ branch: 1, daysAgo: 0, isStudy: 0 }) as History['before'],
			settings: { pageSize: 2, shuffle: true },
			steps: [poll, { do: 'delete', pick: 0 }, create, poll],
		},
	],
	[
		'a new customer that the total of a long list hides, since two went',
		{
			...plain,
			before: Array(25).fill({ branch: 1, daysAgo: 0, isStudy: 1 }) as History['before'],
			settings: { pageSize: 2 },
			steps: [poll, { do: 'delete', pick: 3 }, { do: 'delete', pick: 7 }, { ...create, isStudy: 1 }, poll],
		},
	],
	[
		'a poll that begins before the last one is done',
		{ ...plain, steps: [poll, create, { do: 'overlappingPolls', at: 1 }] },
	],
	[
		'a customer that shows up after a younger one, and a restart from an older state',
		{
			...plain,
			steps: [
				poll,
				{ ...create, hiddenMinutes: 300 },
				create,
				poll,
				{ do: 'wait', minutes: 301 },
				{ do: 'restart' },
			],
		},
	],
	[
		'a client of a branch that cannot be read, when clients are asked for as well',
		{
			...plain,
			watched: [1, 2],
			isStudy: 0,
			steps: [
				poll,
				{ do: 'branch', becomes: 'forbidden', branch: 2 },
				{ ...create, branch: 2, isStudy: 1 },
				create,
				poll,
				{ do: 'change', to: 6 },
			],
		},
	],
	[
		'a lead that showed up late and was left over, when clients are asked for as well',
		{
			...plain,
			isStudy: 0,
			maxPerPoll: 1,
			steps: [
				poll,
				{ ...create, hiddenMinutes: 60 },
				{ ...create, hiddenMinutes: 60 },
				create,
				poll,
				{ do: 'wait', minutes: 61 },
				poll,
				{ do: 'change', to: 6 },
			],
		},
	],
	[
		'a client who is no news, when clients are asked for as well',
		{
			...plain,
			isStudy: 0,
			steps: [poll, create, { ...create, isStudy: 1 }, poll, { do: 'change', to: 6 }],
		},
	],
	[
		'a customer who came into the filter late and was left over, when it is changed',
		{
			...plain,
			isStudy: 0,
			maxPerPoll: 1,
			steps: [
				poll,
				{ ...create, isStudy: 1 },
				poll,
				create,
				create,
				{ do: 'convert', pick: 0 },
				poll,
				{ do: 'change', to: 6 },
			],
		},
	],
];

afterEach(() => {
	jest.restoreAllMocks();
});

describe('whatever happens in AlfaCRM and n8n', () => {
	it(`each created customer is reported exactly once, in order, in ${depth.recordHistories} random histories`, async () => {
		await fc.assert(
			fc.asyncProperty(histories, async (history) => {
				expect(await outcome(history)).toEqual(CLEAN);
			}),
			{ numRuns: depth.recordHistories, seed },
		);
	}, 1_200_000);

	it.each(found)('so it is with %s', async (_what, history) => {
		expect(await outcome(history)).toEqual(CLEAN);
	});
});
