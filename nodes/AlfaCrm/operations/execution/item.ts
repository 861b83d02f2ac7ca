import type { IDataObject, NodeApiError } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { ApiRequest } from '../../api/request';
import { asNodeError, cancelled, nodeError } from '../../api/failures';
import { parseJson, readFlag, readId } from '../../values/formats';
import type { ListQuery } from '../../api/pages';
import type { Collected, CollectOptions } from '../../api/list';
import { collect } from '../../api/list';
import { isPlain } from '../../fields/blank';
import { assertKept, sendWithFallbackDates } from './fallbackDates';
import { warnIgnoredFields } from './ignoredFields';
import type { LockKey, Execution } from './execution';
import type { ItemRequest, Saving } from './itemRequest';
import { Milestone } from './milestone';
import type { Parameter } from './parameters';
import { Collection, ParameterReader } from './parameters';

const NOTHING_SENT = 'Nothing was sent to AlfaCRM.';

/** One input item: its parameters, its calls, and what became of them. */
export class Item extends ParameterReader {
	readonly zone: string;
	/** Writes that AlfaCRM has confirmed, to be named in the message of a later failure. */
	private readonly saved: string[] = [];
	/** The branch to work in where none was chosen. */
	onlyBranch?: number;
	/** Whether a branch in which it looked for a record could not be searched. */
	hasSkippedBranches = false;
	/** Whether it has sent any call. */
	private hasSent = false;
	/** Whether AlfaCRM has accepted an API Call that may write; what that did is not known. */
	private called = false;
	/** Whether the run was stopping before this item had sent anything. */
	isSkipped = false;
	/** Until when, by `performance.now()`, AlfaCRM may still be carrying out a write that was given up. */
	private underWayUntil = 0;
	/** Throws where a call must not be sent any more: see `guarded`. */
	private assertMaySend = () => {};

	/** It knows all that it has to know before it asks for any lock. */
	private readonly ready: Milestone;
	/** It has queued for its locks. */
	private readonly queued: Milestone;

	constructor(
		readonly execution: Execution,
		readonly index: number,
		/** All items of the run, made in their order. */
		readonly all: readonly Item[] = [],
	) {
		super();
		this.zone = execution.zone;
		this.ready = new Milestone(this.before?.ready);
		this.queued = new Milestone(this.before?.queued);
	}

	private get before(): Item | undefined {
		return this.all[this.index - 1];
	}

	get origin(): string {
		return this.execution.origin;
	}

	get json(): IDataObject {
		return this.execution.context.getInputData()[this.index].json;
	}

	input({ name, default: byDefault }: Parameter): unknown {
		return this.execution.context.getNodeParameter(name, this.index, byDefault as IDataObject);
	}

	/** A collection of the form. A name that the form does not have is refused, since it would have no effect. */
	collection(declared: Parameter): Collection {
		const values = this.object({ ...declared, default: {} });
		const names = new Set((declared.options ?? []).map(({ name }) => name));
		const [stranger] = Object.keys(values).filter((name) => !names.has(name));
		if (stranger === undefined) return new Collection(this, declared, values);
		throw this.refused(
			`'${declared.displayName}' has no "${stranger}"`,
			'Remove it, or correct its name. Nothing was sent to AlfaCRM.',
		);
	}

	/** @throws NodeOperationError when the parameter is no JSON object */
	object(parameter: Parameter): IDataObject {
		const value = this.input(parameter);
		const object = typeof value === 'string' ? parseJson(value.trim() === '' ? '{}' : value) : value;
		if (isPlain(object)) return object as IDataObject;
		throw this.refused(
			`'${parameter.displayName}' is not a JSON object`,
			'Write it as {"name": "value"}, or use an expression that gives an object. Nothing was sent to AlfaCRM.',
		);
	}

	unreadable(message: string, label: string): NodeOperationError {
		return this.refused(
			message,
			`Correct it in this node, or the expression that fills '${label}'. ${this.effectNote()}`,
		);
	}

	/** An error of this item that has nothing to do with AlfaCRM. */
	refused(message: string, description?: string): NodeOperationError {
		const { context } = this.execution;
		// What is refused before the call that it is about may come after one that only reads.
		const text = description?.replace(NOTHING_SENT, this.effectNote());
		return new NodeOperationError(context.getNode(), message, { description: text, itemIndex: this.index });
	}

	/** An error of this item about what AlfaCRM answered or did not show. */
	failed(message: string, description: string, status?: number): Error {
		const { context } = this.execution;
		const text = { message, description: `${description}${this.savedBeforeNote()}`, status };
		return nodeError(context.getNode(), text, this.index);
	}

	/** Turns any error into one of n8n's own kinds. */
	asError(caught: unknown): NodeApiError | NodeOperationError {
		return asNodeError(this.execution.context.getNode(), caught, this.index);
	}

	/** How long AlfaCRM may still be at work on what was sent. */
	get underWayMs(): number {
		return this.underWayUntil - performance.now();
	}

	/** Work on the same record takes turns: see `Execution.withLock`. */
	async withLock<T>(keys: readonly LockKey[], work: () => Promise<T>): Promise<T> {
		return await this.execution.withLock(keys, work, () => this.underWayMs);
	}

	/**
	 * The same for records that had to be searched for first: an earlier item may take longer to find its own, and still
	 * queues first. Any locks that it holds meanwhile it asked for before this item did, so they never wait for each other.
	 */
	async withLockInOrder<T>(keys: readonly LockKey[], work: () => Promise<T>): Promise<T> {
		await this.before?.queued.passed;
		const working = this.withLock(keys, work);
		this.queued.pass();
		return await working;
	}

