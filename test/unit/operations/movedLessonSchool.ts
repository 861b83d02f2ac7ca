import type { IDataObject } from 'n8n-workflow';

import { collect } from '../../../nodes/AlfaCrm/api/list';
import type { SampleRequest } from '../../../nodes/AlfaCrm/trigger/eventSource';
import { ComingLessons } from '../../../nodes/AlfaCrm/trigger/sources/comingLessons/comingLessons';
import { CUSTOMER_TYPE, LESSON_STATUS, REGULAR_LESSON_DAY } from '../../support/codes';
import { SmallSchool } from './school';
import { openExecution } from './support';

/** Nine in the morning of the Monday, in Moscow. */
export const NOW = '2026-03-09T06:00:00Z';

/** The teacher of the regular lesson. Both teachers work every day from 16:00 to 19:00. */
const TEACHER = 1;
export const OTHER_TEACHER = 2;

/** The room of the regular lesson. */
const ROOM = 1;
const GROUP = 41;
/** The only member of the group. */
export const MEMBER = 501;
/** A client who is in no group. */
const GUEST = 502;
/** A client to whom the lessons of `addLesson` belong. */
const OTHER_CLIENT = 503;
const REGULAR_LESSON = 71;
/** More reminders than any test has. */
const MOST_REMINDERS = 100;
export const SUBJECT = { robotics: 1, chess: 2 } as const;

/** Fills the form of Book: a lesson of the guest with the teacher of the regular lesson, from 17:00 to 18:00. */
export function guestLessonForm(day: string, parameters: IDataObject = {}): IDataObject {
	return {
		resource: 'lesson',
		operation: 'book',
		branchId: 1,
		customer_ids: String(GUEST),
		teacher_ids: [TEACHER],
		subject_id: SUBJECT.robotics,
		lesson_type_id: 1,
		when: 'time',
		lesson_date: day,
		time_from: '17:00',
		duration: 60,
		simplify: false,
		additionalFields: {},
		options: {},
		...parameters,
	};
}

/** Fills the form of Book: a lesson of the guest in the first free slot that begins at a full hour. */
export function firstFreeGuestLessonForm(
	{ from, to }: { from: string; to: string },
	parameters: IDataObject = {},
): IDataObject {
	return guestLessonForm(from, {
		when: 'firstFree',
		time_from: '',
		date_to: to,
		options: { step: 60 },
		...parameters,
	});
}

/** A lesson as a test gives it: the hours apart from the day, not as AlfaCRM stores them. */
interface LessonValues extends IDataObject {
	from?: string;
	to?: string;
}

/**
 * A school with one group, which has a regular lesson on Mondays from 17:00 to 18:00. The calendar has no lessons until a
 * test adds some.
 */
export class MovedLessonSchool extends SmallSchool {
	constructor() {
		super({ now: '2026-03-09 09:00:00' });
		this.addRecord('subject', { id: SUBJECT.robotics, name: 'Робототехника' });
		this.addRecord('subject', { id: SUBJECT.chess, name: 'Шахматы' });
		this.addRecord('lesson-type', { id: 1, name: 'Индивидуальный' });
		this.addRecord('room', { id: ROOM, name: 'Класс 1', branch_id: 1, is_enabled: 1 });

		this.addRecord('group', { id: GROUP, name: 'Роботы', branch_ids: [1] });
		this.addClient({ id: MEMBER, name: 'Орлова Мия', branch_ids: [1] });
		this.addClient({ id: GUEST, name: 'Серов Глеб', branch_ids: [1] });
		this.addClient({ id: OTHER_CLIENT, name: 'Зимина Лия', branch_ids: [1] });
		this.addRecord('cgi', { customer_id: MEMBER, group_id: GROUP, b_date: '01.01.2026', e_date: null });

		this.addRecord('teacher', { id: TEACHER, name: 'Петров Лев', branch_ids: [1] });
		this.addRecord('teacher', { id: OTHER_TEACHER, name: 'Сидорова Ева', branch_ids: [1] });
		this.addWorkingHoursOfEveryDay(TEACHER);
		this.addWorkingHoursOfEveryDay(OTHER_TEACHER);

		this.addRecord('regular-lesson', {
			id: REGULAR_LESSON,
			branch_id: 1,
			related_class: 'Group',
			related_id: GROUP,
			day: REGULAR_LESSON_DAY.monday,
			time_from_v: '17:00',
			time_to_v: '18:00',
			b_date: '2026-01-01',
			e_date: '2026-12-31',
			subject_id: SUBJECT.robotics,
			lesson_type_id: 1,
			teacher_ids: [TEACHER],
			room_id: ROOM,
		});
	}

	private addClient(values: IDataObject): void {
		this.addRecord('customer', { is_study: CUSTOMER_TYPE.client, ...values });
	}

