import type { IDataObject, NodeApiError } from 'n8n-workflow';
import { NodeOperationError, sleep } from 'n8n-workflow';

import type { Effect } from '../api/effects';
import { keepDescriptionParts, wordDescription } from '../api/effects';
import type { ApiRequest } from '../api/request';
import type { ApiResponse } from '../api/failures';
import { asNodeError, cancelled, hasStatus, nodeError } from '../api/failures';
import { parseJson, readFlag, readId } from '../values/formats';
import type { ListQuery } from '../api/pages';
import type { Collected, CollectOptions } from '../api/list';
import { collect } from '../api/list';
import { isPlain } from '../fields/blank';
import { isCustom } from '../fields/custom';
import type { LockKey, Execution } from './execution';
import type { Parameter } from '../form/parameters';
import { Collection, ParameterReader } from '../form/parameters';
import { type FallbackDates, withFallbackDates, isDayUnreadable } from '../store/fallbackDates';

/** Seen where AlfaCRM could not read days in the format that is tried first, but in the other one. */
const otherDaysIn = ({ path }: Pick<ApiRequest, 'path'>): LockKey => [path, 'takes days in the other format'];

/** A call that the item itself adds its part to. */
export type ItemRequest = Omit<
	ApiRequest,
	'itemIndex' | 'isIdempotent' | 'savedBefore' | 'onSend' | 'onLost'
> & {
	fallbackDates?: FallbackDates;
};

/** Where an item works for which no branch was chosen. */
interface Place {
	/** None where it looks in all of them by itself. */
	branch?: number;
	/** Whether its record was found there, which may be in others too. */
	isOfRecord: boolean;
}

/** One input item: its parameters, its calls, and what became of them. */
export class Item extends ParameterReader {
	readonly zone: string;
	/** Writes that AlfaCRM has confirmed, to be named in the message of a later failure. */
	private readonly saved: string[] = [];
	/** The values of the node's parameters for this item, as far as they were read. */
	private readonly inputs = new Map<string, unknown>();
	/** Where it works if no branch was chosen: see `settleBranch`. */
	place?: Place;
	/** The parameters that hold names of records, with the IDs in their place: see `settleNames`. */
	readonly withIds = new Map<string, unknown>();
	/** The same of the input that is mapped. */
	jsonWithIds?: IDataObject;
	/** What was named, with the branches that it belongs to. */
	readonly named: Array<{ given: string; branches: number[] }> = [];
	/** The branch that was given for the record itself, where names of its other fields are looked up. */
	recordBranch?: number;
	/** Whether what it does saves nothing. */
	onlyReads = false;
	/** Whether it has sent any call. */
	hasSent = false;
	/** Whether AlfaCRM has accepted an API Call that may write; what that did is not known. */
	hasCalled = false;
	/** Until when, by `performance.now()`, AlfaCRM may still be carrying out a write that was given up. */
	private underWayUntil = 0;
	/** Throws where a call must not be sent any more: see `guarded`. */
	private assertMaySend = () => {};

	constructor(
		readonly execution: Execution,
		readonly index: number,
		/** All items of the execution, in their order. */
		readonly all: readonly Item[] = [],
	) {
		super();
		this.zone = execution.zone;
	}

	get origin(): string {
		return this.execution.origin;
	}

	get json(): IDataObject {
		return this.jsonWithIds ?? this.execution.context.getInputData()[this.index].json;
	}

	input({ name, default: byDefault }: Parameter): unknown {
		if (this.withIds.has(name)) return this.withIds.get(name);
		// An expression takes n8n longer than all else that an item does before its first call.
		if (!this.inputs.has(name)) this.inputs.set(name, this.execution.parameter(name, this.index, byDefault));
		return this.inputs.get(name);
	}

