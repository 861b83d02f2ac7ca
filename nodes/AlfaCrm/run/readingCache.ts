import type { IDataObject } from 'n8n-workflow';

import type { Reading } from '../api/accountKnowledge';
import { readForAllExecutions } from '../api/accountKnowledge';
import type { ApiClient } from '../api/client';
import { currentVersion, recordWrite, wasWrittenSince } from '../api/locks';
import type { WriteCall } from '../store/cachedList';
import { CachedList } from '../store/cachedList';
import type { Key, LockKey } from './keys';
import { entityKey } from './keys';

/**
 * Keeps *readings*: values that several items of an execution need, such as lists, so that each is
 * read once. A write to AlfaCRM can make a reading *stale*, so that the value is read again:
 *
 * - **Another execution of this process writes:** the readings of the entity are stale.
 * - **This execution writes:** the record is added to the kept lists (`CachedList`), so they stay
 *   valid. A value that is not a list does not get the record. Such a reading becomes stale if it
 *   was made with `isStaleAfterOwnWrite`.
 * - **Another process writes:** this process does not learn of the write. While another process has
 *   the database lock, it can write. So all readings are forgotten when this process gets the lock
 *   back: see `forgetAll`.
 */
export class ReadingCache {
	private readings = new Map<string, CachedReading>();
	/** The readings that are under way, by the keys that they will have in `readings`. */
	private pendingReadings = new Map<string, Promise<unknown>>();

	/** @param toTexts turns keys into texts that begin with the account */
	constructor(
		private readonly client: Pick<ApiClient, 'signal'>,
		private readonly toTexts: (keys: readonly Key[]) => string[],
	) {}

	/**
	 * Returns the kept value, or reads the value if none is kept or the kept one is stale. If another
	 * item is reading the value, waits for that reading. See `Execution.cached`.
	 */
	async read<T>(
		path: string,
		name: string,
		read: () => Promise<T>,
		options: CacheOptions<T>,
	): Promise<T> {
		const { shared, isStaleAfterOwnWrite = false } = options;
		const key = JSON.stringify([path, name]);
		// A loop, because after a failed reading another waiting item may begin the next reading.
		while (this.pendingReadings.has(key)) {
			// The item that began the reading throws its failure.
			await this.pendingReadings.get(key)?.catch(() => undefined);
		}

		const knownReading = this.findCurrentReading(key, shared?.notBefore);
		if (knownReading) return knownReading.value as T;

		// `forgetAll` puts new maps in place. A reading that began earlier stays out of the new maps.
		const { readings, pendingReadings } = this;
		const pendingReading = shared
			? this.readForAccount(path, name, read, shared)
			: readForExecution(read);
		pendingReadings.set(key, pendingReading);
		try {
			const reading = await pendingReading;
			readings.set(key, { ...reading, path, isStaleAfterOwnWrite });
			return reading.value;
		} finally {
			pendingReadings.delete(key);
		}
	}

	/**
	 * Notes that this execution writes records of an entity. Makes readings of the entity stale: all
	 * readings of other executions, and those of this execution with `isStaleAfterOwnWrite`.
	 */
	noteWrite(path: string, records: readonly LockKey[]): void {
		const readings = [...this.readings.values()];
		const readingsToKeep = readings.filter(
			(reading) =>
				reading.path === path && !reading.isStaleAfterOwnWrite && this.isCurrent(reading),
		);

		// `forget` makes every reading stale that is older than the write. A reading with the current
		// version counts as newer.
		this.forget(path, records);
		for (const reading of readingsToKeep) reading.version = currentVersion();
	}

	/** Adds a write that AlfaCRM has confirmed to the kept lists of the entity. */
	noteSaved(path: string, call: WriteCall, record: IDataObject): void {
		for (const reading of this.readings.values()) {
			const list = reading.value;
			if (reading.path === path && list instanceof CachedList) list.noteWrite(call, record);
		}
	}

	/** Makes every execution, including this one, read an entity anew. */
	forget(path: string, records: readonly LockKey[]): void {
		recordWrite(this.toTexts([entityKey(path), ...records]));
	}

	/** Makes this execution read everything anew. */
	forgetAll(): void {
		this.readings = new Map();
		this.pendingReadings = new Map();
	}

	/** Reads a value that all executions of the account share, unless one of them has read it. */
	private async readForAccount<T>(
		path: string,
		name: string,
		read: () => Promise<T>,
		shared: SharedReading<T>,
	): Promise<Reading<T>> {
		const readingKey: Key = [path, name];
		const [key] = this.toTexts([readingKey]);
		const keysOfWrites = this.toTexts([entityKey(path)]);
		const { signal } = this.client;
		return await readForAllExecutions(key, read, { ...shared, writes: keysOfWrites, signal });
	}

	/** Returns the reading of a value, unless it is stale or older than the caller accepts. */
	private findCurrentReading(key: string, notBefore = -Infinity): CachedReading | undefined {
		const reading = this.readings.get(key);
		if (reading === undefined) return undefined;
		const isUsable = this.isCurrent(reading) && reading.at >= notBefore;
		return isUsable ? reading : undefined;
	}

	/** Whether this process has not written to the entity since the reading. */
	private isCurrent({ path, version }: CachedReading): boolean {
		return !wasWrittenSince(this.toTexts([entityKey(path)]), version);
	}
}

interface CachedReading extends Reading<unknown> {
	/** The path of the entity. */
	path: string;
	isStaleAfterOwnWrite: boolean;
}

/** A value that all executions of an account share. */
interface SharedReading<T> {
	/** The earliest moment at which the value may have been read, by `performance.now()`. */
	notBefore: number;
	/** Whether other executions may get the value. For example, an incomplete list is not shared. */
	mayBeCached: (value: T) => boolean;
}

export interface CacheOptions<T> {
	/** Set for a value that executions of the same account share. */
	shared?: SharedReading<T>;
	/** Whether a write of this execution to the entity makes the value stale too. */
	isStaleAfterOwnWrite?: boolean;
}

/** Reads a value for this execution only, and notes when it was read. */
async function readForExecution<T>(read: () => Promise<T>): Promise<Reading<T>> {
	// A write during the reading must make the value stale, so the time and the version are noted
	// before the reading.
	const at = performance.now();
	const version = currentVersion();
	return { value: await read(), at, version };
}
