import type { DayRange, Occurrence } from '../../../store/calendar/occurrences';
import { occurrenceKeyOf, timeSortKey } from '../../../store/calendar/occurrences';
import type { Participant } from '../../../store/calendar/participants';
import { readMoment } from '../../../values/formats';
import { HOUR_MS } from '../../../values/time';
import { dayTextAt } from '../../dayNumbers';
import { isIntervalOver } from '../../intervals';

/**
 * Decides when to scan a branch, and which lessons a scan is about. It reads nothing from AlfaCRM.
 * `comingLessonsState.ts` explains the words.
 *
 * A poll scans a branch in one of three cases:
 *
 * - **A new scan** is due from time to time. It is about all near lessons, because a customer may
 *   have been added to any of them.
 * - **An unfinished scan** goes on, because the last poll had no time for all lessons.
 * - **A reminder has become due** since the last scan: a further lesson is near. This scan leaves
 *   out the lessons that were scanned before.
 */

/**
 * Scans come at least this often while a lesson is near, so that a lesson that is added late is
 * found in time.
 */
const SCANS_WHILE_NEAR = 4;

export interface ComingLessonsSettings {
	/** For how many hours before its beginning a lesson is near. */
	hours: number;
	/** The time zone of the school. */
	zone: string;
	/** The time between two new scans, in milliseconds. */
	scanIntervalMs: number;
}

/** The settings of the trigger, and the time of the poll. */
export interface ComingLessonsPoll extends ComingLessonsSettings {
	/** The time of n8n, in milliseconds. */
	now: number;
}

/** How far the scans of a branch have got. Times are n8n's, in milliseconds. */
export interface ScanProgress {
	/**
	 * When the trigger started, if it has watched the branch since then. Undefined for a branch that
	 * was chosen later, and after the first complete scan.
	 */
	watchedSince?: number;
	/** When the last complete scan began; undefined before the first one. */
	lastScanBeganAt?: number;
	/** When the unfinished scan began; undefined if none is unfinished. */
	unfinishedScanBeganAt?: number;
	/** The position of the last lesson that was scanned. */
	scannedUpTo?: Position;
	/**
	 * When the reminder of the next lesson is due, as the last scan saw it. Undefined if there is no
	 * further lesson on the days that the scan has read.
	 */
	nextReminderAt?: number;
}

/**
 * The place of a lesson when lessons are sorted by time. Lessons are scanned in this order. It is
 * the lesson's `timeSortKey`, a text that begins with its time, such as "2026-03-10 17:00:00 …".
 */
type Position = string;

// ---------------------------------------------------------------- before reading

/** The part of a scan that a poll should do in a branch. */
interface ScanTask {
	/** When the scan began, in milliseconds. An unfinished scan began in an earlier poll. */
	beganAt: number;
	/** Lessons up to this position were scanned before; undefined for a new scan. */
	scannedUpTo?: Position;
}

/**
 * Chooses which lessons of a branch this poll scans. To scan a lesson is to read who comes to it.
 * Only lessons that begin soon (the *near* lessons) are scanned.
 *
 * 1. If an earlier poll had no time to finish its scan, this poll goes on with it.
 * 2. If the last scan of all near lessons is long enough ago, another one begins.
 * 3. If the reminder of another lesson has become due since the last scan, only the lessons behind
 *    the last scanned one (`scannedUpTo`) are scanned.
 *
 * @returns undefined if the branch has nothing to scan now
 */
export function chooseScanTask(
	progress: ScanProgress,
	poll: ComingLessonsPoll,
): ScanTask | undefined {
	const { now } = poll;
	const { lastScanBeganAt, scannedUpTo, unfinishedScanBeganAt } = progress;
	if (unfinishedScanBeganAt !== undefined) {
		return { beganAt: unfinishedScanBeganAt, scannedUpTo };
	}

	const scanOfAllLessons: ScanTask = { beganAt: now };
	const isFirstScan = lastScanBeganAt === undefined;
	if (isFirstScan) return scanOfAllLessons;

	const isScanDue = isIntervalOver(lastScanBeganAt, computeScanInterval(poll), now);
	if (isScanDue) return scanOfAllLessons;

	// The last scan has seen when the next reminder is due. It is undefined if no lesson follows.
	const { nextReminderAt = Infinity } = progress;
	const isAnotherReminderDue = now >= nextReminderAt;
	if (!isAnotherReminderDue) return undefined;

	// This scan must not delay the next scan of all lessons, so it keeps the time of the last one.
	return { beganAt: lastScanBeganAt, scannedUpTo };
}

