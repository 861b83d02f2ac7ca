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

export interface ComingSettings {
	/** For how many hours before its beginning a lesson is near. */
	hours: number;
	/** The time zone of the school. */
	zone: string;
	/** The time between two new scans, in milliseconds. */
	scanIntervalMs: number;
}

/** The settings of the trigger, and the time of the poll. */
export interface ComingPoll extends ComingSettings {
	/** The time of n8n, in milliseconds. */
	now: number;
}

/** How far the scans of a branch have got. Times are n8n's, in milliseconds. */
export interface ScanProgress {
	/**
	 * When the trigger started to watch the branch. Undefined for a branch that was chosen later, and
	 * after the first complete scan.
	 */
	watchedSince?: number;
	/** When the last complete scan began; undefined before the first one. */
	lastScanBeganAt?: number;
	/** When the unfinished scan began; undefined if none is unfinished. */
	unfinishedScanBeganAt?: number;
	/** The position of the last lesson that was scanned. */
	scannedUpTo?: Position;
	/**
	 * When the next lesson becomes near, as the last scan saw it. Undefined if there was no such
	 * lesson on the days that the scan has read.
	 */
	nextNearAt?: number;
}

/**
 * The place of a lesson in the order of time, which is the order of scanning. It is the lesson's
 * `timeSortKey`, a text that begins with its time, such as "2026-03-10 17:00:00 …".
 */
type Position = string;

// ---------------------------------------------------------------- before reading

/** What a poll should scan in a branch. */
interface ScanTask {
	/** When the scan began, in milliseconds; in an earlier poll if it goes on. */
	beganAt: number;
	/** Lessons up to this position were scanned before; undefined for a new scan. */
	scannedUpTo?: Position;
}

/** Chooses what to scan in a branch. Returns undefined if there is nothing to scan in this poll. */
export function chooseScanTask(progress: ScanProgress, poll: ComingPoll): ScanTask | undefined {
	const { lastScanBeganAt, unfinishedScanBeganAt, scannedUpTo, nextNearAt = Infinity } = progress;
	if (unfinishedScanBeganAt !== undefined) return { beganAt: unfinishedScanBeganAt, scannedUpTo };

	const isNewScanDue =
		lastScanBeganAt === undefined ||
		isIntervalOver(lastScanBeganAt, computeScanInterval(poll), poll.now);
	if (isNewScanDue) return { beganAt: poll.now };

	// The time of the last scan stays, so that the next new scan comes no later than usual.
	const hasLessonBecomeNear = poll.now >= nextNearAt;
	return hasLessonBecomeNear ? { beganAt: lastScanBeganAt, scannedUpTo } : undefined;
}

/**
 * Chooses the days whose lessons a scan reads. They include the lessons that become near before the
 * next new scan, so that this scan sees when the next lesson becomes near.
 */
export function chooseDays(poll: ComingPoll): DayRange {
	const { hours, zone, now } = poll;
	const lastMoment = now + hours * HOUR_MS + computeScanInterval(poll);
	return { from: dayTextAt(now, zone), to: dayTextAt(lastMoment, zone), zone };
}

/** Computes the time between two new scans, in milliseconds. */
function computeScanInterval({ scanIntervalMs, hours }: ComingPoll): number {
	return Math.min(scanIntervalMs, (hours * HOUR_MS) / SCANS_WHILE_NEAR);
}

// ---------------------------------------------------------------- after reading the lessons

/** A scan that has found the near lessons of a branch, but not yet who comes to them. */
export interface BegunScan extends ScanTask {
	nearLessons: readonly Occurrence[];
	/** The near lessons that were not scanned before. */
	unscannedLessons: readonly Occurrence[];
	/** See `ScanProgress`. */
	nextNearAt?: number;
}

/**
 * Finds the near lessons among the lessons of a branch.
 *
 * @param lessons all lessons on the days of `chooseDays`
 */
export function beginScan(
	{ beganAt, scannedUpTo }: ScanTask,
	lessons: readonly Occurrence[],
	poll: ComingPoll,
): BegunScan {
	const { now, zone } = poll;
	const isNear = (lesson: Occurrence) => becomesNearAt(lesson, poll) <= now;
	const hasBegun = (lesson: Occurrence) => beginsAt(lesson, zone) <= now;
	const wasScanned = (lesson: Occurrence) =>
		scannedUpTo !== undefined && timeSortKey(lesson) <= scannedUpTo;

	const nearLessons = lessons.filter((lesson) => isNear(lesson) && !hasBegun(lesson));
	const laterLessons = lessons.filter((lesson) => !isNear(lesson));
	return {
		beganAt,
		scannedUpTo,
		nearLessons,
		unscannedLessons: nearLessons.filter((lesson) => !wasScanned(lesson)),
		nextNearAt: findEarliest(laterLessons.map((lesson) => becomesNearAt(lesson, poll))),
	};
}

/** Returns when a lesson begins, in milliseconds. A lesson without a time begins with its day. */
export const beginsAt = ({ time_from, date }: Occurrence, zone: string): number =>
	readMoment(time_from ?? date, zone) ?? -Infinity;

/** Returns when a lesson becomes near, in milliseconds: some hours before it begins. */
export const becomesNearAt = (lesson: Occurrence, { hours, zone }: ComingPoll): number =>
	beginsAt(lesson, zone) - hours * HOUR_MS;

function findEarliest(times: readonly number[]): number | undefined {
	return times.length === 0 ? undefined : Math.min(...times);
}

// ---------------------------------------------------------------- after reading the participants

/** What a scan has found out in one poll. */
export interface ScanResult extends Pick<BegunScan, 'beganAt' | 'nearLessons' | 'nextNearAt'> {
	/** The participants of the lessons that were scanned in this poll. */
	participants: readonly Participant[];
	/** Whether the scan has reached the last near lesson. */
	isComplete: boolean;
	/** The position of the last lesson that was scanned. */
	scannedUpTo?: Position;
}

/**
 * Ends the scan of a branch for this poll.
 *
 * @param participants the participants of the lessons of all branches
 * @param unreadLessons the lessons, of all branches, for which there was no time
 */
export function endScan(
	{ beganAt, scannedUpTo, nearLessons, unscannedLessons, nextNearAt }: BegunScan,
	participants: readonly Participant[],
	unreadLessons: readonly Occurrence[],
): ScanResult {
	const keysOfBranch = new Set(unscannedLessons.map(occurrenceKeyOf));
	const scannedLessons = unscannedLessons.filter((lesson) => !unreadLessons.includes(lesson));
	const lastPosition = scannedLessons.map(timeSortKey).sort().at(-1);
	return {
		beganAt,
		nearLessons,
		nextNearAt,
		participants: participants.filter((participant) =>
			keysOfBranch.has(occurrenceKeyOf(participant)),
		),
		scannedUpTo: lastPosition ?? scannedUpTo,
		isComplete: scannedLessons.length === unscannedLessons.length,
	};
}

/** Returns how far a branch has got after a scan. */
export function progressAfterScan(scan: ScanResult, before: ScanProgress = {}): ScanProgress {
	const position = { scannedUpTo: scan.scannedUpTo, nextNearAt: scan.nextNearAt };
	if (scan.isComplete) return { ...position, lastScanBeganAt: scan.beganAt };

	const unfinished = { ...position, unfinishedScanBeganAt: scan.beganAt };
	const { lastScanBeganAt, watchedSince = scan.beganAt } = before;
	// The next part of the first scan must still know which lessons were near when the trigger
	// started.
	return lastScanBeganAt === undefined
		? { ...unfinished, watchedSince }
		: { ...unfinished, lastScanBeganAt };
}
