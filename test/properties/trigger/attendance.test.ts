import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { CREDENTIAL } from '../../../nodes/AlfaCrm/api/client';
import { nodeError } from '../../../nodes/AlfaCrm/api/failures';
import type { ApiRequest } from '../../../nodes/AlfaCrm/api/request';
import type { Change } from '../../../nodes/AlfaCrm/trigger/change';
import { DerivedEvents } from '../../../nodes/AlfaCrm/trigger/sources/changeLog/derivedEvents';
import { makeAttendanceEvent } from '../../../nodes/AlfaCrm/trigger/events/attendance';
import { HOUR_MS, MINUTE_MS } from '../../../nodes/AlfaCrm/values/time';
import { depth, seed } from '../../support/depth';
import { NODE } from '../../support/nodeErrors';
import { MemoryLists } from './lists';

const BRANCHES = [1, 2];
const PUPILS = [1, 2, 3, 4];
const BOTH = ['Lesson', 'LessonDetails'];
const [PLANNED, COMPLETED] = [1, 3];

type Step =
	| { do: 'plan'; branch: number; pupils: number[] }
	| { do: 'complete'; lesson: number; there: number[] }
	| { do: 'correct' | 'add' | 'drop' | 'note'; lesson: number; pupil: number }
	| { do: 'planAgain' | 'delete' | 'damage' | 'mend'; lesson: number }
	| { do: 'move'; lesson: number; branch: number }
	| { do: 'fail' | 'heal'; branch: number }
	| { do: 'wait'; minutes: number }
	| { do: 'poll'; items: number }
	| { do: 'restart' }
	| { do: 'outage'; lesson: number; minutes: number }
	| { do: 'crash'; at: number }
	| { do: 'during'; at: number; step: Step };

/** How an account logs attendance, and shows it. */
interface Account {
	/** Of which classes there are entries. */
	logs: string[];
	/** The log of a branch tells of all of them. */
	isOneLog: boolean;
	/** Entries of LessonDetails name their lesson. */
	namesLesson: boolean;
	/** The entry of a creation tells who is not there as well. */
	saysAbsent: boolean;
	/** Rows of pupils are there with the planned lesson. */
	isListed: boolean;
	/** Lessons show their pupils, also if they are not asked for by one of them. */
	showsAll: boolean;
	pageSize: number;
}

interface History {
	account: Account;
	isThere: 0 | 1;
	most: number;
	startWith: number;
	watched: number[];
	/** How long a request takes; a poll that begins nothing more after four seconds. */
	seconds: number;
	before: Step[];
	steps: Step[];
}

const branch = fc.constantFrom(...BRANCHES);
/** One of those that were planned last. */
const lesson = fc.nat({ max: 3 });
const pupil = fc.constantFrom(...PUPILS);
const pupils = fc.constantFrom(PUPILS, PUPILS, [1], [2, 3]);
const there = fc.constantFrom(PUPILS, PUPILS, [], [], [1], [2, 3]);
const at = fc.integer({ min: 1, max: 8 });
const record = <T extends Step>(name: T['do'], rest: Record<string, fc.Arbitrary<unknown>>) =>
	fc.record({ do: fc.constant(name), ...rest }) as unknown as fc.Arbitrary<Step>;
