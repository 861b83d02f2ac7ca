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
 * Keeps values that several items of an execution need, such as lists, so that each is read once.
 *
 * - **Writes of others.** A value is stale as soon as another execution of this process writes to
 *   its entity.
 * - **Own writes.** A write of this execution is added to the lists that it keeps (`CachedList`),
 *   so they stay valid. A value of another type may not show the write: with
 *   `isStaleAfterOwnWrite` it becomes stale.
 * - **Writes of other processes** are not known. While another process has the database lock, it
 *   may write. So everything is forgotten when this process gets the lock back: see `forgetAll`.
 */
export class ReadingCache {
	private readings = new Map<string, CachedReading>();
	/** The readings that have begun and not ended, by their keys in `readings`. */
	private pendingReadings = new Map<string, Promise<unknown>>();

	/** @param toTexts turns keys into texts that begin with the account */
	constructor(
		private readonly client: Pick<ApiClient, 'signal'>,
		private readonly toTexts: (keys: readonly Key[]) => string[],
	) {}

	/**
	 * Returns a value that was read before, if it is not stale; otherwise reads it. Waits for a
	 * reading of the value that is under way. See `Execution.cached`.
	 */
	async read<T>(
		path: string,
		name: string,
		read: () => Promise<T>,
		options: CacheOptions<T>,
	): Promise<T> {
		const { shared, isStaleAfterOwnWrite = false } = options;
		const key = JSON.stringify([path, name]);
		// Of several items that wait, the first to go on may begin another reading.
		while (this.pendingReadings.has(key)) {
			await this.pendingReadings.get(key)?.catch(() => undefined);
		}

		const knownReading = this.findCurrentReading(key, shared?.notBefore);
		if (knownReading) return knownReading.value as T;

		// `forgetAll` replaces the maps. A reading that began before it must not get into the new ones.
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
	 * Notes that this execution writes records of an entity. Makes the readings of other executions
	 * of that entity stale; keeps its own, except those with `isStaleAfterOwnWrite`.
	 */
	noteWrite(path: string, records: readonly LockKey[]): void {
		const readings = [...this.readings.values()];
		const readingsToKeep = readings.filter(
			(reading) =>
				reading.path === path && !reading.isStaleAfterOwnWrite && this.isCurrent(reading),
		);

		// `forget` makes all readings stale, so those to keep are then dated after the write.
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

	/** Makes every execution read an entity anew, this one too. */
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
		const [key] = this.toTexts([[path, name]]);
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

	/** Whether this process has not written to the entity of a reading since. */
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
	mayBeKept: (value: T) => boolean;
}

export interface CacheOptions<T> {
	/** Set for a value that executions of the same account share. */
	shared?: SharedReading<T>;
	/** Whether a write of this execution to the entity makes the value stale too. */
	isStaleAfterOwnWrite?: boolean;
}

/** Reads a value for this execution only, and notes when it was read. */
async function readForExecution<T>(read: () => Promise<T>): Promise<Reading<T>> {
	// A write during the reading must make the value stale, so the time and the version are taken
	// before it.
	const at = performance.now();
	const version = currentVersion();
	return { value: await read(), at, version };
}
