import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { ApiClient } from '../../api/client';
import type { DatabaseLock, ProcessedData } from '../../api/databaseLock';
import { databaseLockOf } from '../../api/databaseLock';
import { currentVersion, recordWrite, wasWrittenSince, withLock } from '../../api/locks';
import type { Entity } from '../../entities/types';
import type { WriteCall } from './cachedList';
import { CachedList } from './cachedList';
import { Hints } from './hints';

/** Names a record, or what one is searched by, that only one piece of work may deal with at a time. */
export type LockKey = readonly [entity: string, ...what: Array<string | number>];

/** A value that was read once for all items. */
interface Cached {
	/** The kind of record. */
	path: string;
	value: unknown;
	/** `Execution.version` up to which it is what AlfaCRM holds. */
	since: number;
	/** What this execution writes makes it stale, too. */
	untilOwnWrite: boolean;
}

/** One execution of the node: what its items share lives here and ends with it. */
export class Execution {
	readonly client: ApiClient;
	readonly zone: string;
	/** Known once the credential is read. */
	origin = '';
	private account = '';
	/** An item has failed, so no other one may begin. */
	isStopping = false;
	readonly hints = new Hints();
	/** Filters that were seen to find other spellings too, so that one spelling finds all. */
	readonly looseFilters = new Set<string>();
	/** Filters that AlfaCRM was seen to ignore, by path and field. */
	readonly ignoredFilters = new Set<string>();
	/** Paths for which AlfaCRM could not read days in the format that is tried first. */
	readonly fallbackDates = new Set<string>();
	/** By kind of record and name. */
	private cache = new Map<string, Cached>();
	/** Those that are being read at the moment. */
	private pendingReads = new Map<string, Promise<unknown>>();
	/** The epoch of the database lock in which AlfaCRM was looked at last; 0 if another process had the lock. */
	private epoch?: number;

	constructor(readonly context: IExecuteFunctions) {
		this.client = new ApiClient(context);
		this.zone = context.getTimezone();
	}

	/** @throws NodeApiError when the credential cannot be used */
	async readCredential(): Promise<void> {
		this.origin = await this.client.origin();
		this.account = await this.client.account();
	}

	get isCancelled(): boolean {
		return this.client.signal?.aborted === true;
	}

	/**
	 * Pieces of work that share a key take turns in the order in which they ask, over all executions of this process that use
	 * the same account.
	 *
	 * @param underWayMs how long AlfaCRM may still be at work on what was sent when the work ends
	 */
	async withLock<T>(keys: readonly LockKey[], work: () => Promise<T>, underWayMs: () => number): Promise<T> {
		return await withLock(this.lockNames(keys), this.client.signal, work, underWayMs);
	}

	/** The lock that this node of this workflow has over all n8n processes. */
	get databaseLock(): DatabaseLock {
		return databaseLockOf(this.context.getWorkflow().id, this.context.getNode().id);
	}

	/** Where that lock is kept; a workflow that was never saved has no row there, nor has any in an n8n without the helpers for it. */
	get processedData(): ProcessedData | undefined {
		const { helpers } = this.context;
		const hasRow = this.context.getWorkflow().id && typeof helpers.checkProcessedAndRecord === 'function';
		return hasRow ? helpers : undefined;
	}

	/**
	 * Notes the epoch of that lock in which AlfaCRM is looked at next, 0 if another process has it. What was read before
	 * this process got the lock is forgotten, since others may have written.
	 */
	noteEpoch(epoch: number): void {
		if (this.epoch !== undefined && epoch !== 0 && epoch !== this.epoch) {
			this.cache = new Map();
			this.pendingReads = new Map();
		}
		this.epoch = epoch;
	}

	/** Counts the writes in this process, for asking later what was written since then. */
	version(): number {
		return currentVersion();
	}

	/** Whether anybody in this process has written one of the records since, so that what was read may be stale. */
	wasWrittenSince(keys: readonly LockKey[], since: number): boolean {
		return wasWrittenSince(this.lockNames(keys), since);
	}

	/**
	 * Notes before and after a write that records of a kind are written. What others have read of that kind is stale by it;
	 * what this execution has read is not, for `noteSaved` brings it up to date.
	 */
	noteWrite(path: string, records: readonly LockKey[]): void {
		const own = [...this.cache.values()].filter(
			(one) => one.path === path && !one.untilOwnWrite && this.isCurrent(one),
		);
		this.forget(path, records);
		for (const one of own) one.since = this.version();
	}

	/** Notes what AlfaCRM has confirmed of a write, so that later items find it in the lists that are read once. */
	noteSaved(path: string, call: WriteCall, model: IDataObject): void {
		for (const one of this.cache.values())
			if (one.path === path && one.value instanceof CachedList) one.value.note(call, model);
	}

	/** Has AlfaCRM asked again, by this execution too, for nobody knows what became of records. */
	forget(path: string, records: readonly LockKey[] = []): void {
		recordWrite(this.lockNames([[path], ...records]));
	}

	/**
	 * Reads what many items need only once, and again after another execution has written to that kind of record. Items that
	 * need it at the same moment wait for the one that reads; if that fails, each tries for itself.
	 */
	async cached<T>(
		path: string,
		name: string,
		read: () => Promise<T>,
		{ untilOwnWrite = false } = {},
	): Promise<T> {
		const key = JSON.stringify([path, name]);
		while (this.pendingReads.has(key)) await this.pendingReads.get(key)?.catch(() => undefined);
		const known = this.cache.get(key);
		if (known && this.isCurrent(known)) return known.value as T;
		// Another process may write meanwhile: see `noteEpoch`.
		const { cache, pendingReads } = this;
		const since = this.version();
		const reading = read();
		pendingReads.set(key, reading);
		try {
			const value = await reading;
			cache.set(key, { path, value, since, untilOwnWrite });
			return value;
		} finally {
			pendingReads.delete(key);
		}
	}

	private isCurrent({ path, since }: Cached): boolean {
		return !this.wasWrittenSince([[path]], since);
	}

	private lockNames(keys: readonly LockKey[]): string[] {
		return keys.map((key) => JSON.stringify([this.account, ...key]));
	}
}

/** The key of the lock on one record. */
export const recordKey = ({ path }: Pick<Entity, 'path'>, id: number): LockKey => [path, 'record', id];