const school = fc.oneof<Array<fc.WeightedArbitrary<Step>>>(
	{ weight: 5, arbitrary: record('plan', { branch, pupils }) },
	{ weight: 6, arbitrary: record('complete', { lesson, there }) },
	{ weight: 3, arbitrary: record('correct', { lesson, pupil }) },
	{ weight: 1, arbitrary: record('add', { lesson, pupil }) },
	{ weight: 1, arbitrary: record('drop', { lesson, pupil }) },
	{ weight: 1, arbitrary: record('note', { lesson, pupil }) },
	{ weight: 1, arbitrary: record('planAgain', { lesson }) },
	{ weight: 1, arbitrary: record('delete', { lesson }) },
);
/** Not while a poll looks for the lesson in one branch after the other. */
const move = record('move', { lesson, branch });
const minutes = fc.constantFrom(1, 10, 61, 200);
const steps = fc.oneof<Array<fc.WeightedArbitrary<Step>>>(
	{ weight: 12, arbitrary: school },
	{ weight: 1, arbitrary: move },
	{ weight: 6, arbitrary: record('poll', { items: fc.constantFrom(500, 500, 1) }) },
	{ weight: 3, arbitrary: record('wait', { minutes }) },
	{ weight: 1, arbitrary: record('restart', {}) },
	{ weight: 1, arbitrary: record('crash', { at }) },
	{ weight: 2, arbitrary: record('during', { at, step: school }) },
	{ weight: 3, arbitrary: record('damage', { lesson }) },
	{ weight: 1, arbitrary: record('mend', { lesson }) },
	{ weight: 2, arbitrary: record('outage', { lesson, minutes: fc.constantFrom(30, 61) }) },
	{ weight: 1, arbitrary: record('fail', { branch }) },
	{ weight: 1, arbitrary: record('heal', { branch }) },
);
const taught = fc.tuple(
	record('plan', { branch, pupils }),
	record('complete', { lesson: fc.constant(0), there }),
);
const past = fc.oneof<Array<fc.WeightedArbitrary<Step[]>>>(
	{ weight: 4, arbitrary: taught },
	{ weight: 4, arbitrary: school.map((one) => [one]) },
	{ weight: 1, arbitrary: move.map((one) => [one]) },
);
const histories: fc.Arbitrary<History> = fc.record({
	account: fc.record({
		logs: fc.constantFrom(BOTH, BOTH, ['Lesson'], ['LessonDetails']),
		isOneLog: fc.boolean(),
		namesLesson: fc.boolean(),
		saysAbsent: fc.boolean(),
		isListed: fc.boolean(),
		showsAll: fc.constantFrom(true, true, false),
		pageSize: fc.constantFrom(2, 5, 20, 500),
	}),
	isThere: fc.constantFrom<Array<0 | 1>>(0, 1),
	most: fc.constantFrom(1, 2, 500),
	startWith: fc.constantFrom(0, 2, 5),
	watched: fc.constantFrom([1, 2], [1, 2], [1]),
	seconds: fc.constantFrom(0, 0, 1),
	before: fc.array(past, { maxLength: 4 }).map((some) => some.flat()),
	steps: fc.array(steps, { maxLength: 30 }),
});

interface Detail {
	id: number;
	pupil: number;
	isThere: 0 | 1;
}

interface Lesson {
	id: number;
	branch: number;
	status: number;
	details: Detail[];
	/** It may be told with an error alone. */
	isExcused?: boolean;
	/** What the log does not name cannot be found in another branch, nor what the log of another branch says. */
	isUnfindable?: boolean;
	hasMoved?: boolean;
	isDamaged?: boolean;
	/** Since when AlfaCRM has shown it to nobody who asked for it. */
	failingSince?: number;
}

interface Logged {
	branch: number;
	time: string;
	row: IDataObject;
}

const stamp = (when: number) => new Date(when).toISOString().slice(0, 19).replace('T', ' ');
const dayOf = (dotted: unknown) => String(dotted).split('.').reverse().join('-');
const failure = () => nodeError(NODE, { message: 'AlfaCRM failed', status: 500 }, undefined);

let now = 0;
beforeAll(() => {
	jest.spyOn(Date, 'now').mockImplementation(() => now);
});
afterAll(() => jest.restoreAllMocks());

/** What fails is known to the whole process. */
let accounts = 0;

/** Plays a history, and says what went wrong. */
class Play {
	readonly wrong: string[] = [];
	private readonly told = new Set<string>();
	/** Pairs of lesson and pupil that are as the event says, and that an entry told after they became so, and when. */
	private readonly due = new Map<string, string>();
	/** Those that were so in the beginning, and of which no entry tells since. */
	private old = new Set<string>();
	/** Lessons that were told with an error, and pupils of lessons that the log does not name. */
	private readonly unread = new Set<string>();
	private lessons: Lesson[] = [];
	private readonly entries: Logged[] = [];
	private readonly failing = new Set<number>();
	private ids = 0;
	state: unknown;
	private saved: unknown;
	private isActivation = true;
	private lastTime = '';
	private isCrash = false;
	private most: number;
	private path = '';
	private readonly lists: MemoryLists;
	private readonly source: DerivedEvents;

