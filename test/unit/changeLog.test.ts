import type { IDataObject } from 'n8n-workflow';

import { makeAttendanceEvent } from '../../nodes/AlfaCrm/trigger/events/attendance';
import { ChangeLog } from '../../nodes/AlfaCrm/trigger/sources/changeLog/changeLog';
import type { DerivedEvent } from '../../nodes/AlfaCrm/trigger/sources/changeLog/derivedEvents';
import { DerivedEvents } from '../../nodes/AlfaCrm/trigger/sources/changeLog/derivedEvents';
import { LESSON_STATUS, LOG_EVENT } from '../support/codes';
import { randomFrom } from '../support/random';
import { listIds, WatchedLog } from './watchedLog';

/** Customers are named by their IDs. */
const ANNA = 501;
const BORIS = 502;
const VERA = 503;

/** Sorts IDs by their size. */
function sortIds(ids: readonly number[]): number[] {
	return [...ids].sort((id, otherId) => id - otherId);
}

describe('A poll of the log with many changes in one second', () => {
	/** Lets AlfaCRM list the entries in another order at each request. */
	function shuffleAtEachRequest({ lists, rows }: WatchedLog): void {
		const random = randomFrom(5);
		lists.onRequest = () => {
			const shuffled = rows.map((row) => ({ row, position: random() }));
			shuffled.sort((a, b) => a.position - b.position);
			rows.splice(0, rows.length, ...shuffled.map(({ row }) => row));
		};
	}

	it.each([{ mostRowsOnPage: 20 }, { mostRowsOnPage: 500 }])(
		'a trigger reports each change of one second once, although AlfaCRM sorts every page of $mostRowsOnPage rows differently',
		async ({ mostRowsOnPage }) => {
			const log = new WatchedLog({ mostRowsOnPage });
			await log.poll();
			const changedCustomers = listIds(1, 1_200);
			log.changeCustomers(changedCustomers, '2026-02-10 09:00:00');
			shuffleAtEachRequest(log);

			const reportedCustomers = await log.pollCustomerIds();
			const reportedInNextPoll = await log.pollCustomerIds();

			expect(sortIds(reportedCustomers)).toEqual(changedCustomers);
			expect(reportedInNextPoll).toEqual([]);
		},
	);

	it('a trigger reports three equal entries three times, although they are split over two pages', async () => {
		const log = new WatchedLog({ mostRowsOnPage: 20 });
		log.changeCustomers([BORIS], '2026-02-10 08:00:00');
		await log.poll();
		// The 18 newest entries fill the first page except for two rows. So one entry of Anna is on the second page.
		const earlierCustomers = listIds(601, 619);
		const laterCustomers = listIds(701, 718);
		log.changeCustomers([...earlierCustomers, ANNA, ANNA, ANNA], '2026-02-10 08:59:00');
		log.changeCustomers(laterCustomers, '2026-02-10 09:00:00');

		const reportedCustomers = await log.pollCustomerIds();

		const expectedCustomers = [ANNA, ANNA, ANNA, ...earlierCustomers, ...laterCustomers];
		expect(sortIds(reportedCustomers)).toEqual(expectedCustomers);
	});
});

/** An event that every change is. Its source reads the log as derived events do. */
const EACH_CHANGE: DerivedEvent = {
	isRelevantChange: () => true,
	makeItemsOfChange: async ({ entity_id }) => await Promise.resolve([{ entity_id }]),
};

