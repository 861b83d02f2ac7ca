import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE } from '../../support/codes';
import type { PolledSchool } from '../support/polledSchool';
import {
	listHistoriesOf,
	readNewestData,
	readStoredData,
	replaceNewestState,
	VERSIONS,
	writeStoredData,
} from './storedStateFiles';
import { DEBT_HISTORY, playUntilUpdate, pollIds, UPDATE_HISTORIES } from './updateHistories';

afterEach(() => {
	jest.restoreAllMocks();
});

/** The version for which the states are written, if the environment asks for it. */
const { WRITE_STATES: versionToWrite } = process.env;

if (versionToWrite !== undefined) {
	it.each(UPDATE_HISTORIES)(
		'this version writes its state of $parameters.event into a file',
		async (history) => {
			const school = await playUntilUpdate(history);

			writeStoredData(versionToWrite, history, school.poller.staticData);
		},
	);
}

describe.each(VERSIONS)('A trigger whose state was stored by version %s', (version) => {
	it.each(listHistoriesOf(version))(
		'$parameters.event reports once what has happened since another version stored its state',
		async (history) => {
			const school = await playUntilUpdate(history);
			school.poller.restartWith(readStoredData(version, history));
			history.playDuringUpdate(school);

			const reportedIds = await pollIds(school, history);
			school.passMinutes(61);
			const idsOfNextPoll = await pollIds(school, history);

			expect(reportedIds).toEqual(history.expectedIds);
			expect(idsOfNextPoll).toEqual([]);
			expect(school.poller.logLines).toEqual([]);
		},
	);
});

describe('A trigger of this version', () => {
	it.each(UPDATE_HISTORIES)(
		'$parameters.event stores exactly the state that the newest published version stores',
		async (history) => {
			const school = await playUntilUpdate(history);

			expect(school.poller.staticData).toEqual(readNewestData(history));
		},
	);
});

describe.each([{ version: 7 }, { version: 9 }])(
	'A trigger whose state has the shape of version $version instead of 8',
	({ version }) => {
		it.each(UPDATE_HISTORIES)(
			"$parameters.event reports nothing old when its state has another version, and says so in n8n's log",
			async (history) => {
				const school = await playUntilUpdate(history);
				const foreignData = replaceNewestState(history, (state) => ({
					...state,
					version,
					known: { inAnotherShape: true },
				}));
				school.poller.restartWith(foreignData);

				const reportedIds = await pollIds(school, history);
				school.passMinutes(5);
				const idsOfNextPoll = await pollIds(school, history);

				expect(reportedIds).toEqual([]);
				expect(idsOfNextPoll).toEqual([]);
				expect(school.poller.logLines).toEqual([
					`'AlfaCRM Trigger' cannot go on from what it remembers, so it reports only what happens from now on. Its state was stored by another version of this package: it has version ${version}, and this package reads version 8.`,
				]);
			},
		);
	},
);

describe('A trigger for clients in debt whose state has the shape of a later version', () => {
	let school: PolledSchool;

	beforeEach(async () => {
		school = await playUntilUpdate(DEBT_HISTORY);
		school.poller.restartWith(replaceNewestState(DEBT_HISTORY, (state) => ({ ...state, version: 9 })));
	});

	it('In Debt reports a new debt after a first poll in which it could not read its state', async () => {
		expect(await pollIds(school, DEBT_HISTORY)).toEqual([]);

		school.changeRecord('customer', 503, { balance: '-0.50' });
		school.passMinutes(61);

		expect(await pollIds(school, DEBT_HISTORY)).toEqual([503]);
	});

	it('In Debt reports no old debt of a branch that it may read only after its first poll', async () => {
		school.addRecord('branch', { id: 2, name: 'Второй', is_active: 1 });
		school.addCustomer({
			id: 504,
			is_study: CUSTOMER_TYPE.client,
			branch_ids: [2],
			balance: '-70.00',
		});
		school.changeBranch(2, 'forbidden');
		await school.pollRepeatedly(1, { minutesApart: 61 });

		school.changeBranch(2, 'allowed');

		expect(await school.pollRepeatedly(2, { minutesApart: 61 })).toEqual([]);
	});
});

