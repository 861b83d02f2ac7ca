import type { IDataObject, IExecuteFunctions, INodeParameters } from 'n8n-workflow';

import { noteSeen, wasSeen } from '../api/accountKnowledge';
import { ApiClient } from '../api/client';
import type { DatabaseLock, ProcessedData } from '../api/databaseLock';
import { databaseLockOf } from '../api/databaseLock';
import { currentVersion, wasWrittenSince, withLock } from '../api/locks';
import type { WriteCall } from '../store/cachedList';
import { SchoolClock } from '../values/schoolClock';
import { Hints } from './hints';
import type { LockKey } from './keys';
import type { CacheOptions } from './readingCache';
import { ReadingCache } from './readingCache';

export type { LockKey } from './keys';
export { recordKey } from './keys';

/** One execution of the node: what its items share lives here and ends with it. */
export class Execution {
	readonly client: ApiClient;
	readonly zone: string;
	/** When the execution began. What was read before that, another execution has read. */
	readonly startedAt = performance.now();
	/** The parameters of the node as the user has written them: an expression is not resolved. */
	readonly parameters: INodeParameters;
	readonly hints = new Hints();
	/**
	 * Collects times that AlfaCRM shows, which may prove that the workflow has the wrong time zone.
	 */
	readonly schoolClock: SchoolClock;
	/** Whether an item decides something by the clock, so that a wrong time zone matters. */
	decidesByTime = false;
	/** Whether an item has failed, so that no other item may begin. */
	isStopping = false;

	/** Known once the credential is read. */
	private account?: { origin: string; name: string };
	/** The values of the parameters without an expression, which are the same for all items. */
	private readonly constantParameters = new Map<string, unknown>();
	private readonly readings: ReadingCache;
	/** The names of the keys of what AlfaCRM was seen to do. */
	private readonly seenKeys = new Set<string>();
	/**
	 * The epoch of the database lock in which AlfaCRM was looked at last; 0 if another process had
	 * the lock.
	 */
	private epoch?: number;

	constructor(readonly context: IExecuteFunctions) {
		this.client = new ApiClient(context);
		this.zone = context.getTimezone();
		this.schoolClock = new SchoolClock(this.zone);
		this.parameters = context.getNode().parameters;
		this.readings = new ReadingCache(this.client, (keys) => this.nameKeys(keys));
	}

	get isCancelled(): boolean {
		return this.client.signal?.aborted === true;
	}

	/** Hands the hints to n8n once all items are done. */
	showHints(): void {
		const { warning } = this.schoolClock;
		if (this.decidesByTime && warning !== undefined) this.hints.add(warning);
		this.hints.show(this.context);
	}

	// ---------------------------------------------------------------- the credential and the parameters

	/** @throws NodeApiError if the credential cannot be used */
	async readCredential(): Promise<void> {
		const origin = await this.client.origin();
		this.account = { origin, name: await this.client.account() };
	}

	/**
	 * The address of AlfaCRM, such as https://demo.s20.online; empty before the credential is read.
	 */
	get origin(): string {
		return this.account?.origin ?? '';
	}

	/**
	 * Reads a parameter for an item. A parameter without an expression is read once for all items,
	 * because n8n goes through the whole form of the node each time.
	 *
	 * @param byDefault the value of a parameter that the node does not have
	 */
	parameter(name: string, itemIndex: number, byDefault: unknown): unknown {
		if (this.constantParameters.has(name)) return this.constantParameters.get(name);

		const value: unknown = this.context.getNodeParameter(name, itemIndex, byDefault as IDataObject);
		const isConstant =
			Object.hasOwn(this.parameters, name) && !holdsExpression(this.parameters[name]);
		if (isConstant) this.constantParameters.set(name, value);
		return value;
	}

	// ---------------------------------------------------------------- locks

	/**
	 * Does some work when its turn has come. Pieces of work that share a key take turns in the order
	 * in which they ask, over all executions of this process that use the same account.
	 *
	 * @param underWayMs how long AlfaCRM may still be at work on what was sent when the work ends
	 */
	async withLock<T>(
		keys: readonly LockKey[],
		work: () => Promise<T>,
		underWayMs: () => number,
	): Promise<T> {
		return await withLock(this.nameKeys(keys), this.client.signal, work, underWayMs);
	}

