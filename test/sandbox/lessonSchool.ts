import type { JsonObject } from '../../sandbox';
import { LESSON_STATUS } from '../support/codes';
import { School } from './support';

export const LESSON_TYPE = { individual: 1, group: 2, trial: 3 } as const;

const ROBOTICS = 1;

/** A teacher of branches 1 and 2. */
export const TEACHER = 1;
/** A teacher of branch 2 alone. */
export const TEACHER_OF_BRANCH_2 = 4;

/** The errors of a lesson whose room is taken at that time. */
export const BUSY_ROOM = { room_id: ['Аудитория занята'] };

/** Makes the body that creates a group lesson in room 1 on 5 March 2026, from 10 to 11. */
export function lessonForm(values: JsonObject = {}): JsonObject {
	return {
		lesson_date: '05.03.2026',
		time_from: '10:00',
		time_to: '11:00',
		lesson_type_id: LESSON_TYPE.group,
		subject_id: ROBOTICS,
		room_id: 1,
		...values,
	};
}

/** Makes the body that creates regular lessons on Tuesdays and Thursdays, for a school year. */
export function regularLessonForm(values: JsonObject = {}): JsonObject {
	return {
		branch_id: 1,
		days: [2, 4],
		b_date_v: '01.09.2025',
		e_date_v: '31.05.2026',
		...values,
	};
}

/** A school with verbs for lessons, for the tests of the calendar. */
export class LessonSchool extends School {
	/**
	 * Adds a lesson of branch 1 past the API. Unless the values differ, it was held on 3 February 2026 from
	 * 10 to 11.
	 */
	addLesson(values: JsonObject = {}): number {
		return this.addRecord('lesson', {
			branch_id: 1,
			status: LESSON_STATUS.held,
			date: '2026-02-03',
			time_from: '2026-02-03 10:00:00',
			time_to: '2026-02-03 11:00:00',
			lesson_type_id: LESSON_TYPE.group,
			subject_id: ROBOTICS,
			...values,
		});
	}

	/** Adds a lesson on a day past the API, from 10 to 11. */
	addLessonOn(day: string, values: JsonObject = {}): number {
		return this.addLesson({
			date: day,
			time_from: `${day} 10:00:00`,
			time_to: `${day} 11:00:00`,
			...values,
		});
	}

	/** Creates a lesson through the API. */
	async createLesson(values: JsonObject = {}): Promise<JsonObject> {
		return await this.save('1/lesson/create', lessonForm(values));
	}

	/** Changes a lesson through the API. */
	async updateLesson({ id }: JsonObject, body: JsonObject): Promise<JsonObject> {
		return await this.save(`1/lesson/update?id=${String(id)}`, body);
	}

	/** Holds a lesson through the API and notes the attendance. */
	async teachLesson({ id }: JsonObject, body: JsonObject): Promise<JsonObject> {
		return await this.save(`1/lesson/teach?id=${String(id)}`, body);
	}

	/** Expects an update of a lesson to be refused, and returns the errors. */
	async expectUpdateRefused({ id }: JsonObject, body: JsonObject): Promise<unknown> {
		return await this.expectRefused(`1/lesson/update?id=${String(id)}`, body);
	}

	/** Reads the calendar at a path of the API. The answer is a bare list of lessons. */
	async readCalendar(path: string): Promise<JsonObject[]> {
		const { text } = await this.call(path);
		return JSON.parse(text) as JsonObject[];
	}
}
