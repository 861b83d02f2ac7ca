import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { CUSTOMER_TYPE, LESSON_STATUS, REGULAR_LESSON_DAY, WORKING_HOUR_WEEKDAY } from '../../support/codes';
import { makeAnswerError } from '../../support/nodeErrors';
import { SmallSchool } from './school';

/** The Monday on which the tests book, one week after `NOW`. */
export const MONDAY = '2031-03-10';
export const NOW = '2031-03-03T09:00:00Z';

/** Three teachers, who work from 10:00 to 13:00 on Mondays and Tuesdays. */
export const PETROV = 1;
export const SIDOROVA = 2;
export const PRIMEROV = 3;

/** A lead. */
export const ANNA = 1;
/** A client, to whom the lessons of `addLesson` belong unless the test says otherwise. */
export const BORIS = 2;

export const GROUP = 1;
export const ROOM = 1;
export const SUBJECT = { chess: 1, drawing: 2 } as const;
export const LESSON_TYPE = { individual: 1, group: 2, trial: 3 } as const;
export const STAGE = { newLead: 1, trialLesson: 2 } as const;

/** Fills the form of Book: a trial lesson of chess for Anna with Petrov, on Monday at a time. */
export function trialLessonAt(time: string, parameters: IDataObject = {}): IDataObject {
	return { ...TRIAL_LESSON, when: 'time', time_from: time, ...parameters };
}

/** Fills the form of Book: a trial lesson of chess for Anna with Petrov, in the first free slot of the week. */
export function firstFreeTrialLesson(parameters: IDataObject = {}): IDataObject {
	return { ...TRIAL_LESSON, when: 'firstFree', date_to: '2031-03-16', ...parameters };
}

/** Fills the form of Book: a lesson of chess for the group with Petrov, on Monday at a time. */
export function groupLessonAt(time: string, parameters: IDataObject = {}): IDataObject {
	return trialLessonAt(time, {
		customer_ids: '',
		group_ids: String(GROUP),
		lesson_type_id: LESSON_TYPE.group,
		...parameters,
	});
}

const TRIAL_LESSON: IDataObject = {
	resource: 'lesson',
	operation: 'book',
	branchId: 1,
	customer_ids: String(ANNA),
	subject_id: SUBJECT.chess,
	lesson_type_id: LESSON_TYPE.trial,
	teacher_ids: [PETROV],
	lesson_date: MONDAY,
	duration: 60,
	additionalFields: {},
	options: {},
};

/** A lesson as a test gives it: the day and the hours apart, not as AlfaCRM stores them. */
interface LessonValues extends IDataObject {
	date?: string;
	from?: string;
	to?: string;
}

/** A school in which lessons are booked. */
export class BookingSchool extends SmallSchool {
	constructor() {
		super();
		this.addRecord('subject', { id: SUBJECT.chess, name: 'Шахматы' });
		this.addRecord('subject', { id: SUBJECT.drawing, name: 'Рисование' });
		this.addRecord('lesson-type', { id: LESSON_TYPE.individual, name: 'Индивидуальный' });
		this.addRecord('lesson-type', { id: LESSON_TYPE.group, name: 'Групповой' });
		this.addRecord('lesson-type', { id: LESSON_TYPE.trial, name: 'Пробный' });
		this.addRecord('lead-status', { id: STAGE.newLead, name: 'Новый' });
		this.addRecord('lead-status', { id: STAGE.trialLesson, name: 'Пробный урок' });
		this.addRecord('room', { id: ROOM, name: 'Кабинет 1', branch_id: 1, is_enabled: 1 });
		this.addRecord('group', { id: GROUP, name: 'Группа А', branch_ids: [1] });

		this.addRecord('teacher', { id: PETROV, name: 'Петров Лев', branch_ids: [1] });
		this.addRecord('teacher', { id: SIDOROVA, name: 'Сидорова Ева', branch_ids: [1] });
		this.addRecord('teacher', { id: PRIMEROV, name: 'Примеров Ян', branch_ids: [1] });
		for (const teacher of [PETROV, SIDOROVA, PRIMEROV]) {
			this.addWorkingHours(teacher, WORKING_HOUR_WEEKDAY.monday);
			this.addWorkingHours(teacher, WORKING_HOUR_WEEKDAY.tuesday);
		}

		this.addLead({ id: ANNA, is_study: CUSTOMER_TYPE.lead });
		this.addLead({ id: BORIS, is_study: CUSTOMER_TYPE.client });
	}

	/** Adds working hours from 10:00 to 13:00. AlfaCRM stores the last minute, 12:59. */
	addWorkingHours(teacher: number, weekday: number): void {
		this.addRecord('working-hour', {
			teacher_id: teacher,
			branch_id: 1,
			weekday,
			time_from: '10:00',
			time_to: '12:59',
		});
	}

	removeAllWorkingHours(): void {
		for (const { id } of this.readRecords('working-hour')) {
			this.store.remove('working-hour', Number(id));
		}
	}

