import type { IDataObject } from 'n8n-workflow';

import { makeAttendanceEvent } from '../../nodes/AlfaCrm/trigger/events/attendance';
import { ChangeLog } from '../../nodes/AlfaCrm/trigger/sources/changeLog/changeLog';
import type { DerivedEvent } from '../../nodes/AlfaCrm/trigger/sources/changeLog/derivedEvents';
import { DerivedEvents } from '../../nodes/AlfaCrm/trigger/sources/changeLog/derivedEvents';
import { LESSON_STATUS, LOG_EVENT } from '../support/codes';
import { randomFrom } from '../support/random';
import { numbersFrom, WatchedLog } from './watchedLog';

describe('A poll of the log with many entries of one second', () => {
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
		'a poll reports each entry once although every page of $mostRowsOnPage rows has another order',
		async ({ mostRowsOnPage }) => {
			const log = new WatchedLog({ mostRowsOnPage });
			await log.poll();
			log.addEntries(numbersFrom(1, 1_200), '2026-02-10 09:00:00');
			shuffleAtEachRequest(log);

			const ids = await log.pollIds();
			const idsOfNextPoll = await log.pollIds();

			expect(ids.sort((a, b) => a - b)).toEqual(numbersFrom(1, 1_200));
			expect(idsOfNextPoll).toEqual([]);
		},
	);

	it('a poll reports three equal entries three times although they are split over two pages', async () => {
		const log = new WatchedLog({ mostRowsOnPage: 20 });
		log.addEntries([1], '2026-02-10 08:00:00');
		await log.poll();
		log.addEntries([...numbersFrom(100, 118), 7, 7, 7], '2026-02-10 08:59:00');
		log.addEntries(numbersFrom(201, 218), '2026-02-10 09:00:00');

		const ids = await log.pollIds();

		expect(ids.sort((a, b) => a - b)).toEqual([7, 7, 7, ...numbersFrom(100, 118), ...numbersFrom(201, 218)]);
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
	// Requests 1 and 2 read the baseline of a branch; the next one reads the newest changes.
	const FIRST_REQUEST_AFTER_BASELINE = 3;

	it(`a first poll of ${events} reports a change that comes after the baseline was read only once`, async () => {
		const log = new WatchedLog({ source: makeSource(), firstReportCount: 2 });
		log.addEntries([1], '2026-02-10 08:00:00');
		log.actBeforeRequest(FIRST_REQUEST_AFTER_BASELINE, () => log.addEntries([2], '2026-02-10 08:59:00'));

		const firstIds = await log.pollIds();
		const secondIds = await log.pollIds();

		expect(firstIds).toEqual([1, 2]);
		expect(secondIds).toEqual([]);
	});

	it(`a first poll of ${events} leaves a change to the next poll if it comes after the baseline and is not among the newest`, async () => {
		const log = new WatchedLog({ source: makeSource(), firstReportCount: 1 });
		log.addEntries([1], '2026-02-10 08:00:00');
		log.actBeforeRequest(FIRST_REQUEST_AFTER_BASELINE, () => log.addEntries([2, 3], '2026-02-10 08:59:00'));

		const firstIds = await log.pollIds();
		const secondIds = await log.pollIds();

		expect(firstIds).toEqual([3]);
		expect(secondIds).toEqual([2]);
	});

	it(`a first poll of ${events} fails if a branch cannot be read any more after the baseline`, async () => {
		const log = new WatchedLog({ source: makeSource(), firstReportCount: 2 });
		log.addEntries([1], '2026-02-10 08:00:00', 1);
		log.addEntries([2], '2026-02-10 08:00:00', 2);
		const firstRequestAfterBothBaselines = 5;
		log.actBeforeRequest(firstRequestAfterBothBaselines, () => log.lists.failing.add(2));

		const poll = log.poll({ branches: [1, 2] });

		await expect(poll).rejects.toThrow('Branch 2 is out of order');
	});

	it(`a first poll of ${events} reports the other branches if a branch could not be read from the start`, async () => {
		const log = new WatchedLog({ source: makeSource(), firstReportCount: 2 });
		log.addEntries([1], '2026-02-10 08:00:00', 1);
		log.lists.failing.add(2);

		const ids = await log.pollIds({ branches: [1, 2] });

		expect(ids).toEqual([1]);
	});
});

describe('A poll with a branch that was chosen later', () => {
	/** Makes a log whose branch 2 is chosen in the second poll, when it has an entry of 09:00:00. */
	async function addBranchLater(): Promise<WatchedLog> {
		const log = new WatchedLog();
		await log.poll({ branches: [1] });
		log.addEntries([101], '2026-02-10 09:00:00', 2);
		await log.poll({ branches: [1, 2] });
		return log;
	}

	it('a poll reports no older entry of the branch after the branch was closed and opened again', async () => {
		const log = new WatchedLog();
		log.addEntries([1], '2026-02-10 08:30:00');
		log.addEntries(numbersFrom(101, 140), '2026-02-10 08:40:00', 2);
		await log.poll({ branches: [1], chosenBranches: 'only 1' });
		await log.poll({ branches: [1, 2], chosenBranches: 'all' });
		await log.poll({ branches: [1], chosenBranches: 'all' });

		const ids = await log.pollIds({ branches: [1, 2], chosenBranches: 'all' });

		expect(ids).toEqual([]);
	});

	it('a poll reports a change of the second of the newest entry that the branch had before', async () => {
		const log = await addBranchLater();
		log.addEntries([102], '2026-02-10 09:00:00', 2);

		const ids = await log.pollIds({ branches: [1, 2] });

		expect(ids).toEqual([102]);
	});

	it('a poll reports an entry that comes late, with a time before the newest entry', async () => {
		const log = await addBranchLater();
		log.addOldestEntry(102, '2026-02-10 08:00:00', 2);

		const ids = await log.pollIds({ branches: [1, 2] });

		expect(ids).toEqual([102]);
	});

	it('a poll reports an entry that the log of another branch lists as well', async () => {
		const log = new WatchedLog();
		await log.poll({ branches: [1] });
		log.addEntries([101], '2026-02-10 09:00:00', 1);
		log.addEntries([101], '2026-02-10 09:00:00', 2);

		const ids = await log.pollIds({ branches: [1, 2] });

		expect(ids).toEqual([101]);
	});

	it('a poll leaves an entry that another branch lists as well to the next poll if it reports no more', async () => {
		const log = new WatchedLog();
		await log.poll({ branches: [1] });
		log.addEntries([101, 102], '2026-02-10 09:00:00', 1);
		log.addEntries([101, 102], '2026-02-10 09:00:00', 2);

		const firstIds = await log.pollIds({ branches: [1, 2], maxRecords: 1 });
		const secondIds = await log.pollIds({ branches: [1, 2], maxRecords: 1 });

		expect(firstIds).toEqual([101]);
		expect(secondIds).toEqual([102]);
	});
});

describe('A poll that begins to read the log again', () => {
	/**
	 * Answers page 1 of the first reading with large pages only after page 2. Three more entries have come by then, so the
	 * total on page 2 is smaller than that on page 1.
	 */
	function answerPageOneAfterPageTwo(log: WatchedLog): void {
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
				log.addEntries([2_001, 2_002, 2_003], '2026-02-10 08:59:00');
			}
			const answer = await attempt(call, isExpected);
			if (page === 2) release();
			return answer;
		};
	}

	/** Loses all large pages but the first one. */
	function loseLaterLargePages({ lists: { client } }: WatchedLog): void {
		const { attempt } = client;
		client.attempt = async (call, isExpected) => {
			const isLost = call.body?.pageSize === 500 && Number(call.body.page) > 0;
			return isLost ? undefined : await attempt(call, isExpected);
		};
	}

	/** Answers requests without a page size with 20 rows, and adds an entry before it answers page 34. */
	function growBeforePage34(log: WatchedLog): void {
		const { client } = log.lists;
		const { request } = client;
		let hasGrown = false;
		client.request = async (call) => {
			if (call.body?.page === 34 && !hasGrown) {
				hasGrown = true;
				log.addEntries([3_001], '2026-02-10 08:59:00');
			}
			return await request({ ...call, body: { pageSize: 20, ...call.body } });
		};
	}

	it('a poll reports no old entry when answers come out of order and the total seems to shrink', async () => {
		const log = new WatchedLog({ mostRowsOnPage: 500 });
		log.addEntriesOverTime(numbersFrom(1, 10), '05');
		await log.poll();
		log.addEntriesOverTime(numbersFrom(101, 1_100), '07');
		answerPageOneAfterPageTwo(log);

		const ids = await log.pollIds();

		expect(ids).toEqual([...numbersFrom(101, 1_100), 2_001, 2_002, 2_003]);
		expect(log.lists.requests).toBeLessThan(20);
	});

	it('a poll reports all entries when large pages are lost and the log grows while small ones are read', async () => {
		const log = new WatchedLog({ mostRowsOnPage: 500 });
		log.addEntriesOverTime(numbersFrom(1, 6), '05');
		await log.poll();
		log.addEntriesOverTime(numbersFrom(101, 800), '07');
		loseLaterLargePages(log);
		growBeforePage34(log);

		const ids = await log.pollIds();

		expect(ids).toEqual([...numbersFrom(101, 800), 3_001]);
		expect(log.lists.requests).toBeLessThan(100);
	});
});

