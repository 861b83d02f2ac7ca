import type { IDataObject } from 'n8n-workflow';

import { ATTENDANCE, LESSON_STATUS, LOG_EVENT } from '../../../support/codes';
import type { Account, LogClass, SchoolChange } from './histories';
import { BRANCHES } from './histories';

interface Attendance {
	id: number;
	customer: number;
	attended: 0 | 1;
}

/** A lesson as AlfaCRM has it. */
export interface Lesson {
	id: number;
	branch: number;
	status: number;
	attendances: Attendance[];
	/** Customers whose attendances AlfaCRM creates once the lesson is completed. */
	expectedCustomers: number[];
	hasMoved: boolean;
	/** Whether AlfaCRM fails when it is asked for this lesson. */
	isBroken: boolean;
	/**
	 * The time since which AlfaCRM has failed to show the lesson to anybody who asked for it, in milliseconds.
	 */
	failingSince?: number;
}

/** A change of a lesson that AlfaCRM logs, if the account logs its class. */
export interface LoggedChange {
	lesson: Lesson;
	/** The attendances of which a reader of the entry learns. */
	attendances: Attendance[];
	/** The time of the log entry, as AlfaCRM writes it. Undefined if the account does not log the change. */
	loggedAt: string | undefined;
}

interface LogEntry {
	branch: number;
	time: string;
	row: IDataObject;
}

const MINUTE = 60_000;
const SECOND = 1_000;
const BEGINNING = Date.parse('2026-02-10T09:00:00Z');

/**
 * Number of entries of other records that a filtered log shows. No live answer has shown that the filter is
 * exact.
 */
const ENTRIES_OF_OTHER_RECORDS = 3;

/** A school in memory whose lessons change, and whose changes AlfaCRM logs as the account does. */
export class LoggedSchool {
	/** The time by all clocks, in milliseconds since 1970. */
	now = BEGINNING;
	lessons: Lesson[] = [];
	/** Branches whose lists AlfaCRM fails to show. */
	readonly brokenBranches = new Set<number>();
	/** Called after each change that AlfaCRM may log. */
	onChange: (change: LoggedChange) => void = () => {};
	private readonly entries: LogEntry[] = [];
	private lastId = 0;

	constructor(private readonly account: Account) {}

	/** Makes a change. A change of something that is not there does nothing but take its second. */
	change(change: SchoolChange): void {
		this.makeChange(change);
		// Two changes of one record are seconds apart.
		this.now += SECOND;
	}

	/** Lets AlfaCRM show everything again. */
	repairEverything(): void {
		this.brokenBranches.clear();
		for (const lesson of this.lessons) {
			lesson.isBroken = false;
		}
	}

	/** Finds a lesson by its ID. A deleted lesson is not found. */
	findLesson(id: unknown): Lesson | undefined {
		return this.lessons.find((lesson) => lesson.id === id);
	}

	/** Lists all rows that AlfaCRM shows in a list of a branch, in AlfaCRM's order. */
	listRows(path: string, branch: number, query: IDataObject): IDataObject[] {
		if (path === 'branch') return BRANCHES.map((id) => ({ id, is_active: 1 }));
		if (path === 'log') return this.listEntries(branch, query);
		return this.listLessons(branch, query);
	}

	// ---------------------------------------------------------------- changes

	/** Makes a change of a branch, of the clock, or of a lesson. */
	private makeChange(change: SchoolChange): void {
		switch (change.kind) {
			case 'wait':
				this.now += change.minutes * MINUTE;
				break;
			case 'breakBranch':
				this.brokenBranches.add(change.branch);
				break;
			case 'repairBranch':
				this.brokenBranches.delete(change.branch);
				break;
			case 'planLesson':
				this.planLesson(change);
				break;
			default:
				this.changeLesson(change);
		}
	}

	/**
	 * Changes a lesson, which is named by its place from the newest one. Without such a lesson nothing changes.
	 */
	private changeLesson(change: Extract<SchoolChange, { lesson: number }>): void {
		const lesson = this.lessons.at(-1 - change.lesson);
		if (lesson === undefined) return;

		switch (change.kind) {
			case 'breakLesson':
				lesson.isBroken = true;
				break;
			case 'repairLesson':
				lesson.isBroken = false;
				break;
			case 'completeLesson':
				this.completeLesson(lesson, change.presentCustomers);
				break;
			case 'planLessonAgain':
				this.planLessonAgain(lesson);
				break;
			case 'deleteLesson':
				this.deleteLesson(lesson);
				break;
			case 'moveToBranch':
				this.moveToBranch(lesson, change.branch);
				break;
			case 'addAttendance':
				this.addAttendance(lesson, change.customer);
				break;
			default:
				this.changeAttendance(lesson, change);
		}
	}