describe.each([
	{ events: 'changes', makeSource: () => new ChangeLog(() => true, {}) },
	{ events: 'derived events', makeSource: () => new DerivedEvents(EACH_CHANGE) },
])('A first poll that reports the newest $events', ({ events, makeSource }) => {
	/** The first poll reads the baseline of a branch with two requests. The next request reads the newest changes. */
	const FIRST_REQUEST_AFTER_BASELINE = 3;

	it(`the first poll of ${events} reports a change that comes after the baseline, and the second poll does not repeat it`, async () => {
		const log = new WatchedLog({ source: makeSource(), firstReportCount: 2 });
		log.changeCustomers([ANNA], '2026-02-10 08:00:00');
		log.lists.actBeforeRequest(FIRST_REQUEST_AFTER_BASELINE, () =>
			log.changeCustomers([BORIS], '2026-02-10 08:59:00'),
		);

		const reportedInFirstPoll = await log.pollCustomerIds();
		const reportedInSecondPoll = await log.pollCustomerIds();

		expect(reportedInFirstPoll).toEqual([ANNA, BORIS]);
		expect(reportedInSecondPoll).toEqual([]);
	});

	it(`the second poll of ${events} reports a change that came after the baseline, but was not the newest one`, async () => {
		const log = new WatchedLog({ source: makeSource(), firstReportCount: 1 });
		log.changeCustomers([ANNA], '2026-02-10 08:00:00');
		log.lists.actBeforeRequest(FIRST_REQUEST_AFTER_BASELINE, () =>
			log.changeCustomers([BORIS, VERA], '2026-02-10 08:59:00'),
		);

		const reportedInFirstPoll = await log.pollCustomerIds();
		const reportedInSecondPoll = await log.pollCustomerIds();

		expect(reportedInFirstPoll).toEqual([VERA]);
		expect(reportedInSecondPoll).toEqual([BORIS]);
	});

	it(`the first poll of ${events} fails when a branch cannot be read any more after its baseline`, async () => {
		const log = new WatchedLog({ source: makeSource(), firstReportCount: 2 });
		log.changeCustomers([ANNA], '2026-02-10 08:00:00', 1);
		log.changeCustomers([BORIS], '2026-02-10 08:00:00', 2);
		// Two requests read the baseline of each of the two branches.
		const firstRequestAfterBaselines = 5;
		log.lists.actBeforeRequest(firstRequestAfterBaselines, () => log.breakBranch(2));

		const poll = log.poll({ branches: [1, 2] });

		await expect(poll).rejects.toThrow('Branch 2 is out of order');
	});

	it(`the first poll of ${events} reports the changes of branch 1 when branch 2 cannot be read from the start`, async () => {
		const log = new WatchedLog({ source: makeSource(), firstReportCount: 2 });
		log.changeCustomers([ANNA], '2026-02-10 08:00:00', 1);
		log.breakBranch(2);

		const reportedCustomers = await log.pollCustomerIds({ branches: [1, 2] });

		expect(reportedCustomers).toEqual([ANNA]);
	});
});

describe('A poll of a branch that the user has added to the trigger', () => {
	/** Makes a log of branch 1, to which the user adds branch 2. Anna was changed in branch 2 at 09:00:00. */
	async function addBranchWithChangedAnna(): Promise<WatchedLog> {
		const log = new WatchedLog();
		await log.poll({ branches: [1] });
		log.changeCustomers([ANNA], '2026-02-10 09:00:00', 2);
		await log.poll({ branches: [1, 2] });
		return log;
	}

	it('a trigger reports no old change of an added branch when the branch is closed and opened again', async () => {
		const log = new WatchedLog();
		log.changeCustomers([ANNA], '2026-02-10 08:30:00', 1);
		log.changeCustomers(listIds(601, 640), '2026-02-10 08:40:00', 2);
		await log.poll({ branches: [1], chosenBranches: 'only 1' });
		// The user chooses all branches, so the changes of branch 2 until now are old.
		await log.poll({ branches: [1, 2], chosenBranches: 'all' });
		// Branch 2 is closed, and then open again.
		await log.poll({ branches: [1], chosenBranches: 'all' });

		const reportedCustomers = await log.pollCustomerIds({ branches: [1, 2], chosenBranches: 'all' });

		expect(reportedCustomers).toEqual([]);
	});

	it('a trigger reports a change in the second of the newest old change of an added branch', async () => {
		const log = await addBranchWithChangedAnna();
		log.changeCustomers([BORIS], '2026-02-10 09:00:00', 2);

		const reportedCustomers = await log.pollCustomerIds({ branches: [1, 2] });

		expect(reportedCustomers).toEqual([BORIS]);
	});

	it('a trigger reports a change of an added branch that AlfaCRM logs late, below newer changes', async () => {
		const log = await addBranchWithChangedAnna();
		log.changeCustomerLate(BORIS, '2026-02-10 08:00:00', 2);

		const reportedCustomers = await log.pollCustomerIds({ branches: [1, 2] });

		expect(reportedCustomers).toEqual([BORIS]);
	});

	it('a trigger reports a change of branch 1, although the log of the added branch 2 lists it as well', async () => {
		const log = new WatchedLog();
		await log.poll({ branches: [1] });
		log.changeCustomers([ANNA], '2026-02-10 09:00:00', 1);
		log.changeCustomers([ANNA], '2026-02-10 09:00:00', 2);

		const reportedCustomers = await log.pollCustomerIds({ branches: [1, 2] });

		expect(reportedCustomers).toEqual([ANNA]);
	});

	it('a trigger that reports one change in a poll reports the second one in the next poll, although two branches list both', async () => {
		const log = new WatchedLog();
		await log.poll({ branches: [1] });
		log.changeCustomers([ANNA, BORIS], '2026-02-10 09:00:00', 1);
		log.changeCustomers([ANNA, BORIS], '2026-02-10 09:00:00', 2);

		const reportedInFirstPoll = await log.pollCustomerIds({ branches: [1, 2], maxRecords: 1 });
		const reportedInSecondPoll = await log.pollCustomerIds({ branches: [1, 2], maxRecords: 1 });

		expect(reportedInFirstPoll).toEqual([ANNA]);
		expect(reportedInSecondPoll).toEqual([BORIS]);
	});
});

