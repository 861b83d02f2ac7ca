import { HOUR_MS, MINUTE_MS } from '../values/time';
import { boundedSet } from './bounded';
import { abortable } from './cancel';
import { currentVersion, wasWrittenSince } from './locks';

/**
 * Keeps what this process has learnt about its accounts for some minutes. Each form that a visitor
 * sends is an execution of its own, and would have to learn the same things again. Keys begin with
 * the account (`ApiClient.account()`). Neither records of customers nor failures are kept.
 */

/** For an hour, AlfaCRM is expected to behave as it was seen to. */
const BEHAVIOUR_MS = HOUR_MS;

/** Lists that people seldom change, such as branches and names, are kept for this long. */
export const LIST_MS = 5 * MINUTE_MS;

const MOST_BEHAVIOURS = 1_000;
const MOST_READINGS = 300;

/** When each behaviour was seen last, by `performance.now()`, the oldest first. */
const behavioursSeenAt = new Map<string, number>();

/** The lists that were read, the oldest first. */
const readings = new Map<string, Reading<unknown>>();

/**
 * The readings under way. Each promise resolves when its reading has ended, also after a failure.
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

// ------------------------------------------------------- readings

/** A value that was read from AlfaCRM. */
export interface Reading<T> {
	value: T;
	/** When the reading began, by `performance.now()`. The value is as old as that. */
	at: number;
	/** `currentVersion` at that moment, to ask whether a write came after it. */
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
 * Returns the value that another execution of the same account has read, or reads it. Executions
 * that need the same value at the same moment wait for the one that reads it.
 *
 * An execution waits only once. If the value that it waited for is not good enough, it reads the
 * value itself.
 */
export async function readForAllExecutions<T>(
	key: string,
	read: () => Promise<T>,
	options: ReadingOptions<T>,
): Promise<Reading<T>> {
	const earlierReading = findReading(key, options);
	if (earlierReading !== undefined) return earlierReading;

	const pendingReading = pendingReadings.get(key);
	if (pendingReading !== undefined) {
		await abortable(pendingReading, options.signal);
		const finishedReading = findReading(key, options);
		if (finishedReading !== undefined) return finishedReading;
	}

	return await readAndKeep(key, read, options);
}

/** Finds a kept value that was read late enough, and after which nothing was written to it. */
function findReading<T>(key: string, options: ReadingOptions<T>): Reading<T> | undefined {
	const reading = readings.get(key) as Reading<T> | undefined;
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

	// Waiting executions look for the value in `readings`, so they need no result and no failure.
	const ignoreResult = () => {};
	const pendingReading = pendingValue.then(ignoreResult, ignoreResult);
	pendingReadings.set(key, pendingReading);

	try {
		const value = await pendingValue;
		const reading = { value, at, version };
		if (options.mayBeKept(value)) keepReading(key, reading);
		return reading;
	} finally {
		// An execution that waited in vain may have begun to read the value itself since.
		const isLatestReading = pendingReadings.get(key) === pendingReading;
		if (isLatestReading) pendingReadings.delete(key);
	}
}

/**
 * Keeps a reading, and removes the readings that are too old for any execution. Otherwise the lists
 * of an account that is no longer used would stay for ever.
 */
function keepReading(key: string, reading: Reading<unknown>): void {
	boundedSet(readings, key, reading, MOST_READINGS);
	for (const [otherKey, { at }] of readings) {
		if (performance.now() - at > LIST_MS) readings.delete(otherKey);
	}
}

/**
 * Forgets everything, as in a new process. For tests in which another AlfaCRM appears at the same
 * address.
 */
export function forgetAccounts(): void {
	behavioursSeenAt.clear();
	readings.clear();
	pendingReadings.clear();
}
