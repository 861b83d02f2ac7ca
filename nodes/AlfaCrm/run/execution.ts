import type { IDataObject, IExecuteFunctions, INodeParameters } from 'n8n-workflow';

import { noteBehaviour, wasBehaviourSeen } from '../api/accountKnowledge';
import { ApiClient } from '../api/client';
import type { DatabaseLock } from '../api/databaseLock';
import { getDatabaseLock } from '../api/databaseLock';
import type { ProcessedData } from '../api/databaseRow';
import { currentVersion, wasWrittenSince, withLock } from '../api/locks';
import type { WriteCall } from '../store/cachedList';
import { SchoolClock } from '../values/schoolClock';
import { Hints } from './hints';
import type { BehaviourKey, Key, LockKey } from './keys';
import type { CacheOptions } from './readingCache';
import { ReadingCache } from './readingCache';

/**
 * Holds everything that the items of one execution of the node share: the client, the parameters,
 * the hints, and the *readings*: values that were read from AlfaCRM once for all items, such as the
 * list of rooms.
 */
export class Execution {
	readonly client: ApiClient;
	readonly zone: string;
	/**
	 * When the execution began, by `performance.now()`. A value that was read earlier comes from
	 * another execution.
	 */
	readonly startedAt = performance.now();
	/** The parameters of the node as the user has written them, with unresolved expressions. */
	readonly parameters: INodeParameters;
	readonly hints = new Hints();
	/**
	 * Collects times from AlfaCRM's rows. They may prove that the workflow has the wrong time zone.
	 */
	readonly schoolClock: SchoolClock;
	/** Whether the result of an item depends on the time zone of the workflow. */
	dependsOnTimeZone = false;
	/** True once an item's failure ends the execution: no other item may begin. */
	isStopping = false;

	/**
	 * The address of AlfaCRM, and the name of the account for keys (`ApiClient.account()`). Undefined
	 * until the credential is read.
	 */
	private account?: { origin: string; name: string };
	/** The values of the parameters without an expression, which are the same for all items. */
	private readonly constantParameters = new Map<string, unknown>();
	private readonly readings: ReadingCache;
	/**
	 * The behaviours of AlfaCRM that this execution has seen, such as ignoring a filter. A behaviour
	 * is kept as the text that `toTexts` makes of its key.
	 */
	private readonly seenBehaviours = new Set<string>();
	/**
	 * The epoch of the last search: a number that grows each time this process gets the database
	 * lock. 0 if the search was made without the lock; undefined before the first search.
	 */
	private epoch?: number;

	constructor(readonly context: IExecuteFunctions) {
		this.client = new ApiClient(context);
		this.zone = context.getTimezone();
		this.schoolClock = new SchoolClock(this.zone);
		this.parameters = context.getNode().parameters;
		this.readings = new ReadingCache(this.client, (keys) => this.toTexts(keys));
	}

	/** Whether the user has cancelled the execution. */
	get isCancelled(): boolean {
		return this.client.signal?.aborted === true;
	}

	/** Hands the hints to n8n once all items are done. */
	showHints(): void {
		const { warning } = this.schoolClock;
		if (this.dependsOnTimeZone && warning !== undefined) this.hints.add(warning);
		this.hints.show(this.context);
	}

	// ---------------------------------------------------------------- the credential and the parameters

	/**
	 * Reads the address of AlfaCRM and the name of the account from the credential.
	 *
	 * @throws NodeApiError if the credential cannot be used
	 */
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
	 * @param defaultValue the value of a parameter that the node does not have
	 */
	parameter(name: string, itemIndex: number, defaultValue: unknown): unknown {
		if (this.constantParameters.has(name)) return this.constantParameters.get(name);

		const value: unknown = this.context.getNodeParameter(
			name,
			itemIndex,
			defaultValue as IDataObject,
		);
		// A parameter that the node does not have is not kept, because callers give different defaults.
		const hasParameter = Object.hasOwn(this.parameters, name);
		const isConstant = hasParameter && !holdsExpression(this.parameters[name]);
		if (isConstant) this.constantParameters.set(name, value);
		return value;
	}

	// ---------------------------------------------------------------- locks

	/**
	 * Does some work while no other work of this process and account holds one of the keys. Work that
	 * shares a key runs in the order in which it asked for the lock.
	 *
	 * @param getUnderWayMs returns for how many milliseconds AlfaCRM may still be carrying out a
	 * write whose answer was lost. It is called at the end of the work, and the lock is held for that
	 * time.
	 */
	async withLock<T>(
		keys: readonly LockKey[],
		work: () => Promise<T>,
		getUnderWayMs: () => number,
	): Promise<T> {
		return await withLock(this.toTexts(keys), this.client.signal, work, getUnderWayMs);
	}

