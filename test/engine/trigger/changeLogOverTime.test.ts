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

/** Makes a school whose log has some entries, ten minutes apart, of which the trigger knows. */
async function startTrigger(school: PolledSchool, oldEntries = 1): Promise<PolledSchool> {
	changeRecordsFor(school, oldEntries, 10);
	const reportedIds = await school.poll();
	expect(reportedIds).toEqual([]);
	return school;
}

/** Lets records change one after the other, some minutes apart, until the last one changes now. Returns their IDs. */
function changeRecordsFor(
	school: PolledSchool,
	count: number,
	minutesApart: number,
	entity = 'Customer',
): number[] {
	school.passMinutes(count * minutesApart);
	return school.addLogEntries(count, minutesApart, { entity });
}

function answerEverythingAgain(school: PolledSchool): void {
	interceptCalls(school, async (_request, askAlfaCrm) => await askAlfaCrm());
}

describe('Record Changed with a backlog of more pages than a poll reads', () => {
	it.each<{ account: string; settings: Partial<Settings> }>([
		{ account: 'refuses a page size', settings: { bodyPageSize: 'refused400' } },
		{ account: 'tells no totals', settings: { total: 'missing' } },
	])(
		'Record Changed reports each of 2,500 changes once and in order when AlfaCRM $account',
		async ({ settings }) => {
			const school = await startTrigger(makeSchool({ ...SMALL_PAGES, ...settings }));
			changeRecordsFor(school, 2_500, 3);

			await school.pollRepeatedly(12, 11);

			expect(school.reportedIds).toEqual(listNumbers(2, 2_501));
		},
	);

	it('a new trigger finds the newest three conversions, although 2,600 other changes came after them', async () => {
		const school = makeSchool(SMALL_PAGES, { event: 'leadConverted', options: { startWith: 3 } });
		const conversion = {
			fields_old: { is_study: CUSTOMER_TYPE.lead },
			fields_new: { is_study: CUSTOMER_TYPE.client },
		};
		const conversions = school.addLogEntries(3, 1, conversion);
		changeRecordsFor(school, 2_600, 1);
		school.school.beforeAnswer = () => school.passMinutes(0.5 * SECOND);

		await school.pollRepeatedly(4, 10);

		expect(school.reportedIds).toEqual(conversions);
	});
});

describe('Record Changed after its user has chosen customers instead of tasks', () => {
	/** Makes a school with two changed tasks and then some changed customers. Each poll reports one of the tasks. */
	async function startTriggerOfTasks(customerCount: number): Promise<PolledSchool> {
		const school = await startTrigger(
			makeSchool(SMALL_PAGES, { entities: ['Task'], options: { maxPerPoll: 1 } }),
		);
		changeRecordsFor(school, 2, 1, 'Task');
		changeRecordsFor(school, customerCount, 0.1, 'Customer');
		return school;
	}

	function chooseCustomers(school: PolledSchool): void {
		school.poller.changeParameters({ ...RECORD_CHANGED, entities: ['Customer'] });
	}

	it('Record Changed skips changes of customers that it has read before the user chose customers', async () => {
		const school = await startTriggerOfTasks(3);
		await school.pollRepeatedly(2, 1);

		chooseCustomers(school);
		const reportedIds = await school.pollRepeatedly(2, 1);

		expect(reportedIds).toEqual([]);
	});

	it('Record Changed reports the changes of customers that came after the first task that it has not reported yet', async () => {
		const school = await startTriggerOfTasks(3);
		await school.pollRepeatedly(1, 1);

		chooseCustomers(school);
		const reportedIds = await school.pollRepeatedly(2, 1);

		expect(reportedIds).toEqual([4, 5, 6]);
	});

	it('Record Changed reports the changes of customers that it has not read yet when the user chooses customers', async () => {
		const school = await startTriggerOfTasks(300);
		await school.pollRepeatedly(2, 1);

		chooseCustomers(school);
		const reportedIds = await school.pollRepeatedly(2, 1);

		// The polls have read one page: 20 changes but for the newest, as the next page may hold more of its second.
		expect(reportedIds).toEqual(listNumbers(23, 303));
	});
});

describe('Record Changed, while pages of the log are empty by mistake,', () => {
	/** Makes a school with 200 changes in six days. AlfaCRM answers with nothing from the fourth page on. */
	async function startTriggerWithEmptyPages(): Promise<PolledSchool> {
		const school = await startTrigger(makeSchool(SMALL_PAGES), 30);
		changeRecordsFor(school, 200, (6 * DAY) / 200);
		interceptCalls(school, async ({ url, body }, askAlfaCrm) => {
			const answer = await askAlfaCrm();
			const isEmpty = url.endsWith('/log/index') && Number(body?.page ?? 0) >= 3;
			return isEmpty ? { ...answer, items: [], count: 0 } : answer;
		});
		return school;
	}

	async function expectPollToFail(school: PolledSchool): Promise<void> {
		await expect(school.poll()).rejects.toThrow('empty list when asked to read the change log');
	}

	it('Record Changed fails while a page of the log comes empty by mistake', async () => {
		const school = await startTriggerWithEmptyPages();
		school.passMinutes(5);

		await expectPollToFail(school);
	});

	it('Record Changed reports every change once the pages of the log come back after half an hour', async () => {
		const school = await startTriggerWithEmptyPages();
		school.passMinutes(5);
		await expectPollToFail(school);
		school.passMinutes(10);
		await expectPollToFail(school);
		school.passMinutes(15);
		await expectPollToFail(school);

		answerEverythingAgain(school);
		await school.pollRepeatedly(9, 11);

		expect(school.reportedIds).toEqual(listNumbers(31, 230));
	});
});

