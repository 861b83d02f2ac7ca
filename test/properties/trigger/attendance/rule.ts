import type { IDataObject } from 'n8n-workflow';

import type { Change } from '../../../../nodes/AlfaCrm/trigger/change';
import { ATTENDANCE, LESSON_STATUS } from '../../../support/codes';
import type { History } from './histories';
import type { Lesson, LoggedChange, LoggedSchool } from './school';

const MINUTE = 60_000;

/**
 * The trigger reports an attendance without its lesson after an hour of failures. Clocks may differ a little.
 */
const PATIENCE = 55 * MINUTE;

/** A poll may exceed its limit by this number of items, because one entry of the log may bring several. */
const MOST_ITEMS_TOO_MANY = 3;

/** A customer at a lesson, as the text of both IDs: "5 2" for customer 2 at lesson 5. */
type Pair = string;

/**
 * Checks what a trigger reports of attendances. The log tells that a customer attended a completed lesson, or
 * missed it if that is the event. From then on the customer must be reported for this lesson, as long as the
 * lesson still says so. Nobody is reported twice for a lesson, and nobody for a lesson that says otherwise.
 * Items come in the order of the log.
 *
 * The trigger waits up to an hour for a lesson that AlfaCRM does not show. Then the item has an error in
 * place of the lesson.
 */
export class AttendanceRule {
	/** The breaches of the rule, in words. */
	readonly mistakes: string[] = [];
	/** Pairs that must be reported, with the time of the log entry that told of them. */
	private readonly duePairs = new Map<Pair, string>();
	/** Pairs that were there at the first poll. A pair leaves when its attendance changes. */
	private baseline = new Set<Pair>();
	private readonly reportedPairs = new Set<Pair>();
	/** Lessons and customers of items that came without their lesson. */
	private readonly lessonsReportedUnread = new Set<number>();
	private readonly customersReportedUnread = new Set<number>();
	/** Lessons that the trigger may report unread. */
	private readonly lessonsMayBeUnread = new Set<Lesson>();
	/**
	 * Lessons that the trigger cannot find, because the log does not say which lesson it is, or in which
	 * branch.
	 */
	private readonly unfindableLessons = new Set<Lesson>();
	private timeOfLastItem = '';

	constructor(
		private readonly school: LoggedSchool,
		private readonly history: History,
	) {
		school.onChange = (change) => this.noteChange(change);
	}

	/** The number of pairs that were reported so far. */
	get reportedCount(): number {
		return this.reportedPairs.size;
	}

	/**
	 * Notes that the log of a branch may tell of the latest change only after it was read in another branch.
	 */
	noteChangeDuringPoll(): void {
		const { sharesLog, logsLessonId } = this.history.account;
		if (!sharesLog || logsLessonId) return;
		for (const lesson of this.school.lessons) {
			this.unfindableLessons.add(lesson);
		}
	}

	/** Notes the facts by which the next poll is checked. Call it before each poll. */
	preparePoll({ hasFailure }: { hasFailure: boolean }): PollFacts {
		const { school } = this;
		const isBranchUnread = hasFailure || school.brokenBranches.size > 0;
		for (const lesson of school.lessons) {
			if (this.hasFailedForLong(lesson) || (isBranchUnread && this.mayBeInAnyBranch(lesson))) {
				this.lessonsMayBeUnread.add(lesson);
			}
			if (this.isUnfindable(lesson)) {
				this.unfindableLessons.add(lesson);
			}
		}
		return {
			isBranchUnread,
			lessons: new Set(school.lessons),
			pairs: this.findPairs(),
			duePairs: new Map(this.duePairs),
		};
	}

	/** Checks the items of the first poll, which reports only the newest of the existing attendances. */
	checkFirstPoll(items: readonly IDataObject[], facts: PollFacts): void {
		this.checkItems(items, facts);
		this.checkChoiceOfNewest(items.length, facts);

		this.duePairs.clear();
		this.baseline = this.findPairs();
	}

	/** Checks the items that n8n has taken of a poll. */
	checkItems(items: readonly IDataObject[], facts: PollFacts): void {
		// A lesson that changed during the poll may be reported as it was or as it is.
		const pairsDuringPoll = new Set([...facts.pairs, ...this.findPairs()]);
		for (const item of items) {
			this.checkItem(item, pairsDuringPoll, facts);
		}
		this.checkOrder(items);
	}

	/** Checks how many items a poll has found, whether or not n8n takes all of them. */
	checkCount(count: number, { maxRecords }: { maxRecords: number }): void {
		if (count > maxRecords + MOST_ITEMS_TOO_MANY) {
			this.mistakes.push(`${count} items, although a poll reports ${maxRecords} at most`);
		}
	}