	/** A collection of the form. A name that the form does not have is refused, since it would have no effect. */
	collection(declared: Parameter): Collection {
		const values = this.object({ ...declared, default: {} });
		const names = new Set((declared.options ?? []).map(({ name }) => name));
		const [stranger] = Object.keys(values).filter((name) => !names.has(name));
		if (stranger === undefined) return new Collection(this, declared, values);
		throw this.error(`'${declared.displayName}' has no "${stranger}"`, 'Remove it, or correct its name.');
	}

	/** @throws NodeOperationError when the parameter is no JSON object */
	object(parameter: Parameter): IDataObject {
		const value = this.input(parameter);
		const object = typeof value === 'string' ? parseJson(value.trim() === '' ? '{}' : value) : value;
		if (isPlain(object)) return object as IDataObject;
		throw this.error(
			`'${parameter.displayName}' is not a JSON object`,
			'Write it as {"name": "value"}, or use an expression that gives an object.',
		);
	}

	unreadableError(message: string, label: string): NodeOperationError {
		return this.error(message, `Correct it in this node, or the expression that fills '${label}'.`);
	}

	/**
	 * Makes an error about the form, the input or the records of this item. Its description ends with what the item has sent and
	 * saved so far, so `advice` says only what to do.
	 *
	 * @param advice whole sentences
	 */
	error(message: string, advice = ''): NodeOperationError {
		const parts = { advice, effect: this.effect };
		const description = wordDescription(parts);
		const node = this.execution.context.getNode();
		const error = new NodeOperationError(node, message, {
			description: description === '' ? undefined : description,
			itemIndex: this.index,
		});
		return keepDescriptionParts(error, parts);
	}