/**
 * Chooses the days whose lessons a scan reads: from today to the last lesson whose reminder is due
 * before the next scan of all lessons. So this scan also sees when the next reminder is due.
 *
 * Example: it is Monday 10:00, reminders are due 24 hours before a lesson, and the next scan of all
 * lessons comes in 6 hours, at 16:00. Until then, the reminders of lessons up to Tuesday 16:00 are
 * due, so Monday and Tuesday are read.
 */
export function chooseDays(poll: ComingLessonsPoll): DayRange {
	const { hours, zone, now } = poll;
	const nextScanAt = now + computeScanInterval(poll);
	const leadTimeMs = hours * HOUR_MS;
	const lastBeginning = nextScanAt + leadTimeMs;
	return {
		from: dayTextAt(now, zone),
		to: dayTextAt(lastBeginning, zone),
		zone,
	};
}

/**
 * Computes the time between two scans of all lessons, in milliseconds: the interval that the user
 * has chosen, but at most a quarter of the time for which a lesson is near.
 */
function computeScanInterval({ scanIntervalMs, hours }: ComingLessonsPoll): number {
	const leadTimeMs = hours * HOUR_MS;
	return Math.min(scanIntervalMs, leadTimeMs / SCANS_WHILE_NEAR);
}

// ---------------------------------------------------------------- after reading the lessons

/** A scan of a branch, of which the lessons are known, but not yet who comes to them. */
export interface ScanPlan extends ScanTask {
	nearLessons: readonly Occurrence[];
	/** The near lessons that were not scanned before, in any order. */
	lessonsToScan: readonly Occurrence[];
	/** See `ScanProgress`. */
	nextReminderAt?: number;
}

/**
 * Finds the lessons of a branch for which this poll has to read who comes: the near lessons, which
 * begin within the next 24 hours, for example. Leaves out lessons that were scanned before. Also
 * finds when the next reminder after these is due.
 *
 * @param lessons all lessons of today and the next days
 */
export function planScan(
	task: ScanTask,
	lessons: readonly Occurrence[],
	poll: ComingLessonsPoll,
): ScanPlan {
	const { now, zone } = poll;
	const nearLessons: Occurrence[] = [];
	const laterReminderTimes: number[] = [];
	for (const lesson of lessons) {
		const reminderTime = findReminderTime(lesson, poll);
		const isReminderLater = reminderTime > now;
		const isStillToCome = findBeginning(lesson, zone) > now;
		if (isReminderLater) {
			laterReminderTimes.push(reminderTime);
		} else if (isStillToCome) {
			nearLessons.push(lesson);
		}
	}

	return {
		...task,
		nearLessons,
		lessonsToScan: leaveOutScanned(nearLessons, task.scannedUpTo),
		nextReminderAt: findEarliest(laterReminderTimes),
	};
}

/**
 * Leaves out the lessons that were scanned before. Lessons are scanned in the order of time, so
 * these are the lessons up to a position, a text such as "2026-03-10 17:00:00 …".
 *
 * @param scannedUpTo the position of the last lesson that was scanned; undefined if none was
 */
function leaveOutScanned(
	lessons: readonly Occurrence[],
	scannedUpTo: Position | undefined,
): readonly Occurrence[] {
	if (scannedUpTo === undefined) return lessons;

	return lessons.filter((lesson) => timeSortKey(lesson) > scannedUpTo);
}

/**
 * Returns when a lesson begins, in milliseconds. A lesson without a time begins with its day. A
 * lesson whose time is unreadable counts as begun long ago, so nobody is reminded of it.
 */
export function findBeginning({ time_from, date }: Occurrence, zone: string): number {
	return readMoment(time_from ?? date, zone) ?? -Infinity;
}

