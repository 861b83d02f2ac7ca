import type { IDataObject } from 'n8n-workflow';

import { CREDENTIAL } from '../../nodes/AlfaCrm/api/client';
import { ChangeLog } from '../../nodes/AlfaCrm/trigger/sources/changeLog/changeLog';
import type { DerivedEvent } from '../../nodes/AlfaCrm/trigger/sources/changeLog/derivedEvents';
import { DerivedEvents } from '../../nodes/AlfaCrm/trigger/sources/changeLog/derivedEvents';
import { makeAttendanceEvent } from '../../nodes/AlfaCrm/trigger/events/attendance';
import type { EventSource } from '../../nodes/AlfaCrm/trigger/eventSource';
import { MemoryLists } from '../properties/trigger/lists';
import { NODE } from '../support/nodeErrors';
import { randomFrom } from '../support/random';

const NOW = Date.parse('2026-02-10T09:00:00Z');

interface LogRow extends IDataObject {
	branch: number;
	entity_id: number;
	date_time: string;
}

/** A trigger that watches the change log of an account in memory. */
class WatchedLog {
	/** The newest first. */
	readonly rows: LogRow[] = [];
	readonly lists: MemoryLists;
	/** How many of the newest changes the first poll reports. */
	startWith = 0;
	private state: unknown;

	/** @param showLesson the lesson with an ID, where lessons are read as well */
	constructor(
		private readonly source: EventSource = new ChangeLog(() => true, {}),
		showLesson: (id: number) => IDataObject = () => ({}),
	) {
		this.lists = new MemoryLists((branch, { id }) =>
			id === undefined ? this.rows.filter((row) => row.branch === branch) : [showLesson(Number(id))],
		);
		const node = { ...NODE, credentials: { [CREDENTIAL]: {} } };
		Object.assign(this.lists.client, { node, origin: async () => 'https://demo.s20.online' });
	}

	/** Writes entries of one second. */
	write(ids: readonly number[], date_time: string, branch = 1): void {
		for (const entity_id of ids) {
			this.rows.unshift({ branch, entity: 'Customer', entity_id, event: 2, date_time });
		}
	}

	/** Polls once and returns what is reported. */
	async poll(branches: readonly number[] = [1], scope = String(branches)): Promise<IDataObject[]> {
		const { records, stateAfter } = await this.source.poll(
			{
				client: this.lists.client,
				reader: this.lists.reader,
				now: NOW,
				deadline: Infinity,
				branches,
				branchesDigest: scope,
				filtersDigest: '',
				maxRecords: 10_000,
				firstReportCount: this.startWith,
			},
			this.state,
		);
		this.state = JSON.parse(JSON.stringify(stateAfter(records.length)));
		return records.map(({ row }) => row);
	}

	async pollIds(branches?: readonly number[], scope?: string): Promise<number[]> {
		const rows = await this.poll(branches, scope);
		return rows.map(({ entity_id }) => Number(entity_id));
	}
}

const numbers = (from: number, to: number): number[] =>
	Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('entries of one second', () => {
	/** Lists the entries in another order at each request. All of them are of one second. */
	function shuffleAtEachRequest({ lists, rows }: WatchedLog): void {
		const random = randomFrom(5);
		lists.onRequest = () => {
			const drawn = rows.map((row) => ({ row, number: random() }));
			drawn.sort((a, b) => a.number - b.number);
			rows.splice(0, rows.length, ...drawn.map(({ row }) => row));
		};
	}

	it.each([20, 500])('come once each in any order at each request, %d rows a page', async (pageSize) => {
		const log = new WatchedLog();
		log.lists.pageSize = pageSize;
		await log.poll();
		log.write(numbers(1, 1_200), '2026-02-10 09:00:00');
		shuffleAtEachRequest(log);

		const ids = await log.pollIds();
		const repeatedIds = await log.pollIds();

		expect(ids.sort((a, b) => a - b)).toEqual(numbers(1, 1_200));
		expect(repeatedIds).toEqual([]);
	});

	it('that are equal come as often as the log lists them, also on two pages', async () => {
		const log = new WatchedLog();
		log.lists.pageSize = 20;
		log.write([1], '2026-02-10 08:00:00');
		await log.poll();
		log.write([...numbers(100, 118), 7, 7, 7], '2026-02-10 08:59:00');
		log.write(numbers(201, 218), '2026-02-10 09:00:00');

		const ids = await log.pollIds();

		expect(ids.filter((id) => id === 7)).toEqual([7, 7, 7]);
		expect(ids).toHaveLength(40);
	});
});

/** An event that each change is: its source reads the log as derived events do. */
const EACH_CHANGE: DerivedEvent = {
	isRelevantChange: () => true,
	makeItemsOfChange: async ({ entity_id }) => await Promise.resolve([{ entity_id }]),
};

