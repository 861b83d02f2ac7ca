import type { IDataObject } from 'n8n-workflow';

import { ATTENDANCE, CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { customerForm, SmallSchool } from './school';

/** Clients of branch 1. */
export const ANNA = 1;
export const BORIS = 2;
export const VERA = 3;
export const GLEB = 4;

/** The lesson of `addLesson` and `addGroupLesson`, unless the test says otherwise. */
export const LESSON = 501;
export const OTHER_LESSON = 502;

const GROUP = 41;

/** Fills the form of Complete Lesson. The parameters say who was present and who was absent. */
export function completeLessonForm(lesson: number, parameters: IDataObject = {}): IDataObject {
	return customerForm('complete', {
		resource: 'lesson',
		id: lesson,
		present_ids: '',
		absent_ids: '',
		if_completed: 'refuse',
		...parameters,
	});
}

/** Fills the form of Complete Lesson, with If Already Completed set to Send It Again. */
export function completeLessonAgainForm(lesson: number, parameters: IDataObject): IDataObject {
	return completeLessonForm(lesson, { if_completed: 'teach', ...parameters });
}

/** A school in which lessons are completed. */
export class AttendanceSchool extends SmallSchool {
	constructor() {
		super();
		this.addRecord('subject', { id: 1, name: 'Роботы' });
		this.addRecord('lesson-type', { id: 2, name: 'Групповой' });
		this.addRecord('teacher', { id: 1, name: 'Петров Лев', branch_ids: [1] });
		this.addRecord('teacher', { id: 2, name: 'Сидорова Ева', branch_ids: [1] });
		for (const customer of [ANNA, BORIS, VERA, GLEB]) {
			this.addLead({ id: customer, is_study: CUSTOMER_TYPE.client });
		}
	}

	/**
	 * Adds a planned lesson of Anna and Boris in branch 1, on 10 February 2026 from 17:00 to 18:30,
	 * unless the values say otherwise.
	 */
	addLesson({ date = '2026-02-10', ...values }: IDataObject = {}): number {
		return this.addRecord('lesson', {
			id: LESSON,
			branch_id: 1,
			date,
			time_from: `${String(date)} 17:00:00`,
			time_to: `${String(date)} 18:30:00`,
			status: LESSON_STATUS.planned,
			lesson_type_id: 2,
			subject_id: 1,
			teacher_ids: [1],
			group_ids: [],
			customer_ids: [ANNA, BORIS],
			...values,
		});
	}

	/** Adds a planned lesson of the group on 10 February 2026. The lesson lists only the group, and no customers. */
	addGroupLesson(): number {
		this.addRecord('group', { id: GROUP, name: 'Роботы', branch_ids: [1] });
		return this.addLesson({ customer_ids: [], group_ids: [GROUP] });
	}

	/** Adds a customer's membership in the group. Days as AlfaCRM stores them: "10.02.2026". */
	addMembership(
		customer: number,
		{ from = '01.01.2026', until = null }: { from?: string; until?: string | null } = {},
	): void {
		this.addRecord('cgi', { customer_id: customer, group_id: GROUP, b_date: from, e_date: until });
	}

	/** Adds the attendance of a customer at a lesson, and returns its ID. */
	addAttendance(lesson: number, values: IDataObject): number {
		return this.addRecord('lesson-details', { lesson_id: lesson, ...values });
	}

	/** Changes the attendances of all customers at a lesson, as the staff would. */
	changeAttendances(lesson: number, values: IDataObject): void {
		for (const { id } of this.readAttendances(lesson)) {
			this.changeRecord('lesson-details', id, values);
		}
	}

	/** Lets AlfaCRM list a lesson with other values than those that are stored. */
	showLessonWith(lesson: number, values: object): void {
		this.onCall = (call, { body }) => {
			if (call !== 'lesson/index') return undefined;

			const stored = this.readRecord('lesson', lesson);
			const isListed = body.status === stored.status && body.page === 0;
			return { items: isListed ? [{ ...stored, ...values }] : [] };
		};
	}

	/** Completes a lesson, which must succeed. */
	async complete(form: IDataObject): Promise<{ lesson: IDataObject; hints: string[] }> {
		const { json, hints } = await this.run(form);
		expect(json).toHaveLength(1);
		return { lesson: json[0], hints };
	}

	/** Runs the node with a form for each item, and stops at the first error. */
	async completeItems(forms: IDataObject[], { callsAtOnce = 1 } = {}) {
		return await this.runToEnd({}, { parametersByItem: forms, credential: { callsAtOnce } });
	}

	/** Runs the node with a form for each item, and goes on after errors. */
	async completeItemsDespiteErrors(forms: IDataObject[]): Promise<IDataObject[]> {
		const { json } = await this.runToEnd({}, { parametersByItem: forms, continueOnFail: true });
		return json;
	}

	/** Reads the attendances that AlfaCRM has for a lesson. */
	readAttendances(lesson: number): IDataObject[] {
		return this.readRecords('lesson-details').filter(({ lesson_id }) => lesson_id === lesson);
	}

	/** Reads who was present at a lesson and who was absent, as `{ 1: 'present', 2: 'absent' }`. */
	readPresences(lesson: number): Record<string, unknown> {
		const presences = this.readAttendances(lesson).map(({ customer_id, is_attend }) => [
			customer_id,
			PRESENCES.get(is_attend) ?? is_attend,
		]);
		return Object.fromEntries(presences) as Record<string, unknown>;
	}

	/** Reads the attendances in the last call that completed a lesson. */
	readSentAttendances(): IDataObject[] {
		const lastRequest = this.readRequests('lesson/teach').at(-1);
		return lastRequest?.body.details as IDataObject[];
	}
}

/** The meaning of `is_attend` in an attendance. */
const PRESENCES = new Map<unknown, string>([
	[ATTENDANCE.attended, 'present'],
	[ATTENDANCE.missed, 'absent'],
]);