	/** Notes as a mistake each pair that has been due and is still not reported. */
	expectReported(duePairs: Iterable<Pair> = this.duePairs.keys()): void {
		for (const pair of duePairs) {
			const isStillDue = this.duePairs.has(pair);
			if (isStillDue && !this.reportedPairs.has(pair) && !this.mayGoUnreported(pair)) {
				this.mistakes.push(`${pair} is lost`);
			}
		}
	}

	// ---------------------------------------------------------------- what is due

	/** Notes which pairs are due after a change of a lesson, and which ones are not due any more. */
	private noteChange({ lesson, attendances, loggedAt }: LoggedChange): void {
		const pairs = this.findPairs();
		for (const pair of this.duePairs.keys()) {
			if (!pairs.has(pair)) {
				this.duePairs.delete(pair);
			}
		}

		const { account, watchedBranches } = this.history;
		const isLogRead = account.sharesLog || watchedBranches.includes(lesson.branch);
		for (const { customer } of attendances) {
			const pair = toPair(lesson.id, customer);
			this.baseline.delete(pair);
			if (loggedAt !== undefined && isLogRead && pairs.has(pair)) {
				this.duePairs.set(pair, loggedAt);
			}
		}
	}

	/** Finds the pairs for which the event holds now. */
	private findPairs(): Set<Pair> {
		const pairs = new Set<Pair>();
		for (const { id, status, attendances } of this.school.lessons) {
			if (status !== LESSON_STATUS.held) continue;
			for (const { customer, attended } of attendances) {
				if (attended === this.history.attended) {
					pairs.add(toPair(id, customer));
				}
			}
		}
		return pairs;
	}

	// ---------------------------------------------------------------- what need not be reported

	/** Tells whether AlfaCRM has failed to show a lesson for longer than the trigger waits. */
	private hasFailedForLong({ failingSince }: Lesson): boolean {
		return failingSince !== undefined && this.school.now - failingSince >= PATIENCE;
	}

	/**
	 * Tells whether the trigger has to look for a lesson in other branches than the one whose log tells of it.
	 */
	private mayBeInAnyBranch({ hasMoved }: Lesson): boolean {
		return hasMoved || this.history.account.sharesLog;
	}

	/** Tells whether the log says too little for the trigger to find a lesson. */
	private isUnfindable({ branch, hasMoved }: Lesson): boolean {
		const { account, watchedBranches } = this.history;
		const isElsewhere = hasMoved || !watchedBranches.includes(branch);
		return (isElsewhere && !account.logsLessonId) || (hasMoved && !account.sharesLog);
	}

	/**
	 * Tells whether a due pair may stay unreported: the trigger cannot find its lesson, or it has reported the lesson or the
	 * customer without reading the lesson.
	 */
	private mayGoUnreported(pair: Pair): boolean {
		const [lessonId, customer] = pair.split(' ').map(Number);
		const lesson = this.school.findLesson(lessonId) as Lesson;
		if (this.unfindableLessons.has(lesson)) return true;
		if (!this.lessonsMayBeUnread.has(lesson)) return false;

		const wasReportedUnread =
			this.lessonsReportedUnread.has(lessonId) || this.customersReportedUnread.has(customer);
		return wasReportedUnread || !this.doesLogTellEvent();
	}

	/** Tells whether the log alone can tell that the event holds. An absence may show only in the lesson. */
	private doesLogTellEvent(): boolean {
		const { account, attended } = this.history;
		return (
			attended === ATTENDANCE.attended || account.logsAbsence || account.loggedClasses.includes('Lesson')
		);
	}

	// ---------------------------------------------------------------- checks

	/**
	 * Checks one item: it is reported for the first time, it was not there before the first poll, and the lesson says the
	 * same as the item.
	 */
	private checkItem(item: IDataObject, pairsDuringPoll: ReadonlySet<Pair>, facts: PollFacts): void {
		const { lesson_id, customer_id, is_attend, lesson_error } = item;
		const pair = toPair(lesson_id, customer_id);
		const isPairKnown = lesson_id !== null && customer_id !== null;

		if (isPairKnown && this.reportedPairs.has(pair)) {
			this.mistakes.push(`${pair} is reported twice`);
		}
		if (this.baseline.has(pair)) {
			this.mistakes.push(`${pair} was there before the first poll`);
		}
		this.reportedPairs.add(pair);

		if (lesson_error !== undefined) {
			this.checkUnreadItem(item, facts);
		} else if (!pairsDuringPoll.has(pair) || is_attend !== this.history.attended) {
			this.mistakes.push(`${pair} is reported, although the lesson says otherwise`);
		}
	}

