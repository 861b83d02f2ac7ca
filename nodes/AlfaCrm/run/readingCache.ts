import type { IDataObject } from 'n8n-workflow';

import type { Reading } from '../api/accountKnowledge';
import { readForAll } from '../api/accountKnowledge';
import type { ApiClient } from '../api/client';
import { currentVersion, recordWrite, wasWrittenSince } from '../api/locks';
import type { WriteCall } from '../store/cachedList';
import { CachedList } from '../store/cachedList';
import type { LockKey } from './keys';
import { entityKey } from './keys';

/**
 * Keeps what the items of an execution need in common, so that it is read once.
 *
 * - **Writes of others.** A value is stale as soon as another execution of this process writes to
 *   its entity.
 * - **Own writes.** What the execution itself writes is noted in the lists that it keeps, so they
 *   stay valid. Other values can be marked as stale after an own write: `isStaleAfterOwnWrite`.
 * - **Other processes.** Nobody knows what they write. So everything is forgotten when this process
 *   gets the database lock back: see `forgetAll`.
 */
export class ReadingCache {
	private readings = new Map<string, CachedReading>();
	/** The readings that are under way. */
	private pendingReadings = new Map<string, Promise<unknown>>();

	/** @param nameKeys turns keys into names that are different for each account */
	constructor(
		private readonly client: Pick<ApiClient, 'signal'>,
		private readonly nameKeys: (keys: readonly LockKey[]) => string[],
	) {}

	/** See `Execution.cached`. */
	async read<T>(
		path: string,
		name: string,
		read: () => Promise<T>,
		{ shared, isStaleAfterOwnWrite = false }: CacheOptions<T>,
	): Promise<T> {
		const key = JSON.stringify([path, name]);
		while (this.pendingReadings.has(key)) {
			await this.pendingReadings.get(key)?.catch(() => undefined);
		}

		const knownReading = this.readings.get(key);
		const notBefore = shared?.notBefore ?? -Infinity;
		if (knownReading && this.isCurrent(knownReading) && knownReading.at >= notBefore) {
			return knownReading.value as T;
		}

		// If everything is forgotten meanwhile, the result goes into the maps that were forgotten.
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
	 * Notes that records of an entity are being written: others' readings of that entity are stale
	 * from now on.
	 */
	noteWrite(path: string, records: readonly LockKey[]): void {
		const ownReadings = [...this.readings.values()].filter(
			(reading) => reading.path === path && !reading.isStaleAfterOwnWrite && this.isCurrent(reading),
		);
		this.forget(path, records);
		for (const reading of ownReadings) reading.version = currentVersion();
	}

	/** Notes in the lists that are kept what AlfaCRM has confirmed of a write. */
	noteSaved(path: string, call: WriteCall, record: IDataObject): void {
		for (const { path: readingPath, value } of this.readings.values()) {
			if (readingPath === path && value instanceof CachedList) value.noteWrite(call, record);
		}
	}

	/** Makes everybody read an entity anew, this execution too. */
	forget(path: string, records: readonly LockKey[]): void {
		recordWrite(this.nameKeys([entityKey(path), ...records]));
	}

	/** Makes this execution read everything anew. */
	forgetAll(): void {
		this.readings = new Map();
		this.pendingReadings = new Map();
	}

	private async readForAccount<T>(
		path: string,
		name: string,
		read: () => Promise<T>,
		shared: SharedReading<T>,
	): Promise<Reading<T>> {
		const [key] = this.nameKeys([[path, name]]);
		const writes = this.nameKeys([entityKey(path)]);
		return await readForAll(key, read, { ...shared, writes, signal: this.client.signal });
	}

	private isCurrent({ path, version }: CachedReading): boolean {
		return !wasWrittenSince(this.nameKeys([entityKey(path)]), version);
	}
}

interface CachedReading extends Reading<unknown> {
	/** The path of the entity. */
	path: string;
	isStaleAfterOwnWrite: boolean;
}

/** A value that all executions of an account share. */
interface SharedReading<T> {
	/** When the value must not have been read before, by `performance.now()`. */
	notBefore: number;
	/**
	 * Whether others may have the value. A list that this user may not read, or that did not come
	 * whole, is not for them.
	 */
	isKept: (value: T) => boolean;
}

export interface CacheOptions<T> {
	/** Given for a value that other executions may have read, and may have. */
	shared?: SharedReading<T>;
	/** Whether a write of this execution to the entity makes the value stale as well. */
	isStaleAfterOwnWrite?: boolean;
}

async function readForExecution<T>(read: () => Promise<T>): Promise<Reading<T>> {
	// A write while the value is being read makes it stale, so both are noted before.
	const at = performance.now();
	const version = currentVersion();
	return { value: await read(), at, version };
}
