import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../../api/client';
import type { ListReader } from '../../../api/list';
import { ONE_PAGE } from '../../../api/list';
import type { ListQuery } from '../../../api/pages';
import { LARGEST_PAGE } from '../../../api/pages';
import { lesson as lessonEntity, LESSON_STATUS } from '../../../entities/lesson';
import { makeListCall } from '../../../entities/listCall';
import { isPlainObject } from '../../../fields/blank';
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
 * LessonDetails, and a lesson lists the attendances of its customers in `details`.
 *
 * If AlfaCRM fails to show something, the poll fails, and the next one tries again. If AlfaCRM has
 * failed to show a lesson for an hour, the event is reported without its lesson.
 */
export class LogLookup {
	private readonly records: RecordReader;

	/**
	 * @param unreadBranches the branches whose logs could not be read in this poll, with the reasons.
	 * Without them, a lesson that is not found may be in one of these branches.
	 */
	constructor(
		private readonly client: ApiClient,
		private readonly reader: ListReader,
		private readonly unreadBranches: ReadonlyMap<number, unknown> = new Map(),
	) {
		this.records = new RecordReader(client);
	}

	/**
	 * Returns the fields of a record, as the change log shows them. A single change shows only some of
	 * the fields. If a needed ID is not among them, such as the lesson of an attendance, looks for it
	 * in the other changes of the record. API notes 5.21.
	 *
	 * @param change the change of the record that is to be reported
	 * @param branch a branch whose log lists the change
	 * @param neededFields the fields whose IDs are needed, such as `lesson_id`
	 */
	async readLoggedFields(
		change: Change,
		branch: number,
		neededFields: readonly string[],
	): Promise<IDataObject> {
		const fieldsOfChange = mergeFieldsOfEntry(change);
		const missingIds = neededFields.filter((name) => readId(fieldsOfChange[name]) === undefined);
		if (missingIds.length === 0) return fieldsOfChange;

		const allChanges = await this.readChangesOfRecord(change, branch);
		const fieldsOfAllChanges = mergeFieldsOfEntries(allChanges);
		const fields: IDataObject = { ...fieldsOfAllChanges, ...fieldsOfChange };
		// The change itself may have emptied a needed field, such as `lesson_id: null`. Then the ID
		// comes from the other changes.
		for (const name of missingIds) {
			fields[name] = fieldsOfAllChanges[name];
		}
		return fields;
	}

	/** Finds a lesson by its ID. Looks for it among the completed lessons first. */
	async findLesson(lessonId: number, branches: readonly number[]): Promise<RecordResult> {
		// `records.find` takes a change, and finds its record. It starts with the lessons that have the
		// status of the change.
		const change: Change = {
			...makeChangeForReading('Lesson', lessonId),
			fields_new: { status: LESSON_STATUS.completed },
		};
		return await this.records.find(change, branches);
	}

	/**
	 * Finds the lesson of an attendance, which says whether one customer was at one lesson. If the
	 * attendance does not name the lesson, looks through the customer's completed lessons for the one
	 * whose `details` show the attendance. API notes 5.11 and 5.21.
	 */
	async findLessonOfAttendance(
		attendance: IDataObject,
		branches: readonly number[],
	): Promise<RecordResult> {
		const lessonId = readId(attendance.lesson_id);
		if (lessonId !== undefined) return await this.findLesson(lessonId, branches);

		const customerId = readId(attendance.customer_id);
		const attendanceId = readId(attendance.id);
		const lacksIds = customerId === undefined || attendanceId === undefined;
		if (lacksIds) return makeUnclearResult('whose lesson it was');

		return await this.findLessonOfCustomer(customerId, attendanceId, branches);
	}

	/**
	 * Returns the attendances of a lesson, each of which says whether one customer was there. If the
	 * lesson does not show them, reads it again from the list of each customer's lessons, because some
	 * accounts show attendances only there. API notes 5.11.
	 *
	 * @param customerIds the customers whose attendances are needed
	 */
	async readAttendances(
		lesson: IDataObject,
		branch: number,
		customerIds: readonly number[],
	): Promise<IDataObject[]> {
		const shownAttendances = listAttendances(lesson);
		if (shownAttendances.length > 0) return shownAttendances;

		const attendances: IDataObject[] = [];
		for (const customerId of customerIds) {
			const lessonOfCustomer = await this.readLessonOfCustomer(lesson, branch, customerId);
			for (const attendance of listAttendances(lessonOfCustomer)) {
				const isOfCustomer = readId(attendance.customer_id) === customerId;
				if (isOfCustomer) attendances.push(attendance);
			}
		}
		return attendances;
	}

	/**
	 * Reads the entries of one record from the log of a branch, the newest first. Reads one page,
	 * because a record is expected to have fewer entries than a page has rows.
	 */
	private async readChangesOfRecord(
		{ entity, entity_id }: Change,
		branch: number,
	): Promise<Change[]> {
		const query = makeLogQuery(branch, { entity, entity_id });
		const { rows } = await this.reader.collect(query, { goal: ONE_PAGE });

		const changes: Change[] = [];
		for (const row of rows) {
			const change = readLogEntry(row, branch);
			// AlfaCRM may ignore a filter, and list the entries of other records too.
			const isOfRecord = change?.entity === entity && change.entity_id === entity_id;
			if (isOfRecord) changes.push(change);
		}
		return changes;
	}