	/** The lock that this node of the workflow has in common with all n8n processes. */
	get databaseLock(): DatabaseLock {
		return getDatabaseLock(this.context.getWorkflow().id, this.context.getNode().id);
	}

	/**
	 * n8n's helpers for its table `processed_data`, in which the database lock is kept. Undefined if
	 * the lock cannot be kept: for a workflow that was never saved, or in an n8n without the helpers.
	 */
	get processedData(): ProcessedData | undefined {
		const { helpers } = this.context;
		const isWorkflowSaved = Boolean(this.context.getWorkflow().id);
		const hasHelpers = typeof helpers.checkProcessedAndRecord === 'function';
		return isWorkflowSaved && hasHelpers ? helpers : undefined;
	}

	/**
	 * Notes the epoch of a search that is about to begin. If the epoch is not that of the last
	 * search, this process was without the database lock between the two. Other processes may have
	 * written then, so all readings are forgotten.
	 *
	 * @param epoch 0 for a search without the lock, for which nothing is forgotten: the search is
	 * repeated with the lock before a record is created
	 */
	noteEpoch(epoch: number): void {
		const isFirstSearch = this.epoch === undefined;
		const hasNewLease = epoch !== 0 && epoch !== this.epoch;
		if (hasNewLease && !isFirstSearch) this.readings.forgetAll();
		this.epoch = epoch;
	}

	// ---------------------------------------------------------------- writes

	/**
	 * Returns how many writes this process has noted so far. Call it before you read a record, and
	 * give the number to `wasWrittenSince` later.
	 */
	countWrites(): number {
		return currentVersion();
	}

	/**
	 * Whether any execution of this process may have written one of the records since they were read.
	 *
	 * @param writeCount what `countWrites` returned just before the records were read
	 */
	wasWrittenSince(keys: readonly LockKey[], writeCount: number): boolean {
		return wasWrittenSince(this.toTexts(keys), writeCount);
	}

	/**
	 * Notes that records of an entity are written; called before and after each write. Other
	 * executions must read the entity anew. The readings of this execution stay valid, because
	 * `noteSaved` brings them up to date.
	 */
	noteWrite(path: string, records: readonly LockKey[]): void {
		this.readings.noteWrite(path, records);
	}

	/**
	 * Adds a write that AlfaCRM has confirmed to the lists that this execution keeps, so that later
	 * items find the record there.
	 */
	noteSaved(path: string, call: WriteCall, record: IDataObject): void {
		this.readings.noteSaved(path, call, record);
	}

	/**
	 * Makes every execution, including this one, read an entity anew. Called after a write whose
	 * result is not known.
	 */
	forget(path: string, records: readonly LockKey[] = []): void {
		this.readings.forget(path, records);
	}

	// ---------------------------------------------------------------- readings and behaviours

	/**
	 * Reads a value once for all items, and again after another execution has written to its entity.
	 * Items that need the value while it is being read wait for that reading. If the reading fails,
	 * the waiting items read one after another.
	 *
	 * @param path the path of the entity
	 * @param name identifies the value among the readings of the entity: see `keys.ts`
	 */
	async cached<T>(
		path: string,
		name: string,
		read: () => Promise<T>,
		options: CacheOptions<T> = {},
	): Promise<T> {
		return await this.readings.read(path, name, read, options);
	}

	/** Whether AlfaCRM was seen to behave in some way, for example to ignore a filter. */
	knowsBehaviour(key: BehaviourKey): boolean {
		const [text] = this.toTexts([key]);
		return this.seenBehaviours.has(text) || wasBehaviourSeen(text);
	}

	/**
	 * Notes that AlfaCRM was seen to behave in some way.
	 *
	 * @param holdsForAccount whether other executions of the account can rely on the behaviour too
	 */
	noteBehaviour(key: BehaviourKey, { holdsForAccount }: { holdsForAccount: boolean }): void {
		const [text] = this.toTexts([key]);
		this.seenBehaviours.add(text);
		if (holdsForAccount) noteBehaviour(text);
	}

	/**
	 * Turns keys into texts that are unique in this process: each begins with the account.
	 */
	private toTexts(keys: readonly Key[]): string[] {
		const account = this.account?.name ?? '';
		return keys.map((key) => JSON.stringify([account, ...key]));
	}
}

/**
 * Whether a parameter holds an expression anywhere. Its value may then differ between items.
 */
function holdsExpression(parameter: unknown): boolean {
	if (typeof parameter === 'string') return parameter.startsWith('=');
	if (typeof parameter !== 'object' || parameter === null) return false;
	return Object.values(parameter).some(holdsExpression);
}