describe.each([
	{ events: 'changes', makeSource: () => new ChangeLog(() => true, {}) },
	{ events: 'derived events', makeSource: () => new DerivedEvents(EACH_CHANGE) },
])('a first poll that reports the newest $events', ({ makeSource }) => {
	it('reports a change once that comes in after the baseline was read', async () => {
		const log = new WatchedLog(makeSource());
		log.startWith = 2;
		log.write([1], '2026-02-10 08:00:00');
		// The first two requests read the baseline, the third one reads the newest changes.
		log.lists.onRequest = (number) => {
			if (number === 3) log.write([2], '2026-02-10 08:59:00');
		};

		const firstIds = await log.pollIds();
		const secondIds = await log.pollIds();

		expect(firstIds).toEqual([1, 2]);
		expect(secondIds).toEqual([]);
	});

	it('fails if a branch cannot be read any more after the baseline', async () => {
		const log = new WatchedLog(makeSource());
		log.startWith = 2;
		log.write([1], '2026-02-10 08:00:00', 1);
		log.write([2], '2026-02-10 08:00:00', 2);
		// The first four requests read the baseline of both branches.
		log.lists.onRequest = (number) => {
			if (number === 5) log.lists.failing.add(2);
		};

		const poll = log.poll([1, 2]);

		await expect(poll).rejects.toThrow('Branch 2 is out of order');
	});

	it('reports the changes of the other branches if a branch could not be read from the start', async () => {
		const log = new WatchedLog(makeSource());
		log.startWith = 2;
		log.write([1], '2026-02-10 08:00:00', 1);
		log.lists.failing.add(2);

		const ids = await log.pollIds([1, 2]);

		expect(ids).toEqual([1]);
	});

	it('leaves a change that came in meanwhile, and is not among the newest, to the next poll', async () => {
		const log = new WatchedLog(makeSource());
		log.startWith = 1;
		log.write([1], '2026-02-10 08:00:00');
		log.lists.onRequest = (number) => {
			if (number === 3) log.write([2, 3], '2026-02-10 08:59:00');
		};

		const firstIds = await log.pollIds();
		const secondIds = await log.pollIds();

		expect(firstIds).toEqual([3]);
		expect(secondIds).toEqual([2]);
	});
});

describe('a branch that is chosen later', () => {
	it('reports nothing that it held, although it is closed and opened again', async () => {
		const log = new WatchedLog();
		log.write([1], '2026-02-10 08:30:00');
		log.write(numbers(101, 140), '2026-02-10 08:40:00', 2);
		await log.poll([1], 'only 1');

		await log.poll([1, 2], 'all');
		await log.poll([1], 'all');
		const ids = await log.pollIds([1, 2], 'all');

		expect(ids).toEqual([]);
	});

	it('reports a change of the second in which it was read first', async () => {
		const log = new WatchedLog();
		await log.poll([1]);
		log.write([101], '2026-02-10 09:00:00', 2);
		await log.poll([1, 2]);
		log.write([102], '2026-02-10 09:00:00', 2);

		const ids = await log.pollIds([1, 2]);

		expect(ids).toEqual([102]);
	});

	it('reports a late change with a time before that', async () => {
		const log = new WatchedLog();
		await log.poll([1]);
		log.write([101], '2026-02-10 09:00:00', 2);
		await log.poll([1, 2]);
		const lateRow = { branch: 2, entity: 'Customer', entity_id: 102, event: 2 };
		log.rows.push({ ...lateRow, date_time: '2026-02-10 08:00:00' });

		const ids = await log.pollIds([1, 2]);

		expect(ids).toEqual([102]);
	});

	it('hides no change that another branch has not reported yet', async () => {
		const log = new WatchedLog();
		await log.poll([1]);
		log.write([101], '2026-02-10 09:00:00', 1);
		log.write([101], '2026-02-10 09:00:00', 2);

		const ids = await log.pollIds([1, 2]);

		expect(ids).toEqual([101]);
	});
});

