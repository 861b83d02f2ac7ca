import { addHours } from '../../stamps';
import type { LogEntry } from './logEntries';
import { splitKeys } from './shortKeys';

/**
 * Remembers the keys of the entries that the trigger has seen, and forgets the oldest.
 *
 * Keys are kept in buckets. A bucket holds the keys of all entries of the same ten minutes, and is
 * forgotten as a whole.
 */

/**
 * The buckets may take at most this many characters, as JSON: enough for more than 4,000 keys. The
 * limit is a choice that keeps stored states short. A bucket that must not be forgotten yet is kept
 * even if there are more characters.
 */
const MAX_CHARACTERS = 29_000;

const TEN_MINUTES_IN_HOURS = 1 / 6;

/**
 * Keys one after the other, by the first 15 characters of their entries' times. The bucket
 * `2026-02-10 09:3` holds the keys from 09:30:00 to 09:39:59. Workflows store this, so the shape
 * must not change.
 */
export type KeyBuckets = Record<string, string>;

export class KnownKeys {
	private readonly buckets: KeyBuckets;
	private readonly keys: Set<string>;

	constructor(storedBuckets: KeyBuckets) {
		this.buckets = { ...storedBuckets };
		this.keys = new Set(Object.values(storedBuckets).flatMap(splitKeys));
	}

	has({ key }: Pick<LogEntry, 'key'>): boolean {
		return this.keys.has(key);
	}

	/**
	 * Adds the key of an entry to the bucket of its ten minutes.
	 *
	 * @param entry one whose key is not known yet
	 */
	add({ key, time }: LogEntry): void {
		const bucket = nameBucketAt(time);
		const keysInBucket = this.buckets[bucket] ?? '';
		this.buckets[bucket] = keysInBucket + key;
		this.keys.add(key);
	}

	/**
	 * Forgets the keys of entries before a time, in buckets of ten minutes. For 09:34, it keeps the
	 * bucket from 09:30 to 09:39 and all later ones.
	 */
	forgetBefore(time: string): void {
		const firstKeptBucket = nameBucketAt(time);
		for (const bucket of Object.keys(this.buckets)) {
			if (bucket < firstKeptBucket) this.forgetBucket(bucket);
		}
	}

	/**
	 * Forgets the oldest keys until the stored keys are short enough. A bucket holds the keys of ten
	 * minutes, and is forgotten as a whole. Always keeps the newest bucket, because more entries of
	 * the same ten minutes may come.
	 *
	 * @param keepFrom keys from this time on are never forgotten; `FOREVER` if only the newest bucket
	 * has to be kept
	 * @returns the time before which all keys are forgotten now; empty if nothing was forgotten
	 */
	forgetOldestIfTooMany({ keepFrom }: { keepFrom: string }): string {
		const firstKeptBucket = nameBucketAt(keepFrom);
		const oldestFirst = Object.keys(this.buckets).sort();
		const allButNewest = oldestFirst.slice(0, -1);

		let forgottenBefore = '';
		for (const bucket of allButNewest) {
			const isSmallEnough = JSON.stringify(this.buckets).length <= MAX_CHARACTERS;
			const mustBeKept = bucket >= firstKeptBucket;
			if (isSmallEnough || mustBeKept) break;

			this.forgetBucket(bucket);
			forgottenBefore = findEndOfBucket(bucket);
		}
		return forgottenBefore;
	}

	toStored(): KeyBuckets {
		return { ...this.buckets };
	}

	private forgetBucket(bucket: string): void {
		for (const key of splitKeys(this.buckets[bucket])) this.keys.delete(key);
		delete this.buckets[bucket];
	}
}

/** Returns the name of the bucket for entries of a time: `2026-02-10 09:3` for 09:34:12. */
const nameBucketAt = (time: string): string => time.slice(0, 15);

/** Returns the time at which the next bucket begins: 09:40:00 for the bucket `2026-02-10 09:3`. */
function findEndOfBucket(bucket: string): string {
	const beginning = `${bucket}0:00`;
	return addHours(beginning, TEN_MINUTES_IN_HOURS);
}
