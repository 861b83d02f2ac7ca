import type { IDataObject } from 'n8n-workflow';

import { LESSON_STATUS, REGULAR_LESSON_DAY, WORKING_HOUR_WEEKDAY } from '../../support/codes';
import { customerForm, SmallSchool } from './school';

/** More than a week before the Monday of the tests. */
export const NOW = '2026-02-01T09:00:00Z';
export const MONDAY = '2026-02-09';
export const TUESDAY = '2026-02-10';
export const WEDNESDAY = '2026-02-11';
export const SUNDAY = '2026-02-15';

/** The teacher of the forms. */
export const NOVIKOVA = 1001;
export const SIDOROVA = 1002;
export const HALL = 2001;
export const SUBJECT = { chess: 7, drawing: 8, music: 9 } as const;

/** Fills the form of Get Free Slots: all slots of an hour that Novikova has from Monday to Sunday. */
export function freeSlotsForm(parameters: IDataObject = {}): IDataObject {
	return customerForm('getFreeSlots', {
		resource: 'teacher',
		id: NOVIKOVA,
		date_from: MONDAY,
		date_to: SUNDAY,
		duration: 60,
		returnAll: true,
		...parameters,
	});
}

/** Fills the form of Get Free Slots: the slots of all teachers, which begin at full hours. */
export function freeSlotsOfAllTeachersForm(parameters: IDataObject = {}): IDataObject {
	return freeSlotsForm({ id: '', options: { step: 60 }, ...parameters });
}

/** A lesson as a test gives it: the day and the hours apart, not as AlfaCRM stores them. */
interface LessonValues extends IDataObject {
	date?: string;
	from?: string;
	to?: string;
}

/** A school with two teachers of branch 1, who have no working hours yet. */
export class FreeSlotSchool extends SmallSchool {
	constructor() {
		super();
		this.addRecord('teacher', { id: NOVIKOVA, name: 'Новикова Яна', branch_ids: [1] });
		this.addRecord('teacher', { id: SIDOROVA, name: 'Сидорова Ева', branch_ids: [1] });
		this.addRecord('room', { id: HALL, name: 'Зал', branch_id: 1 });
	}

	/** Adds working hours of a teacher on Mondays. AlfaCRM stores the last minute, such as 12:59 for hours until 13:00. */
	addMondayHours(teacher: number, { fromHour, untilHour }: { fromHour: number; untilHour: number }): void {
		this.addRecord('working-hour', {
			teacher_id: teacher,
			branch_id: 1,
			weekday: WORKING_HOUR_WEEKDAY.monday,
			time_from: `${fromHour}:00`,
			time_to: `${untilHour - 1}:59`,
		});
	}

	/** Lets a teacher leave the school on a day. AlfaCRM calls that day `e_date`. */
	setLeavingDay(teacher: number, day: string): void {
		this.changeRecord('teacher', teacher, { e_date: day });
	}

	/** Adds a planned lesson of chess with Novikova in the hall, on Monday from 11:00 to 12:00. */
	addLesson({ date = MONDAY, from = '11:00', to = '12:00', ...values }: LessonValues = {}): number {
		return this.addRecord('lesson', {
			branch_id: 1,
			date,
			time_from: `${date} ${from}:00`,
			time_to: `${date} ${to}:00`,
			status: LESSON_STATUS.planned,
			subject_id: SUBJECT.chess,
			lesson_type_id: 1,
			teacher_ids: [NOVIKOVA],
			room_id: HALL,
			regular_id: null,
			...values,
		});
	}

	/** Adds a regular lesson of chess with Novikova in the hall, on Fridays from 12:00 to 13:00. */
	addRegularLesson(values: IDataObject = {}): number {
		return this.addRecord('regular-lesson', {
			branch_id: 1,
			day: REGULAR_LESSON_DAY.friday,
			time_from_v: '12:00',
			time_to_v: '13:00',
			b_date: '2025-09-01',
			e_date: '2026-05-31',
			subject_id: SUBJECT.chess,
			teacher_ids: [NOVIKOVA],
			room_id: HALL,
			...values,
		});
	}

	/** Answers a call with a list that changes from page to page, so that it never comes whole. */
	answerCallWithUnstableList(unstableCall: string): void {
		this.onCall = (call, request) =>
			call === unstableCall ? this.answerWithUnstableList(request) : undefined;
	}

	/** Runs Get Free Slots, and returns the slots as texts such as "2026-02-09 10:00-11:00". */
	async listSlots(form: IDataObject, options: { timezone?: string } = {}): Promise<string[]> {
		const { json } = await this.run(form, options);
		return json.map(({ date, start, end }) => `${String(date)} ${String(start)}-${String(end)}`);
	}

	/** Runs Get Free Slots, and returns the start and the teacher of each slot, such as "10:00 Новикова Яна". */
	async listStartsAndTeachers(form: IDataObject): Promise<string[]> {
		const { json } = await this.run(form);
		return json.map(({ start, teacher_name }) => `${String(start)} ${String(teacher_name)}`);
	}
}
