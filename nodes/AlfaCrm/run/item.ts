import type { IDataObject, NodeApiError } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { keepDescriptionParts, wordDescription } from '../api/effects';
import type { ApiResponse } from '../api/failures';
import { asNodeError, hasStatus, nodeError } from '../api/failures';
import type { Collected, CollectOptions } from '../api/list';
import type { ListQuery } from '../api/pages';
import type { Execution } from './execution';
import type { ItemRequest } from './itemCalls';
import { ItemCalls } from './itemCalls';
import { ItemLog } from './itemLog';
import { ItemParameters } from './itemParameters';
import type { LockKey } from './keys';
import type { Place, Resolution } from './resolution';
import { NOTHING_RESOLVED } from './resolution';

export type { ItemRequest } from './itemCalls';

/** What an item and its resolved form have in common. */
interface SharedState {
	/**
	 * All items of the execution in their order, before anything about them is resolved. They are
	 * other objects than the resolved items, so compare their `index`.
	 */
	unresolvedItems: readonly Item[];
	log: ItemLog;
	/** The parameters of the node that were read for this item. */
	parameterValues: Map<string, unknown>;
}

/**
 * One input item: its parameters, its calls, and the log of what it has sent and saved.
 *
 * An item is made from an index alone. `resolveItem` finds out what it is about and returns another
 * item with the resolution, for the operation. After that, nothing changes but the log.
 */
export class Item extends ItemParameters {
	readonly unresolvedItems: readonly Item[];
	readonly log: ItemLog;
	private readonly calls: ItemCalls;

	constructor(
		execution: Execution,
		index: number,
		{
			unresolvedItems = [],
			log = new ItemLog(),
			parameterValues = new Map(),
		}: Partial<SharedState> = {},
		resolution = NOTHING_RESOLVED,
	) {
		super(execution, index, resolution, parameterValues);
		this.unresolvedItems = unresolvedItems;
		this.log = log;
		this.calls = new ItemCalls(this);
	}

	/**
	 * Returns the item with more of its resolution known. Both write to the same log. An item whose
	 * form the node has filled itself holds IDs already, and is never resolved.
	 */
	resolvedWith(findings: Partial<Resolution>): Item {
		const { execution, index, unresolvedItems, log, parameterValues } = this;
		return new Item(
			execution,
			index,
			{ unresolvedItems, log, parameterValues },
			{ ...this.resolution, ...findings },
		);
	}

	/** Where the item works if 'Branch' is empty. */
	get place(): Place | undefined {
		return this.resolution.place;
	}

	// ---------------------------------------------------------------- errors

	/**
	 * Makes an error about the form, the input or the records of this item. Its description ends with
	 * what the item has sent and saved so far, so `advice` says only what to do.
	 *
	 * @param advice whole sentences
	 */
	error(message: string, advice = ''): NodeOperationError {
		const descriptionParts = { advice, effect: this.log.effect(this.resolution) };
		const description = wordDescription(descriptionParts);
		const node = this.execution.context.getNode();
		const error = new NodeOperationError(node, message, {
			description: description === '' ? undefined : description,
			itemIndex: this.index,
		});
		return keepDescriptionParts(error, descriptionParts);
	}

	/**
	 * Makes an error about what AlfaCRM answered or did not show. Its description ends with what
	 * AlfaCRM has confirmed.
	 */
	apiError(message: string, advice: string, status?: number): Error {
		const descriptionParts = { advice, effect: this.log.confirmedEffect };
		const text = { message, description: wordDescription(descriptionParts), status };
		const error = nodeError(this.execution.context.getNode(), text, this.index);
		return keepDescriptionParts(error, descriptionParts);
	}

	/** Turns any error into one of n8n's own kinds. */
	asError(caught: unknown): NodeApiError | NodeOperationError {
		return asNodeError(this.execution.context.getNode(), caught, this.index);
	}

	// ---------------------------------------------------------------- what was sent and saved

	/** Whether the item has sent any call. */
	get hasSent(): boolean {
		return this.log.hasSent;
	}

	/** Whether AlfaCRM has confirmed a write of this item. */
	get hasSaved(): boolean {
		return this.log.hasSaved;
	}

	/** Whether AlfaCRM has accepted an API Call, of which nobody knows what it saved. */
	get hasMadeApiCall(): boolean {
		return this.log.hasMadeApiCall;
	}

	/** For how long AlfaCRM may still be at work on what was sent; zero or less if it is not. */
	get underWayMs(): number {
		return this.log.underWayMs;
	}

	/** Counts as saved what another item has saved, which has done the work of this item too. */
	countSavesOf({ log }: Item): void {
		this.log.addSavesOf(log);
	}

	/**
	 * Counts as sent and saved what another item has sent and saved as a part of the work of this
	 * item.
	 */
	countWorkOf({ log }: Item): void {
		this.log.addWorkOf(log);
	}

	// ---------------------------------------------------------------- calls

	/**
	 * Does some work while no other item or execution has one of the keys: see `Execution.withLock`.
	 */
	async withLock<T>(keys: readonly LockKey[], work: () => Promise<T>): Promise<T> {
		return await this.execution.withLock(keys, work, () => this.underWayMs);
	}

	/**
	 * Reads something that this user may lack the right to see; returns undefined in that case.
	 *
	 * @param notFoundIsDenied also takes a 404 for a refusal, because AlfaCRM answers so for a branch
	 * that may be closed
	 */
	async readIfAllowed<T>(
		read: () => Promise<T>,
		{ notFoundIsDenied = false } = {},
	): Promise<T | undefined> {
		const deniedStatuses = notFoundIsDenied ? [403, 404] : [403];
		try {
			return await read();
		} catch (caught) {
			if (hasStatus(caught, ...deniedStatuses)) return undefined;
			throw this.asError(caught);
		}
	}

	/**
	 * Does some work, during which nothing is sent if it must not be sent any more: see
	 * `ItemCalls.guarded`.
	 */
	async guarded<T>(assertMaySend: () => void, work: () => Promise<T>): Promise<T> {
		return await this.calls.guarded(assertMaySend, work);
	}

	/** Returns what each call of the item carries. */
	requestContext(): ReturnType<ItemCalls['context']> {
		return this.calls.context();
	}

	/** Sends a call that only reads. */
	async fetch(call: ItemRequest): Promise<ApiResponse> {
		return await this.calls.fetch(call);
	}

	/** Reads the rows of a list, each once; all of them if no limit is given. */
	async collect(list: ListQuery, options: CollectOptions = {}): Promise<Collected> {
		return await this.calls.collect(list, options);
	}

	/** Sends a call that writes, and makes sure that AlfaCRM confirms it: see `ItemCalls.save`. */
	async save(
		call: ItemRequest,
		records: readonly LockKey[] = [],
		options: { confirms?: string } = {},
	): Promise<IDataObject> {
		return await this.calls.save(call, records, options);
	}

	/** Sends a call that may write, and does not ask for a confirmation: see `ItemCalls.send`. */
	async send(call: ItemRequest, records: readonly LockKey[]): Promise<ApiResponse> {
		return await this.calls.send(call, records);
	}

	/**
	 * Sends an API Call. Nobody knows what it does, so AlfaCRM need not confirm it, and no list that
	 * is kept for later items learns of it. That does no harm: if one item is an API Call all of them
	 * are, since n8n takes no expression in 'Resource', and API Calls look nothing up.
	 */
	async call(call: ItemRequest, records: readonly LockKey[]): Promise<ApiResponse> {
		const answer = await this.send(call, records);
		this.log.noteApiCall();
		return answer;
	}
}
