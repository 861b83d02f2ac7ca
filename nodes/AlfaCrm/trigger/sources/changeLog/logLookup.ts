import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../../api/client';
import type { ListReader } from '../../../api/list';
import { ONE_PAGE } from '../../../api/list';
import type { ListQuery } from '../../../api/pages';
import { LARGEST_PAGE } from '../../../api/pages';
import { lesson as lessonEntity, LESSON_STATUS } from '../../../entities/lesson';
import { listCall } from '../../../entities/listCall';
import { isPlain } from '../../../fields/blank';
import { readId } from '../../../values/formats';
import type { Change } from '../../change';
import { readLogEntry, makeChangeForReading } from '../../change';
import { logQuery } from './logPages';
import type { RecordResult } from '../../recordReader';
import { describeError, readWithPatience, RecordReader } from '../../recordReader';

/**
 * Reads what is needed to understand entries of the log. A list that cannot be read fails the poll,
 * and the next one tries again; that of a customer's lessons for an hour.
 */
export class LogLookup {
	private readonly records: RecordReader;

	/** @param failures branches whose log could not be read in the poll */
	constructor(
		private readonly client: ApiClient,
		private readonly reader: ListReader,
		private readonly failures: ReadonlyMap<number, unknown> = new Map(),
	) {
		this.records = new RecordReader(client);
	}

	/**
	 * All that the log says of a record: entries that change it hold only what they change.
	 * API notes 5.21.
	 */
	async fieldsOf(change: Change, branch: number, needed: readonly string[]): Promise<IDataObject> {
		const own = { ...change.fields_rel, ...change.fields_old, ...change.fields_new };
		if (needed.every((name) => readId(own[name]) !== undefined)) return own;
		const { entity, entity_id } = change;
		const list = logQuery(branch, { entity, entity_id });
		// One page holds all that happens to a record; the newest comes first, and what it says counts.
		const { rows } = await this.reader.collect(list, { goal: ONE_PAGE });
		const changes = rows.flatMap((row) => readLogEntry(row, branch) ?? []);
		const all = changes
			.filter((one) => one.entity === entity && one.entity_id === entity_id)
			.reduceRight<IDataObject>(
				(told, one) => ({
					...told,
					...one.fields_rel,
					...one.fields_old,
					...filled(one.fields_new),
				}),
				{},
			);
		return { ...all, ...own };
	}

	/** A lesson that is completed, most likely. */
	async lesson(id: number, branches: readonly number[]): Promise<RecordResult> {
		const change = {
			...makeChangeForReading('Lesson', id),
			fields_new: { status: LESSON_STATUS.completed },
		};
		return await this.records.find(change, branches);
	}

	/**
	 * The lesson that somebody's attendance belongs to. The log may not name it: then it is the
	 * customer's completed one with these details. API notes 5.11 and 5.21.
	 */
	async lessonOf(attendance: IDataObject, branches: readonly number[]): Promise<RecordResult> {
		const [lesson, customer_id, details] = ['lesson_id', 'customer_id', 'id'].map((name) =>
			readId(attendance[name]),
		);
		if (lesson !== undefined) return await this.lesson(lesson, branches);
		if (customer_id === undefined) return unsaid('whose lesson it was');
		const keep = (row: IDataObject) => detailsIn(row).some(({ id }) => readId(id) === details);
		const what = `${await this.client.origin()} ${String(customer_id)} at lesson of ${String(details)}`;
		const refused: Error[] = [];
		for (const branch of branches) {
			const list = { ...completed(branch, { customer_id }), pageSize: LARGEST_PAGE };
			const found = await readWithPatience(this.client, what, async () => {
				return await this.reader.collect(list, { keep, limit: 1 });
			});
			if (found instanceof Error) refused.push(found);
			else if (found.rows.length > 0) return { record: found.rows[0] };
		}
		if (refused.length > 0)
			return { record: null, reason: describeError(refused[0]), missing: 'hidden' };
		if (this.failures.size > 0)
			return unsaid('which lesson it was, and not all branches could be read');
		// It is planned again, or gone.
		return { record: null, missing: 'gone' };
	}

	/**
	 * Who was at a lesson. Some accounts show that only to who asks for the lessons of a customer.
	 * API notes 5.11.
	 */
	async detailsOf(
		lesson: IDataObject,
		branch: number,
		customers: readonly number[],
	): Promise<IDataObject[]> {
		const found = detailsIn(lesson);
		if (found.length > 0) return found;
		const id = readId(lesson.id);
		for (const customer_id of customers) {
			const keep = (row: IDataObject) => readId(row.id) === id;
			const { rows } = await this.reader.collect(completed(branch, { id, customer_id }), {
				keep,
				limit: 1,
			});
			found.push(
				...rows.flatMap(detailsIn).filter((one) => readId(one.customer_id) === customer_id),
			);
		}
		return found;
	}
}

const completed = (branch: number, body: IDataObject): ListQuery => ({
	...listCall(lessonEntity, branch),
	body: { ...body, status: LESSON_STATUS.completed },
});

const unsaid = (what: string): RecordResult => ({
	record: null,
	reason: `The change log does not say ${what}`,
	missing: 'hidden',
});

/** What is emptied tells less than what was there. */
const filled = (fields: IDataObject): IDataObject =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

const detailsIn = ({ details }: IDataObject): IDataObject[] =>
	Array.isArray(details) ? (details as IDataObject[]).filter(isPlain) : [];
