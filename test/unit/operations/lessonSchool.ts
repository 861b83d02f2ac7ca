import type { IDataObject } from 'n8n-workflow';

import { makeAnswerError } from '../../support/nodeErrors';
import { ANNA, BookingSchool, LESSON_TYPE, MONDAY, SUBJECT } from './bookingSchool';
import { customerForm } from './school';

/** A second room of branch 1. */
export const OTHER_ROOM = 2;
export const ROOM_OF_BRANCH_2 = 3;

/**
 * Makes the form that creates a lesson: Anna's trial lesson of chess on Monday, from `time` for an hour. It has
 * neither a teacher nor a room, unless the parameters name them.
 */
export function newLessonFormAt(time: string, parameters: IDataObject = {}): IDataObject {
	return customerForm('create', {
		resource: 'lesson',
		customer_ids: String(ANNA),
		lesson_date: MONDAY,
		time_from: time,
		duration: 60,
		subject_id: SUBJECT.chess,
		lesson_type_id: LESSON_TYPE.trial,
		...parameters,
	});
}

/** Makes the form that creates a lesson whose values are given as JSON. */
export function newLessonFormFromJson(values: IDataObject): IDataObject {
	return customerForm('create', {
		resource: 'lesson',
		inputMode: 'json',
		json: JSON.stringify(values),
	});
}

/** Makes the form that creates a lesson whose values are given in mapped columns. */
export function newLessonFormFromColumns(value: IDataObject): IDataObject {
	return customerForm('create', {
		resource: 'lesson',
		inputMode: 'map',
		columns: { mappingMode: 'defineBelow', value },
	});
}

/** Makes the form that updates fields of a lesson. */
export function lessonUpdateForm(
	lesson: number,
	updateFields: IDataObject,
	parameters: IDataObject = {},
): IDataObject {
	return customerForm('update', { resource: 'lesson', id: lesson, updateFields, ...parameters });
}

/** Makes the form that updates fields of a regular lesson. */
export function regularLessonUpdateForm(regularLesson: number, updateFields: IDataObject): IDataObject {
	return customerForm('update', { resource: 'regularLesson', id: regularLesson, updateFields });
}

/** The school of the booking tests, with a second room and a room of branch 2. */
export class LessonSchool extends BookingSchool {
	constructor() {
		super();
		this.addRecord('room', { id: OTHER_ROOM, name: 'Кабинет 2', branch_id: 1, is_enabled: 1 });
		this.addRecord('room', { id: ROOM_OF_BRANCH_2, name: 'Кабинет 3', branch_id: 2, is_enabled: 1 });
	}

	/** Creates a lesson, which must succeed. Returns the new or existing lesson. */
	async createLesson(form: IDataObject): Promise<{ lesson: IDataObject; hints: string[] }> {
		const { json, hints } = await this.run(form);
		expect(json).toHaveLength(1);
		return { lesson: json[0], hints };
	}

	/** Reads the start and the end of a regular lesson, such as "17:00-18:30". */
	readRegularTimes(regularLesson: number): string {
		const { time_from_v, time_to_v } = this.readRecord('regular-lesson', regularLesson);
		return `${String(time_from_v)}-${String(time_to_v)}`;
	}

	/** Answers a call such as "lesson/index" in one branch with an HTTP status from now on. */
	failCallInBranch(failingCall: string, { branch, status }: { branch: number; status: number }): void {
		this.onCall = (_call, { url }) => {
			if (url.endsWith(`/${branch}/${failingCall}`)) throw makeAnswerError(status);
			return undefined;
		};
	}
}