	/**
	 * Checks an item that has an error in place of its lesson. The log alone must have told the event, and the
	 * lesson must have been unreadable.
	 */
	private checkUnreadItem(item: IDataObject, facts: PollFacts): void {
		const { lesson_id, customer_id, is_attend, lesson_error } = item;
		const doesLogSayOtherwise = customer_id !== null && is_attend !== this.history.attended;
		if (doesLogSayOtherwise) {
			this.mistakes.push(
				`customer ${String(customer_id)} is reported unread, although the log says otherwise`,
			);
		}

		if (lesson_id === null) {
			this.checkItemOfUnknownLesson(item, facts);
			return;
		}

		this.lessonsReportedUnread.add(Number(lesson_id));
		const lesson = this.school.findLesson(lesson_id);
		const mustBeRead =
			lesson !== undefined && facts.lessons.has(lesson) && !this.lessonsMayBeUnread.has(lesson);
		if (mustBeRead) {
			this.mistakes.push(`lesson ${lesson.id}: ${String(lesson_error)}`);
		}
	}

	/** Checks an item that does not even say which lesson it is about. Some branch must have been unreadable. */
	private checkItemOfUnknownLesson({ customer_id, lesson_error }: IDataObject, facts: PollFacts): void {
		this.customersReportedUnread.add(Number(customer_id));
		const mayComeWithoutLesson = customer_id === null || facts.isBranchUnread;
		if (!mayComeWithoutLesson) {
			this.mistakes.push(`customer ${String(customer_id)}: ${String(lesson_error)}`);
		}
	}

	/** Checks whether items come in the order of the log. */
	private checkOrder(items: readonly IDataObject[]): void {
		const times = items.map(({ change }) => String((change as Change).datetime));
		// Entries that could not be read before come late.
		const mayComeLate = this.history.steps.some(
			({ kind }) => kind === 'breakBranch' || kind === 'pollWithFailure',
		);
		const timesInOrder = mayComeLate ? times : [this.timeOfLastItem, ...times];
		const isOrdered = timesInOrder.every((time, index) => index === 0 || time >= timesInOrder[index - 1]);
		if (!isOrdered) {
			this.mistakes.push(`not in the order of the log: ${String(timesInOrder)}`);
		}
		this.timeOfLastItem = times.at(-1) ?? this.timeOfLastItem;
	}

	/**
	 * Checks whether the first poll has reported as many attendances as the user wants, and the newest ones.
	 */
	private checkChoiceOfNewest(count: number, { duePairs }: PollFacts): void {
		const { firstReportCount } = this.history;
		const findable = [...duePairs].filter(([pair]) => this.isFindable(pair));
		const isCountRight = count <= firstReportCount && count >= Math.min(firstReportCount, findable.length);
		if (!isCountRight) {
			this.mistakes.push(`${count} items of the first poll, not ${firstReportCount}`);
		}
		if (firstReportCount === 0) return;

		const reported = findable.filter(([pair]) => this.reportedPairs.has(pair));
		const unreported = findable.filter(([pair]) => !this.reportedPairs.has(pair));
		const newestUnreported = unreported
			.map(([, time]) => time)
			.sort()
			.at(-1);
		const hasOlderItem =
			newestUnreported !== undefined && reported.some(([, time]) => time < newestUnreported);
		if (hasOlderItem) {
			this.mistakes.push('the first poll reports an older attendance in place of a newer one');
		}
	}

	/** Tells whether the trigger can find the lesson of a pair. */
	private isFindable(pair: Pair): boolean {
		const lesson = this.school.findLesson(Number(pair.split(' ')[0]));
		return lesson !== undefined && !this.unfindableLessons.has(lesson);
	}
}

/** The facts before a poll by which its items are checked. */
export interface PollFacts {
	/** Whether some branch could not be read. */
	isBranchUnread: boolean;
	lessons: ReadonlySet<Lesson>;
	/** Pairs for which the event held. */
	pairs: ReadonlySet<Pair>;
	/** Pairs that the poll has to report, with the time of the log entry. */
	duePairs: ReadonlyMap<Pair, string>;
}

/** Writes a pair as text, such as "5 2" for customer 2 at lesson 5. */
function toPair(lessonId: unknown, customer: unknown): Pair {
	return `${String(lessonId)} ${String(customer)}`;
}
