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
 * Lists that people seldom change, such as branches and names, are cached for this long. No
 * execution uses a cached value that is older.
 */
export const LIST_MS = 5 * MINUTE_MS;

const MAX_BEHAVIOURS = 1_000;
const MAX_CACHED_VALUES = 300;

/** When each behaviour was seen last, by `performance.now()`, the oldest first. */
const behavioursSeenAt = new Map<string, number>();

/** The cached values with the times at which they were read, the oldest first. */
const cachedValues = new Map<string, Reading<unknown>>();

/**
 * The values that are being read, by key. Each promise resolves when the value has been read, or
 * when that has failed.
 */
const readingsUnderWay = new Map<string, Promise<void>>();

// ------------------------------------------------------- behaviours

/** Notes that AlfaCRM was seen to behave in some way, such as ignoring a filter. */
export function noteBehaviour(key: string): void {
	boundedSet(behavioursSeenAt, key, performance.now(), MAX_BEHAVIOURS);
}

/** Tells whether AlfaCRM was seen to behave in some way within the last hour. */
export function wasBehaviourSeen(key: string): boolean {
	const seenAt = behavioursSeenAt.get(key);
	return seenAt !== undefined && performance.now() - seenAt < BEHAVIOUR_MS;
}

// ------------------------------------------------------- values that were read

/** A value that was read from AlfaCRM, with the moment of reading. */
export interface Reading<Value> {
	value: Value;
	/** When the reading began, by `performance.now()`. A later change may be missing in the value. */
	at: number;
	/** `currentVersion` when the reading began, to ask whether a write came after it. */
	version: number;
}

interface ReadingOptions<Value> {
	/** The earliest moment at which the value may have been read, by `performance.now()`. */
	notBefore: number;
	/** The keys of the writes that make the value stale: see `recordWrite`. */
	writes: readonly string[];
	/** Tells whether other executions may use the value. */
	mayBeCached: (value: Value) => boolean;
	/** Ends the wait for a reading of another execution. */
	signal?: AbortSignal;
}

/**
 * Returns a value of an account, such as its list of branches, with the moment at which it was
 * read. Takes the value that another execution has read within the last minutes, or is just
 * reading. Otherwise reads the value from AlfaCRM.
 *
 * @param key names the account and the value
 */
export async function readForAllExecutions<Value>(
	key: string,
	read: () => Promise<Value>,
	options: ReadingOptions<Value>,
): Promise<Reading<Value>> {
	const cachedValue = findUsableValue(key, options);
	if (cachedValue !== undefined) return cachedValue;

	const readingOfOtherExecution = readingsUnderWay.get(key);
	if (readingOfOtherExecution !== undefined) {
		await waitUnlessAborted(readingOfOtherExecution, options.signal);
		// The other execution may have failed, or its value may be too old for this one.
		const valueOfOtherExecution = findUsableValue(key, options);
		if (valueOfOtherExecution !== undefined) return valueOfOtherExecution;
	}

	return await readAndCache(key, read, options);
}

/**
 * Finds a cached value that may still be used: it was read late enough for the caller, and this
 * process has not changed its records since.
 */
function findUsableValue<Value>(
	key: string,
	options: ReadingOptions<Value>,
): Reading<Value> | undefined {
	// The cast rests on the key: all callers with the same key read values of the same type.
	const reading = cachedValues.get(key) as Reading<Value> | undefined;
	if (reading === undefined) return undefined;

	const isTooOld = reading.at < options.notBefore;
	if (isTooOld) return undefined;

	const isStale = wasWrittenSince(options.writes, reading.version);
	return isStale ? undefined : reading;
}

/**
 * Reads a value from AlfaCRM, and caches it for other executions if `mayBeCached` allows that.
 *
 * @returns the value with the moment at which the reading began
 */
async function readAndCache<Value>(
	key: string,
	read: () => Promise<Value>,
	options: ReadingOptions<Value>,
): Promise<Reading<Value>> {
	const at = performance.now();
	const version = currentVersion();
	const valueBeingRead = read();

	// Other executions that need the value wait for this promise. It resolves even if the reading has
	// failed, and has no value: they look for the value in the cache.
	const ignoreResult = () => {};
	const readingHasEnded = valueBeingRead.then(ignoreResult, ignoreResult);
	readingsUnderWay.set(key, readingHasEnded);

	try {
		const value = await valueBeingRead;
		const reading = { value, at, version };
		if (options.mayBeCached(value)) cacheValue(key, reading);
		return reading;
	} finally {
		// Another execution may have begun to read the value too, and put its own promise there. That
		// promise stays.
		const isStillThere = readingsUnderWay.get(key) === readingHasEnded;
		if (isStillThere) readingsUnderWay.delete(key);
	}
}

/**
 * Caches a value for other executions, and removes all values that were read more than five minutes
 * ago. Otherwise the lists of an account that is no longer used would stay for ever.
 */
function cacheValue(key: string, reading: Reading<unknown>): void {
	boundedSet(cachedValues, key, reading, MAX_CACHED_VALUES);

	const now = performance.now();
	for (const [cachedKey, { at }] of cachedValues) {
		const ageMs = now - at;
		if (ageMs > LIST_MS) cachedValues.delete(cachedKey);
	}
}

/**
 * Forgets everything, as in a new process. For tests in which another AlfaCRM appears at the same
 * address.
 */
export function forgetAccounts(): void {
	behavioursSeenAt.clear();
	cachedValues.clear();
	readingsUnderWay.clear();
}