describe('A poll that begins to read the log again', () => {
	/**
	 * Answers page 1 of the first reading with large pages only after page 2. Three more customers are changed in
	 * between, so the total on page 2 is smaller than that on page 1.
	 */
	function answerPageOneAfterPageTwo(log: WatchedLog, customersChangedInBetween: readonly number[]): void {
		const { client } = log.lists;
		const { attempt } = client;
		let release = () => {};
		const pageTwoAnswered = new Promise<void>((resolve) => {
			release = resolve;
		});
		let isFirstReading = true;
		Object.assign(client, { callsAtOnce: 5 });
		client.attempt = async (call, isExpected) => {
			const { page, pageSize } = call.body ?? {};
			if (pageSize === 500 && page === 1 && isFirstReading) {
				isFirstReading = false;
				await pageTwoAnswered;
				log.changeCustomers(customersChangedInBetween, '2026-02-10 08:59:00');
			}
			const answer = await attempt(call, isExpected);
			if (page === 2) release();
			return answer;
		};
	}

	/** Loses the answers with large pages, except for the first page. */
	function loseLaterLargePages({ lists: { client } }: WatchedLog): void {
		const { attempt } = client;
		client.attempt = async (call, isExpected) => {
			const isLost = call.body?.pageSize === 500 && Number(call.body.page) > 0;
			return isLost ? undefined : await attempt(call, isExpected);
		};
	}

	/** Answers requests without a page size with 20 rows, and changes a customer before it answers page 34. */
	function changeCustomerBeforePage34(log: WatchedLog, customerId: number): void {
		const { client } = log.lists;
		const { request } = client;
		let isChanged = false;
		client.request = async (call) => {
			if (call.body?.page === 34 && !isChanged) {
				isChanged = true;
				log.changeCustomers([customerId], '2026-02-10 08:59:00');
			}
			return await request({ ...call, body: { pageSize: 20, ...call.body } });
		};
	}

	it('a trigger reports each change once when page 1 of the log arrives after page 2, as if the log had become shorter', async () => {
		const log = new WatchedLog({ mostRowsOnPage: 500 });
		const oldCustomers = listIds(1, 10);
		log.changeCustomersEachSecond(oldCustomers, '05');
		await log.poll();
		const changedCustomers = listIds(101, 1_100);
		const customersChangedInBetween = [2_001, 2_002, 2_003];
		log.changeCustomersEachSecond(changedCustomers, '07');
		answerPageOneAfterPageTwo(log, customersChangedInBetween);

		const reportedCustomers = await log.pollCustomerIds();

		expect(reportedCustomers).toEqual([...changedCustomers, ...customersChangedInBetween]);
		expect(log.lists.requests).toBeLessThan(20);
	});

	it('a trigger reports each change once when large pages are lost and the log grows while it reads small pages', async () => {
		const log = new WatchedLog({ mostRowsOnPage: 500 });
		const oldCustomers = listIds(1, 6);
		log.changeCustomersEachSecond(oldCustomers, '05');
		await log.poll();
		const changedCustomers = listIds(101, 800);
		const customerChangedMeanwhile = 3_001;
		log.changeCustomersEachSecond(changedCustomers, '07');
		loseLaterLargePages(log);
		changeCustomerBeforePage34(log, customerChangedMeanwhile);

		const reportedCustomers = await log.pollCustomerIds();

		expect(reportedCustomers).toEqual([...changedCustomers, customerChangedMeanwhile]);
		expect(log.lists.requests).toBeLessThan(100);
	});
});