	/** The lock that this node of this workflow has over all n8n processes. */
	get databaseLock(): DatabaseLock {
		return databaseLockOf(this.context.getWorkflow().id, this.context.getNode().id);
	}

	/**
	 * The table of n8n's database that keeps the lock over all processes. A workflow that was never
	 * saved has no row there, and an older n8n lacks the helpers for it.
	 */
	get processedData(): ProcessedData | undefined {
		const { helpers } = this.context;
		const isSaved = Boolean(this.context.getWorkflow().id);
		return isSaved && typeof helpers.checkProcessedAndRecord === 'function' ? helpers : undefined;
	}

	/**
	 * Notes the epoch of the database lock in which AlfaCRM is looked at next, 0 if another process
	 * has the lock. What was read before this process got the lock is forgotten, since other
	 * processes may have written.
	 */
	noteEpoch(epoch: number): void {
		const hasNewLock = this.epoch !== undefined && epoch !== 0 && epoch !== this.epoch;
		if (hasNewLock) this.readings.forgetAll();
		this.epoch = epoch;
	}

	// ---------------------------------------------------------------- what was written

	/**
	 * Returns the number of writes in this process so far, for asking later what was written since
	 * then.
	 */
	version(): number {
		return currentVersion();
	}

	/**
	 * Whether anybody in this process has written one of the records since, so that what was read may
	 * be stale.
	 */
	wasWrittenSince(keys: readonly LockKey[], since: number): boolean {
		return wasWrittenSince(this.nameKeys(keys), since);
	}

	/**
	 * Notes, before and after a write, that records of an entity are written. What others have read
	 * of that entity is stale then. What this execution has read is not, because `noteSaved` brings
	 * it up to date.
	 */
	noteWrite(path: string, records: readonly LockKey[]): void {
		this.readings.noteWrite(path, records);
	}

	/**
	 * Notes what AlfaCRM has confirmed of a write, so that later items find it in the lists that are
	 * read once.
	 */
	noteSaved(path: string, call: WriteCall, record: IDataObject): void {
		this.readings.noteSaved(path, call, record);
	}

	/**
	 * Makes everybody read an entity anew, this execution too, because nobody knows what became of
	 * its records.
	 */
	forget(path: string, records: readonly LockKey[] = []): void {
		this.readings.forget(path, records);
	}

	// ---------------------------------------------------------------- what was read, and seen

	/**
	 * Reads once what many items need, and again after another execution has written to that entity.
	 * Items that need it at the same moment wait for the one that reads; if that fails, each of them
	 * tries for itself.
	 *
	 * @param path the path of the entity
	 * @param name tells it from other readings of the entity: see `keys.ts`
	 */
	async cached<T>(
		path: string,
		name: string,
		read: () => Promise<T>,
		options: CacheOptions<T> = {},
	): Promise<T> {
		return await this.readings.read(path, name, read, options);
	}

	/** Whether AlfaCRM was seen to do something. */
	knowsBehaviour(key: LockKey): boolean {
		const [name] = this.nameKeys([key]);
		return this.seenKeys.has(name) || wasSeen(name);
	}

	/**
	 * Notes that AlfaCRM was seen to do something.
	 *
	 * @param isProven whether other executions may rely on it too
	 */
	noteBehaviour(key: LockKey, isProven: boolean): void {
		const [name] = this.nameKeys([key]);
		this.seenKeys.add(name);
		if (isProven) noteSeen(name);
	}

	/**
	 * Turns keys into names for all executions of this process, in which the account tells them
	 * apart.
	 */
	private nameKeys(keys: readonly LockKey[]): string[] {
		const account = this.account?.name ?? '';
		return keys.map((key) => JSON.stringify([account, ...key]));
	}
}

/**
 * Whether a parameter holds an expression anywhere, so that each item may have another value of it.
 */
function holdsExpression(parameter: unknown): boolean {
	if (typeof parameter === 'string') return parameter.startsWith('=');
	if (typeof parameter !== 'object' || parameter === null) return false;
	return Object.values(parameter).some(holdsExpression);
}
