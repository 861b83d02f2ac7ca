import type { IDataObject, NodeApiError } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { attachDescriptionParts, formatDescription } from '../api/effects';
import type { ApiResponse } from '../api/answer';
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

/** The state that an item shares with the items that `resolvedWith` makes from the item. */
interface SharedState {
	/**
	 * All items of the execution in their order, unresolved. An operation uses the list if one piece
	 * of work is for several items: it completes a lesson with the attendance from each of them, for
	 * example. The list does not hold the resolved items, so compare items by `index`.
	 */
	unresolvedItems: readonly Item[];
	log: ItemLog;
	/** The values of the node's parameters for this item, as far as they have been read, by name. */
	parameterValues: Map<string, unknown>;
}

/**
 * One input item: its parameters, its calls, and the log of its sent calls and confirmed writes.
 *
 * A new item knows only its index. `resolveItem` finds the branch and the IDs of the records that
 * the item is about, and returns another `Item` that holds these findings (its `resolution`). The
 * operation works with the resolved item, of which only two parts change: the log, and the values
 * that were read from the form.
 */
export class Item extends ItemParameters {
	readonly unresolvedItems: readonly Item[];
	readonly log: ItemLog;
	private readonly calls: ItemCalls;

	/**
	 * @param sharedState the state of the item from which `resolvedWith` makes this item. A new item
	 * gets at most `unresolvedItems`.
	 */
	constructor(
		execution: Execution,
		index: number,
		sharedState: Partial<SharedState> = {},
		resolution = NOTHING_RESOLVED,
	) {
		super(execution, index, resolution, sharedState.parameterValues ?? new Map());
		this.unresolvedItems = sharedState.unresolvedItems ?? [];
		this.log = sharedState.log ?? new ItemLog();
		this.calls = new ItemCalls(this);
	}

	/**
	 * Makes a copy of this item that also knows the findings, such as the branch or the ID of the
	 * record. Both items write to the same log.
	 */
	resolvedWith(findings: Partial<Resolution>): Item {
		const { unresolvedItems, log, parameterValues } = this;
		const sharedState = { unresolvedItems, log, parameterValues };
		const resolution = { ...this.resolution, ...findings };
		return new Item(this.execution, this.index, sharedState, resolution);
	}

	/** The branch in which the item works if 'Branch' is empty. */
	get place(): Place | undefined {
		return this.resolution.place;
	}

	// ---------------------------------------------------------------- errors

	/**
	 * Makes an error about the form, the input or the records of this item. The description ends with
	 * what the item has sent and saved so far, even if that is nothing ("Nothing was saved.").
	 *
	 * @param advice tells in whole sentences what the user can do
	 */
	error(message: string, advice = ''): NodeOperationError {
		const effect = this.log.getEffect(this.resolution);
		const descriptionParts = { advice, effect };
		const description = formatDescription(descriptionParts);
		const node = this.execution.context.getNode();
		const error = new NodeOperationError(node, message, {
			description: description === '' ? undefined : description,
			itemIndex: this.index,
		});
		return attachDescriptionParts(error, descriptionParts);
	}

	/**
	 * Makes an error about an answer of AlfaCRM. The description ends with the writes that AlfaCRM
	 * has confirmed. The description never says that nothing was saved, because after an unclear
	 * answer nobody knows that.
	 *
	 * @param advice tells in whole sentences what the user can do
	 */
	apiError(message: string, advice: string, status?: number): Error {
		const descriptionParts = { advice, effect: this.log.confirmedEffect };
		const text = { message, description: formatDescription(descriptionParts), status };
		const error = nodeError(this.execution.context.getNode(), text, this.index);
		return attachDescriptionParts(error, descriptionParts);
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

	/** Whether AlfaCRM has accepted an *API Call* of this item, and may have saved something. */
	get hasMadeApiCall(): boolean {
		return this.log.hasMadeApiCall;
	}

	/**
	 * For how many milliseconds AlfaCRM may still be carrying out a write whose answer was lost; zero
	 * or less if no write is under way.
	 */
	get underWayMs(): number {
		return this.log.underWayMs;
	}

	/**
	 * Adds the confirmed writes of another item to the log of this item, if the other item did the
	 * work of both and this item has sent no calls. For example, one item completes a lesson for all
	 * items about the lesson.
	 */
	addSavesOf(otherItem: Item): void {
		this.log.addSavesOf(otherItem.log);
	}

	/**
	 * Adds the sent calls and confirmed writes of another item to the log of this item: the other
	 * item did a part of this item's work. For example, *Try Writes* makes an item for each step.
	 */
	addCallsAndSavesOf(otherItem: Item): void {
		this.log.addCallsAndSavesOf(otherItem.log);
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
	 * Reads something, and returns undefined if the credential's user lacks permission to see it.
	 *
	 * @param options.treats404AsDenied whether a 404 counts as missing permission as well: AlfaCRM
	 * can answer 404 for a branch that the user may not see
	 */
	async readIfAllowed<T>(
		read: () => Promise<T>,
		options = { treats404AsDenied: false },
	): Promise<T | undefined> {
		const deniedStatuses = options.treats404AsDenied ? [403, 404] : [403];
		try {
			return await read();
		} catch (caught) {
			if (hasStatus(caught, ...deniedStatuses)) return undefined;
			throw this.asError(caught);
		}
	}

	/** Does some work with a check before each call: see `ItemCalls.withGuard`. */
	async withGuard<T>(assertMaySend: () => void, work: () => Promise<T>): Promise<T> {
		return await this.calls.withGuard(assertMaySend, work);
	}

	/** Returns the properties that every call of the item has. */
	requestContext(): ReturnType<ItemCalls['makeCallContext']> {
		return this.calls.makeCallContext();
	}

	/** Sends a call that only reads. */
	async fetch(call: ItemRequest): Promise<ApiResponse> {
		return await this.calls.fetch(call);
	}

	/** Reads the rows of a list, each once. Reads all rows if no limit is given. */
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
	 * Sends an *API Call*. The effect of the call is not known, so the answer needs no confirmation.
	 *
	 * The lists that are kept for later items are not updated, because no item reads them. 'Resource'
	 * takes no expression, so all items of the execution are API Calls, and an API Call reads no kept
	 * list.
	 */
	async sendApiCall(call: ItemRequest, records: readonly LockKey[]): Promise<ApiResponse> {
		const answer = await this.send(call, records);
		this.log.noteApiCall();
		return answer;
	}
}