	/**
	 * Does what comes before any lock is asked for. It may take one item longer than the next, and still they ask in their
	 * order, which `withLockInOrder` relies on.
	 */
	async prepare(work: () => Promise<void>): Promise<void> {
		await work();
		await this.before?.ready.passed;
		this.ready.pass();
	}

	/** Another item has done the work of this one, too: what became of that is told of both. */
	follow(other: Item): void {
		// It has not begun if the one that works for it has not.
		this.isSkipped ||= other.isSkipped;
		this.saved.push(...other.saved);
	}

	/** The item is done, so nobody has to wait for it any longer. */
	end(): void {
		this.ready.pass();
		this.queued.pass();
	}

	/**
	 * Sends no call within the work once it must not be sent any more.
	 *
	 * @param assertMaySend throws then
	 */
	async guarded<T>(assertMaySend: () => void, work: () => Promise<T>): Promise<T> {
		const before = this.assertMaySend;
		this.assertMaySend = assertMaySend;
		try {
			return await work();
		} finally {
			this.assertMaySend = before;
		}
	}

	/** Sends a call that only reads. */
	async fetch(call: ItemRequest): Promise<IDataObject | IDataObject[]> {
		return await this.execution.client.request({ ...call, isIdempotent: true, ...this.requestContext() });
	}

	/**
	 * Sends a call that may write, which is therefore never repeated, and tells the other executions. What it changes is not
	 * kept for later items: if one item is an API Call all of them are, since n8n takes no expression there, and API Calls
	 * look nothing up.
	 *
	 * @param records the keys of the records that it may change
	 */
	async send(call: ItemRequest, records: readonly LockKey[]): Promise<IDataObject | IDataObject[]> {
		const onLost = (underWayMs: number) => {
			// Whoever comes next waits until AlfaCRM must be done with it.
			this.underWayUntil = performance.now() + underWayMs;
			this.execution.forget(call);
		};
		const rest = { ...this.requestContext(), onLost };
		const touched: LockKey[] = [[call.path], ...records];
		// The write may have been carried out even if its answer is lost.
		this.execution.noteWrite(touched);
		const answer = await sendWithFallbackDates(
			call,
			this.execution.fallbackDatesInUse(call.path),
			this.zone,
			async (written, isExpected) =>
				await this.execution.client.attempt({ ...written, isIdempotent: false, ...rest }, isExpected),
		);
		this.execution.noteWrite(touched);
		return answer;
	}

	/** The same for an API Call: what it does is not known, so that AlfaCRM need not confirm it. */
	async call(call: ItemRequest, records: readonly LockKey[]): Promise<IDataObject | IDataObject[]> {
		const answer = await this.send(call, records);
		this.called = true;
		return answer;
	}

	get hasCalled(): boolean {
		return this.called;
	}

	/** The rows of a list, each once; all of them if no limit is given. */
	async collect(list: ListQuery, options: CollectOptions = {}): Promise<Collected> {
		return await collect(this.execution.client, { ...list, ...this.requestContext() }, options);
	}

	/** What the item adds to each of its calls. */
	requestContext(): Pick<ApiRequest, 'itemIndex' | 'savedBefore' | 'onSend'> {
		return { itemIndex: this.index, savedBefore: [...this.saved], onSend: () => this.begin() };
	}

	/** After a failure no other item begins; one that has only waited so far, for example for a record, has not begun. */
	private begin(): void {
		this.isSkipped = !this.hasSent && this.execution.isStopping;
		if (this.isSkipped) throw cancelled();
		this.assertMaySend();
		this.hasSent = true;
	}

	/**
	 * Sends a call that writes and makes sure that AlfaCRM confirms it. All writes except API Calls go this way.
	 *
	 * @param records the keys of the records that it changes, so that others know
	 * @returns the record as AlfaCRM holds it now
	 */
	async save(
		call: ItemRequest,
		records: readonly LockKey[],
		{ before, confirms }: Saving = {},
	): Promise<IDataObject> {
		const answer = (await this.send(call, records)) as IDataObject;
		const model = isPlain(answer.model) ? (answer.model as IDataObject) : {};
		const created = call.action !== 'create' || readId(model.id) !== undefined;
		const isConfirmed = readFlag(answer.success) === 1 || (confirms !== undefined && confirms in answer);
		if (!isConfirmed || !created) {
			this.execution.forget(call);
			throw this.failed(
				`AlfaCRM answered but did not confirm that it could ${call.task}`,
				`Look in AlfaCRM whether it was saved before you run this again.`,
			);
		}
		this.saved.push(call.task);
		assertKept(this.execution, call, model, (...said) => this.failed(...said));
		warnIgnoredFields(this.execution.hints, call, model);
		this.execution.writeCacheOf(call.path).note(call, model, this.execution.version(), before);
		return confirms === undefined || 'model' in answer ? model : withoutEnvelope(answer);
	}

	/** What a refusal says of the item: what it really has sent and saved so far. */
	effectNote(): string {
		return this.hasSent ? this.savedNote() : NOTHING_SENT;
	}

	/** The same where the item has certainly sent calls that read. */
	savedNote(): string {
		return this.saved.length === 0 ? 'Nothing was saved.' : this.savedBeforeNote().trim();
	}

	/** Whether AlfaCRM has confirmed a write of this item. */
	get hasSaved(): boolean {
		return this.saved.length > 0;
	}

	private savedBeforeNote(): string {
		return this.saved.length === 0 ? '' : ` Saved before: ${this.saved.join('; ')}.`;
	}
}

function withoutEnvelope(answer: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(answer).filter(([name]) => name !== 'success' && name !== 'errors'),
	);
}