	/** An error of this item about what AlfaCRM answered or did not show. */
	apiError(message: string, advice: string, status?: number): Error {
		const parts = { advice, effect: this.confirmedEffect };
		const text = { message, description: wordDescription(parts), status };
		const error = nodeError(this.execution.context.getNode(), text, this.index);
		return keepDescriptionParts(error, parts);
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

	/** Another item has done the work of this one, too. */
	follow({ saved }: Item): void {
		this.saved.push(...saved);
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

	/**
	 * Reads something that this user may lack the right to see; returns undefined then.
	 *
	 * @param notFoundIsDenied also takes a 404 for a refusal, as of a branch that may be closed
	 */
	async readIfAllowed<T>(read: () => Promise<T>, { notFoundIsDenied = false } = {}): Promise<T | undefined> {
		const deniedStatuses = notFoundIsDenied ? [403, 404] : [403];
		try {
			return await read();
		} catch (caught) {
			if (hasStatus(caught, ...deniedStatuses)) return undefined;
			throw this.asError(caught);
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
	async send(call: ItemRequest, records: readonly LockKey[]): Promise<ApiResponse> {
		const { execution } = this;
		const onLost = (underWayMs: number) => {
			// Whoever comes next waits until AlfaCRM must be done with it.
			this.underWayUntil = performance.now() + underWayMs;
			execution.forget(call.path, records);
			if (underWayMs > 0) void sleep(underWayMs).then(() => execution.forget(call.path, records));
		};
		execution.noteWrite(call.path, records);
		const answer = await this.attempt(call, { ...this.requestContext(), onLost });
		execution.noteWrite(call.path, records);
		return answer;
	}

	/** Writes days again in the other known format where AlfaCRM cannot read them; if that works, later calls use it at once. */
	private async attempt(
		call: ItemRequest,
		rest: Pick<ApiRequest, 'itemIndex' | 'onLost' | 'onSend' | 'savedBefore'>,
	): Promise<ApiResponse> {
		const { client } = this.execution;
		const whole = { ...call, isIdempotent: false, ...rest };
		const other = withFallbackDates(whole, this.zone);
		if (this.execution.hasSeen(otherDaysIn(call))) return await client.request(other);
		const first = await client.attempt(whole, (failure) => isDayUnreadable(failure, call));
		if (first !== undefined) return first;
		const answer = await client.request(other);
		this.execution.noteSeen(otherDaysIn(call), true);
		return answer;
	}

	/** Sends an API Call: what it does is not known, so that AlfaCRM need not confirm it. */
	async call(call: ItemRequest, records: readonly LockKey[]): Promise<ApiResponse> {
		const answer = await this.send(call, records);
		this.hasCalled = true;
		return answer;
	}

	/** The rows of a list, each once; all of them if no limit is given. */
	async collect(list: ListQuery, options: CollectOptions = {}): Promise<Collected> {
		const collected = await collect(this.execution.client, { ...list, ...this.requestContext() }, options);
		this.execution.schoolClock.note(collected.rows);
		return collected;
	}

	/** What the item adds to each of its calls. */
	requestContext(): Pick<ApiRequest, 'itemIndex' | 'savedBefore' | 'onSend'> {
		return { itemIndex: this.index, savedBefore: [...this.saved], onSend: () => this.begin() };
	}

	/** After a failure no other item begins; one that has only waited so far, for example for a record, has not begun. */
	private begin(): void {
		if (!this.hasSent && this.execution.isStopping) throw cancelled();
		this.assertMaySend();
		this.hasSent = true;
	}

	/**
	 * Sends a call that writes and makes sure that AlfaCRM confirms it. All writes except API Calls go this way.
	 *
	 * @param records the keys of the records that it changes, so that others know; none for a new record
	 * @param confirms what an answer without `success` must hold to count as a success; API notes 6 on bonuses
	 * @returns the record as AlfaCRM holds it now
	 */
	async save(
		call: ItemRequest,
		records: readonly LockKey[] = [],
		{ confirms }: { confirms?: string } = {},
	): Promise<IDataObject> {
		const answer = (await this.send(call, records)) as IDataObject;
		const model = isPlain(answer.model) ? (answer.model as IDataObject) : {};
		const created = call.action !== 'create' || readId(model.id) !== undefined;
		const isConfirmed = readFlag(answer.success) === 1 || (confirms !== undefined && confirms in answer);
		if (!isConfirmed || !created) {
			this.execution.forget(call.path, records);
			throw this.apiError(
				`AlfaCRM answered but did not confirm that it could ${call.task}`,
				`Look in AlfaCRM whether it was saved before you run this again.`,
			);
		}
		this.saved.push(call.task);
		this.execution.schoolClock.note([model]);
		for (const name of this.ignoredFields(call, model)) model[name] = null;
		this.execution.noteSaved(call.path, call, model);
		return confirms === undefined || 'model' in answer ? model : withoutEnvelope(answer);
	}

	/** AlfaCRM silently ignores a custom field that it does not have; the record in its answer shows that, and a hint says it. */
	private ignoredFields({ body: sent = {} }: ItemRequest, model: IDataObject): string[] {
		const isRecord = Object.keys(model).some((name) => name !== 'id' && !(name in sent));
		const ignored = Object.keys(sent).filter((name) => isRecord && isCustom(name) && !(name in model));
		for (const name of ignored)
			this.execution.hints.add(
				'AlfaCRM shows no such custom field in the record that it saved, so its value was not kept. Check the name',
				name,
			);
		return ignored;
	}

	/** What the item has sent and saved so far; unsaid if it only reads and has begun to. */
	private get effect(): Effect {
		if (!this.hasSent) return { kind: 'nothingSent' };
		if (this.onlyReads) return { kind: 'unsaid' };
		return this.hasSaved ? this.confirmedEffect : { kind: 'nothingSaved' };
	}

	/** What AlfaCRM has confirmed to have saved. It may have saved more. */
	private get confirmedEffect(): Effect {
		return this.hasSaved ? { kind: 'saved', tasks: [...this.saved] } : { kind: 'unsaid' };
	}

	/** Whether AlfaCRM has confirmed a write of this item. */
	get hasSaved(): boolean {
		return this.saved.length > 0;
	}
}

function withoutEnvelope(answer: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(answer).filter(([name]) => name !== 'success' && name !== 'errors'),
	);
}
