import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { ApiResponse } from '../api/failures';
import { cancelled } from '../api/failures';
import type { Collected, CollectOptions } from '../api/list';
import { collect } from '../api/list';
import type { ListQuery } from '../api/pages';
import type { ApiRequest } from '../api/request';
import { isPlain } from '../fields/blank';
import { isCustom } from '../fields/custom';
import type { FallbackDates } from '../store/fallbackDates';
import { isDayUnreadable, withFallbackDates } from '../store/fallbackDates';
import { readFlag, readId } from '../values/formats';
import type { Execution } from './execution';
import type { ItemLog } from './itemLog';
import type { LockKey } from './keys';
import { fallbackDatesKey } from './keys';

/** The parts of a call that `ItemCalls` adds to it. */
type CallContext = Pick<ApiRequest, 'itemIndex' | 'onSend' | 'savedBefore'>;

/** A call as an operation asks for it. */
export type ItemRequest = Omit<ApiRequest, keyof CallContext | 'isIdempotent' | 'onLost'> & {
	fallbackDates?: FallbackDates;
};

/** What calls need to know of the item that sends them. */
interface Sender {
	readonly execution: Execution;
	readonly index: number;
	readonly log: ItemLog;
	apiError(message: string, advice: string): Error;
}

/**
 * Sends the calls of an item, notes in its log what was sent and saved, and tells the other
 * executions what was written.
 */
export class ItemCalls {
	/** Throws if nothing more must be sent: see `guarded`. */
	private assertMaySend = () => {};

	constructor(private readonly item: Sender) {}

	/**
	 * Does some work, during which nothing is sent if it must not be sent any more.
	 *
	 * @param assertMaySend called before each call of the work; throws if it must not be sent
	 */
	async guarded<T>(assertMaySend: () => void, work: () => Promise<T>): Promise<T> {
		const outerAssert = this.assertMaySend;
		this.assertMaySend = assertMaySend;
		try {
			return await work();
		} finally {
			this.assertMaySend = outerAssert;
		}
	}

	/** Returns what each call of the item carries. */
	context(): CallContext {
		const { index, log } = this.item;
		return { itemIndex: index, savedBefore: log.savedTasks, onSend: () => this.noteSending() };
	}

	/**
	 * After a failure no item begins. An item that has only waited so far, for example for a record,
	 * has not begun.
	 */
	private noteSending(): void {
		const { execution, log } = this.item;
		if (!log.hasSent && execution.isStopping) throw cancelled();
		this.assertMaySend();
		log.noteSent();
	}

	/** Sends a call that only reads. */
	async fetch(call: ItemRequest): Promise<ApiResponse> {
		const { client } = this.item.execution;
		return await client.request({ ...call, isIdempotent: true, ...this.context() });
	}

	/** Reads the rows of a list, each once; all of them if no limit is given. */
	async collect(list: ListQuery, options: CollectOptions): Promise<Collected> {
		const { client, schoolClock } = this.item.execution;
		const collected = await collect(client, { ...list, ...this.context() }, options);
		schoolClock.note(collected.rows);
		return collected;
	}

	/**
	 * Sends a call that may write, which is therefore never repeated, and tells the other executions.
	 * The lists that are kept for later items do not learn of it; `save` does that.
	 *
	 * @param records the keys of the records that the call may change
	 */
	async send(call: ItemRequest, records: readonly LockKey[]): Promise<ApiResponse> {
		const { execution, log } = this.item;
		const onLost = (underWayMs: number) => {
			log.noteLostWrite(underWayMs);
			execution.forget(call.path, records);
			// What is read while AlfaCRM is still at work may be stale once it is done.
			if (underWayMs > 0) void sleep(underWayMs).then(() => execution.forget(call.path, records));
		};

		execution.noteWrite(call.path, records);
		const answer = await this.sendInEitherFormat({
			...call,
			isIdempotent: false,
			...this.context(),
			onLost,
		});
		execution.noteWrite(call.path, records);
		return answer;
	}

	/**
	 * Sends a write once more with its days in the other known format, if AlfaCRM could not read them
	 * in the first one.
	 */
	private async sendInEitherFormat(
		call: ApiRequest & Pick<ItemRequest, 'fallbackDates'>,
	): Promise<ApiResponse> {
		const { execution } = this.item;
		const callWithOtherDays = withFallbackDates(call, execution.zone);
		if (execution.knowsBehaviour(fallbackDatesKey(call)))
			return await execution.client.request(callWithOtherDays);

		const answer = await execution.client.attempt(call, (failure) =>
			isDayUnreadable(failure, call),
		);
		if (answer !== undefined) return answer;

		const secondAnswer = await execution.client.request(callWithOtherDays);
		execution.noteBehaviour(fallbackDatesKey(call), true);
		return secondAnswer;
	}

	/**
	 * Sends a call that writes, and makes sure that AlfaCRM confirms it. All writes except API Calls
	 * go this way.
	 *
	 * @param records the keys of the records that the call changes; none for a new record
	 * @param confirms a field of the answer that confirms the write if the answer has no `success`;
	 * API notes 6 on bonuses
	 * @returns the record as AlfaCRM holds it now
	 */
	async save(
		call: ItemRequest,
		records: readonly LockKey[],
		{ confirms }: { confirms?: string },
	): Promise<IDataObject> {
		const { execution, log } = this.item;
		const answer = (await this.send(call, records)) as IDataObject;
		const record = isPlain(answer.model) ? (answer.model as IDataObject) : {};
		if (!isConfirmed(call, answer, record, confirms)) {
			execution.forget(call.path, records);
			throw this.item.apiError(
				`AlfaCRM answered but did not confirm that it could ${call.task}`,
				'Look in AlfaCRM whether it was saved before you run this again.',
			);
		}

		log.noteSaved(call.task);
		execution.schoolClock.note([record]);
		const ignoredFields = findUnknownCustomFields(call, record);
		this.warnOfUnknownCustomFields(ignoredFields);
		for (const name of ignoredFields) record[name] = null;
		execution.noteSaved(call.path, call, record);

		const hasRecord = confirms === undefined || 'model' in answer;
		return hasRecord ? record : withoutEnvelope(answer);
	}

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
 * Whether the answer to a write says that it was carried out. The answer to a create must show the
 * new ID as well.
 */
function isConfirmed(
	call: ItemRequest,
	answer: IDataObject,
	record: IDataObject,
	confirms: string | undefined,
): boolean {
	if (call.action === 'create' && readId(record.id) === undefined) return false;
	return readFlag(answer.success) === 1 || (confirms !== undefined && confirms in answer);
}

/**
 * Finds the custom fields that were sent but do not exist in AlfaCRM, which ignores them silently.
 * They are missing in the record of the answer. An answer that shows nothing but the ID and what
 * was sent is no record, and proves nothing.
 */
function findUnknownCustomFields({ body: sent = {} }: ItemRequest, record: IDataObject): string[] {
	const isRecord = Object.keys(record).some((name) => name !== 'id' && !(name in sent));
	if (!isRecord) return [];
	return Object.keys(sent).filter((name) => isCustom(name) && !(name in record));
}

function withoutEnvelope(answer: IDataObject): IDataObject {
	const entries = Object.entries(answer);
	return Object.fromEntries(entries.filter(([name]) => name !== 'success' && name !== 'errors'));
}