describe('a reading that begins again', () => {
	/** Writes entries one second apart. */
	function writeOverTime(log: WatchedLog, ids: readonly number[], hour: number): void {
		ids.forEach((id, index) => {
			const minute = String(Math.floor(index / 60)).padStart(2, '0');
			const second = String(index % 60).padStart(2, '0');
			log.write([id], `2026-02-10 0${hour}:${minute}:${second}`);
		});
	}

	/** Answers page 1 of the first large reading only after page 2, when three more entries have come in. */
	function answerPageOneLate(log: WatchedLog): void {
		const { client } = log.lists;
		const { attempt } = client;
		let release = () => {};
		const pageTwoAnswered = new Promise<void>((resolve) => (release = resolve));
		let isLate = true;
		Object.assign(client, { callsAtOnce: 5 });
		client.attempt = async (call, isExpected) => {
			const { page, pageSize } = call.body ?? {};
			if (pageSize === 500 && page === 1 && isLate) {
				isLate = false;
				await pageTwoAnswered;
				log.write([2_001, 2_002, 2_003], '2026-02-10 08:59:00');
			}
			const answer = await attempt(call, isExpected);
			if (page === 2) release();
			return answer;
		};
	}

	it('reports no old entry where answers come out of order and the total seems to shrink', async () => {
		const log = new WatchedLog();
		log.lists.pageSize = 500;
		writeOverTime(log, numbers(1, 10), 5);
		await log.poll();
		writeOverTime(log, numbers(101, 1_100), 7);
		answerPageOneLate(log);

		const ids = await log.pollIds();

		expect(ids).toEqual([...numbers(101, 1_100), 2_001, 2_002, 2_003]);
		expect(log.lists.requests).toBeLessThan(20);
	});

	it("takes the length of AlfaCRM's own pages where later large pages do not arrive and the log grows", async () => {
		const log = new WatchedLog();
		log.lists.pageSize = 500;
		writeOverTime(log, numbers(1, 6), 5);
		await log.poll();
		writeOverTime(log, numbers(101, 800), 7);
		const { client } = log.lists;
		const { attempt, request } = client;
		client.attempt = async (call, isExpected) => {
			const isLost = call.body?.pageSize === 500 && Number(call.body.page) > 0;
			return isLost ? undefined : await attempt(call, isExpected);
		};
		let hasGrown = false;
		client.request = async (call) => {
			if (call.body?.page === 34 && !hasGrown) {
				hasGrown = true;
				log.write([3_001], '2026-02-10 08:59:00');
			}
			return await request({ ...call, body: { pageSize: 20, ...call.body } });
		};

		const ids = await log.pollIds();

		expect(ids.slice(0, 700)).toEqual(numbers(101, 800));
		expect(log.lists.requests).toBeLessThan(100);
	});
});

describe('page sizes', () => {
	/** Notes the page sizes of the requests. */
	function notePageSizes({ lists }: WatchedLog): unknown[] {
		const sizes: unknown[] = [];
		const { attempt } = lists.client;
		lists.client.attempt = async (call, isExpected) => {
			sizes.push(call.body?.pageSize);
			return await attempt(call, isExpected);
		};
		return sizes;
	}

	it('a poll without news asks for one page of 20 rows', async () => {
		const log = new WatchedLog();
		log.lists.pageSize = 500;
		numbers(1, 100).forEach((id) => log.write([id], `2026-02-10 07:00:${String(id % 60).padStart(2, '0')}`));
		log.write([101], '2026-02-10 08:00:00');
		await log.poll();
		const sizes = notePageSizes(log);

		const ids = await log.pollIds();

		expect(ids).toEqual([]);
		expect(sizes).toEqual([20]);
	});

	it('a poll with more news than the small page shows reads large pages from page 0 on', async () => {
		const log = new WatchedLog();
		log.lists.pageSize = 500;
		log.write(numbers(1, 600), '2026-02-10 07:00:00');
		log.write([601], '2026-02-10 07:00:01');
		await log.poll();
		log.write(numbers(1_001, 1_030), '2026-02-10 08:00:00');
		const sizes = notePageSizes(log);

		const ids = await log.pollIds();

		expect(ids).toEqual(numbers(1_001, 1_030));
		expect(sizes).toEqual([20, 500]);
	});

	it('entries that come between the small and the large page are reported once', async () => {
		const log = new WatchedLog();
		log.lists.pageSize = 500;
		log.write(numbers(1, 600), '2026-02-10 07:00:00');
		await log.poll();
		log.write(numbers(1_001, 1_030), '2026-02-10 08:00:00');
		const firstRequest = log.lists.requests + 1;
		log.lists.onRequest = (number) => {
			if (number === firstRequest + 1) log.write([1_031], '2026-02-10 08:00:01');
		};

		const ids = [...(await log.pollIds()), ...(await log.pollIds())];

		expect(ids).toEqual(numbers(1_001, 1_031));
	});
});

describe('attendances', () => {
	const PUPILS_OF_LESSON = 100;

	/** Lessons with 100 pupils each, all of whom were there. */
	function lessonRow(id: number): IDataObject {
		const pupils = numbers(1, PUPILS_OF_LESSON);
		return {
			id,
			status: 3,
			branch_id: 1,
			customer_ids: pupils,
			details: pupils.map((pupil) => ({ id: id * 1_000 + pupil, customer_id: pupil, is_attend: 1 })),
		};
	}

	function addCompletion(log: WatchedLog, lesson: number, date_time: string): void {
		const statuses = { fields_old: { status: 1 }, fields_new: { status: 3 } };
		log.rows.unshift({ branch: 1, entity: 'Lesson', entity_id: lesson, event: 2, date_time, ...statuses });
	}

	it('of a lesson that is completed again after 3,000 others are not reported again', async () => {
		const log = new WatchedLog(new DerivedEvents(makeAttendanceEvent(1)), lessonRow);
		await log.poll();
		addCompletion(log, 1, '2026-02-10 08:00:00');
		const first = await log.poll();
		numbers(2, 32).forEach((lesson) => addCompletion(log, lesson, `2026-02-10 08:01:${lesson + 10}`));
		const others = await log.poll();

		addCompletion(log, 1, '2026-02-10 08:30:00');
		const again = await log.poll();

		expect(first).toHaveLength(100);
		expect(others).toHaveLength(3_100);
		expect(again).toHaveLength(0);
	});
});
