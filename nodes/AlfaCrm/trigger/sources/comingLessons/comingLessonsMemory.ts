import type { Occurrence } from '../../../store/calendar/occurrences';
import { daysAfter } from '../../../values/formats';
import { dayTextAt } from '../../dayNumbers';
import {
	checkNumber,
	checkText,
	makeObjectCheck,
	makeOptional,
	makeRecordCheck,
} from '../../storedShape';
import { CustomersByLesson } from './customersByLesson';
import type { ComingPoll, ScanProgress } from './scans';

/**
 * What the trigger *Lesson Coming Up* remembers between two polls, and its stored form.
 * `comingLessonsState.ts` explains the words.
 */
export interface ComingLessonsMemory {
	/** Participants who have had their reminder. */
	reminded: CustomersByLesson;
	/**
	 * Participants who get no reminder, because their lesson was near already when the trigger
	 * started.
	 */
	nearAtStart: CustomersByLesson;
	/** The watched branches. */
	branches: ReadonlyMap<number, ScanProgress>;
}

/**
 * Reminders are remembered until this many days after the lesson, because the clock of n8n may be
 * set back.
 */
const DAYS_REMEMBERED = 1;

/** Whether participants of a lesson are remembered, so that it was scanned before. */
export const knowsLesson = (
	{ reminded, nearAtStart }: ComingLessonsMemory,
	lesson: Occurrence,
): boolean => reminded.hasLesson(lesson) || nearAtStart.hasLesson(lesson);

/** Makes the memory of a trigger that starts now. */
function startMemory(branches: readonly number[], now: number): ComingLessonsMemory {
	return {
		reminded: new CustomersByLesson(),
		nearAtStart: new CustomersByLesson(),
		branches: new Map(branches.map((branch) => [branch, { watchedSince: now }])),
	};
}

/**
 * Makes the memory for a test in the editor. Its branches count as scanned long ago, so that a new
 * scan is due, and no lesson counts as near at the start.
 */
export const makeMemoryForSamples = (branches: readonly number[]): ComingLessonsMemory => ({
	reminded: new CustomersByLesson(),
	nearAtStart: new CustomersByLesson(),
	branches: new Map(branches.map((branch) => [branch, { lastScanBeganAt: -Infinity }])),
});

/**
 * Restores the memory from what the last poll has stored. If the user has changed the hours
 * meanwhile, the trigger starts again, but still knows who was reminded.
 */
export function restoreMemory(
	stored: ComingState | undefined,
	branches: readonly number[],
	{ hours, now }: ComingPoll,
): ComingLessonsMemory {
	if (stored === undefined) return startMemory(branches, now);

	const reminded = new CustomersByLesson(stored.told);
	if (stored.hours !== hours) return { ...startMemory(branches, now), reminded };

	return {
		reminded,
		nearAtStart: new CustomersByLesson(stored.noted),
		branches: new Map(branches.map((branch) => [branch, restoreProgress(stored.branches[branch])])),
	};
}

/** Makes the stored form of the memory. Leaves out lessons that are over. */
export function storeMemory(
	{ reminded, nearAtStart, branches }: ComingLessonsMemory,
	{ hours, now, zone }: ComingPoll,
): ComingState {
	const firstDay = daysAfter(dayTextAt(now, zone), -DAYS_REMEMBERED);
	return {
		told: reminded.toStored(firstDay),
		noted: nearAtStart.toStored(firstDay),
		hours,
		branches: Object.fromEntries(
			[...branches].map(([branch, progress]) => [branch, storeProgress(progress)]),
		),
	};
}

// ---------------------------------------------------------------- stored form

/**
 * The stored form of the memory, as plain JSON. Workflows store these names, so they must not
 * change.
 */
export interface ComingState {
	/**
	 * `reminded`: IDs of customers as ranges, by the `occurrenceKeyOf` of their lesson, such as
	 * `{ "l9001 2026-03-10 17:00:00": "501-503,507" }`.
	 */
	told: Record<string, string>;
	/** `nearAtStart`, in the same form. */
	noted?: Record<string, string>;
	/** The hours that the user had chosen at the last poll. */
	hours: number;
	branches: Record<string, BranchState>;
}

/** The stored form of `ScanProgress`. Workflows store these names, so they must not change. */
interface BranchState {
	/** `watchedSince` */
	since?: number;
	/** `lastScanBegan` */
	at?: number;
	/** `nextNearAt` */
	next?: number;
	/** `unfinishedScanBegan` */
	begun?: number;
	/** `scannedUpTo` */
	upTo?: string;
}

export const checkComingState = makeObjectCheck<ComingState>({
	told: makeRecordCheck(checkText),
	noted: makeOptional(makeRecordCheck(checkText)),
	hours: checkNumber,
	branches: makeRecordCheck(
		makeObjectCheck<BranchState>({
			since: makeOptional(checkNumber),
			at: makeOptional(checkNumber),
			next: makeOptional(checkNumber),
			begun: makeOptional(checkNumber),
			upTo: makeOptional(checkText),
		}),
	),
});

function restoreProgress({ since, at, next, begun, upTo }: BranchState = {}): ScanProgress {
	return {
		watchedSince: since,
		lastScanBeganAt: at,
		nextNearAt: next,
		unfinishedScanBeganAt: begun,
		scannedUpTo: upTo,
	};
}

/** Leaves out what is undefined, which JSON cannot store. */
function storeProgress(progress: ScanProgress): BranchState {
	const state: BranchState = {
		since: progress.watchedSince,
		at: progress.lastScanBeganAt,
		next: progress.nextNearAt,
		begun: progress.unfinishedScanBeganAt,
		upTo: progress.scannedUpTo,
	};
	return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined));
}