	constructor(private readonly history: History) {
		now = Date.parse('2026-02-10T09:00:00Z');
		this.most = history.most;
		this.source = new DerivedEvents(makeAttendanceEvent(history.isThere));
		this.lists = new MemoryLists((place, body) => this.rowsOf(place, body));
		const { client } = this.lists;
		const { attempt } = client;
		const origin = `https://${++accounts}.example`;
		const asked = async (call: ApiRequest) => {
			now += history.seconds * 1_000;
			this.path = call.path;
			// No record has more than a page of entries.
			this.lists.pageSize = call.body?.entity_id === undefined ? history.account.pageSize : 20;
			const own = call.path === 'lesson' ? this.lessons.find(({ id }) => id === call.body?.id) : undefined;
			try {
				if (this.failing.has(call.branch ?? 0) || own?.isDamaged) throw failure();
				const answer = (await attempt.call(client, call, {} as never)) as { items: IDataObject[] };
				if (answer.items.length > 0) delete own?.failingSince;
				return answer;
			} catch (caught) {
				if (own !== undefined) own.failingSince ??= now;
				throw caught;
			}
		};
		Object.assign(client, {
			node: { ...NODE, credentials: { [CREDENTIAL]: {} } },
			origin: async () => await Promise.resolve(origin),
			attempt: asked,
			request: asked,
		});
	}

	/** The first poll. */
	async begin(): Promise<void> {
		for (const one of this.history.before) this.change(one);
		await this.poll(500);
	}

	async run(): Promise<string[]> {
		for (const one of this.history.steps) await this.play(one);
		this.failing.clear();
		for (const one of this.lessons) delete one.isDamaged;
		// Until nothing is left: each poll comes on, were it by an entry that tells nothing.
		for (let polls = 0; polls < 400; polls++) {
			now += 61 * MINUTE_MS;
			const before = JSON.stringify(this.state);
			if (polls === 8) this.most = 500;
			await this.poll(500);
			if (polls > 1 && JSON.stringify(this.state) === before) break;
		}
		this.missing([...this.due.keys()]);
		return this.wrong;
	}

	private async play(one: Step): Promise<void> {
		if (one.do === 'poll') await this.poll(one.items);
		else if (one.do === 'restart') this.state = this.saved;
		else if (one.do === 'outage') {
			this.change({ do: 'damage', lesson: one.lesson });
			await this.poll(500);
			this.change({ do: 'wait', minutes: one.minutes });
			await this.poll(500);
			this.change({ do: 'mend', lesson: one.lesson });
		} else if (one.do === 'crash' || one.do === 'during') {
			const from = this.lists.requests;
			this.lists.onRequest = (number) => {
				if (number !== from + one.at) return;
				if (one.do === 'crash') throw failure();
				this.change(one.step);
				// The log of a branch that was read before does not show it yet.
				const { isOneLog, namesLesson } = this.history.account;
				for (const each of this.lessons) each.isUnfindable ||= isOneLog && !namesLesson;
			};
			await this.poll(500, one.do === 'crash');
			this.lists.onRequest = () => {};
		} else this.change(one);
	}

	private change(one: Step): void {
		if (one.do === 'wait') now += one.minutes * MINUTE_MS;
		else if (one.do === 'fail') this.failing.add(one.branch);
		else if (one.do === 'heal') this.failing.delete(one.branch);
		else if (one.do === 'plan') this.plan(one.branch, one.pupils);
		else if ('lesson' in one) {
			const found = this.lessons.at(-1 - one.lesson);
			if (found !== undefined) this.teach(found, one);
		}
		// Two changes of one record are seconds apart.
		now += 1_000;
	}

	private plan(place: number, customers: number[]): void {
		const added = { id: ++this.ids, branch: place, status: PLANNED, details: [] as Detail[] };
		this.lessons.push(added);
		this.log(added, 'Lesson', 1, added.id, { status: PLANNED });
		for (const each of customers) this.detail(added, each, 0, this.history.account.isListed);
		if (!this.history.account.isListed) this.planned.set(added.id, customers);
	}

	/** Who is to come, where the rows of pupils come with the completed lesson. */
	private readonly planned = new Map<number, number[]>();

	private detail(own: Lesson, customer: number, isThere: 0 | 1, isLogged: boolean): Detail | undefined {
		if (!isLogged) return undefined;
		const { namesLesson, saysAbsent } = this.history.account;
		const added = { id: ++this.ids, pupil: customer, isThere };
		own.details.push(added);
		this.log(
			own,
			'LessonDetails',
			1,
			added.id,
			{
				customer_id: customer,
				...(namesLesson ? { lesson_id: own.id } : {}),
				...(isThere === 1 || saysAbsent ? { is_attend: isThere } : {}),
			},
			added,
		);
		return added;
	}

