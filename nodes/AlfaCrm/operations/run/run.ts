import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { ApiRequest } from '../../api/request';
import { ApiClient } from '../../api/client';
import { readId } from '../../api/formats';
import { withLock } from '../../api/locks';
import { currentVersion, recordWrite, wasWrittenSince } from '../../api/writeLog';
import type { Entity } from '../../entities/types';
import { Hints } from './hints';
import type { LocatedRecord } from './writeCache';
import { isLate, WriteCache } from './writeCache';

/** A record, or what it is looked for by, that only one piece of work may be about at a time. */
export type LockKey = readonly [entity: string, ...what: Array<string | number>];

/** To whom all writes are those of others. */
const NOBODY = Symbol('nobody');

/** One execution of the node: what its items share lives here and ends with it. */
export class Run {
	readonly client: ApiClient;
	readonly zone: string;
	/** Known once the credential is read. */
	origin = '';
	private account = '';
	/** An item has failed, so no other one is to begin. */
	isStopping = false;
	readonly hints = new Hints();
	/** Filters that found what does not hold the very text they were given, so one spelling finds all. */
	readonly looseFilters = new Set<string>();
	/** Filters that AlfaCRM was seen to ignore, by path and field. */
	readonly ignoredFilters = new Set<string>();
	/** Days that AlfaCRM could not read as they are written first, by path. */
	private readonly alternatives = new Map<string, Set<string>>();
	/** Says whose writes are whose, among all executions of the process. */
	private readonly writer = Symbol('run');
	private readonly written = new Map<string, WriteCache>();
	/** By kind of record, then by name. */
	private readonly cache = new Map<string, Map<string, { value: unknown; since: number }>>();
	/** Those that are being read, by kind and name. */
	private readonly pendingReads = new Map<string, Promise<unknown>>();
	/** How many writes there were of which nobody knows whether they were carried out. */
	private uncertainWrites = 0;

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
	 * What this execution has written, by the kind of record: AlfaCRM's lists may show it late, and the next item may be
	 * about the same record.
	 */
	writeCacheOf(path: string): WriteCache {
		let records = this.written.get(path);
		if (records === undefined) this.written.set(path, (records = new WriteCache()));
		return records;
	}

	alternativesInUse(path: string): Set<string> {
		const known = this.alternatives.get(path) ?? new Set<string>();
		this.alternatives.set(path, known);
		return known;
	}

	get isCancelled(): boolean {
		return this.client.signal?.aborted === true;
	}

	/**
	 * Work that shares a key takes turns, in all executions of this process that use the same account, in the order in
	 * which it asks for that.
	 *
	 * @param underWayMs how long what it has sent may still be under way when it ends
	 */
	async withLock<T>(keys: readonly LockKey[], work: () => Promise<T>, underWayMs: () => number): Promise<T> {
		return await withLock(this.lockNames(keys), this.client.signal, work, underWayMs);
	}

	/** A moment, to ask later what was written since. */
	now(): number {
		return currentVersion();
	}

	/** Notes that a record was written. */
	noteWrite(keys: readonly LockKey[]): void {
		recordWrite(this.lockNames(keys), this.writer);
	}

	/** Whether another execution, or anybody, has written to a record since, so that what was read of it may be stale. */
	wasWrittenSince(keys: readonly LockKey[], since: number, by: 'others' | 'anybody' = 'others'): boolean {
		return wasWrittenSince(this.lockNames(keys), since, by === 'others' ? this.writer : NOBODY);
	}

	/**
	 * What many items need is read once, and again when another execution has written to that kind of record. Items that
	 * need it at the same moment wait for the one that reads; if it fails, each tries for itself.
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
		const since = this.now();
		const { uncertainWrites } = this;
		const value = await read();
		const values = this.cache.get(path) ?? new Map();
		this.cache.set(path, values);
		// What was given up meanwhile may have come too late for this reading.
		if (isKept(value) && uncertainWrites === this.uncertainWrites) values.set(name, { value, since });
		else values.delete(name);
		return value;
	}

	/** After a write of which nobody knows whether it was carried out, AlfaCRM is asked anew. */
	forget({ path, query }: Pick<ApiRequest, 'path' | 'query'>): void {
		const id = readId(query?.id);
		this.uncertainWrites += 1;
		this.cache.delete(path);
		if (id !== undefined) this.writeCacheOf(path).forget(id);
	}

	/** A record as this execution has written it, where AlfaCRM does not show that yet and nobody else has written it. */
	cachedCopy({ path }: Pick<Entity, 'path'>, id: number, shown?: IDataObject): LocatedRecord | undefined {
		const match = this.writeCacheOf(path).get(id);
		if (match === undefined || (shown !== undefined && !isLate(match, shown))) return undefined;
		return this.wasWrittenSince([recordKey({ path }, id)], match.at) ? undefined : match;
	}

	private lockNames(keys: readonly LockKey[]): string[] {
		return keys.map((key) => JSON.stringify([this.account, ...key]));
	}
}

/** The key of the lock on one record. */
export const recordKey = ({ path }: Pick<Entity, 'path'>, id: number): LockKey => [path, 'record', id];
