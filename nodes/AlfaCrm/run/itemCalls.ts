import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { ApiResponse } from '../api/answer';
import { makeCancelledError } from '../api/failures';
import type { Collected, CollectOptions } from '../api/list';
import { collect } from '../api/list';
import type { ListQuery } from '../api/pages';
import type { ApiRequest } from '../api/request';
import { isPlainObject } from '../fields/blank';
import { isCustom } from '../fields/custom';
import type { FallbackFormats } from '../store/fallbackDates';
import { isRefusedForDayFormat, writeFallbackFormats } from '../store/fallbackDates';
import { readFlag, readId } from '../values/formats';
import type { Execution } from './execution';
import type { ItemLog } from './itemLog';
import type { LockKey } from './keys';
import { fallbackDatesKey } from './keys';

/** The properties that `ItemCalls` adds to every call. */
type CallContext = Pick<ApiRequest, 'itemIndex' | 'onSend' | 'savedBefore'>;

/**
 * A call as an operation describes it. `fetch` and `send` decide whether the call can be repeated.
 */
export type ItemRequest = Omit<ApiRequest, keyof CallContext | 'isIdempotent' | 'onAnswerLost'> & {
	fallbackFormats?: FallbackFormats;
};

/** The parts of an item that its calls use. */
interface CallingItem {
	readonly execution: Execution;
	readonly index: number;
	readonly log: ItemLog;
	apiError(message: string, advice: string): Error;
}

/**
 * Sends the calls of an item. Notes sent calls and confirmed writes in the item's log, and makes
 * the readings of other executions stale after a write.
 */
export class ItemCalls {
	/** The guard: called before each call, and throws if the call must not be sent. */
	private assertMaySend = () => {};

	constructor(private readonly item: CallingItem) {}

	/**
	 * Does some work with a guard: a check before each call, for example whether the item still holds
	 * the database lock. If the work calls `withGuard` itself, the inner guard replaces the outer
	 * guard until the inner work is done.
	 *
	 * @param assertMaySend throws if the call must not be sent
	 */
	async withGuard<T>(assertMaySend: () => void, work: () => Promise<T>): Promise<T> {
		const outerGuard = this.assertMaySend;
		this.assertMaySend = assertMaySend;
		try {
			return await work();
		} finally {
			this.assertMaySend = outerGuard;
		}
	}

	/** Makes the properties that every call of the item has. */
	makeCallContext(): CallContext {
		const { index, log } = this.item;
		return { itemIndex: index, savedBefore: log.savedTasks, onSend: () => this.noteSending() };
	}

	/**
	 * Notes that a call is about to be sent.
	 *
	 * @throws if the guard refuses the call, or if another item has failed and this item has sent no
	 * call yet. An item that has only waited so far, for example for a lock, must not begin after a
	 * failure.
	 */
	private noteSending(): void {
		const { execution, log } = this.item;
		const isFirstCall = !log.hasSent;
		if (isFirstCall && execution.isStopping) throw makeCancelledError();
		this.assertMaySend();
		log.noteSent();
	}

	/** Sends a call that only reads. */
	async fetch(call: ItemRequest): Promise<ApiResponse> {
		const { client } = this.item.execution;
		return await client.request({ ...call, isIdempotent: true, ...this.makeCallContext() });
	}

	/** Reads the rows of a list, each once. Reads all rows if no limit is given. */
	async collect(list: ListQuery, options: CollectOptions): Promise<Collected> {
		const { client, schoolClock } = this.item.execution;
		const collected = await collect(client, { ...list, ...this.makeCallContext() }, options);
		schoolClock.checkStamps(collected.rows);
		return collected;
	}

	/**
	 * Sends a call that may write. The call is not sent again if its answer is lost. Other executions
	 * must read the entity anew. The lists that this execution keeps are updated only by `save`.
	 *
	 * @param records the keys of the records that the call may change
	 */
	async send(call: ItemRequest, records: readonly LockKey[]): Promise<ApiResponse> {
		const { execution } = this.item;
		// Noted before the call as well as after, because the answer may come late or never.
		execution.noteWrite(call.path, records);
		const answer = await this.sendInEitherFormat({
			...call,
			isIdempotent: false,
			...this.makeCallContext(),
			onAnswerLost: (underWayMs) => this.noteLostWrite(call, records, underWayMs),
		});
		execution.noteWrite(call.path, records);
		return answer;
	}

	/**
	 * Notes a write whose answer was lost, and makes every execution read the entity anew.
	 *
	 * @param underWayMs for how many milliseconds AlfaCRM may still be carrying out the write
	 */
	private noteLostWrite(call: ItemRequest, records: readonly LockKey[], underWayMs: number): void {
		const { execution, log } = this.item;
		log.noteLostWrite(underWayMs);
		execution.forget(call.path, records);
		// AlfaCRM must be done with the write after `underWayMs`. A value that was read until then may
		// be older than the write, so it is forgotten as well.
		if (underWayMs > 0) void sleep(underWayMs).then(() => execution.forget(call.path, records));
	}