	private teach(own: Lesson, one: Step): void {
		const of = (customer: number) => own.details.find((each) => each.pupil === customer);
		if (one.do === 'damage') own.isDamaged = true;
		else if (one.do === 'mend') delete own.isDamaged;
		else if (one.do === 'complete') this.complete(own, one.there);
		else if (one.do === 'correct') {
			const found = of(one.pupil);
			if (found !== undefined) this.mark(own, found, found.isThere === 1 ? 0 : 1);
		} else if (one.do === 'note') {
			const found = of(one.pupil);
			if (found !== undefined) this.log(own, 'LessonDetails', 2, found.id, { note: 'Опоздал' });
		} else if (one.do === 'add') {
			if (own.status === COMPLETED && !of(one.pupil)) this.detail(own, one.pupil, 1, true);
		} else if (one.do === 'drop') {
			const found = of(one.pupil);
			// What a lesson shows of nobody is as the log tells it.
			if (found === undefined || own.details.length === 1 || !this.history.account.showsAll) return;
			own.details = own.details.filter((each) => each !== found);
			this.log(own, 'LessonDetails', 3, found.id, {});
		} else if (one.do === 'planAgain') {
			if (own.status !== COMPLETED) return;
			own.status = PLANNED;
			this.log(own, 'Lesson', 2, own.id, { status: PLANNED }, undefined, { status: COMPLETED });
		} else if (one.do === 'delete') {
			this.lessons = this.lessons.filter((each) => each !== own);
			this.log(own, 'Lesson', 3, own.id, {});
		} else if (one.do === 'move' && own.branch !== one.branch) {
			own.hasMoved = true;
			this.log(own, 'Lesson', 2, own.id, { branch_id: one.branch }, undefined, { branch_id: own.branch });
			own.branch = one.branch;
		}
	}

	private complete(own: Lesson, there: number[]): void {
		if (own.status === COMPLETED) return;
		// All of it at once: a poll sees the lesson completed with its first entry.
		own.status = COMPLETED;
		for (const each of own.details) this.mark(own, each, there.includes(each.pupil) ? 1 : 0);
		for (const each of this.planned.get(own.id) ?? [])
			this.detail(own, each, there.includes(each) ? 1 : 0, true);
		this.planned.delete(own.id);
		this.log(own, 'Lesson', 2, own.id, { status: COMPLETED }, undefined, { status: PLANNED });
	}

	private mark(own: Lesson, found: Detail, isThere: 0 | 1): void {
		if (found.isThere === isThere) return;
		found.isThere = isThere;
		const was: IDataObject = { is_attend: 1 - isThere };
		this.log(own, 'LessonDetails', 2, found.id, { is_attend: isThere }, found, was);
	}

	/** Writes an entry, if the account has such, and notes of whom it tells. */
	private log(
		own: Lesson,
		entity: string,
		event: number,
		entity_id: number,
		fields_new: IDataObject,
		detail?: Detail,
		fields_old: IDataObject = {},
	): void {
		const all = this.asSaid();
		for (const key of this.due.keys()) if (!all.has(key)) this.due.delete(key);
		const isCompletion = entity === 'Lesson' && fields_new.status === COMPLETED;
		const whom = isCompletion ? own.details : detail !== undefined ? [detail] : [];
		for (const { pupil: customer } of whom) this.old.delete(`${own.id} ${customer}`);
		const { logs, isOneLog } = this.history.account;
		if (!logs.includes(entity)) return;
		const time = stamp(now);
		const row = { entity, entity_id, event, user_id: 4, fields_old, fields_new, date_time: time };
		this.entries.push({ branch: own.branch, time, row });
		if (!isOneLog && !this.history.watched.includes(own.branch)) return;
		for (const each of whom) {
			const key = `${own.id} ${each.pupil}`;
			if (all.has(key)) this.due.set(key, time);
		}
	}

	/** Pairs that are now as the event says. */
	private asSaid(): Set<string> {
		const { isThere } = this.history;
		const taught = this.lessons.filter(({ status }) => status === COMPLETED);
		return new Set(
			taught.flatMap(({ id, details }) =>
				details.filter((each) => each.isThere === isThere).map((each) => `${id} ${each.pupil}`),
			),
		);
	}