	private addWorkingHoursOfEveryDay(teacher: number): void {
		for (let weekday = 1; weekday <= 7; weekday++) {
			this.addRecord('working-hour', {
				teacher_id: teacher,
				branch_id: 1,
				weekday,
				time_from: '16:00',
				time_to: '19:00',
			});
		}
	}

	/** Adds a lesson of the regular lesson that somebody has moved from a Monday to this day. AlfaCRM does not say which Monday. */
	addLessonMovedTo(day: string, values: LessonValues = {}): number {
		return this.addLessonOfGroup(day, values);
	}

	/** Adds the lesson of the regular lesson on a Monday. */
	addMondayLesson(monday: string, values: LessonValues = {}): number {
		return this.addLessonOfGroup(monday, values);
	}

	private addLessonOfGroup(day: string, values: LessonValues = {}): number {
		return this.addLesson(day, {
			regular_id: REGULAR_LESSON,
			group_ids: [GROUP],
			customer_ids: [],
			...values,
		});
	}

	/** Adds a lesson of another client with the teacher and in the room of the regular lesson, from 17:00 to 18:00. */
	addLesson(day: string, { from = '17:00', to = '18:00', ...values }: LessonValues = {}): number {
		return this.addRecord('lesson', {
			branch_id: 1,
			date: day,
			time_from: `${day} ${from}:00`,
			time_to: `${day} ${to}:00`,
			status: LESSON_STATUS.planned,
			subject_id: SUBJECT.robotics,
			lesson_type_id: 1,
			regular_id: null,
			teacher_ids: [TEACHER],
			customer_ids: [OTHER_CLIENT],
			room_id: ROOM,
			...values,
		});
	}

	/** Adds lessons that keep the teacher of the regular lesson busy on whole days. */
	fillWorkingHoursOn(days: readonly string[]): void {
		for (const day of days) {
			this.addLesson(day, { from: '16:00', to: '19:00' });
		}
	}

	/** Runs Get Participants, and returns an item for each customer who is expected in a lesson. */
	async listParticipants({ from, to }: { from: string; to: string }): Promise<IDataObject[]> {
		const { json } = await this.run({
			resource: 'lesson',
			operation: 'getParticipants',
			branchId: 1,
			returnAll: true,
			simplify: true,
			date_from: from,
			date_to: to,
			additionalFields: {},
		});
		return json;
	}

	/** Runs Get Free Slots for the teacher of the regular lesson, and returns the hours that are free on a day. */
	async listFreeHoursOfTeacher(day: string, parameters: IDataObject = {}): Promise<unknown[]> {
		const { json } = await this.run({
			resource: 'teacher',
			operation: 'getFreeSlots',
			branchId: 1,
			id: TEACHER,
			date_from: day,
			date_to: day,
			duration: 60,
			returnAll: true,
			options: { step: 60, past: true },
			...parameters,
		});
		return json.map(({ start }) => start);
	}

	/** Runs Get Free Slots for the other teacher, and returns the hours in which the room of the regular lesson is free, too. */
	async listFreeHoursOfRoom(day: string): Promise<unknown[]> {
		return await this.listFreeHoursOfTeacher(day, { id: OTHER_TEACHER, additionalFields: { room_id: ROOM } });
	}

	/** Books a lesson, which must succeed. */
	async book(form: IDataObject): Promise<IDataObject> {
		const { json } = await this.run(form);
		expect(json).toHaveLength(1);
		return json[0];
	}

	/** Runs Daily Check for overlapping lessons, and returns an item for each overlap. */
	async listOverlaps(): Promise<IDataObject[]> {
		const { json } = await this.run({
			resource: 'account',
			operation: 'dailyCheck',
			options: { checks: ['overlap'] },
		});
		return json;
	}

	/** Runs the trigger Lesson Coming Up for the next 48 hours, and returns a participant for each reminder. */
	async listReminders(): Promise<IDataObject[]> {
		const { client } = openExecution((request) => this.answer(request)).run;
		const trigger = new ComingLessons({ hours: 48, zone: 'Europe/Moscow', scanIntervalMs: 60_000 });
		const request: SampleRequest = {
			client,
			reader: { collect: async (list, options) => await collect(client, list, options) },
			branches: [1],
			now: Date.parse(NOW),
			deadline: Infinity,
		};
		const { records } = await trigger.readSamples(request, MOST_REMINDERS);
		const reminders = records as unknown as Array<{ participant: IDataObject }>;
		return reminders.map(({ participant }) => participant);
	}

	/** Runs Get Overview for the member, and returns the next lesson. */
	async readNextLessonOfMember(): Promise<IDataObject | null> {
		const { json } = await this.run({
			resource: 'customer',
			operation: 'getOverview',
			branchId: 1,
			matchBy: 'id',
			id: MEMBER,
			leaveOut: [],
			options: {},
		});
		return json[0].next_lesson as IDataObject | null;
	}
}
