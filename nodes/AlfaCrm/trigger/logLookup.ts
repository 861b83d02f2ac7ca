import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { asNodeError } from '../api/failures';
import type { ListReader } from '../api/list';
import type { ListQuery, Page } from '../api/pages';
import { lesson as lessonEntity, LESSON_STATUS } from '../entities/lesson';
import { listCall } from '../entities/listCall';
import { readId } from '../values/formats';
import type { Change } from './change';
import { changeOf, recordNamed } from './change';
import { isLasting } from './eventSource';
import { isShown, isWorthWaiting, RecordReader } from './recordReader';

/** A lesson as it is now. */
export interface FoundLesson {
	row: IDataObject | null;
	/** Why it could not be read. */
	reason?: string;
	/** AlfaCRM has failed to show it for so long that it is not waited for any more. */
	isGivenUp?: boolean;
}

/** What a list shows; nothing where it is not for this user, or not waited for any more. */
type Shown = IDataObject[] | undefined;

/** Reads what is needed to understand entries of the log. */
export class LogLookup {
	private readonly records: RecordReader;
	private readonly known = new Map<string, Promise<Shown>>();

	constructor(
		private readonly client: ApiClient,
		private readonly reader: ListReader,
		failures: ReadonlyMap<number, unknown> = new Map(),
	) {
		this.records = new RecordReader(client, [], failures);
	}

	/** All that the log says of a record: entries that change it hold only what they change. API notes 5.21. */
	async fieldsOf(change: Change, branch: number, needed: readonly string[]): Promise<IDataObject> {
		const own = { ...change.fields_rel, ...change.fields_old, ...change.fields_new };
		if (needed.every((name) => readId(own[name]) !== undefined)) return own;
		const { entity, entity_id } = change;
		const list = { path: 'log', branch, body: { entity, entity_id }, task: 'read the change log' };
		const rows = (await this.firstPage(list)) ?? [];
		const changes = rows.flatMap((row) => changeOf(row, branch) ?? []);
		const same = changes.filter((one) => one.entity === entity && one.entity_id === entity_id);
		// The newest is the first one, and what it says counts.
		const all = same.reduceRight<IDataObject>(
			(told, one) => ({ ...told, ...one.fields_rel, ...one.fields_old, ...filled(one.fields_new) }),
			{},
		);
		return { ...all, ...own };
	}

	async lesson(id: number, branches: readonly number[]): Promise<FoundLesson> {
		// Nearly always it is completed, and there.
		const list = completed(branches[0], { id });
		// Waited for as the record is, so not twice.
		const rows = await this.firstPage(list, `${list.path} ${id}`);
		const row = rows?.find((one) => readId(one.id) === id);
		if (row !== undefined) return { row };
		const { record, reason, isGone, isGivenUp } = await this.records.find(
			recordNamed('Lesson', id),
			branches,
		);
		return { row: record, reason: isGone ? undefined : reason, isGivenUp };
	}

	/** The same with the details of a customer, which some accounts show only to who asks for the customer. API notes 5.11. */
	async lessonOf(customer: number, id: number, branch: number): Promise<IDataObject | undefined> {
		const rows = await this.firstPage(completed(branch, { id, customer_id: customer }));
		return rows?.find((row) => readId(row.id) === id);
	}

	/** The completed lesson of a customer that holds certain details; undefined where lessons are not for this user. */
	async lessonWith(
		details: number,
		customer: number,
		branch: number,
	): Promise<IDataObject | null | undefined> {
		const isIt = (row: IDataObject) => detailsIn(row).some(({ id }) => readId(id) === details);
		// The newest come first.
		const rows = await this.read(completed(branch, { customer_id: customer }), (page) =>
			page.rows.some(isIt),
		);
		return rows && (rows.find(isIt) ?? null);
	}

	/** The first page, which has the newest. */
	private async firstPage(list: ListQuery, name?: string): Promise<Shown> {
		const key = keyOf(list);
		const shown = this.known.get(key) ?? this.read(list, () => true, name);
		this.known.set(key, shown);
		return await shown;
	}

	/** @throws NodeApiError for a reason that a later poll may not meet, for an hour at most */
	private async read(list: ListQuery, isEnough: (page: Page) => boolean, name = keyOf(list)): Promise<Shown> {
		const what = `${await this.client.origin()} ${name}`;
		try {
			const { rows } = await this.reader.collect(list, { isEnough });
			isShown(what);
			return rows;
		} catch (caught) {
			if (isLasting(this.client, caught) || !isWorthWaiting(what)) return undefined;
			throw asNodeError(this.client.node, caught);
		}
	}
}

const completed = (branch: number, body: IDataObject): ListQuery => ({
	...listCall(lessonEntity, branch),
	body: { ...body, status: LESSON_STATUS.completed },
});

const keyOf = ({ path, branch, body }: ListQuery): string => JSON.stringify([path, branch, body]);

/** What is emptied tells less than what was there. */
const filled = (fields: IDataObject): IDataObject =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

/** Who was at a lesson. */
export const detailsIn = ({ details }: IDataObject): IDataObject[] =>
	Array.isArray(details)
		? (details as IDataObject[]).filter((one) => typeof one === 'object' && one !== null)
		: [];
