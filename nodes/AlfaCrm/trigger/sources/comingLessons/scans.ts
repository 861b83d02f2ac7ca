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
 * - **A lesson has become near** since the last scan. This scan leaves out the lessons that were
 *   scanned before.
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
	 * When the next lesson becomes near, as the last scan saw it. Undefined if it saw none on the
	 * days that the scan has read.
	 */
	nextLessonIsNearAt?: number;
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
 * Chooses which lessons of a branch this poll scans, which means: for which lessons it reads who
 * comes to them. A lesson is scanned once it is near, such as 24 hours before it begins.
 *
 * - A scan that an earlier poll has not finished goes on.
 * - From time to time, a new scan begins that is about all near lessons.
 * - In between, a scan is about the lessons that have become near since the last scan.
 *
 * @returns undefined if the branch has nothing to scan now
 */
export function chooseScanTask(
	progress: ScanProgress,
	poll: ComingLessonsPoll,
): ScanTask | undefined {
	const { lastScanBeganAt, scannedUpTo, unfinishedScanBeganAt } = progress;
	if (unfinishedScanBeganAt !== undefined) {
		return { beganAt: unfinishedScanBeganAt, scannedUpTo };
	}

	const isNewScanDue =
		lastScanBeganAt === undefined ||
		isIntervalOver(lastScanBeganAt, computeScanInterval(poll), poll.now);
	if (isNewScanDue) return { beganAt: poll.now };

	// The last scan has computed when the next lesson becomes near, if it saw one.
	const nextLessonIsNearAt = progress.nextLessonIsNearAt ?? Infinity;
	const hasLessonBecomeNear = poll.now >= nextLessonIsNearAt;
	if (!hasLessonBecomeNear) return undefined;

	// A scan of the lessons that have become near does not delay the next new scan. So it keeps the
	// time at which the last new scan began.
	return { beganAt: lastScanBeganAt, scannedUpTo };
}

/**
 * Chooses the days whose lessons a scan reads: from today to the day of the last lesson that
 * becomes near before the next new scan. So this scan also sees when the next lesson becomes near.
 * For example, a scan on Monday at 10:00 reads up to Tuesday 16:00 if lessons are near for 24 hours
 * and the next new scan comes in 6 hours.
 */
export function chooseDays(poll: ComingLessonsPoll): DayRange {
	const { hours, zone, now } = poll;
	const nextScanAt = now + computeScanInterval(poll);
	const nearMs = hours * HOUR_MS;
	const lastMoment = nextScanAt + nearMs;
	return {
		from: dayTextAt(now, zone),
		to: dayTextAt(lastMoment, zone),
		zone,
	};
}

/**
 * Computes the time between two new scans, in milliseconds: the interval that the user has chosen,
 * but at most a quarter of the time for which a lesson is near.
 */
function computeScanInterval({ scanIntervalMs, hours }: ComingLessonsPoll): number {
	const nearMs = hours * HOUR_MS;
	return Math.min(scanIntervalMs, nearMs / SCANS_WHILE_NEAR);
}

// ---------------------------------------------------------------- after reading the lessons

/** A scan that has found the near lessons of a branch, but not yet who comes to them. */
export interface BegunScan extends ScanTask {
	nearLessons: readonly Occurrence[];
	/** The near lessons that were not scanned before, in any order. */
	unscannedLessons: readonly Occurrence[];
	/** See `ScanProgress`. */
	nextLessonIsNearAt?: number;
}

/**
 * Begins a scan: finds the near lessons among the lessons of a branch (those that begin within the
 * next hours, such as 24), and which of them were not scanned before.
 *
 * @param lessons all lessons on the days of `chooseDays`
 */
