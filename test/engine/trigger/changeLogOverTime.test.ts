import { deepCopy } from 'n8n-workflow';
import type { INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import {
	interceptCalls,
	isCallOfBranch,
	LARGE_PAGES,
	listNumbers,
	PolledSchool,
	RECORD_CHANGED,
	SMALL_PAGES,
} from '../support/polledSchool';
import { answerEverything } from './alfaCrmFailures';

const SECOND = 1 / 60;
const HOUR = 60;
const DAY = 24 * HOUR;

afterEach(() => {
	jest.restoreAllMocks();
});

function makeSchool(
	settings: Partial<Settings>,
	parameters: INodeParameters = {},
	branches = 1,
): PolledSchool {
	return new PolledSchool({ settings, branches, parameters: { ...RECORD_CHANGED, ...parameters } });
}

/** Lets some records change, ten minutes apart, and starts the trigger, which reports none of them. */
async function startTrigger(school: PolledSchool, oldChanges = 1): Promise<PolledSchool> {
	changeRecords(school, oldChanges, { minutesApart: 10 });
	const reportedIds = await school.poll();
	expect(reportedIds).toEqual([]);
	return school;
}

interface ChangeOptions {
	minutesApart: number;
	entity?: string;
}

/** Lets records change one after the other, the last one now, and returns their IDs. */
function changeRecords(
	school: PolledSchool,
	count: number,
	{ minutesApart, entity = 'Customer' }: ChangeOptions,
): number[] {
	school.passMinutes(count * minutesApart);
	return school.addLogEntries(count, { minutesApart }, { entity });
}

/** Polls several times. Before each poll a record changes. Returns the IDs of these records. */
async function pollWithChanges(school: PolledSchool, polls: number, minutesApart: number): Promise<number[]> {
	const changedRecords: number[] = [];
	await school.pollRepeatedly(polls, { minutesApart }, () => {
		changedRecords.push(school.addLogEntry());
	});
	return changedRecords;
}

describe('Record Changed with a backlog of more pages than a poll reads', () => {
	it.each<{ account: string; settings: Partial<Settings> }>([
		{ account: 'refuses a page size', settings: { bodyPageSize: 'refused400' } },
		{ account: 'tells no totals', settings: { total: 'missing' } },
	])(
		'Record Changed reports each of 2,500 changes once and in order when AlfaCRM $account',
		async ({ settings }) => {
			const school = await startTrigger(makeSchool({ ...SMALL_PAGES, ...settings }));
			const changedRecords = changeRecords(school, 2_500, { minutesApart: 3 });

			await school.pollRepeatedly(12, { minutesApart: 11 });

			expect(school.reportedIds).toEqual(changedRecords);
		},
	);

	it('a new trigger finds the newest three conversions, although 2,600 other changes came after them', async () => {
		const school = makeSchool(SMALL_PAGES, { event: 'leadConverted', options: { startWith: 3 } });
		const conversion = {
			fields_old: { is_study: CUSTOMER_TYPE.lead },
			fields_new: { is_study: CUSTOMER_TYPE.client },
		};
		const convertedLeads = school.addLogEntries(3, { minutesApart: 1 }, conversion);
		changeRecords(school, 2_600, { minutesApart: 1 });
		// AlfaCRM takes half a second to answer a call.
		school.school.beforeAnswer = () => school.passMinutes(0.5 * SECOND);

		await school.pollRepeatedly(4, { minutesApart: 10 });

		expect(school.reportedIds).toEqual(convertedLeads);
	});
});

describe('Record Changed after its user has chosen customers instead of tasks', () => {
	/**
	 * Starts a trigger for tasks. Two tasks change, and then some customers. Each poll reports one of the
	 * tasks.
	 */
	async function startTriggerForTasks(
		customerCount: number,
	): Promise<{ school: PolledSchool; customers: number[] }> {
		const school = await startTrigger(
			makeSchool(SMALL_PAGES, { entities: ['Task'], options: { maxPerPoll: 1 } }),
		);
		changeRecords(school, 2, { minutesApart: 1, entity: 'Task' });
		const customers = changeRecords(school, customerCount, { minutesApart: 0.1 });
		return { school, customers };
	}

	function chooseCustomers(school: PolledSchool): void {
		school.poller.changeParameters({ ...RECORD_CHANGED, entities: ['Customer'] });
	}

	it('Record Changed skips changes of customers that it has read before the user chose customers', async () => {
		const { school } = await startTriggerForTasks(3);
		await school.pollRepeatedly(2, { minutesApart: 1 });

		chooseCustomers(school);
		const reportedIds = await school.pollRepeatedly(2, { minutesApart: 1 });

		expect(reportedIds).toEqual([]);
	});

	it('Record Changed reports the changes of customers that came after the first task that it has not reported yet', async () => {
		const { school, customers } = await startTriggerForTasks(3);
		await school.pollRepeatedly(1, { minutesApart: 1 });

		chooseCustomers(school);
		const reportedIds = await school.pollRepeatedly(2, { minutesApart: 1 });

		expect(reportedIds).toEqual(customers);
	});

	it('Record Changed reports the changes of customers that it has not read yet when the user chooses customers', async () => {
		const { school, customers } = await startTriggerForTasks(300);
		await school.pollRepeatedly(2, { minutesApart: 1 });

		chooseCustomers(school);
		const reportedIds = await school.pollRepeatedly(2, { minutesApart: 1 });

		// The polls have read one page of the log, with the tasks and the first 19 customers.
		const unreadCustomers = customers.slice(19);
		expect(reportedIds).toEqual(unreadCustomers);
	});
});

describe('Record Changed, while pages of the log are empty by mistake,', () => {
	/**
	 * Starts a trigger. 200 records change in six days, and AlfaCRM sends empty pages from the fourth page
	 * on.
	 */
	async function startTriggerWithEmptyPages(): Promise<{ school: PolledSchool; changedRecords: number[] }> {
		const school = await startTrigger(makeSchool(SMALL_PAGES), 30);
		const changedRecords = changeRecords(school, 200, { minutesApart: (6 * DAY) / 200 });
		interceptCalls(school, async ({ url, body }, askAlfaCrm) => {
			const answer = await askAlfaCrm();
			const isEmpty = url.endsWith('/log/index') && Number(body?.page ?? 0) >= 3;
			return isEmpty ? { ...answer, items: [], count: 0 } : answer;
		});
		return { school, changedRecords };
	}

	async function expectPollToFail(school: PolledSchool): Promise<void> {
		await expect(school.poll()).rejects.toThrow('empty list when asked to read the change log');
	}

	it('Record Changed fails while a page of the log comes empty by mistake', async () => {
		const { school } = await startTriggerWithEmptyPages();
		school.passMinutes(5);

		await expectPollToFail(school);
	});

	it('Record Changed reports every change once the pages of the log come back after half an hour', async () => {
		const { school, changedRecords } = await startTriggerWithEmptyPages();
		school.passMinutes(5);
		await expectPollToFail(school);
		school.passMinutes(10);
		await expectPollToFail(school);
		school.passMinutes(15);
		await expectPollToFail(school);

		answerEverything(school);
		await school.pollRepeatedly(9, { minutesApart: 11 });

		expect(school.reportedIds).toEqual(changedRecords);
	});
});

describe('Record Changed, while the lists of branch 1 are empty by mistake and changes wait to be reported,', () => {
	interface SchoolWithEmptyBranch {
		school: PolledSchool;
		reportedRecords: number[];
		waitingRecords: number[];
	}

	/** Starts a trigger. Nine records of branch 1 change, and three are reported before the lists come empty. */
	async function startTriggerWithEmptyBranch(): Promise<SchoolWithEmptyBranch> {
		const school = await startTrigger(makeSchool(LARGE_PAGES, { options: { maxPerPoll: 3 } }, 2));
		const changedRecords = changeRecords(school, 9, { minutesApart: 800 });
		await school.pollRepeatedly(1, { minutesApart: 5 });
		interceptCalls(school, async (request, askAlfaCrm) => {
			const answer = await askAlfaCrm();
			return isCallOfBranch(request, 1) ? { ...answer, items: [] } : answer;
		});
		return {
			school,
			reportedRecords: changedRecords.slice(0, 3),
			waitingRecords: changedRecords.slice(3),
		};
	}

	it('Record Changed reports the changes of branch 2 while the lists of branch 1 come empty by mistake', async () => {
		const { school } = await startTriggerWithEmptyBranch();
		const recordOfBranch2 = school.addLogEntry({ branches: [2] });

		const reportedIds = await school.pollRepeatedly(1, { minutesApart: 61 });

		expect(reportedIds).toEqual([recordOfBranch2]);
	});

	it('Record Changed reports the waiting changes of branch 1 once its lists are right again', async () => {
		const { school, reportedRecords, waitingRecords } = await startTriggerWithEmptyBranch();
		const recordOfBranch2 = school.addLogEntry({ branches: [2] });
		await school.pollRepeatedly(1, { minutesApart: 61 });

		answerEverything(school);
		await school.pollRepeatedly(5, { minutesApart: 5 });

		expect(school.reportedIds).toEqual([...reportedRecords, recordOfBranch2, ...waitingRecords]);
	});
});

describe('Record Changed with unusual times', () => {
	it('Record Changed fails while an entry of the log has an unreadable time', async () => {
		const school = await startTrigger(makeSchool(SMALL_PAGES));
		school.addLogEntry({ values: { date_time: '10.02.2026' } });

		await expect(school.poll()).rejects.toThrow(
			"AlfaCRM's change log shows an entry without a time that can be read",
		);
	});

	it('Record Changed reports every change once an unreadable time has been corrected', async () => {
		const school = await startTrigger(makeSchool(SMALL_PAGES));
		const readable = school.addLogEntry();
		const unreadable = school.addLogEntry({ values: { date_time: '10.02.2026' } });
		await expect(school.poll()).rejects.toThrow('without a time that can be read');

		school.changeRecord('log', unreadable, { date_time: school.accountTime(0) });
		const reportedIds = await school.pollRepeatedly(2, { minutesApart: 5 });

		expect(reportedIds).toEqual([readable, unreadable]);
	});

	it('Record Changed reports each change once in the hour that comes twice in autumn', async () => {
		const school = new PolledSchool({ parameters: RECORD_CHANGED, begin: '2026-10-25 00:40:00' });
		const changeRecordAt = (time: string) =>
			school.addLogEntry({ values: { date_time: `2026-10-25 ${time}` } });
		const expectReportedOnce = async (record: number) => {
			const reportedIds = await school.pollRepeatedly(2, { minutesApart: 0 });
			expect(reportedIds).toEqual([record]);
		};
		changeRecordAt('01:00:00');
		await school.poll();

		await expectReportedOnce(changeRecordAt('02:30:00'));
		await expectReportedOnce(changeRecordAt('02:50:00'));
		await expectReportedOnce(changeRecordAt('02:59:59'));
		// The clock is put back by an hour.
		await expectReportedOnce(changeRecordAt('02:00:00'));
		await expectReportedOnce(changeRecordAt('02:10:00'));
		await expectReportedOnce(changeRecordAt('02:59:59'));
		await expectReportedOnce(changeRecordAt('03:00:00'));
		await expectReportedOnce(changeRecordAt('03:10:00'));
	});

	describe('when 25 changes are dated a year ahead', () => {
		/** Starts a trigger, and lets 25 records change now, whose changes are dated a year ahead. */
		async function startTriggerWithChangesOfNextYear(): Promise<{
			school: PolledSchool;
			changedRecords: number[];
		}> {
			const school = await startTrigger(makeSchool(SMALL_PAGES), 200);
			const changedRecords = listNumbers(1, 25).map((user_id) =>
				school.addLogEntry({ values: { date_time: '2027-02-10 09:00:00', user_id } }),
			);
			return { school, changedRecords };
		}

		it('Record Changed reports 25 changes that are dated a year ahead, and each later change, once', async () => {
			const { school, changedRecords } = await startTriggerWithChangesOfNextYear();

			const laterRecords = await pollWithChanges(school, 120, 30);

			const reportedIds = [...school.reportedIds].sort((a, b) => a - b);
			expect(reportedIds).toEqual([...changedRecords, ...laterRecords]);
		});

		it('Record Changed sends fewer than six requests a poll and stores little when 25 changes are dated a year ahead', async () => {
			const { school } = await startTriggerWithChangesOfNextYear();
			const requestsBefore = school.school.callCount;

			await pollWithChanges(school, 120, 30);

			expect(school.school.callCount - requestsBefore).toBeLessThan(6 * 120);
			expect(school.stateBytes).toBeLessThan(10_000);
		});
	});
});

describe("Record Changed with n8n's durable scheduler", () => {
	/** The time after which n8n gives a poll up and drops what the poll returns. */
	const TIMEOUT_SECONDS = 45;
	/** The time between two changes when 3,000 records change in a day. */
	const SECONDS_BETWEEN_CHANGES = 28.8;
	/** The time of one request when AlfaCRM takes five a second. */
	const REQUEST_SECONDS = 0.22;

	/** Makes a school whose log has 4,500 entries and grows all the time, even while a poll reads it. */
	function makeGrowingSchool(): { school: PolledSchool; passSeconds: (seconds: number) => void } {
		const school = new PolledSchool({
			settings: SMALL_PAGES,
			parameters: RECORD_CHANGED,
			poller: { isDurable: true },
		});
		school.addLogEntries(4_500, { minutesApart: SECONDS_BETWEEN_CHANGES * SECOND });
		let nextChange = school.now.plus({ seconds: SECONDS_BETWEEN_CHANGES });
		const passSeconds = (seconds: number) => {
			school.passMinutes(seconds * SECOND);
			while (nextChange <= school.now) {
				school.addLogEntry();
				nextChange = nextChange.plus({ seconds: SECONDS_BETWEEN_CHANGES });
			}
		};
		school.school.beforeAnswer = () => passSeconds(REQUEST_SECONDS);
		return { school, passSeconds };
	}

	/** Polls as the scheduler does: a poll that takes too long leaves the stored state as it was. */
	async function pollAndMeasureSeconds(school: PolledSchool): Promise<number> {
		const stateBefore = deepCopy(school.cursor);
		const start = school.now;
		await school.poll();
		const seconds = Math.round(school.now.diff(start, 'seconds').seconds);
		if (seconds > TIMEOUT_SECONDS) {
			school.poller.cursor = stateBefore;
		}
		return seconds;
	}

	it("Record Changed ends each poll before n8n's timeout in a school with 3,000 changes a day", async () => {
		const { school, passSeconds } = makeGrowingSchool();
		await school.poll();

		const durations: number[] = [];
		for (let poll = 1; poll <= 12; poll++) {
			passSeconds(5 * 60);
			durations.push(await pollAndMeasureSeconds(school));
		}

		expect(durations).toHaveLength(12);
		expect(Math.max(...durations)).toBeLessThanOrEqual(TIMEOUT_SECONDS);
	});
});

describe('Record Changed with more changes in an hour than it remembers', () => {
	/** Lets 5,200 records change within 19 minutes of one hour, and returns their IDs. */
	function changeManyRecords(school: PolledSchool): number[] {
		school.passMinutes(20);
		return school.addLogEntries(5_200, { minutesApart: 19 / 5_200 });
	}

	function makeSchoolAtFivePastNine(): PolledSchool {
		return new PolledSchool({
			settings: LARGE_PAGES,
			parameters: { ...RECORD_CHANGED, options: { maxPerPoll: 10_000 } },
			begin: '2026-02-10 09:05:00',
		});
	}

	it('Record Changed reports new changes in an hour in which 5,200 records changed before it started', async () => {
		const school = makeSchoolAtFivePastNine();
		changeManyRecords(school);
		await school.poll();

		const newRecords = await pollWithChanges(school, 6, 4);

		expect(school.reportedIds).toEqual(newRecords);
		expect(school.stateBytes).toBeLessThan(32_000);
	});

	it('Record Changed reports 5,200 changes of one hour, and then the later changes of that hour', async () => {
		const school = await startTrigger(makeSchoolAtFivePastNine());
		const manyRecords = changeManyRecords(school);
		await school.poll();

		const newRecords = await pollWithChanges(school, 6, 4);

		expect(school.reportedIds).toEqual([...manyRecords, ...newRecords]);
		expect(school.stateBytes).toBeLessThan(32_000);
	});
});