	/** Adds a planned lesson of Boris with Petrov, on Monday from 10:00 to 11:00, unless the values say otherwise. */
	addLesson({ date = MONDAY, from = '10:00', to = '11:00', ...values }: LessonValues = {}): number {
		return this.addRecord('lesson', {
			branch_id: 1,
			date,
			time_from: `${date} ${from}:00`,
			time_to: `${date} ${to}:00`,
			lesson_type_id: LESSON_TYPE.individual,
			subject_id: SUBJECT.drawing,
			teacher_ids: [PETROV],
			group_ids: [],
			customer_ids: [BORIS],
			status: LESSON_STATUS.planned,
			room_id: null,
			regular_id: null,
			...values,
		});
	}

	/** Adds a trial lesson of chess of Anna, on Monday from 10:00 to 11:00, as if it had been booked before. */
	addTrialLesson(values: LessonValues = {}): number {
		return this.addLesson({
			lesson_type_id: LESSON_TYPE.trial,
			subject_id: SUBJECT.chess,
			customer_ids: [ANNA],
			...values,
		});
	}

	/** Adds a regular lesson of the group with Petrov, each Monday from 10:00 to 11:00. */
	addRegularLesson(values: IDataObject = {}): number {
		return this.addRecord('regular-lesson', {
			branch_id: 1,
			related_class: 'Group',
			related_id: GROUP,
			lesson_type_id: LESSON_TYPE.group,
			subject_id: SUBJECT.chess,
			teacher_ids: [PETROV],
			room_id: null,
			day: REGULAR_LESSON_DAY.monday,
			time_from_v: '10:00',
			time_to_v: '11:00',
			b_date: '2030-09-01',
			e_date: '2031-05-31',
			...values,
		});
	}

	/**
	 * Adds a lesson of the group with Sidorova, on Monday from 10:00 to 11:00. AlfaCRM lists it for a member of the group,
	 * although the lesson names only the group. API notes 5.11.
	 */
	addGroupLessonOfMember(member: number): number {
		const id = this.addLesson({ teacher_ids: [SIDOROVA], group_ids: [GROUP], customer_ids: [] });
		this.onCall = (call, { body }) => {
			if (call !== 'lesson/index' || body.customer_id === undefined) return undefined;
			const isListed = body.customer_id === member && body.status === LESSON_STATUS.planned;
			const items = isListed ? [this.readRecord('lesson', id)] : [];
			return { items, total: items.length, count: items.length, page: 0 };
		};
		return id;
	}

	/** Adds a lesson of the group with Sidorova, on Monday from 10:00 to 11:00, that names no customers. */
	addGroupLesson(values: LessonValues = {}): number {
		return this.addLesson({
			teacher_ids: [SIDOROVA],
			group_ids: [GROUP],
			customer_ids: [],
			...values,
		});
	}

	/** Adds the membership of a customer in the group. Days as AlfaCRM stores them: "01.09.2030". */
	addMembership(customer: number, { from, until }: { from: string; until: string | null }): number {
		return this.addRecord('cgi', {
			customer_id: customer,
			group_id: GROUP,
			b_date: from,
			e_date: until,
		});
	}

	/** Lets AlfaCRM take 20 ms for each answer, so that two executions are under way at the same time. */
	answerSlowly(): void {
		this.onCall = async () => await sleep(20);
	}

	/** Answers a call with an HTTP status from now on. */
	failCall(failingCall: string, status: number): void {
		this.onCall = (call) => {
			if (call === failingCall) throw makeAnswerError(status);
			return undefined;
		};
	}

	/** Answers all calls as the school again, after `failCall`. */
	answerAllCalls(): void {
		this.onCall = () => undefined;
	}

	/** Lets another process act right before AlfaCRM answers a call for the nth time. */
	actBeforeAnswer({ call: awaitedCall, nth }: { call: string; nth: number }, act: () => void): void {
		let count = 0;
		this.onCall = (call) => {
			if (call === awaitedCall) count += 1;
			if (call === awaitedCall && count === nth) act();
			return undefined;
		};
	}

	/** Forgets the calls so far, so that a test sees only the calls of the next execution. */
	forgetCalls(): void {
		this.calls.length = 0;
	}

	/** Books a lesson, which must succeed. */
	async book(form: IDataObject): Promise<{ lesson: IDataObject; hints: string[] }> {
		const { json, hints } = await this.run(form);
		expect(json).toHaveLength(1);
		return { lesson: json[0], hints };
	}

	/** Reads the trial lessons that AlfaCRM has. */
	trialLessons(): IDataObject[] {
		return this.readRecords('lesson').filter(({ lesson_type_id }) => lesson_type_id === LESSON_TYPE.trial);
	}

	readStage(customer: number): unknown {
		return this.readRecord('customer', customer).lead_status_id;
	}

	moveToStage(customer: number, stage: number): void {
		this.changeRecord('customer', customer, { lead_status_id: stage });
	}
}

/** Sets the clock of the node and of the school, in UTC. Moscow is three hours ahead. */
export function setClock(moment: string): void {
	jest.setSystemTime(new Date(moment));
}
