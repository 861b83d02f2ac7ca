import type { IDataObject, IExecuteFunctions, INodeParameters } from 'n8n-workflow';

import type { Reading } from '../api/accountKnowledge';
import { noteSeen, readForAll, wasSeen } from '../api/accountKnowledge';
import { ApiClient } from '../api/client';
import type { DatabaseLock, ProcessedData } from '../api/databaseLock';
import { databaseLockOf } from '../api/databaseLock';
import { currentVersion, recordWrite, wasWrittenSince, withLock } from '../api/locks';
import type { Entity } from '../entities/types';
import { SchoolClock } from '../values/schoolClock';
import type { WriteCall } from '../store/cachedList';
import { CachedList } from '../store/cachedList';
import { Hints } from './hints';

/** Names a record, or what one is searched by, that only one piece of work may deal with at a time. */
export type LockKey = readonly [entity: string, ...what: Array<string | number>];

/** A value that was read once for all items, and the kind of record. */
interface Cached extends Reading<unknown> {
	path: string;
	/** What this execution writes makes it stale, too. */
	untilOwnWrite: boolean;
}

/** A value that all executions of an account share. */
interface Shared<T> {
	/** When it must not have been read before, by `performance.now()`. */
	notBefore: number;
	/** Whether others may have it; what a user may not read, or what did not come whole, is not for them. */
	isKept: (value: T) => boolean;
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
	/** Collects stamps that AlfaCRM shows, which may prove that the workflow has the wrong time zone. */
	readonly schoolClock: SchoolClock;
	/** Whether an item decides something by the clock, so that a wrong time zone matters. */
	decidesByTime = false;
	/** The parameters of the node as the user has written them: an expression is not resolved. */
	readonly parameters: INodeParameters;
	/** The values of the parameters that hold no expression, which are the same for all items. */
	private readonly constants = new Map<string, unknown>();
	/** What was read before that, another execution has read. */
	readonly begun = performance.now();
	/** What AlfaCRM was seen to do. */
	private readonly seen = new Set<string>();
	/** By kind of record and name. */
	private cache = new Map<string, Cached>();
	/** Those that are being read at the moment. */
	private pendingReads = new Map<string, Promise<unknown>>();
	/** The epoch of the database lock in which AlfaCRM was looked at last; 0 if another process had the lock. */
	private epoch?: number;

	constructor(readonly context: IExecuteFunctions) {
		this.client = new ApiClient(context);
		this.zone = context.getTimezone();
		this.schoolClock = new SchoolClock(this.zone);
		this.parameters = context.getNode().parameters;
	}

	/** Hands the hints to n8n once all items are done. */
	showHints(): void {
		const { warning } = this.schoolClock;
		if (this.decidesByTime && warning !== undefined) this.hints.add(warning);
		this.hints.show(this.context);
	}

	/**
	 * Reads a parameter for an item. One that holds no expression is read once for all items, because n8n goes through the
	 * whole form of the node each time.
	 *
	 * @param byDefault the value of a parameter that the node does not have
	 */
	parameter(name: string, itemIndex: number, byDefault: unknown): unknown {
		if (this.constants.has(name)) return this.constants.get(name);
		const value: unknown = this.context.getNodeParameter(name, itemIndex, byDefault as IDataObject);
		const isConstant = Object.hasOwn(this.parameters, name) && !holdsExpression(this.parameters[name]);
		if (isConstant) this.constants.set(name, value);
		return value;
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
		for (const one of own) one.version = this.version();
	}

	/** Notes what AlfaCRM has confirmed of a write, so that later items find it in the lists that are read once. */
	noteSaved(path: string, call: WriteCall, model: IDataObject): void {
		for (const one of this.cache.values())
			if (one.path === path && one.value instanceof CachedList) one.value.noteWrite(call, model);
	}

	/** Has AlfaCRM asked again, by this execution too, for nobody knows what became of records. */
	forget(path: string, records: readonly LockKey[] = []): void {
		recordWrite(this.lockNames([[path], ...records]));
	}

	/**
	 * Reads what many items need only once, and again after another execution has written to that kind of record. Items that
	 * need it at the same moment wait for the one that reads; if that fails, each tries for itself.
	 *
	 * @param shared for what other executions may have read, and may have
	 */
	async cached<T>(
		path: string,
		name: string,
		read: () => Promise<T>,
		{ shared, untilOwnWrite = false }: { shared?: Shared<T>; untilOwnWrite?: boolean } = {},
	): Promise<T> {
		const key = JSON.stringify([path, name]);
		while (this.pendingReads.has(key)) await this.pendingReads.get(key)?.catch(() => undefined);
		const known = this.cache.get(key);
		const { notBefore = -Infinity } = shared ?? {};
		if (known && this.isCurrent(known) && known.at >= notBefore) return known.value as T;
		// Another process may write meanwhile: see `noteEpoch`.
		const { cache, pendingReads } = this;
		const reading = shared ? this.readForAll(path, name, read, shared) : this.readHere(read);
		pendingReads.set(key, reading);
		try {
			const one = await reading;
			cache.set(key, { ...one, path, untilOwnWrite });
			return one.value;
		} finally {
			pendingReads.delete(key);
		}
	}

	private async readHere<T>(read: () => Promise<T>): Promise<Reading<T>> {
		const [at, version] = [performance.now(), this.version()];
		return { value: await read(), at, version };
	}

	private async readForAll<T>(path: string, name: string, read: () => Promise<T>, shared: Shared<T>) {
		const [key] = this.lockNames([[path, name]]);
		return await readForAll(key, read, {
			...shared,
			writes: this.lockNames([[path]]),
			signal: this.client.signal,
		});
	}

	/** Whether AlfaCRM was seen to do something. */
	hasSeen(what: LockKey): boolean {
		const [key] = this.lockNames([what]);
		return this.seen.has(key) || wasSeen(key);
	}

	/**
	 * Notes that AlfaCRM was seen to do something.
	 *
	 * @param isProven other executions go by it, too
	 */
	noteSeen(what: LockKey, isProven: boolean): void {
		const [key] = this.lockNames([what]);
		this.seen.add(key);
		if (isProven) noteSeen(key);
	}

	private isCurrent({ path, version }: Cached): boolean {
		return !this.wasWrittenSince([[path]], version);
	}

	private lockNames(keys: readonly LockKey[]): string[] {
		return keys.map((key) => JSON.stringify([this.account, ...key]));
	}
}

/** Whether a parameter holds an expression anywhere, so that each item may have another value of it. */
function holdsExpression(parameter: unknown): boolean {
	if (typeof parameter === 'string') return parameter.startsWith('=');
	return (
		typeof parameter === 'object' && parameter !== null && Object.values(parameter).some(holdsExpression)
	);
}

/** The key of the lock on one record. */
export const recordKey = ({ path }: Pick<Entity, 'path'>, id: number): LockKey => [path, 'record', id];