	private rowsOf(place: number, body: IDataObject): IDataObject[] {
		const { account } = this.history;
		if (this.path === 'branch') return BRANCHES.map((id) => ({ id, is_active: 1 }));
		if (this.path === 'log') {
			const from = 'date_from' in body ? dayOf(body.date_from) : '';
			const isOf = ({ entity, entity_id }: IDataObject) =>
				(body.entity === undefined || entity === body.entity) &&
				(body.entity_id === undefined || entity_id === body.entity_id);
			const listed = this.entries
				.filter(({ branch: own, time }) => (account.isOneLog || own === place) && time >= from)
				.map(({ row }) => row)
				.reverse();
			// A filter that was seen in no live answer may let others pass.
			const others = body.entity_id === undefined ? [] : listed.slice(0, 3);
			return [...others, ...listed.filter(isOf)];
		}
		const asked = body.customer_id;
		return this.lessons
			.filter(({ branch: own, status }) => own === place && status === body.status)
			.filter(({ id }) => body.id === undefined || id === body.id)
			.filter(({ details }) => asked === undefined || details.some((each) => each.pupil === asked))
			.map(({ id, status, details }) => ({
				...{ id, status, branch_id: place, customer_ids: details.map((each) => each.pupil) },
				details: details
					.filter(() => account.showsAll || asked !== undefined)
					.map((each) => ({ id: each.id, customer_id: each.pupil, is_attend: each.isThere })),
			}))
			.reverse();
	}

	private async poll(items: number, isCrash = false): Promise<void> {
		const { isThere, seconds, startWith, watched } = this.history;
		const { most } = this;
		const isFirst = this.state === undefined;
		const [due, said] = [new Map(this.due), this.asSaid()];
		this.isCrash = isCrash;
		this.excuse(isCrash);
		try {
			const { records, failures, stateAfter } = await this.source.poll(
				{
					...{ client: this.lists.client, reader: this.lists.reader, branches: watched, closed: [] },
					...{
						now,
						deadline: seconds === 0 ? Infinity : now + 4_000,
						maxRecords: most,
						firstReportCount: startWith,
					},
					...{ branchesDigest: String(watched), filtersDigest: '' },
				},
				this.state,
			);
			if (isFirst && failures.size > 0) return;
			// Of one entry come four at most.
			if (!isFirst && records.length > most + 3) this.wrong.push(`${records.length} read, not ${most}`);
			const taken = records.slice(0, isFirst ? 500 : Math.min(most, items));
			this.state = JSON.parse(JSON.stringify(stateAfter(taken.length)));
			for (const key of this.asSaid()) said.add(key);
			const rows = taken.map(({ row }) => row);
			for (const row of rows) this.judge(row, isThere, said);
			this.ordered(rows.map(({ change }) => String((change as Change).datetime)));
			if (isFirst) {
				this.begun(rows.length, startWith, due);
				this.due.clear();
				this.old = this.asSaid();
			} else if (
				failures.size === 0 &&
				seconds === 0 &&
				taken.length === records.length &&
				most === 500 &&
				!isCrash &&
				!this.isHeldUp
			) {
				this.missing([...due.keys()]);
			}
			if (taken.length > 0 || this.isActivation) this.saved = this.state;
			this.isActivation = false;
		} catch (caught) {
			if (!String(caught).includes('AlfaCRM failed')) throw caught;
		}
	}

	/** Of what was there in the beginning, the newest come. */
	private begun(count: number, startWith: number, due: ReadonlyMap<string, string>): void {
		const isFindable = ({ id, isUnfindable }: Lesson, key: string) =>
			!isUnfindable && key.startsWith(`${id} `);
		const findable = [...due].filter(([key]) => this.lessons.some((one) => isFindable(one, key)));
		if (count > startWith || count < Math.min(startWith, findable.length))
			this.wrong.push(`${count} in the beginning`);
		const times = (isTold: boolean) =>
			findable.filter(([key]) => this.told.has(key) === isTold).map(([, time]) => time);
		const newest = times(false).sort().at(-1) ?? '';
		if (startWith > 0 && times(true).some((time) => time < newest))
			this.wrong.push('older ones in the beginning');
	}

	private get isHeldUp(): boolean {
		return this.lessons.some(({ isDamaged }) => isDamaged);
	}

	/** What is not waited for: lessons that AlfaCRM has failed to show for an hour, whoever asked, or that are in a branch that fails. */
	private excuse(isCrash: boolean): void {
		const { account, watched } = this.history;
		for (const one of this.lessons) {
			const { failingSince = Infinity, hasMoved = false } = one;
			one.isExcused ||=
				now - failingSince >= HOUR_MS - 5 * MINUTE_MS ||
				((isCrash || this.failing.size > 0) && (account.isOneLog || hasMoved));
			const isElsewhere = hasMoved || !watched.includes(one.branch);
			one.isUnfindable ||= (isElsewhere && !account.namesLesson) || (hasMoved && !account.isOneLog);
		}
	}