	/**
	 * Finds the completed lesson of a customer that shows an attendance. Looks in one branch after
	 * the other, and goes on if the lessons of a branch cannot be read.
	 */
	private async findLessonOfCustomer(
		customerId: number,
		attendanceId: number,
		branches: readonly number[],
	): Promise<RecordResult> {
		const failures: Error[] = [];
		for (const branch of branches) {
			const result = await this.readLessonWithAttendance(customerId, attendanceId, branch);
			if (result instanceof Error) {
				failures.push(result);
			} else if (result.lesson !== undefined) {
				return { record: result.lesson };
			}
		}
		return this.explainMissingLesson(failures);
	}

	/**
	 * Finds the lesson with a certain attendance among the completed lessons of a customer in a branch.
	 *
	 * @returns the lesson, undefined if it is not in this branch; or the failure if AlfaCRM refuses to
	 * list the lessons, or has failed to do so for an hour
	 * @throws NodeApiError for any other failure, so that the next poll tries again
	 */
	private async readLessonWithAttendance(
		customerId: number,
		attendanceId: number,
		branch: number,
	): Promise<Error | { lesson: IDataObject | undefined }> {
		const query = makeCompletedLessonsQuery(branch, { customer_id: customerId });
		const queryInLargePages = { ...query, pageSize: LARGEST_PAGE };
		const showsAttendance = (lesson: IDataObject) =>
			listAttendances(lesson).some(({ id }) => readId(id) === attendanceId);
		const readLesson = async () => {
			const options = { keep: showsAttendance, limit: 1 };
			const { rows } = await this.reader.collect(queryInLargePages, options);
			return { lesson: rows.at(0) };
		};

		// A failure is remembered under this key, so that a later poll knows how long it has lasted.
		const origin = await this.client.origin();
		const failureKey = `${origin} ${customerId} at lesson of ${attendanceId}`;
		return await readWithPatience(this.client, failureKey, readLesson);
	}

	/**
	 * Makes the result of a search for a lesson that was not found. If all lists of lessons were read,
	 * the lesson is `gone`. Otherwise it is `hidden`, because it may be in a list that could not be
	 * read. The event of a `hidden` lesson is reported, and the event of a lesson that is `gone` is
	 * not.
	 *
	 * @param failures the reasons why lists of lessons could not be read
	 */
	private explainMissingLesson(failures: readonly Error[]): RecordResult {
		if (failures.length > 0) {
			return { record: null, reason: describeError(failures[0]), missing: 'hidden' };
		}
		if (this.unreadBranches.size > 0) {
			return makeUnclearResult('which lesson it was, and not all branches could be read');
		}
		// Somebody has deleted the lesson, or has made it a planned one again.
		return { record: null, missing: 'gone' };
	}

	/**
	 * Reads a lesson from the list of one customer's lessons, because it shows the customer's
	 * attendance there. Returns an empty record if it is not in the list.
	 */
	private async readLessonOfCustomer(
		lesson: IDataObject,
		branch: number,
		customerId: number,
	): Promise<IDataObject> {
		const lessonId = readId(lesson.id);
		const query = makeCompletedLessonsQuery(branch, { id: lessonId, customer_id: customerId });
		// AlfaCRM may ignore a filter, and list other lessons too.
		const isSameLesson = (row: IDataObject) => readId(row.id) === lessonId;
		const { rows } = await this.reader.collect(query, { keep: isSameLesson, limit: 1 });
		return rows.at(0) ?? {};
	}
}

/** Makes the call that lists completed lessons. AlfaCRM lists lessons of one status at a time. */
const makeCompletedLessonsQuery = (branch: number, filter: IDataObject): ListQuery => ({
	...makeListCall(lessonEntity, branch),
	body: { ...filter, status: LESSON_STATUS.completed },
});

/**
 * Makes the result of a search for a lesson about which the log says too little.
 *
 * @param whatIsUnknown completes the sentence "The change log does not say …"
 */
const makeUnclearResult = (whatIsUnknown: string): RecordResult => ({
	record: null,
	reason: `The change log does not say ${whatIsUnknown}`,
	missing: 'hidden',
});

/**
 * Merges the fields that an entry shows. The new value of a field overrides its old one, and both
 * override what the entry says of related records.
 */
const mergeFieldsOfEntry = ({ fields_rel, fields_old, fields_new }: Change): IDataObject => ({
	...fields_rel,
	...fields_old,
	...fields_new,
});

/**
 * Merges the fields that the entries of one record show. A newer entry overrides an older one, but a
 * field that was emptied keeps its earlier value, such as the lesson of an attendance, because the
 * event needs it.
 *
 * @param changes the newest first
 */
function mergeFieldsOfEntries(changes: readonly Change[]): IDataObject {
	const oldestFirst = [...changes].reverse();
	let fields: IDataObject = {};
	for (const change of oldestFirst) {
		const filledFields = omitEmptiedFields(change.fields_new);
		const fieldsOfEntry = mergeFieldsOfEntry({ ...change, fields_new: filledFields });
		fields = { ...fields, ...fieldsOfEntry };
	}
	return fields;
}

/** Leaves out the fields that an entry has emptied. */
const omitEmptiedFields = (fields: IDataObject): IDataObject =>
	Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

/** Lists the attendances in the `details` of a lesson; none if `details` is not a list. */
const listAttendances = ({ details }: IDataObject): IDataObject[] =>
	Array.isArray(details) ? (details as IDataObject[]).filter(isPlainObject) : [];
