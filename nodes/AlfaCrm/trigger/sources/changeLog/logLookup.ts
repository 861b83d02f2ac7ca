import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../../api/client';
import type { Collected, ListReader } from '../../../api/list';
import { ONE_PAGE } from '../../../api/list';
import type { ListQuery } from '../../../api/pages';
import { LARGEST_PAGE } from '../../../api/pages';
import { lesson as lessonEntity, LESSON_STATUS } from '../../../entities/lesson';
import { listCall } from '../../../entities/listCall';
import { isPlain } from '../../../fields/blank';
import { readId } from '../../../values/formats';
import type { Change } from '../../change';
import { readLogEntry, makeChangeForReading } from '../../change';
import type { RecordResult } from '../../recordReader';
import { describeError, readWithPatience, RecordReader } from '../../recordReader';
import { makeLogQuery } from './logPages';

/**
 * Reads what an entry of the change log leaves out: other fields of its record, the lesson that it
 * is about, and the customers of that lesson.
 *
 * An *attendance* says whether one customer was at one lesson. AlfaCRM's log calls it
 * LessonDetails, and a lesson lists those of its customers in `details`.
 *
 * If AlfaCRM fails to show something, the poll fails, and the next one tries again. If AlfaCRM has
 * failed to show a lesson for an hour, the event is reported without its lesson.
 */
export class LogLookup {
	private readonly records: RecordReader;

	/** @param failures the branches whose logs could not be read in this poll, with the reasons */
	constructor(
		private readonly client: ApiClient,
		private readonly reader: ListReader,
		private readonly failures: ReadonlyMap<number, unknown> = new Map(),
	) {
		this.records = new RecordReader(client);
	}

	/**
	 * Returns the fields of a record as the log shows them. An entry may name only the fields that it
	 * changes. If it lacks the ID in a needed field, the record's older entries are read as well.
	 * API notes 5.21.
	 *
	 * @param branch a branch whose log lists the entry
	 * @param needed names of fields that hold an ID
	 */
	async readLoggedFields(
		change: Change,
		branch: number,
		needed: readonly string[],
	): Promise<IDataObject> {
		const fields = { ...change.fields_rel, ...change.fields_old, ...change.fields_new };
		const hasNeeded = needed.every((name) => readId(fields[name]) !== undefined);
		if (hasNeeded) return fields;

		const changes = await this.readChangesOfRecord(change, branch);
		return { ...mergeFields(changes), ...fields };
	}

	/** Finds a lesson by its ID. It is looked for among the completed lessons first. */
	async findLesson(lessonId: number, branches: readonly number[]): Promise<RecordResult> {
		const change: Change = {
			...makeChangeForReading('Lesson', lessonId),
			fields_new: { status: LESSON_STATUS.completed },
		};
		return await this.records.find(change, branches);
	}

	/**
	 * Finds the lesson of an attendance. The log may not name the lesson. Then it is the completed
	 * lesson of the customer that lists the attendance. API notes 5.11 and 5.21.
	 */
	async findLessonOfAttendance(
		attendance: IDataObject,
		branches: readonly number[],
	): Promise<RecordResult> {
		const lessonId = readId(attendance.lesson_id);
		if (lessonId !== undefined) return await this.findLesson(lessonId, branches);

		const customerId = readId(attendance.customer_id);
		if (customerId === undefined) return makeUnclearResult('whose lesson it was');

		return await this.findLessonOfCustomer(customerId, readId(attendance.id), branches);
	}

	/**
	 * Returns the attendances of a lesson. Some accounts show them only if the lessons of a customer
	 * are asked for, so the lesson is read once for each customer there. API notes 5.11.
	 *
	 * @param customerIds the customers to ask for
	 */
	async readAttendances(
		lesson: IDataObject,
		branch: number,
		customerIds: readonly number[],
	): Promise<IDataObject[]> {
		const attendances = listAttendances(lesson);
		if (attendances.length > 0) return attendances;

		for (const customerId of customerIds) {
			const lessons = await this.readLessonOfCustomer(lesson, branch, customerId);
			const attendancesOfCustomer = lessons
				.flatMap(listAttendances)
				.filter(({ customer_id }) => readId(customer_id) === customerId);
			attendances.push(...attendancesOfCustomer);
		}
		return attendances;
	}