describe('A poll of a long log', () => {
	it('a trigger asks for one page of 20 rows when nothing was changed since the last poll', async () => {
		const log = new WatchedLog({ mostRowsOnPage: 500 });
		log.changeCustomersEachSecond(listIds(1, 100), '07');
		await log.poll();
		log.forgetPageSizes();

		const reportedCustomers = await log.pollCustomerIds();

		expect(reportedCustomers).toEqual([]);
		expect(log.requestedPageSizes).toEqual([20]);
	});

	it('a trigger asks for a page of 500 rows when 30 new changes do not fit on the page of 20 rows', async () => {
		const log = new WatchedLog({ mostRowsOnPage: 500 });
		log.changeCustomers(listIds(1, 600), '2026-02-10 07:00:00');
		log.changeCustomers([601], '2026-02-10 07:00:01');
		await log.poll();
		const changedCustomers = listIds(1_001, 1_030);
		log.changeCustomers(changedCustomers, '2026-02-10 08:00:00');
		log.forgetPageSizes();

		const reportedCustomers = await log.pollCustomerIds();

		expect(reportedCustomers).toEqual(changedCustomers);
		expect(log.requestedPageSizes).toEqual([20, 500]);
	});

	it('a trigger reports a change once when it comes between the page of 20 rows and the page of 500 rows', async () => {
		const log = new WatchedLog({ mostRowsOnPage: 500 });
		log.changeCustomers(listIds(1, 600), '2026-02-10 07:00:00');
		await log.poll();
		const changedCustomers = listIds(1_001, 1_030);
		const customerChangedInBetween = 1_031;
		log.changeCustomers(changedCustomers, '2026-02-10 08:00:00');
		const requestOfLargePage = 2;
		log.lists.actBeforeRequest(requestOfLargePage, () =>
			log.changeCustomers([customerChangedInBetween], '2026-02-10 08:00:01'),
		);

		const reportedInFirstPoll = await log.pollCustomerIds();
		const reportedInSecondPoll = await log.pollCustomerIds();

		const reportedCustomers = [...reportedInFirstPoll, ...reportedInSecondPoll];
		expect(reportedCustomers).toEqual([...changedCustomers, customerChangedInBetween]);
	});
});

describe('The trigger of attendances', () => {
	const FIRST_LESSON = 1;
	const OTHER_31_LESSONS = listIds(2, 32);

	/** Makes a completed lesson with 100 customers, all of whom were there. */
	function makeLessonOf100Customers(id: number): IDataObject {
		const customerIds = listIds(1, 100);
		return {
			id,
			status: LESSON_STATUS.held,
			branch_id: 1,
			customer_ids: customerIds,
			details: customerIds.map((customer_id) => ({
				id: id * 1_000 + customer_id,
				customer_id,
				is_attend: 1,
			})),
		};
	}

	/** Adds the log entry that tells of the completion of a lesson. */
	function completeLesson(log: WatchedLog, lessonId: number, date_time: string): void {
		log.rows.unshift({
			branch: 1,
			entity: 'Lesson',
			entity_id: lessonId,
			event: LOG_EVENT.updated,
			date_time,
			fields_old: { status: LESSON_STATUS.planned },
			fields_new: { status: LESSON_STATUS.held },
		});
	}

	it('a trigger does not report the attendances of a lesson again when the lesson is completed again after 31 others', async () => {
		const source = new DerivedEvents(makeAttendanceEvent(1));
		const log = new WatchedLog({ source, makeLesson: makeLessonOf100Customers });
		await log.poll();
		completeLesson(log, FIRST_LESSON, '2026-02-10 08:00:00');
		const attendancesOfFirstLesson = await log.poll();
		for (const lessonId of OTHER_31_LESSONS) {
			completeLesson(log, lessonId, `2026-02-10 08:01:${lessonId + 10}`);
		}
		const otherAttendances = await log.poll();

		completeLesson(log, FIRST_LESSON, '2026-02-10 08:30:00');
		const attendancesAfterRepeat = await log.poll();

		expect(attendancesOfFirstLesson).toHaveLength(100);
		expect(otherAttendances).toHaveLength(3_100);
		expect(attendancesAfterRepeat).toEqual([]);
	});
});