	/**
	 * Sends a write. If AlfaCRM refuses the write because it cannot read a day, sends the write once
	 * more with the days in their fallback formats: see `fallbackDates.ts`.
	 */
	private async sendInEitherFormat(
		call: ApiRequest & Pick<ItemRequest, 'fallbackFormats'>,
	): Promise<ApiResponse> {
		const { execution } = this.item;
		const { client } = execution;
		const callInFallbackFormat = writeFallbackFormats(call, execution.zone);
		const needsFallbackFormat = execution.knowsBehaviour(fallbackDatesKey(call));
		if (needsFallbackFormat) return await client.request(callInFallbackFormat);

		// `attempt` returns undefined if AlfaCRM could not read a day, and throws any other failure.
		const answer = await client.attempt(call, (failure) => isRefusedForDayFormat(failure, call));
		if (answer !== undefined) return answer;

		const secondAnswer = await client.request(callInFallbackFormat);
		execution.noteBehaviour(fallbackDatesKey(call), { holdsForAccount: true });
		return secondAnswer;
	}

	/**
	 * Sends a write, and throws unless AlfaCRM confirms it. All writes except API Calls go this way.
	 *
	 * @param records the keys of the records that the call changes; none for a new record
	 * @param options.confirms a field of the answer that confirms the write if the answer has no
	 * `success`. Calls that change a bonus have such a field, because it is not certain that their
	 * answers have `success`: see docs/alfacrm-api.md 6.
	 * @returns the record that the answer shows
	 */
	async save(
		call: ItemRequest,
		records: readonly LockKey[],
		options: { confirms?: string },
	): Promise<IDataObject> {
		const { confirms } = options;
		const answer = (await this.send(call, records)) as IDataObject;
		const record = isPlainObject(answer.model) ? (answer.model as IDataObject) : {};
		if (!isConfirmed(call, answer, record, confirms)) {
			this.item.execution.forget(call.path, records);
			throw this.item.apiError(
				`AlfaCRM answered but did not confirm that it could ${call.task}`,
				'Look in AlfaCRM whether it was saved before you run this again.',
			);
		}

		const unknownFields = findUnknownCustomFields(call, record);
		this.warnOfUnknownCustomFields(unknownFields);
		// With null, neither the kept lists nor the output show the sent value as saved.
		for (const name of unknownFields) record[name] = null;
		this.noteSaved(call, record);

		// The answer to a call with a confirming field can lack the record. Then the answer's own
		// fields are returned.
		const isRecordExpected = confirms === undefined || 'model' in answer;
		return isRecordExpected ? record : withoutEnvelope(answer);
	}

	/** Notes a confirmed write in the log and in the lists that are kept for later items. */
	private noteSaved(call: ItemRequest, record: IDataObject): void {
		const { execution, log } = this.item;
		log.noteSaved(call.task);
		execution.schoolClock.checkStamps([record]);
		execution.noteSaved(call.path, call, record);
	}

	/** Adds a hint for custom fields that were sent but do not exist in AlfaCRM. */
	private warnOfUnknownCustomFields(names: readonly string[]): void {
		for (const name of names) {
			this.item.execution.hints.add(
				'AlfaCRM shows no such custom field in the record that it saved, so its value was not kept. Check the name',
				name,
			);
		}
	}
}

/**
 * Whether an answer confirms the write. The answer to a `create` must show the new ID as well.
 */
function isConfirmed(
	call: ItemRequest,
	answer: IDataObject,
	record: IDataObject,
	confirms: string | undefined,
): boolean {
	const lacksNewId = call.action === 'create' && readId(record.id) === undefined;
	if (lacksNewId) return false;

	const hasSuccess = readFlag(answer.success) === 1;
	const hasConfirmingField = confirms !== undefined && confirms in answer;
	return hasSuccess || hasConfirmingField;
}

/**
 * Finds the custom fields that were sent but do not exist in AlfaCRM. AlfaCRM ignores such a field
 * silently, so the record in the answer lacks it. An answer that shows nothing but the ID and sent
 * fields may not be the whole record, so it proves nothing.
 */
function findUnknownCustomFields(call: ItemRequest, record: IDataObject): string[] {
	const sentValues = call.body ?? {};
	const isWholeRecord = Object.keys(record).some((name) => name !== 'id' && !(name in sentValues));
	if (!isWholeRecord) return [];
	return Object.keys(sentValues).filter((name) => isCustom(name) && !(name in record));
}

/** Leaves out the fields of an answer that say whether the call succeeded. */
function withoutEnvelope(answer: IDataObject): IDataObject {
	const entries = Object.entries(answer);
	return Object.fromEntries(entries.filter(([name]) => name !== 'success' && name !== 'errors'));
}