	/** Adds a planned lesson, with its attendances if the account creates them early. */
	private planLesson({ branch, customers }: { branch: number; customers: readonly number[] }): void {
		const { createsAttendancesEarly } = this.account;
		const lesson: Lesson = {
			id: this.makeId(),
			branch,
			status: LESSON_STATUS.planned,
			attendances: [],
			expectedCustomers: createsAttendancesEarly ? [] : [...customers],
			hasMoved: false,
			isBroken: false,
		};
		this.lessons.push(lesson);
		this.logLesson(lesson, LOG_EVENT.created, { status: LESSON_STATUS.planned });

		if (!createsAttendancesEarly) return;
		for (const customer of customers) {
			this.createAttendance(lesson, customer, ATTENDANCE.missed);
		}
	}

	/** Completes a planned lesson: it notes who was present and who was absent. */
	private completeLesson(lesson: Lesson, presentCustomers: readonly number[]): void {
		if (lesson.status === LESSON_STATUS.held) return;

		const attendedBy = (customer: number) =>
			presentCustomers.includes(customer) ? ATTENDANCE.attended : ATTENDANCE.missed;
		// A poll sees the lesson completed as soon as it sees the first entry of this change.
		lesson.status = LESSON_STATUS.held;
		for (const attendance of lesson.attendances) {
			this.markAttendance(lesson, attendance, attendedBy(attendance.customer));
		}
		for (const customer of lesson.expectedCustomers) {
			this.createAttendance(lesson, customer, attendedBy(customer));
		}
		lesson.expectedCustomers = [];

		this.logLesson(
			lesson,
			LOG_EVENT.updated,
			{ status: LESSON_STATUS.held },
			{ fieldsBefore: { status: LESSON_STATUS.planned }, attendances: lesson.attendances },
		);
	}

	/** Turns a completed lesson into a planned one. Its attendances stay. */
	private planLessonAgain(lesson: Lesson): void {
		if (lesson.status !== LESSON_STATUS.held) return;

		lesson.status = LESSON_STATUS.planned;
		const fieldsBefore = { status: LESSON_STATUS.held };
		this.logLesson(lesson, LOG_EVENT.updated, { status: LESSON_STATUS.planned }, { fieldsBefore });
	}

	private deleteLesson(lesson: Lesson): void {
		this.lessons = this.lessons.filter((other) => other !== lesson);
		this.logLesson(lesson, LOG_EVENT.deleted, {});
	}

	/** Moves a lesson to another branch. The log of the branch that it leaves tells of the move. */
	private moveToBranch(lesson: Lesson, branch: number): void {
		if (lesson.branch === branch) return;

		lesson.hasMoved = true;
		// The log of the branch that the lesson leaves has the entry.
		const fieldsBefore = { branch_id: lesson.branch };
		this.logLesson(lesson, LOG_EVENT.updated, { branch_id: branch }, { fieldsBefore });
		lesson.branch = branch;
	}

	/** Adds a customer who attended a completed lesson, unless the lesson has this customer already. */
	private addAttendance(lesson: Lesson, customer: number): void {
		const isKnown = lesson.attendances.some((attendance) => attendance.customer === customer);
		if (lesson.status === LESSON_STATUS.held && !isKnown) {
			this.createAttendance(lesson, customer, ATTENDANCE.attended);
		}
	}

	/** Corrects or deletes the attendance of a customer, or edits its note. */
	private changeAttendance(
		lesson: Lesson,
		{ kind, customer }: { kind: 'correctAttendance' | 'deleteAttendance' | 'editNote'; customer: number },
	): void {
		const attendance = lesson.attendances.find((candidate) => candidate.customer === customer);
		if (attendance === undefined) return;

		switch (kind) {
			case 'editNote':
				this.logAttendance(lesson, attendance, LOG_EVENT.updated, { note: 'Опоздал' });
				break;
			case 'correctAttendance':
				this.markAttendance(
					lesson,
					attendance,
					attendance.attended === ATTENDANCE.attended ? ATTENDANCE.missed : ATTENDANCE.attended,
				);
				break;
			case 'deleteAttendance':
				this.deleteAttendance(lesson, attendance);
		}
	}

	/** Adds an attendance. The account decides how much the log tells of it. */
	private createAttendance(lesson: Lesson, customer: number, attended: 0 | 1): void {
		const attendance: Attendance = { id: this.makeId(), customer, attended };
		lesson.attendances.push(attendance);

		const { logsLessonId, logsAbsence } = this.account;
		const fields: IDataObject = { customer_id: customer };
		if (logsLessonId) {
			fields.lesson_id = lesson.id;
		}
		if (attended === ATTENDANCE.attended || logsAbsence) {
			fields.is_attend = attended;
		}
		this.logAttendance(lesson, attendance, LOG_EVENT.created, fields, { attendances: [attendance] });
	}

	/** Marks a customer as present or absent, if that is not so already. */
	private markAttendance(lesson: Lesson, attendance: Attendance, attended: 0 | 1): void {
		const { attended: attendedBefore } = attendance;
		if (attendedBefore === attended) return;

		attendance.attended = attended;
		this.logAttendance(
			lesson,
			attendance,
			LOG_EVENT.updated,
			{ is_attend: attended },
			{ fieldsBefore: { is_attend: attendedBefore }, attendances: [attendance] },
		);
	}

