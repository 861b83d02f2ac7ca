import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { ApiRequest } from '../../api/request';
import { ApiClient } from '../../api/client';
import { readId } from '../../values/formats';
import type { DatabaseLock, ProcessedData } from '../../api/databaseLock';
import { databaseLockOf } from '../../api/databaseLock';
import { currentVersion, recordWrite, wasWrittenSince, withLock } from '../../api/locks';
import type { Entity } from '../../entities/types';
import { Groups } from './groups';
import { Hints } from './hints';
import type { LocatedRecord } from './writeCache';
import { isLate, WriteCache } from './writeCache';

/** Names a record, or what one is searched by, that only one piece of work may deal with at a time. */
export type LockKey = readonly [entity: string, ...what: Array<string | number>];

/** A writer that has written nothing, so that all writes count as those of others. */
const NOBODY = Symbol('nobody');

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
	/** Items that are done together. */
	readonly groups = new Groups();
	/** Filters that were seen to find other spellings too, so that one spelling finds all. */
	readonly looseFilters = new Set<string>();
	/** Filters that AlfaCRM was seen to ignore, by path and field. */
	readonly ignoredFilters = new Set<string>();
	/** Days that AlfaCRM could not read in the way that is tried first, by path. */
	private readonly fallbackDates = new Map<string, Set<string>>();
	/** Tells the writes of this execution from those of all others in the process. */
	private readonly writer = Symbol('execution');
	private readonly written = new Map<string, WriteCache>();
	/** By kind of record, then by name. */
	private readonly cache = new Map<string, Map<string, { value: unknown; since: number }>>();
	/** Values that are being read at the moment, by kind and name. */
	private readonly pendingReads = new Map<string, Promise<unknown>>();
	/** How many writes there were that may or may not have been carried out. */
	private uncertainWrites = 0;
	/** Which epoch of the database lock the latest look was in; 0 for none. */
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

	/**
	 * What this execution has written of one kind of record: AlfaCRM's lists may show it late, and the next item may be
	 * about the same record.
	 */
	writeCacheOf(path: string): WriteCache {
		let records = this.written.get(path);
		if (records === undefined) this.written.set(path, (records = new WriteCache()));
		return records;
	}

	fallbackDatesInUse(path: string): Set<string> {
		const known = this.fallbackDates.get(path) ?? new Set<string>();
		this.fallbackDates.set(path, known);
		return known;
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
	 * Notes which epoch of that lock the next look is in, 0 if another process has it: what was read before this one got it
	 * is forgotten, since others may have written.
	 */
	noteEpoch(epoch: number): void {
		if (this.epoch !== undefined && epoch !== 0 && epoch !== this.epoch) {
			this.uncertainWrites += 1;
			this.cache.clear();
			this.pendingReads.clear();
		}
		this.epoch = epoch;
	}

	/** Counts the writes in this process, for asking later what was written since then. */
	version(): number {
		return currentVersion();
	}

	/** Notes that a record was written. */
	noteWrite(keys: readonly LockKey[]): void {
		recordWrite(this.lockNames(keys), this.writer);
	}

	/** Whether another execution, or any, has written to one of the records since, so that what was read may be stale. */
	wasWrittenSince(keys: readonly LockKey[], since: number, by: 'others' | 'anybody' = 'others'): boolean {
		return wasWrittenSince(this.lockNames(keys), since, by === 'others' ? this.writer : NOBODY);
	}

	/**
	 * Reads what many items need only once, and again after another execution has written to that kind of record. Items that
	 * need it at the same moment wait for the one that reads; if that fails, each tries for itself.
	 */
	async cached<T>(
		path: string,
		name: string,
		read: () => Promise<T>,
		isKept: (value: T) => boolean = () => true,
	): Promise<T> {
		const key = JSON.stringify([path, name]);
		while (this.pendingReads.has(key)) await this.pendingReads.get(key)?.catch(() => undefined);
		const known = this.cache.get(path)?.get(name);
		if (known && !this.wasWrittenSince([[path]], known.since)) return known.value as T;
		const reading = this.readToCache(path, name, read, isKept);
		this.pendingReads.set(key, reading);
		try {
			return await reading;
		} finally {
			this.pendingReads.delete(key);
		}
	}

	private async readToCache<T>(
		path: string,
		name: string,
		read: () => Promise<T>,
		isKept: (value: T) => boolean,
	): Promise<T> {
		const since = this.version();
		const { uncertainWrites } = this;
		const value = await read();
		const values = this.cache.get(path) ?? new Map();
		this.cache.set(path, values);
		// A write that was given up meanwhile may have been carried out too late for this reading.
		if (isKept(value) && uncertainWrites === this.uncertainWrites) values.set(name, { value, since });
		else values.delete(name);
		return value;
	}

	/** After a write that may or may not have been carried out, AlfaCRM is asked again. */
	forget({ path, query }: Pick<ApiRequest, 'path' | 'query'>): void {
		const id = readId(query?.id);
		this.uncertainWrites += 1;
		this.cache.delete(path);
		if (id !== undefined) this.writeCacheOf(path).forget(id);
	}

	/** A record as this execution wrote it, if AlfaCRM does not show that yet and nobody else has written it since. */
	cachedCopy({ path }: Pick<Entity, 'path'>, id: number, shown?: IDataObject): LocatedRecord | undefined {
		const match = this.writeCacheOf(path).get(id);
		if (match === undefined || (shown !== undefined && !isLate(match, shown))) return undefined;
		return this.wasWrittenSince([recordKey({ path }, id)], match.version) ? undefined : match;
	}

	private lockNames(keys: readonly LockKey[]): string[] {
		return keys.map((key) => JSON.stringify([this.account, ...key]));
	}
}

/** The key of the lock on one record. */
export const recordKey = ({ path }: Pick<Entity, 'path'>, id: number): LockKey => [path, 'record', id];
