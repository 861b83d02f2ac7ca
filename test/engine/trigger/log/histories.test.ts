import fc from 'fast-check';

import { depth, seed } from '../../../support/depth';
import type { LogHistory, LogStep } from '../../support/logHistory';
import { logHistories, LogPlay } from '../../support/logHistory';

async function outcome(history: LogHistory) {
	const play = new LogPlay(history);
	await play.run();
	const { unordered, hasBegun } = play;
	return {
		missing: play.missing(),
		repeated: play.repeated(),
		others: play.others(),
		unordered,
		mixed: play.mixed(),
		hasBegun,
	};
}

const CLEAN = { missing: [], repeated: [], others: [], unordered: [], mixed: [], hasBegun: true };

const poll: LogStep = { do: 'poll' };
const write = (twins: number): LogStep => ({
	do: 'write',
	branch: 0,
	twins,
	className: 'Task',
	hiddenMinutes: 0,
});
const customers = (branch: number, twins: number) =>
	({ do: 'write', branch, twins, className: 'Customer', hiddenMinutes: 0 }) as const;
const plain: Omit<LogHistory, 'steps'> = {
	settings: { pageSize: 2 },
	before: [0],
	watched: [],
	classes: [],
	maxPerPoll: 1,
	isHurried: false,
};

/** What random histories or their authors came across. */
const found: Array<[string, LogHistory]> = [
	[
		'entries left for later while a walk in a hurry comes to its end',
		{
			...plain,
			isHurried: true,
			steps: [poll, write(2), poll, poll, write(3), { do: 'wait', minutes: 181 }, write(1), poll, write(1)],
		},
	],
	[
		'a last page that is shown for ever, without a total, to a poll in a hurry',
		{
			...plain,
			settings: { pageSize: 2, total: 'missing', pastEnd: 'repeatLast' },
			isHurried: true,
			steps: [poll, poll, poll, write(5), poll],
		},
	],
	[
		'an entry that shows up two hours late, when younger ones are old news',
		{
			...plain,
			maxPerPoll: 500,
			steps: [
				poll,
				{ do: 'write', branch: 0, twins: 1, className: 'Task', hiddenMinutes: 120 },
				{ do: 'wait', minutes: 119 },
				...[write(2), poll, poll, poll, poll],
			],
		},
	],
	[
		'an order that changes with each page while entries come and days go',
		{
			...plain,
			settings: { pageSize: 2, shuffle: true, logScope: 'branch' },
			before: [100_000, 0, 0, 0],
			maxPerPoll: 500,
			steps: [
				poll,
				customers(1, 2),
				poll,
				customers(1, 1),
				{ do: 'wait', minutes: 181 },
				customers(1, 3),
				{ do: 'during', at: 1, step: customers(0, 1) },
			],
		},
	],
	[
		'a branch that knows of a later day than the others, which list the same changes',
		{
			...plain,
			settings: { pageSize: 2, logScope: 'branch' },
			steps: [poll, write(7), { do: 'wait', minutes: 2_340 }, { ...customers(1, 1), hiddenMinutes: 1 }],
		},
	],
	[
		'a branch that is opened while others have the same changes still to report',
		{
			...plain,
			settings: { pageSize: 2, logScope: 'branch' },
			before: [],
			maxPerPoll: 2,
			steps: [
				customers(0, 1),
				{ do: 'branch', becomes: 'closed', branch: 1 },
				poll,
				customers(0, 7),
				poll,
				{ do: 'wait', minutes: 2_340 },
				customers(0, 1),
				poll,
			],
		},
	],
	[
		'changes of one second beside some that nobody wants',
		{
			...plain,
			settings: { pageSize: 20 },
			classes: ['Task', 'Pay'],
			maxPerPoll: 500,
			steps: [
				poll,
				write(3),
				{ do: 'write', branch: 0, twins: 3, className: 'Lesson', hiddenMinutes: 0 },
				write(3),
			],
		},
	],
	[
		'a list in another order each time, which shows the same page twice',
		{
			...plain,
			settings: {
				pageSize: 3,
				bodyPageSize: 'ignored',
				shuffle: true,
				pastEnd: 'repeatLast',
				total: 'present',
			},
			before: [0, 0, 0, 0, 0, 0],
			watched: [1],
			steps: [],
		},
	],
	[
		'all days shown whatever was asked for, not the newest first',
		{
			...plain,
			settings: { pageSize: 2, bodyPageSize: 'ignored', ignoredFilters: ['log.date_from'] },
			before: [0, 100_000, 100_000],
			steps: [poll, write(1), poll],
		},
	],
	[
		'days that end later than was asked for, after some that are closed by now',
		{
			...plain,
			settings: { pageSize: 2, bodyPageSize: 'ignored', ignoredFilters: ['log.date_to'] },
			before: [0],
			maxPerPoll: 3,
			steps: [
				poll,
				...[1, 2, 3, 4].flatMap((): LogStep[] => [{ do: 'wait', minutes: 1_440 }, write(2)]),
				...[poll, poll, poll, poll, poll, poll],
			],
		},
	],
];

afterEach(() => {
	jest.restoreAllMocks();
});

describe('whatever happens in AlfaCRM and n8n', () => {
	it(`each entry of the change log is reported exactly once, in order, in ${depth.logHistories} random histories`, async () => {
		await fc.assert(
			fc.asyncProperty(logHistories, async (history) => {
				expect(await outcome(history)).toEqual(CLEAN);
			}),
			{ numRuns: depth.logHistories, seed },
		);
	}, 1_200_000);

	it.each(found)('so it is with %s', async (_what, history) => {
		expect(await outcome(history)).toEqual(CLEAN);
	});
});