	/**
	 * Deletes an attendance. The last one of a lesson stays, because the trigger believes the log if a lesson
	 * shows none.
	 */
	private deleteAttendance(lesson: Lesson, attendance: Attendance): void {
		if (lesson.attendances.length === 1 || !this.account.showsAllAttendances) return;

		lesson.attendances = lesson.attendances.filter((other) => other !== attendance);
		this.logAttendance(lesson, attendance, LOG_EVENT.deleted, {});
	}

	private makeId(): number {
		this.lastId += 1;
		return this.lastId;
	}

	// ---------------------------------------------------------------- the log

	/** Logs a change of a lesson itself. */
	private logLesson(
		lesson: Lesson,
		event: number,
		fields: IDataObject,
		details: Omit<EntryDetails, 'id' | 'event' | 'fields'> = {},
	): void {
		this.log(lesson, 'Lesson', { id: lesson.id, event, fields, ...details });
	}

	/** Logs a change of an attendance of a lesson. */
	private logAttendance(
		lesson: Lesson,
		attendance: Attendance,
		event: number,
		fields: IDataObject,
		details: Omit<EntryDetails, 'id' | 'event' | 'fields'> = {},
	): void {
		this.log(lesson, 'LessonDetails', { id: attendance.id, event, fields, ...details });
	}

	/** Writes an entry into the log of the lesson's branch, if the account logs its class. */
	private log(
		lesson: Lesson,
		entity: LogClass,
		{ id, event, fields, fieldsBefore = {}, attendances = [] }: EntryDetails,
	): void {
		const time = formatTime(this.now);
		const isLogged = this.account.loggedClasses.includes(entity);
		if (isLogged) {
			const row: IDataObject = {
				entity,
				entity_id: id,
				event,
				user_id: 4,
				fields_old: fieldsBefore,
				fields_new: fields,
				date_time: time,
			};
			this.entries.push({ branch: lesson.branch, time, row });
		}
		this.onChange({ lesson, attendances, loggedAt: isLogged ? time : undefined });
	}

	// ---------------------------------------------------------------- lists

	/** Lists the log of a branch, the newest entry first. */
	private listEntries(branch: number, query: IDataObject): IDataObject[] {
		const firstTime = 'date_from' in query ? parseDottedDay(query.date_from) : '';
		const newestFirst = this.entries
			.filter((entry) => this.account.sharesLog || entry.branch === branch)
			.filter(({ time }) => time >= firstTime)
			.map(({ row }) => row)
			.reverse();

		const matching = newestFirst
			.filter(({ entity }) => query.entity === undefined || query.entity === entity)
			.filter(({ entity_id }) => query.entity_id === undefined || query.entity_id === entity_id);
		if (query.entity_id === undefined) return matching;
		return [...newestFirst.slice(0, ENTRIES_OF_OTHER_RECORDS), ...matching];
	}

	/** Lists the lessons of a branch that have a status, the newest one first. */
	private listLessons(branch: number, { id, status, customer_id }: IDataObject): IDataObject[] {
		const { showsAllAttendances } = this.account;
		const showsAttendances = showsAllAttendances || customer_id !== undefined;
		return this.lessons
			.filter((lesson) => lesson.branch === branch && lesson.status === status)
			.filter((lesson) => id === undefined || lesson.id === id)
			.filter(({ attendances }) => customer_id === undefined || hasCustomer(attendances, customer_id))
			.map((lesson) => makeLessonRow(lesson, { showsAttendances }))
			.reverse();
	}
}

interface EntryDetails {
	/** The ID of the record. */
	id: number;
	event: number;
	fields: IDataObject;
	fieldsBefore?: IDataObject;
	/** The attendances that a reader of the entry learns of. */
	attendances?: Attendance[];
}

function hasCustomer(attendances: readonly Attendance[], customer: unknown): boolean {
	return attendances.some((attendance) => attendance.customer === customer);
}

/** Makes the row of a lesson as a list shows it. Some accounts leave out the attendances. */
function makeLessonRow(
	{ id, branch, status, attendances }: Lesson,
	{ showsAttendances }: { showsAttendances: boolean },
): IDataObject {
	const details = attendances.map((attendance) => ({
		id: attendance.id,
		customer_id: attendance.customer,
		is_attend: attendance.attended,
	}));
	return {
		id,
		status,
		branch_id: branch,
		customer_ids: attendances.map(({ customer }) => customer),
		details: showsAttendances ? details : [],
	};
}

/** Writes a time as the log does, such as "2026-02-10 09:00:00". */
function formatTime(time: number): string {
	return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** Rewrites the day of a filter, "10.02.2026", as "2026-02-10". */
function parseDottedDay(day: unknown): string {
	return String(day).split('.').reverse().join('-');
}
