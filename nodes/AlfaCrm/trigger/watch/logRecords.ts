import type { IDataObject } from 'n8n-workflow';

import { collect } from '../../api/list';
import { asNodeError } from '../../api/failures';
import { readId } from '../../values/formats';
import type { ListRequest, Page } from '../../api/pages';
import { lesson as lessonEntity, LESSON_STATUS } from '../../entities/lesson';
import { listCall } from '../../entities/listCall';
import type { Change } from '../change';
import { changeOf, recordNamed } from '../change';
import { failsForLong, failsNoMore } from '../memory/failing';
import { RecordReader } from '../recordReader';
import type { Reader } from './reader';
import { isLasting } from './reader';

/** A lesson as it is now. */
export interface FoundLesson {
	row: IDataObject | null;
	/** Why it could not be read. */
	reason?: string;
	/** AlfaCRM has failed to show it for so long that it is not waited for any more. */
	isGivenUp?: boolean;
}

/** What a list shows; nothing where it is not for this user, or not waited for any more. */
interface Shown {
	rows?: IDataObject[];
	isGivenUp?: boolean;
}

/** What can be read to understand an entry of the log. */
export interface LogReading {
	/** All that the log says of a record: entries that change it hold only what they change. API notes 5.21. */
	fieldsOf: (change: Change, branch: number, needed: readonly string[]) => Promise<IDataObject>;
	lesson: (id: number, branches: readonly number[]) => Promise<FoundLesson>;
	/** The same with the details of a customer, which some accounts show only to who asks for the customer. API notes 5.11. */
	lessonOf: (customer: number, id: number, branch: number) => Promise<IDataObject | undefined>;
	/** The completed lesson of a customer that holds certain details; undefined where lessons are not for this user. */
	lessonWith: (details: number, customer: number, branch: number) => Promise<IDataObject | null | undefined>;
}

export class LogRecords implements LogReading {
	private readonly records: RecordReader;
	private readonly known = new Map<string, Promise<Shown>>();

	constructor(
		private readonly reader: Reader,
		failures: ReadonlyMap<number, unknown>,
	) {
		this.records = new RecordReader(reader.client, [], failures);
	}

	async fieldsOf(change: Change, branch: number, needed: readonly string[]): Promise<IDataObject> {
		const own = { ...change.fields_rel, ...change.fields_old, ...change.fields_new };
		if (needed.every((name) => readId(own[name]) !== undefined)) return own;
		const { entity, entity_id } = change;
		const list = { path: 'log', branch, body: { entity, entity_id }, task: 'read the change log' };
		const { rows = [] } = await this.collect(list);
		const changes = rows.flatMap((row) => changeOf(row, branch) ?? []);
		const same = changes.filter((one) => one.entity === entity && one.entity_id === entity_id);
		// The newest is the first one, and what it says counts.
		const told = same.reduceRight<IDataObject>(
			(all, one) => ({ ...all, ...one.fields_rel, ...one.fields_old, ...filled(one.fields_new) }),
			{},
		);
		return { ...told, ...own };
	}

	async lesson(id: number, branches: readonly number[]): Promise<FoundLesson> {
		// Nearly always it is completed, and there.
		const shown = await this.lessons({ id, status: LESSON_STATUS.completed }, branches[0]);
		const row = shown.rows?.find((one) => readId(one.id) === id);
		if (row !== undefined) return { row };
		const lesson = recordNamed('Lesson', id);
		const { record, reason, isGone, isGivenUp } = await this.records.find(lesson, branches, !shown.isGivenUp);
		return { row: record, reason: isGone ? undefined : reason, isGivenUp };
	}

	async lessonOf(customer: number, id: number, branch: number): Promise<IDataObject | undefined> {
		const { rows } = await this.lessons(
			{ id, customer_id: customer, status: LESSON_STATUS.completed },
			branch,
		);
		return rows?.find((row) => readId(row.id) === id);
	}

	async lessonWith(
		details: number,
		customer: number,
		branch: number,
	): Promise<IDataObject | null | undefined> {
		const list = {
			...listCall(lessonEntity, branch),
			body: { customer_id: customer, status: LESSON_STATUS.completed },
		};
		const isIt = (row: IDataObject) => detailsIn(row).some(({ id }) => readId(id) === details);
		// The newest come first.
		const { rows } = await this.read(list, (page) => page.rows.some(isIt));
		return rows && (rows.find(isIt) ?? null);
	}

	/** The first page, which has the newest. */
	private async lessons(body: IDataObject, branch: number): Promise<Shown> {
		return await this.collect({ ...listCall(lessonEntity, branch), body });
	}

	private async collect(list: ListRequest): Promise<Shown> {
		const key = keyOf(list);
		const shown = this.known.get(key) ?? this.read(list, () => true);
		this.known.set(key, shown);
		return await shown;
	}

	/**
	 * Pages from the first one on.
	 *
	 * @throws NodeApiError for a reason that a later poll may not meet, for a day at most
	 */
	private async read(list: ListRequest, isEnough: (page: Page) => boolean): Promise<Shown> {
		const { client } = this.reader;
		const account = `${await client.origin()} ${list.path}`;
		try {
			const { rows } = await collect(client, list, { isEnough });
			failsNoMore(account, keyOf(list));
			return { rows };
		} catch (caught) {
			if (isLasting(client, caught)) return {};
			if (failsForLong(account, keyOf(list))) return { isGivenUp: true };
			throw asNodeError(client.node, caught);
		}
	}
}

const keyOf = ({ path, branch, body }: ListRequest): string => JSON.stringify([path, branch, body]);

/** What is emptied tells less than what was there. */
const filled = (fields: IDataObject): IDataObject =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

/** Who was at a lesson. */
export const detailsIn = ({ details }: IDataObject): IDataObject[] =>
	Array.isArray(details)
		? (details as IDataObject[]).filter((one) => typeof one === 'object' && one !== null)
		: [];