	/**
	 * Reads the entries of one record from the log of a branch, the newest first. One page holds all
	 * that happens to a record.
	 */
	private async readChangesOfRecord(
		{ entity, entity_id }: Change,
		branch: number,
	): Promise<Change[]> {
		const list = makeLogQuery(branch, { entity, entity_id });
		const { rows } = await this.reader.collect(list, { goal: ONE_PAGE });
		const changes = rows.flatMap((row) => readLogEntry(row, branch) ?? []);
		// AlfaCRM may ignore a filter.
		return changes.filter(
			(candidate) => candidate.entity === entity && candidate.entity_id === entity_id,
		);
	}

	/** Finds the completed lesson of a customer that lists an attendance, in one of the branches. */
	private async findLessonOfCustomer(
		customerId: number,
		attendanceId: number | undefined,
		branches: readonly number[],
	): Promise<RecordResult> {
		const failures: Error[] = [];
		for (const branch of branches) {
			const result = await this.readLessonWithAttendance(customerId, attendanceId, branch);
			if (result instanceof Error) {
				failures.push(result);
			} else if (result.rows.length > 0) {
				return { record: result.rows[0] };
			}
		}
		return this.explainMissingLesson(failures);
	}

	/**
	 * Reads the lessons of a customer in a branch, up to the lesson that lists an attendance.
	 *
	 * @returns the failure if AlfaCRM refuses, or has failed for an hour
	 * @throws NodeApiError for any other failure, so that the next poll tries again
	 */
	private async readLessonWithAttendance(
		customerId: number,
		attendanceId: number | undefined,
		branch: number,
	): Promise<Collected | Error> {
		const lessons = makeCompletedLessonsQuery(branch, { customer_id: customerId });
		const list = { ...lessons, pageSize: LARGEST_PAGE };
		const listsAttendance = (lesson: IDataObject) =>
			listAttendances(lesson).some(({ id }) => readId(id) === attendanceId);

		// Since when this fails is remembered under this key.
		const origin = await this.client.origin();
		const key = `${origin} ${customerId} at lesson of ${String(attendanceId)}`;
		return await readWithPatience(
			this.client,
			key,
			async () => await this.reader.collect(list, { keep: listsAttendance, limit: 1 }),
		);
	}

	/**
	 * Says why no lesson was found.
	 *
	 * @param failures the reasons why lists of lessons could not be read
	 */
	private explainMissingLesson(failures: readonly Error[]): RecordResult {
		if (failures.length > 0) {
			return { record: null, reason: describeError(failures[0]), missing: 'hidden' };
		}
		if (this.failures.size > 0) {
			return makeUnclearResult('which lesson it was, and not all branches could be read');
		}
		// All lists were read. The lesson is planned again, or deleted.
		return { record: null, missing: 'gone' };
	}

	/** Reads a lesson from the list of a customer's lessons. Returns one row, or none. */
	private async readLessonOfCustomer(
		{ id }: IDataObject,
		branch: number,
		customerId: number,
	): Promise<IDataObject[]> {
		const lessonId = readId(id);
		const list = makeCompletedLessonsQuery(branch, { id: lessonId, customer_id: customerId });
		const isThisLesson = (row: IDataObject) => readId(row.id) === lessonId;
		const { rows } = await this.reader.collect(list, { keep: isThisLesson, limit: 1 });
		return rows;
	}
}

/** Makes the call that lists completed lessons. AlfaCRM lists lessons of one status at a time. */
const makeCompletedLessonsQuery = (branch: number, filter: IDataObject): ListQuery => ({
	...listCall(lessonEntity, branch),
	body: { ...filter, status: LESSON_STATUS.completed },
});

/** Makes the result of a search for a lesson about which the log says too little. */
const makeUnclearResult = (what: string): RecordResult => ({
	record: null,
	reason: `The change log does not say ${what}`,
	missing: 'hidden',
});

/**
 * Merges the fields in entries of one record. A newer entry overrides an older one, but a field
 * that was emptied keeps the value that it had: for an event, that value says more.
 *
 * @param changes the newest first
 */
function mergeFields(changes: readonly Change[]): IDataObject {
	let fields: IDataObject = {};
	for (const { fields_rel, fields_old, fields_new } of [...changes].reverse()) {
		fields = { ...fields, ...fields_rel, ...fields_old, ...withoutEmptied(fields_new) };
	}
	return fields;
}

/** Leaves out the fields that an entry has emptied. */
const withoutEmptied = (fields: IDataObject): IDataObject =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

/** Lists the attendances that a lesson shows. What is no list of objects counts as empty. */
const listAttendances = ({ details }: IDataObject): IDataObject[] =>
	Array.isArray(details) ? (details as IDataObject[]).filter(isPlain) : [];