	private judge(row: IDataObject, isThere: 0 | 1, said: ReadonlySet<string>): void {
		const key = `${String(row.lesson_id)} ${String(row.customer_id)}`;
		if (row.customer_id !== null && row.lesson_id !== null && this.told.has(key))
			this.wrong.push(`${key} twice`);
		if (this.old.has(key)) this.wrong.push(`${key} is old`);
		this.told.add(key);
		if (row.lesson_error !== undefined) {
			const own = this.lessons.find(({ id }) => id === row.lesson_id);
			const isUnnamed =
				row.lesson_id === null && (row.customer_id === null || this.failing.size > 0 || this.isCrash);
			if (!isUnnamed && !(own?.isExcused ?? row.lesson_id !== null))
				this.wrong.push(`${key}: ${String(row.lesson_error)}`);
			this.unread.add(row.lesson_id === null ? `pupil ${String(row.customer_id)}` : String(row.lesson_id));
		} else if (!said.has(key) || row.is_attend !== isThere) this.wrong.push(`${key} is not so`);
	}

	private ordered(times: string[]): void {
		const isPlain = this.history.steps.every((one) => one.do !== 'fail' && one.do !== 'crash');
		const all = isPlain ? [this.lastTime, ...times] : times;
		if (all.some((time, index) => index > 0 && time < all[index - 1]))
			this.wrong.push(`order: ${String(all)}`);
		this.lastTime = times.at(-1) ?? this.lastTime;
	}

	/** Who was due before, is so still, and was not told. */
	private missing(due: string[]): void {
		const { account, isThere } = this.history;
		// An absence that the log does not tell cannot be told without the lesson.
		const isTold = account.logs.includes('Lesson') || account.saysAbsent || isThere === 1;
		for (const key of due) {
			if (!this.due.has(key) || this.told.has(key)) continue;
			const [lessonId, customer] = key.split(' ');
			const own = this.lessons.find(({ id }) => id === Number(lessonId)) as Lesson;
			const isUnread = this.unread.has(lessonId) || this.unread.has(`pupil ${customer}`);
			const isExcused = own.isExcused && (isUnread || !isTold);
			if (!isExcused && !own.isUnfindable) this.wrong.push(`${key} lost`);
		}
	}
}

/** A lesson that can be read for a moment between two polls: none of them sees that. */
const brokenAtEachPoll: History = {
	account: {
		logs: BOTH,
		isOneLog: false,
		namesLesson: true,
		saysAbsent: false,
		isListed: false,
		showsAll: true,
		pageSize: 20,
	},
	isThere: 1,
	most: 500,
	startWith: 0,
	watched: BRANCHES,
	seconds: 0,
	before: [],
	steps: [
		{ do: 'plan', branch: 1, pupils: PUPILS },
		{ do: 'complete', lesson: 0, there: [1] },
		{ do: 'outage', lesson: 0, minutes: 30 },
		{ do: 'outage', lesson: 0, minutes: 30 },
	],
};

it(`each customer is told once for each lesson, in order, in ${depth.attendanceHistories} random histories`, async () => {
	await fc.assert(
		fc.asyncProperty(histories, async (history) => {
			const play = new Play(history);
			await play.begin();
			expect(await play.run()).toEqual([]);
		}),
		{ numRuns: depth.attendanceHistories, seed, examples: [[brokenAtEachPoll]] },
	);
}, 600_000);

it('of the attendances that were told the latest 3,000 are known', async () => {
	const account = { logs: BOTH, isOneLog: false, namesLesson: true, saysAbsent: true };
	const shown = { isListed: false, showsAll: true, pageSize: 500 };
	const steps: Step[] = [
		{ do: 'plan', branch: 1, pupils: PUPILS },
		{ do: 'complete', lesson: 0, there: PUPILS },
	];
	const limits = { most: 500, startWith: 0, watched: BRANCHES, seconds: 0 };
	const play = new Play({ account: { ...account, ...shown }, isThere: 1, ...limits, before: [], steps });
	await play.begin();
	const others = Array.from({ length: 3_000 }, (_, n) => String(100_000 + n));
	Object.assign(play.state as object, { reported: others.join('') });
	expect(await play.run()).toEqual([]);
	const { reported } = play.state as { reported: string };
	expect(reported).toHaveLength(3_000 * 6);
	expect(reported.startsWith(others[4])).toBe(true);
});
