import fc from 'fast-check';

import { depth, seed } from '../../support/depth';
import type { AccountSettings, History, Step, Write } from './changeLog/histories';
import { histories } from './changeLog/histories';
import { NOTHING_WRONG, playHistory } from './changeLog/playHistory';

const POLL: Step = { kind: 'poll' };

const ACCOUNT: AccountSettings = {
	pageSize: 20,
	hasTotals: true,
	isShuffled: false,
	zoneHours: 0,
	isLogShared: false,
};

/** Makes the step in which AlfaCRM writes entries into the log, all in one second. */
function writeEntries(count: number, { branch = 1, entity = 'Task' }: Partial<Write> = {}): Write {
	return {
		kind: 'write',
		branch,
		entity,
		count,
		isTwin: false,
		lateMinutes: 0,
		isInstant: false,
	};
}

function repeatStep(count: number, step: Step): Step[] {
	return Array<Step>(count).fill(step);
}

/*
 * A trigger polls the log of changes while entries are written, branches fail, n8n restarts, and the user changes settings.
 * Each entry must be reported once, whatever happens. `changeLog/expectations.ts` states the rule.
 */
it(`the trigger reports each log entry once and the oldest first in ${depth.logHistories} random histories`, async () => {
	const property = fc.asyncProperty(histories, async (history) => {
		const { findings } = await playHistory(history);

		expect(findings).toEqual(NOTHING_WRONG);
	});
	await fc.assert(property, { numRuns: depth.logHistories, seed });
}, 600_000);

it('the trigger reports each log entry once when the user chooses another class before a long log is read to its end', async () => {
	const history: History = {
		account: { ...ACCOUNT, pageSize: 2 },
		agesInMinutes: [],
		settings: { chosenBranches: [1, 2], classes: ['Lesson', 'Task'], maxRecords: 1 },
		steps: [
			POLL,
			writeEntries(3, { entity: 'Lesson' }),
			writeEntries(25, { entity: 'Customer' }),
			// One record a poll and two rows a page: these polls do not come to the end of the log.
			...repeatStep(3, POLL),
			{ kind: 'changeSettings', settings: { classes: ['Customer'] } },
		],
	};

	const { findings } = await playHistory(history);

	expect(findings).toEqual(NOTHING_WRONG);
});

it('the trigger reports each log entry once when a branch closes and opens again after the user has chosen all branches', async () => {
	const history: History = {
		account: ACCOUNT,
		agesInMinutes: [],
		settings: { chosenBranches: [1], classes: [], maxRecords: 500 },
		steps: [
			POLL,
			writeEntries(1, { branch: 2 }),
			// From here on, the trigger watches all open branches.
			{ kind: 'changeSettings', settings: { chosenBranches: [] } },
			POLL,
			{ kind: 'closeBranch', branch: 2 },
			POLL,
			{ kind: 'openBranch', branch: 2 },
		],
	};

	const { findings } = await playHistory(history);

	expect(findings).toEqual(NOTHING_WRONG);
});

it.each([{ maxRecords: 1 }, { maxRecords: 500 }])(
	'the trigger reports each log entry once, $maxRecords a poll at most, although the log grows while the trigger reads it',
	async ({ maxRecords }) => {
		const growthDuringPolls = Array.from({ length: 15 }, (_, index): Step[] => [
			writeEntries(25),
			...repeatStep(15, writeEntries(1)),
			// Each of these polls meets the new entries at a later request.
			{ kind: 'writeDuringPoll', request: index + 3, write: writeEntries(3) },
		]);
		const history: History = {
			account: { ...ACCOUNT, pageSize: 2 },
			agesInMinutes: [0],
			settings: { chosenBranches: [1], classes: [], maxRecords },
			steps: [POLL, ...growthDuringPolls.flat()],
		};

		const { findings } = await playHistory(history);

		expect(findings).toEqual(NOTHING_WRONG);
	},
);

it('the state of the trigger stays below 30 kB while a branch cannot be read, and no log entry is reported twice later', async () => {
	const busyHour: Step[] = [writeEntries(2_000), ...repeatStep(4, POLL), { kind: 'wait', minutes: 61 }];
	const history: History = {
		account: { ...ACCOUNT, pageSize: 500, isLogShared: true },
		agesInMinutes: [0],
		settings: { chosenBranches: [], classes: [], maxRecords: 500 },
		steps: [POLL, { kind: 'failBranch', branch: 2 }, ...busyHour, ...busyHour, ...busyHour, ...busyHour],
	};

	const { findings, largestState } = await playHistory(history);

	expect(findings.miscounts).toEqual({});
	expect(largestState).toBeLessThan(30_000);
	// A history that needs a much smaller state would not test the limit.
	expect(largestState).toBeGreaterThan(20_000);
});