interface BrokenState {
	/** Describes the unusable state, as in "whose state is a text". */
	brokenState: string;
	makeState: (state: IDataObject) => unknown;
	problem: string;
}

const BROKEN_STATES: BrokenState[] = [
	{ brokenState: 'is a text', makeState: () => 'garbage', problem: 'state is not an object' },
	{ brokenState: 'is null', makeState: () => null, problem: 'state is not an object' },
	{ brokenState: 'is a list', makeState: () => [1, 2], problem: 'state is not an object' },
	{
		brokenState: 'is an empty object',
		makeState: () => ({}),
		problem: 'state.version is not a number',
	},
	{
		brokenState: 'lacks the time at which it was saved',
		makeState: (state) => ({ ...state, savedAt: undefined }),
		problem: 'state.savedAt is not a number',
	},
	{
		brokenState: 'lacks what the source remembers',
		makeState: (state) => ({ ...state, known: undefined }),
		problem: 'state.known is not an object',
	},
	{
		brokenState: 'has null for what the source remembers',
		makeState: (state) => ({ ...state, known: null }),
		problem: 'state.known is not an object',
	},
	{
		brokenState: 'has a text for the ID of a branch',
		makeState: (state) => ({ ...state, branches: ['1'] }),
		problem: 'state.branches[0] is not a number',
	},
	{
		brokenState: 'has a text for the day of a branch',
		makeState: (state) => ({
			...state,
			known: { ...(state.known as IDataObject), branches: { 1: { day: 'x' } } },
		}),
		problem: 'state.known.branches.1.day is not a number',
	},
];

describe('A trigger for clients in debt whose state is broken', () => {
	it.each(BROKEN_STATES)(
		"In Debt reports nothing old when its state $brokenState, and says in n8n's log that $problem",
		async ({ makeState, problem }) => {
			const school = await playUntilUpdate(DEBT_HISTORY);
			school.poller.restartWith(replaceNewestState(DEBT_HISTORY, makeState));

			expect(await pollIds(school, DEBT_HISTORY)).toEqual([]);
			expect(school.poller.logLines).toEqual([
				`'AlfaCRM Trigger' cannot go on from what it remembers, so it reports only what happens from now on. Its state is broken: ${problem}.`,
			]);
		},
	);

	it.each(BROKEN_STATES)(
		'In Debt reports a new debt after a first poll in which its state $brokenState',
		async ({ makeState }) => {
			const school = await playUntilUpdate(DEBT_HISTORY);
			school.poller.restartWith(replaceNewestState(DEBT_HISTORY, makeState));
			await pollIds(school, DEBT_HISTORY);

			school.changeRecord('customer', 503, { balance: '-0.50' });
			school.passMinutes(61);

			expect(await pollIds(school, DEBT_HISTORY)).toEqual([503]);
		},
	);

	it("In Debt uses the node's copy of its state when the workflow's copy is broken", async () => {
		const school = await playUntilUpdate(DEBT_HISTORY);
		const staticData = readNewestData(DEBT_HISTORY);
		staticData.global = { 'AlfaCRM Trigger trigger': { state: 'garbage' } };
		school.poller.restartWith(staticData);

		school.changeRecord('customer', 503, { balance: '-0.50' });
		school.passMinutes(61);

		expect(await pollIds(school, DEBT_HISTORY)).toEqual([503]);
		expect(school.poller.logLines).toEqual([]);
	});
});

describe('A trigger whose source remembers nothing of what it should', () => {
	it.each(UPDATE_HISTORIES)(
		'$parameters.event reports nothing old and does not fail when its state lacks what it remembers',
		async (history) => {
			const school = await playUntilUpdate(history);
			school.poller.restartWith(replaceNewestState(history, (state) => ({ ...state, known: {} })));

			expect(await pollIds(school, history)).toEqual([]);
			expect(school.poller.logLines).toEqual([expect.stringContaining('Its state is broken: state.known.')]);
		},
	);
});
