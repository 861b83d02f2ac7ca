import { HOUR_MS, MINUTE_MS } from '../values/time';
import { boundedSet } from './bounded';
import { waitUnlessAborted } from './cancel';
import { currentVersion, wasWrittenSince } from './locks';

/**
 * Keeps two kinds of knowledge about the accounts of this process for some minutes: how AlfaCRM
 * behaves, and values that were read from it. Each form that a visitor sends is an execution of its
 * own, and would have to learn the same things again.
 *
 * Keys begin with the account (`ApiClient.account()`). Neither records of customers nor failures
 * are kept.
 */

/** For an hour, AlfaCRM is expected to behave as it was seen to. */
const BEHAVIOUR_MS = HOUR_MS;

/**
 * Lists that people seldom change, such as branches and names, are kept for this long. No execution
 * uses a kept value that is older.
 */
export const LIST_MS = 5 * MINUTE_MS;

const MOST_BEHAVIOURS = 1_000;
const MOST_KEPT_VALUES = 300;

/** When each behaviour was seen last, by `performance.now()`, the oldest first. */
const behavioursSeenAt = new Map<string, number>();

/** The kept values with the times at which they were read, the oldest first. */
const keptReadings = new Map<string, Reading<unknown>>();

/**
 * The values that are being read, by key. Each promise resolves when the value has been read, or
 * when that has failed.
 */
const pendingReadings = new Map<string, Promise<void>>();

// ------------------------------------------------------- behaviours

/** Notes that AlfaCRM was seen to behave in some way, such as ignoring a filter. */
export function noteBehaviour(key: string): void {
	boundedSet(behavioursSeenAt, key, performance.now(), MOST_BEHAVIOURS);
}

/** Tells whether AlfaCRM was seen to behave in some way within the last hour. */
export function wasBehaviourSeen(key: string): boolean {
	const seenAt = behavioursSeenAt.get(key);
	return seenAt !== undefined && performance.now() - seenAt < BEHAVIOUR_MS;
}

// ------------------------------------------------------- values that were read

/** A value that was read from AlfaCRM. */
export interface Reading<T> {
	value: T;
	/** When the reading began, by `performance.now()`. A later change may be missing in the value. */
	at: number;
	/** `currentVersion` when the reading began, to ask whether a write came after it. */
	version: number;
}

interface ReadingOptions<T> {
	/** The earliest moment at which the value may have been read, by `performance.now()`. */
	notBefore: number;
	/** The keys of the writes that make the value stale: see `recordWrite`. */
	writes: readonly string[];
	/** Tells whether other executions may use the value. */
	mayBeKept: (value: T) => boolean;
	/** Ends the wait for a reading of another execution. */
	signal?: AbortSignal;
}

/**
 * Returns a value that another execution of the same account has read from AlfaCRM, or reads it. If
 * several executions need the value at the same moment, one of them reads it and the others wait.
 *
 * An execution waits only once. If the value for which it waited is too old or was not kept, it
 * reads the value itself.
 */
export async function readForAllExecutions<T>(
	key: string,
	read: () => Promise<T>,
	options: ReadingOptions<T>,
): Promise<Reading<T>> {
	const keptReading = findKeptReading(key, options);
	if (keptReading !== undefined) return keptReading;

	const pendingReading = pendingReadings.get(key);
	if (pendingReading !== undefined) {
		await waitUnlessAborted(pendingReading, options.signal);
		const finishedReading = findKeptReading(key, options);
		if (finishedReading !== undefined) return finishedReading;
	}

	return await readAndKeep(key, read, options);
}

/**
 * Finds a kept value that was read late enough, unless this process has written to its records
 * since.
 */
function findKeptReading<T>(key: string, options: ReadingOptions<T>): Reading<T> | undefined {
	const reading = keptReadings.get(key) as Reading<T> | undefined;
	if (reading === undefined || reading.at < options.notBefore) return undefined;

	const isStale = wasWrittenSince(options.writes, reading.version);
	return isStale ? undefined : reading;
}

/**
 * Reads a value from AlfaCRM, and keeps it if `mayBeKept` says that other executions may use it.
 * While the value is read, executions that need it wait instead of reading it as well.
 */
async function readAndKeep<T>(
	key: string,
	read: () => Promise<T>,
	options: ReadingOptions<T>,
): Promise<Reading<T>> {
	const at = performance.now();
	const version = currentVersion();
	const pendingValue = read();

	// Waiting executions look for the value in `keptReadings`, so they need no result and no failure.
	const ignoreResult = () => {};
	const pendingReading = pendingValue.then(ignoreResult, ignoreResult);
	pendingReadings.set(key, pendingReading);

	try {
		const value = await pendingValue;
		const reading = { value, at, version };
		if (options.mayBeKept(value)) keepReading(key, reading);
		return reading;
	} finally {
		// Another execution that waited in vain may have replaced the entry by a reading of its own.
		const isOwnEntry = pendingReadings.get(key) === pendingReading;
		if (isOwnEntry) pendingReadings.delete(key);
	}
}

/**
 * Keeps a value that was read, and removes the values that are too old for any execution. Otherwise
 * the lists of an account that is no longer used would stay for ever.
 */
function keepReading(key: string, reading: Reading<unknown>): void {
	boundedSet(keptReadings, key, reading, MOST_KEPT_VALUES);

	const now = performance.now();
	for (const [keptKey, { at }] of keptReadings) {
		const isTooOld = now - at > LIST_MS;
		if (isTooOld) keptReadings.delete(keptKey);
	}
}

/**
 * Forgets everything, as in a new process. For tests in which another AlfaCRM appears at the same
 * address.
 */
export function forgetAccounts(): void {
	behavioursSeenAt.clear();
	keptReadings.clear();
	pendingReadings.clear();
}