describe('A poll of a long log', () => {
	it('a poll asks for one page of 20 rows when nothing is new', async () => {
		const log = new WatchedLog({ mostRowsOnPage: 500 });
		log.addEntriesOverTime(numbersFrom(1, 100), '07');
		await log.poll();
		log.forgetPageSizes();

		const ids = await log.pollIds();

		expect(ids).toEqual([]);
		expect(log.pageSizes).toEqual([20]);
	});

	it('a poll reads large pages from page 0 on when it has more new entries than the small page shows', async () => {
		const log = new WatchedLog({ mostRowsOnPage: 500 });
		log.addEntries(numbersFrom(1, 600), '2026-02-10 07:00:00');
		log.addEntries([601], '2026-02-10 07:00:01');
		await log.poll();
		log.addEntries(numbersFrom(1_001, 1_030), '2026-02-10 08:00:00');
		log.forgetPageSizes();

		const ids = await log.pollIds();

		expect(ids).toEqual(numbersFrom(1_001, 1_030));
		expect(log.pageSizes).toEqual([20, 500]);
	});

	it('a poll reports an entry that comes between the small and the large page once', async () => {
		const log = new WatchedLog({ mostRowsOnPage: 500 });
		log.addEntries(numbersFrom(1, 600), '2026-02-10 07:00:00');
		await log.poll();
		log.addEntries(numbersFrom(1_001, 1_030), '2026-02-10 08:00:00');
		const requestOfLargePage = 2;
		log.actBeforeRequest(requestOfLargePage, () => log.addEntries([1_031], '2026-02-10 08:00:01'));

		const ids = await log.pollIds();
		const idsOfNextPoll = await log.pollIds();

		expect([...ids, ...idsOfNextPoll]).toEqual(numbersFrom(1_001, 1_031));
	});
});

describe('The trigger of attendances', () => {
	/** Makes a completed lesson with 100 customers, all of whom were there. */
	function makeLessonOf100Customers(id: number): IDataObject {
		const customerIds = numbersFrom(1, 100);
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

	/** Adds an entry that completes a lesson. */
	function addCompletion(log: WatchedLog, lessonId: number, date_time: string): void {
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

	it('the trigger of attendances reports nothing of a lesson that is completed again after 3,100 other attendances', async () => {
		const source = new DerivedEvents(makeAttendanceEvent(1));
		const log = new WatchedLog({ source, makeLesson: makeLessonOf100Customers });
		await log.poll();
		addCompletion(log, 1, '2026-02-10 08:00:00');
		const attendancesOfLesson = await log.poll();
		for (const lessonId of numbersFrom(2, 32)) {
			addCompletion(log, lessonId, `2026-02-10 08:01:${lessonId + 10}`);
		}
		const otherAttendances = await log.poll();

		addCompletion(log, 1, '2026-02-10 08:30:00');
		const attendancesAfterRepeat = await log.poll();

		expect(attendancesOfLesson).toHaveLength(100);
		expect(otherAttendances).toHaveLength(3_100);
		expect(attendancesAfterRepeat).toEqual([]);
	});
});
