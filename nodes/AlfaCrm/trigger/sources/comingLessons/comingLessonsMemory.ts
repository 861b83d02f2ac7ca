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
import type { ComingLessonsPoll, ScanProgress } from './scans';

/**
 * Keeps what the trigger *Lesson Coming Up* remembers between two polls, and its stored form.
 * `comingLessonsState.ts` explains the words.
 */
export interface ComingLessonsMemory {
	/** Customers who have had their reminder, by lesson. */
	remindedCustomers: CustomersByLesson;
	/**
	 * Customers who never get a reminder, by lesson, because the lesson was about to begin already
	 * when the trigger started.
	 */
	skippedCustomers: CustomersByLesson;
	/** The watched branches. */
	branches: ReadonlyMap<number, ScanProgress>;
}

/**
 * Reminders are remembered until this many days after the lesson, because the clock of n8n may be
 * set back.
 */
const DAYS_REMEMBERED = 1;

/**
 * Whether an earlier poll has read who comes to a lesson, and has found somebody, whom the trigger
 * remembers since then.
 */
export function wasLessonScannedBefore(memory: ComingLessonsMemory, lesson: Occurrence): boolean {
	return memory.remindedCustomers.hasLesson(lesson) || memory.skippedCustomers.hasLesson(lesson);
}

/**
 * Makes the memory of a trigger that starts now: nobody is remembered, and no branch was scanned.
 */
function startMemory(branches: readonly number[], now: number): ComingLessonsMemory {
	return {
		remindedCustomers: new CustomersByLesson(),
		skippedCustomers: new CustomersByLesson(),
		branches: new Map(branches.map((branch) => [branch, { watchedSince: now }])),
	};
}

/**
 * Makes the memory for a test in the editor. Its branches count as scanned infinitely long ago. So
 * they are scanned now, and no lesson is excluded as one that was near when the trigger started.
 */
export function makeMemoryForSamples(branches: readonly number[]): ComingLessonsMemory {
	return {
		remindedCustomers: new CustomersByLesson(),
		skippedCustomers: new CustomersByLesson(),
		branches: new Map(branches.map((branch) => [branch, { lastScanBeganAt: -Infinity }])),
	};
}

/**
 * Restores what the trigger remembers from the state that the last poll has stored. If the user has
 * changed 'Hours Before' since then, the trigger starts again, but still knows who was reminded.
 */
export function restoreMemory(
	stored: ComingState | undefined,
	branches: readonly number[],
	poll: ComingLessonsPoll,
): ComingLessonsMemory {
	const newMemory = startMemory(branches, poll.now);
	if (stored === undefined) return newMemory;

	const remindedCustomers = new CustomersByLesson(stored.told);
	const hasUserChangedHours = stored.hours !== poll.hours;
	if (hasUserChangedHours) return { ...newMemory, remindedCustomers };

	// These customers never get a reminder, because their lesson was about to begin when the trigger
	// started.
	const skippedCustomers = new CustomersByLesson(stored.noted);
	const progressByBranch = new Map<number, ScanProgress>();
	for (const branch of branches) {
		progressByBranch.set(branch, restoreProgress(stored.branches[branch]));
	}
	return { remindedCustomers, skippedCustomers, branches: progressByBranch };
}

/**
 * Makes the state to store from what the trigger remembers, under the names that workflows store.
 * Lessons before yesterday are left out.
 */
export function storeMemory(memory: ComingLessonsMemory, poll: ComingLessonsPoll): ComingState {
	const today = dayTextAt(poll.now, poll.zone);
	const firstDay = daysAfter(today, -DAYS_REMEMBERED);

	const branches: Record<string, BranchState> = {};
	for (const [branch, progress] of memory.branches) {
		branches[branch] = storeProgress(progress);
	}
	return {
		told: memory.remindedCustomers.toStored(firstDay),
		noted: memory.skippedCustomers.toStored(firstDay),
		hours: poll.hours,
		branches,
	};
}

// ---------------------------------------------------------------- stored form

/**
 * The stored form of the memory, as plain JSON. Workflows store these names, so they must not
 * change.
 */
export interface ComingState {
	/**
	 * `remindedCustomers`: their IDs as ranges, by the occurrence key of their lesson, such as
	 * `{ "l9001 2026-03-10 17:00:00": "501-503,507" }` for lesson 9001.
	 */
	told: Record<string, string>;
	/** `skippedCustomers`, in the same form. */
	noted?: Record<string, string>;
	/** The hours that the user had chosen at the last poll. */
	hours: number;
	branches: Record<string, BranchState>;
}

/** The stored form of `ScanProgress`. Workflows store these names, so they must not change. */
interface BranchState {
	/** `watchedSince` */
	since?: number;
	/** `lastScanBeganAt` */
	at?: number;
	/** `nextReminderAt` */
	next?: number;
	/** `unfinishedScanBeganAt` */
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

/**
 * Restores how far the scans of a branch have got from its stored state.
 *
 * @param stored undefined for a branch that was chosen after the last poll
 */
function restoreProgress(stored: BranchState | undefined): ScanProgress {
	return {
		watchedSince: stored?.since,
		lastScanBeganAt: stored?.at,
		nextReminderAt: stored?.next,
		unfinishedScanBeganAt: stored?.begun,
		scannedUpTo: stored?.upTo,
	};
}

/** Makes the stored form of a branch's progress, with short names. Leaves out undefined values. */
function storeProgress(progress: ScanProgress): BranchState {
	const state: BranchState = {
		since: progress.watchedSince,
		at: progress.lastScanBeganAt,
		next: progress.nextReminderAt,
		begun: progress.unfinishedScanBeganAt,
		upTo: progress.scannedUpTo,
	};
	const definedEntries = Object.entries(state).filter(([, value]) => value !== undefined);
	return Object.fromEntries(definedEntries);
}