describe('Record Changed, while the lists of branch 1 are empty by mistake and changes wait to be reported,', () => {
	/** Makes a school of two branches with nine changes in branch 1, of which three have been reported. */
	async function startTriggerWithEmptyBranch(): Promise<PolledSchool> {
		const school = await startTrigger(makeSchool(LARGE_PAGES, { options: { maxPerPoll: 3 } }, 2));
		changeRecordsFor(school, 9, 800);
		await school.pollRepeatedly(1, 5);
		interceptCalls(school, async (request, askAlfaCrm) => {
			const answer = await askAlfaCrm();
			return isCallOfBranch(request, 1) ? { ...answer, items: [] } : answer;
		});
		return school;
	}

	it('Record Changed reports the changes of branch 2 while the lists of branch 1 come empty by mistake', async () => {
		const school = await startTriggerWithEmptyBranch();
		const changedInBranch2 = school.addLogEntry({ branches: [2] });

		const reportedIds = await school.pollRepeatedly(1, 61);

		expect(reportedIds).toEqual([changedInBranch2]);
	});

	it('Record Changed reports the waiting changes of branch 1 once its lists are right again', async () => {
		const school = await startTriggerWithEmptyBranch();
		const changedInBranch2 = school.addLogEntry({ branches: [2] });
		await school.pollRepeatedly(1, 61);

		answerEverythingAgain(school);
		await school.pollRepeatedly(5, 5);

		expect(school.reportedIds).toEqual([2, 3, 4, changedInBranch2, 5, 6, 7, 8, 9, 10]);
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
		const reportedIds = await school.pollRepeatedly(2, 5);

		expect(reportedIds).toEqual([readable, unreadable]);
	});

	it('Record Changed reports each change once in the hour that comes twice in autumn', async () => {
		const school = new PolledSchool({ parameters: RECORD_CHANGED, begin: '2026-10-25 00:40:00' });
		const changeAt = async (time: string): Promise<number[]> => {
			school.addLogEntry({ values: { date_time: `2026-10-25 ${time}` } });
			return [...(await school.poll()), ...(await school.poll())];
		};
		await changeAt('01:00:00');
		await changeAt('02:30:00');

		expect(await changeAt('02:50:00')).toEqual([3]);
		expect(await changeAt('02:59:59')).toEqual([4]);
		// The clock is put back by an hour here.
		expect(await changeAt('02:00:00')).toEqual([5]);
		expect(await changeAt('02:10:00')).toEqual([6]);
		expect(await changeAt('02:59:59')).toEqual([7]);
		expect(await changeAt('03:00:00')).toEqual([8]);
		expect(await changeAt('03:10:00')).toEqual([9]);
	});

	describe('when 25 entries are ahead by a year', () => {
		async function startTriggerWithEntriesOfNextYear(): Promise<PolledSchool> {
			const school = makeSchool(SMALL_PAGES);
			changeRecordsFor(school, 200, 10);
			await school.poll();
			for (const user_id of listNumbers(1, 25)) {
				school.addLogEntry({ values: { date_time: '2027-02-10 09:00:00', user_id } });
			}
			return school;
		}

		it('Record Changed reports 25 changes that are dated a year ahead, and each later change, once', async () => {
			const school = await startTriggerWithEntriesOfNextYear();

			await school.pollRepeatedly(120, 30, () => school.addLogEntry());

			const reportedIds = [...school.reportedIds].sort((a, b) => a - b);
			expect(reportedIds).toEqual(listNumbers(201, 345));
		});

		it('Record Changed sends fewer than six requests a poll and stores little when 25 changes are dated a year ahead', async () => {
			const school = await startTriggerWithEntriesOfNextYear();
			const requestsBefore = school.school.callCount;

			await school.pollRepeatedly(120, 30, () => school.addLogEntry());

			expect(school.school.callCount - requestsBefore).toBeLessThan(6 * 120);
			expect(school.stateBytes).toBeLessThan(10_000);
		});
	});
});

describe("Record Changed with n8n's durable scheduler", () => {
	/** n8n gives up a poll of its durable scheduler after this time, and drops what the poll returns. */
	const TIMEOUT_SECONDS = 45;
	/** 3,000 changes a day. */
	const SECONDS_BETWEEN_CHANGES = 28.8;
	/** The time of one request where five a second are allowed. */
	const REQUEST_SECONDS = 0.22;

	/** Makes a school whose log holds 4,500 entries and grows all the time, also while it is read. */
	function makeGrowingSchool(): { school: PolledSchool; passSeconds: (seconds: number) => void } {
		const school = new PolledSchool({
			settings: SMALL_PAGES,
			parameters: RECORD_CHANGED,
			poller: { isDurable: true },
		});
		school.addLogEntries(4_500, SECONDS_BETWEEN_CHANGES * SECOND);
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
	/** Lets 5,200 records change within 19 minutes of one hour. */
	function changeManyRecords(school: PolledSchool): void {
		school.passMinutes(20);
		school.addLogEntries(5_200, 19 / 5_200);
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

		await school.pollRepeatedly(6, 4, () => school.addLogEntry());

		expect(school.reportedIds).toEqual([5_201, 5_202, 5_203, 5_204, 5_205, 5_206]);
		expect(school.stateBytes).toBeLessThan(32_000);
	});

	it('Record Changed reports 5,200 changes of one hour, and then the later changes of that hour', async () => {
		const school = await startTrigger(makeSchoolAtFivePastNine());
		changeManyRecords(school);
		await school.poll();

		await school.pollRepeatedly(6, 4, () => school.addLogEntry());

		expect(school.reportedIds).toEqual(listNumbers(2, 5_207));
		expect(school.stateBytes).toBeLessThan(32_000);
	});
});