export function beginScan(
	task: ScanTask,
	lessons: readonly Occurrence[],
	poll: ComingLessonsPoll,
): BegunScan {
	const { now, zone } = poll;
	const nearLessons: Occurrence[] = [];
	const nearTimesOfLaterLessons: number[] = [];
	for (const lesson of lessons) {
		const lessonIsNearAt = becomesNearAt(lesson, poll);
		const isNotNearYet = lessonIsNearAt > now;
		const hasBegun = beginsAt(lesson, zone) <= now;
		if (isNotNearYet) {
			nearTimesOfLaterLessons.push(lessonIsNearAt);
		} else if (!hasBegun) {
			nearLessons.push(lesson);
		}
	}

	return {
		...task,
		nearLessons,
		unscannedLessons: leaveOutScanned(nearLessons, task.scannedUpTo),
		nextLessonIsNearAt: findEarliest(nearTimesOfLaterLessons),
	};
}

/** Leaves out the lessons up to a position, which were scanned before. */
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
export function beginsAt({ time_from, date }: Occurrence, zone: string): number {
	return readMoment(time_from ?? date, zone) ?? -Infinity;
}

/** Returns when a lesson becomes near, in milliseconds: some hours before it begins. */
export function becomesNearAt(lesson: Occurrence, { hours, zone }: ComingLessonsPoll): number {
	return beginsAt(lesson, zone) - hours * HOUR_MS;
}

function findEarliest(times: readonly number[]): number | undefined {
	return times.length === 0 ? undefined : Math.min(...times);
}

// ---------------------------------------------------------------- after reading the participants

/** The result of scanning a branch in one poll. The scan may go on in the next poll. */
export interface ScanResult
	extends Pick<BegunScan, 'beganAt' | 'nearLessons' | 'nextLessonIsNearAt'> {
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
	 * `unscannedLessons`, and begin after all lessons that were scanned.
	 */
	unreadLessons: readonly Occurrence[];
}

/**
 * Ends the scan of a branch for this poll, after who comes to the lessons of all branches was read.
 * Picks the participants of this branch's lessons, and notes how far the scan has got: lessons that
 * were not read, for lack of time, are left to the next poll.
 */
export function endScan(scan: BegunScan, reading: ReadParticipants): ScanResult {
	const { beganAt, nearLessons, nextLessonIsNearAt, unscannedLessons } = scan;
	const scannedLessons = unscannedLessons.filter(
		(lesson) => !reading.unreadLessons.includes(lesson),
	);
	// A position is a text that begins with the time of a lesson. The last one is the furthest.
	const lastPosition = scannedLessons.map(timeSortKey).sort().at(-1);

	const keysOfBranch = new Set(unscannedLessons.map(occurrenceKeyOf));
	const participantsOfBranch = reading.participants.filter((participant) =>
		keysOfBranch.has(occurrenceKeyOf(participant)),
	);
	return {
		beganAt,
		nearLessons,
		nextLessonIsNearAt,
		participants: participantsOfBranch,
		scannedUpTo: lastPosition ?? scan.scannedUpTo,
		isComplete: scannedLessons.length === unscannedLessons.length,
	};
}

/**
 * Notes after a scan how far the scans of a branch have got, for the next poll: whether the scan is
 * complete or has to go on, from which lesson on, and when the next lesson becomes near.
 *
 * @param earlierProgress how far the branch had got before the scan
 */
export function progressAfterScan(scan: ScanResult, earlierProgress: ScanProgress): ScanProgress {
	const { beganAt, nextLessonIsNearAt, scannedUpTo } = scan;
	if (scan.isComplete) return { scannedUpTo, nextLessonIsNearAt, lastScanBeganAt: beganAt };

	const unfinished = { scannedUpTo, nextLessonIsNearAt, unfinishedScanBeganAt: beganAt };
	const { lastScanBeganAt } = earlierProgress;
	const isFirstScan = lastScanBeganAt === undefined;
	if (!isFirstScan) return { ...unfinished, lastScanBeganAt };

	// The next part of the first scan must still know which lessons were near when the trigger
	// started. In a branch that was chosen later, these are the lessons that were near when the scan
	// began.
	const watchedSince = earlierProgress.watchedSince ?? beganAt;
	return { ...unfinished, watchedSince };
}
