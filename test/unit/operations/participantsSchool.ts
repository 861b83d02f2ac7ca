import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { SmallSchool } from './school';

/** A client of branch 1 and a member of the group, with two phones and an email. */
export const ANNA = 501;
/** A client of branch 1 who becomes a member of the group on the day after `TUESDAY`. */
export const BORIS = 502;
/** A client of branch 2. */
export const VERA = 503;
/** A customer whom lessons may name, but who is in no list of customers. */
export const CUSTOMER_WITHOUT_CARD = 999;

/** A group of branch 1. */
export const GROUP = 41;
/** The lesson of the group on `TUESDAY` at 17:00. */
export const GROUP_LESSON = 9_001;

/** The day after `NOW`. */
const TUESDAY = '2026-03-10';
export const NOW = '2026-03-09T09:00:00Z';

/** Fills the form of Get Participants: the participants of all lessons of Tuesday, in all branches. */
export function tuesdayParticipantsForm(parameters: IDataObject = {}): IDataObject {
	return {
		resource: 'lesson',
		operation: 'getParticipants',
		branchId: '',
		returnAll: true,
		simplify: true,
		date_from: TUESDAY,
		date_to: TUESDAY,
		additionalFields: {},
		...parameters,
	};
}

/** Fills the form of Get Participants: the participants of one lesson, in any branch. */
export function lessonParticipantsForm(lesson: unknown, parameters: IDataObject = {}): IDataObject {
	const additionalFields = { lesson_id: lesson } as IDataObject;
	return tuesdayParticipantsForm({ additionalFields, ...parameters });
}

/** A school with one group lesson, in which Anna is the only participant. */
export class ParticipantsSchool extends SmallSchool {
	constructor() {
		super({ now: '2026-03-09 12:00:00', bodyPageSize: 'honoured' });
		this.addClient({
			id: ANNA,
			name: 'Орлова Анна',
			branch_ids: [1],
			phone: ['+7(900)000-05-01', '+7(900)000-05-02'],
			email: ['a@example.org'],
		});
		this.addClient({ id: BORIS, name: 'Ильин Борис', branch_ids: [1] });
		this.addClient({ id: VERA, name: 'Ким Вера', branch_ids: [2] });

		this.addRecord('group', { id: GROUP, name: 'Роботы', branch_ids: [1] });
		this.addRecord('cgi', { customer_id: ANNA, group_id: GROUP, b_date: '01.01.2026', e_date: null });
		this.addRecord('cgi', { customer_id: BORIS, group_id: GROUP, b_date: '11.03.2026', e_date: null });
		this.addLesson({ id: GROUP_LESSON, group_ids: [GROUP] });
	}

	private addClient(values: IDataObject): void {
		this.addRecord('customer', { is_study: CUSTOMER_TYPE.client, ...values });
	}

	/** Adds a planned lesson in branch 1, on Tuesday from 17:00 to 23:00, unless the values say otherwise. */
	addLesson({ date = TUESDAY, time = '17:00', ...values }: IDataObject): number {
		return this.addRecord('lesson', {
			branch_id: 1,
			date,
			time_from: `${String(date)} ${String(time)}:00`,
			time_to: `${String(date)} 23:00:00`,
			status: LESSON_STATUS.planned,
			subject_id: 1,
			lesson_type_id: 2,
			teacher_ids: [1],
			room_id: 1,
			...values,
		});
	}

	/** Lets AlfaCRM list only the first customer when a call asks for several customers by their IDs. */
	listOnlyFirstOfSeveralIds(): void {
		this.onCall = (call, { body: { id } }) => {
			if (call !== 'customer/index' || !Array.isArray(id)) return undefined;
			return { items: [this.readRecord('customer', Number(id[0]))], total: 1 };
		};
	}

	/** Answers a call with a list that changes from page to page, so that it is never whole. */
	answerCallWithUnstableList(unstableCall: string): void {
		this.onCall = (call, request) =>
			call === unstableCall ? this.answerWithUnstableList(request) : undefined;
	}
}
