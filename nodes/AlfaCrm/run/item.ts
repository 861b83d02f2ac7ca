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

/** The state that an item shares with the items that `resolvedWith` makes of it. */
interface SharedState {
	/**
	 * All items of the execution in their order, unresolved. They are not the same objects as the
	 * resolved items, so compare items by `index`.
	 */
	unresolvedItems: readonly Item[];
	log: ItemLog;
	/** The values of the node's parameters for this item, as far as they have been read, by name. */
	parameterValues: Map<string, unknown>;
}

/**
 * One input item: its parameters, its calls, and the log of its sent calls and confirmed writes.
 *
 * A new item knows only its index. `resolveItem` finds its branch and the IDs of its records, and
 * returns another `Item` that holds these findings (its `resolution`). The operation works with
 * that one. Of a resolved item, only the log and the values that it has read from the form change.
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
	 * Returns an item with these findings added to its resolution. Both items write to the same log.
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

	/** The branch in which the item works if 'Branch' is empty. */
	get place(): Place | undefined {
		return this.resolution.place;
	}

	// ---------------------------------------------------------------- errors

	/**
	 * Makes an error about the form, the input or the records of this item. Its description ends with
	 * what the item has sent and saved so far, even if that is nothing ("Nothing was saved."). So
	 * `advice` says only what to do.
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
	 * Makes an error about an answer of AlfaCRM. Its description ends with the writes that AlfaCRM
	 * has confirmed. It never says that nothing was saved, because after an unclear answer nobody
	 * knows that.
	 *
	 * @param advice whole sentences
	 */
	apiError(message: string, advice: string, status?: number): Error {
		const descriptionParts = { advice, effect: this.log.confirmedEffect };
		const text = { message, description: wordDescription(descriptionParts), status };
		const error = nodeError(this.execution.context.getNode(), text, this.index);
		return keepDescriptionParts(error, descriptionParts);
	}

	/** Turns any error into a `NodeApiError` or `NodeOperationError` with the index of this item. */
	asError(caught: unknown): NodeApiError | NodeOperationError {
		return asNodeError(this.execution.context.getNode(), caught, this.index);
	}

	// ---------------------------------------------------------------- the log

	/** Whether the item has sent any call. */
	get hasSent(): boolean {
		return this.log.hasSent;
	}

	/** Whether AlfaCRM has confirmed a write of this item. */
	get hasSaved(): boolean {
		return this.log.hasSaved;
	}

	/** Whether AlfaCRM has accepted an *API Call* of this item. It may have saved something. */
	get hasMadeApiCall(): boolean {
		return this.log.hasMadeApiCall;
	}

	/**
	 * For how many milliseconds AlfaCRM may still be carrying out a write whose answer was lost; zero
	 * or less if it is not.
	 */
	get underWayMs(): number {
		return this.log.underWayMs;
	}

	/** Adds the confirmed writes of another item to this item, because they did its work too. */
	addSavesOf({ log }: Item): void {
		this.log.addSavesOf(log);
	}

	/**
	 * Adds the sent calls and confirmed writes of another item, which did a part of this item's work.
	 */
	addCallsAndSavesOf({ log }: Item): void {
		this.log.addCallsAndSavesOf(log);
	}

	// ---------------------------------------------------------------- calls

	/**
	 * Does some work while no other item or execution holds one of the keys: see
	 * `Execution.withLock`.
	 */
	async withLock<T>(keys: readonly LockKey[], work: () => Promise<T>): Promise<T> {
		return await this.execution.withLock(keys, work, () => this.underWayMs);
	}

	/**
	 * Reads something that this user may lack permission to see; returns undefined in that case.
	 *
	 * @param treats404AsDenied whether a 404 means missing permission as well. AlfaCRM may answer 404
	 * for a branch that this user may not see.
	 */
	async readIfAllowed<T>(
		read: () => Promise<T>,
		{ treats404AsDenied = false } = {},
	): Promise<T | undefined> {
		const deniedStatuses = treats404AsDenied ? [403, 404] : [403];
		try {
			return await read();
		} catch (caught) {
			if (hasStatus(caught, ...deniedStatuses)) return undefined;
			throw this.asError(caught);
		}
	}

	/**
	 * Does some work with a check before each of its calls: see `ItemCalls.guarded`.
	 */
	async guarded<T>(assertMaySend: () => void, work: () => Promise<T>): Promise<T> {
		return await this.calls.guarded(assertMaySend, work);
	}

	/** Returns the properties that every call of the item has. */
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

	/** Sends a write, and throws unless AlfaCRM confirms it: see `ItemCalls.save`. */
	async save(
		call: ItemRequest,
		records: readonly LockKey[] = [],
		options: { confirms?: string } = {},
	): Promise<IDataObject> {
		return await this.calls.save(call, records, options);
	}

	/** Sends a call that may write, without checking for a confirmation: see `ItemCalls.send`. */
	async send(call: ItemRequest, records: readonly LockKey[]): Promise<ApiResponse> {
		return await this.calls.send(call, records);
	}

	/**
	 * Sends an *API Call*, whose effect is not known. So its answer needs no confirmation, and the
	 * lists that are kept for later items are not updated. No item reads them: n8n takes no
	 * expression in 'Resource', so if one item is an API Call, all are, and API Calls use no kept
	 * list.
	 */
	async call(call: ItemRequest, records: readonly LockKey[]): Promise<ApiResponse> {
		const answer = await this.send(call, records);
		this.log.noteApiCall();
		return answer;
	}
}