/** Returns when the reminder of a lesson is due, in milliseconds: some hours before it begins. */
export function findReminderTime(lesson: Occurrence, { hours, zone }: ComingLessonsPoll): number {
	return findBeginning(lesson, zone) - hours * HOUR_MS;
}

function findEarliest(times: readonly number[]): number | undefined {
	return times.length === 0 ? undefined : Math.min(...times);
}

// ---------------------------------------------------------------- after reading the participants

/** The result of scanning a branch in one poll. The scan may go on in the next poll. */
export interface ScanResult extends Pick<ScanPlan, 'beganAt' | 'nearLessons' | 'nextReminderAt'> {
	/** The participants of the lessons that were scanned in this poll. */
	participants: readonly Participant[];
	/** Whether the scan has reached the last near lesson. */
	isComplete: boolean;
	/** The position of the last lesson that was scanned. */
	scannedUpTo?: Position;
}

/** The participants whom a poll has read in all branches. */
interface ReadParticipants {
	participants: readonly Participant[];
	/**
	 * The lessons whose participants were not read, for lack of time. They are the very objects of
	 * `lessonsToScan`, and begin after all lessons that were scanned.
	 */
	unreadLessons: readonly Occurrence[];
}

/**
 * Makes the result of scanning one branch: who comes to its lessons, and up to which lesson the
 * scan has got. If there was no time for the later lessons, the scan is not complete, and the next
 * poll goes on with it.
 *
 * @param reading the participants (customers who come to lessons) of all branches
 */
export function collectScanResult(scan: ScanPlan, reading: ReadParticipants): ScanResult {
	const { beganAt, lessonsToScan, nearLessons, nextReminderAt } = scan;
	const scannedLessons = lessonsToScan.filter((lesson) => !reading.unreadLessons.includes(lesson));
	const lastPosition = findLastPosition(scannedLessons);
	return {
		beganAt,
		nearLessons,
		nextReminderAt,
		participants: chooseParticipantsOf(lessonsToScan, reading.participants),
		// If this poll has scanned no lesson, the scan has got no further than before.
		scannedUpTo: lastPosition ?? scan.scannedUpTo,
		isComplete: scannedLessons.length === lessonsToScan.length,
	};
}

/** Chooses the participants of certain lessons. */
function chooseParticipantsOf(
	lessons: readonly Occurrence[],
	participants: readonly Participant[],
): Participant[] {
	const lessonKeys = new Set(lessons.map(occurrenceKeyOf));
	return participants.filter((participant) => lessonKeys.has(occurrenceKeyOf(participant)));
}

/**
 * Finds the position of the latest lesson: a text that begins with its time, such as
 * "2026-03-10 17:00:00 …". Returns undefined if there are no lessons.
 */
function findLastPosition(lessons: readonly Occurrence[]): Position | undefined {
	const positions = lessons.map(timeSortKey);
	return positions.sort().at(-1);
}

/**
 * Makes what the next poll needs to know about the scans of a branch. A scan reads who comes to the
 * lessons that begin soon. If this poll had no time for all of them, the next poll finishes the
 * scan.
 *
 * @param scan the scan that this poll has done
 * @param earlierProgress the progress before this poll
 */
export function makeProgressAfterScan(
	scan: ScanResult,
	earlierProgress: ScanProgress,
): ScanProgress {
	const { beganAt, isComplete, nextReminderAt, scannedUpTo } = scan;
	if (isComplete) return { scannedUpTo, nextReminderAt, lastScanBeganAt: beganAt };

	const unfinishedProgress: ScanProgress = {
		scannedUpTo,
		nextReminderAt,
		unfinishedScanBeganAt: beganAt,
	};
	const { lastScanBeganAt } = earlierProgress;
	const isFirstScan = lastScanBeganAt === undefined;
	if (!isFirstScan) return { ...unfinishedProgress, lastScanBeganAt };

	// Until the first scan is complete, the trigger must remember when it started. Customers whose
	// lesson was about to begin at that time get no reminder. In a branch that the user has chosen
	// later, the trigger starts with the first scan.
	const watchedSince = earlierProgress.watchedSince ?? beganAt;
	return { ...unfinishedProgress, watchedSince };
}
