import type { Scheduler } from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { LESSON_STATUS } from '../../support/codes';
import { customerForm, PHONE, SmallSchool } from '../../unit/operations/school';

export const EMAIL = 'mia@example.org';
export const CONTRACT = 'Д-новый';
export const PAY_ACCOUNT = 1;
export const PLAN = 1;
/** The teacher of the client, and two others. */
export const TEACHER = { own: 1, second: 2, third: 3 } as const;

const SUBJECT = 1;
const LESSON_TYPE = 2;

/** Two credentials for one account, whose addresses are written in two ways. n8n keeps them apart. */
export const CREDENTIALS = [
	{ hostname: 'demo', callsAtOnce: 5 },
	{ hostname: 'https://demo.s20.online/', callsAtOnce: 5 },
] as const;

/** A school with the teachers, the plan and the other records that the forms of these tests name. */
export class SideBySideSchool extends SmallSchool {
	constructor() {
		super();
		this.addRecord('pay-account', { id: PAY_ACCOUNT, name: 'Касса' });
		this.addRecord('pay-item', { name: 'Занятия' });
		this.addRecord('location', { name: 'Центр' });
		this.addRecord('subject', { id: SUBJECT, name: 'Шахматы' });
		this.addRecord('user', { name: 'API', email: 'api@school.example' });
		this.addRecord('tariff', { id: PLAN, name: 'Месяц', type: 1, price: '1000.00' });
		for (const id of Object.values(TEACHER)) {
			this.addRecord('teacher', { id, name: `Учитель ${id}`, branch_ids: [1] });
		}
		this.addLead({ custom_dogovor: 'Д-старый', phone: ['+7(900)555-99-99'] });
	}

	/** Lets the answers of AlfaCRM come in the order that a scheduler chooses. */
	answerInOrderOf(scheduler: Scheduler): void {
		this.onCall = async () => void (await scheduler.schedule(Promise.resolve()));
	}

	/**
	 * Lets the answers come in the order of a scheduler, after the time that the node needs to begin the next
	 * item.
	 */
	answerSlowlyInOrderOf(scheduler: Scheduler): void {
		this.onCall = async () => void (await scheduler.schedule(sleep(2)));
	}

	/** Adds a client with the phone `PHONE` and the teacher `TEACHER.own`, and returns the ID. */
	addClient(): number {
		return this.addLead({ is_study: 1, phone: [PHONE], teacher_ids: [TEACHER.own] });
	}

	/** Adds a planned lesson of customers. */
	addLesson(customers: number[]): number {
		return this.addRecord('lesson', {
			branch_id: 1,
			date: '2026-02-10',
			time_from: '2026-02-10 17:00:00',
			time_to: '2026-02-10 18:00:00',
			lesson_type_id: LESSON_TYPE,
			subject_id: SUBJECT,
			status: LESSON_STATUS.planned,
			teacher_ids: [],
			group_ids: [],
			customer_ids: customers,
		});
	}

	/** Counts the calls so far that created a record of an entity, such as "pay". */
	countCreations(path: string): number {
		return this.readRequests(`${path}/create`).length;
	}
}

/** Makes the form of Create or Update from a key with its match values, such as `{ matchBy: 'id', id: 5 }`, and the fields to set. */
export function upsertForm(
	key: IDataObject,
	{ name = '', ...fieldsToSet }: IDataObject,
	options: IDataObject = {},
): IDataObject {
	return customerForm('upsert', { ...key, name, fieldsToSet, options });
}

/** Makes the form of Create or Update by phone. */
export function upsertByPhone(fields: IDataObject, phone = PHONE): IDataObject {
	return upsertForm({ matchBy: 'phone', phone }, fields);
}

/** Makes the form of Create or Update by email. */
export function upsertByEmail(fields: IDataObject): IDataObject {
	return upsertForm({ matchBy: 'email', email: EMAIL }, fields);
}

/** Makes the form of Create or Update by the custom field of the contract. */
export function upsertByContract(fields: IDataObject): IDataObject {
	const key = { matchBy: 'customField', matchField: 'custom_dogovor', matchValue: CONTRACT };
	return upsertForm(key, fields);
}

/** Makes the collection in which a form sets the custom field of the contract. */
export function contractField(value: string): IDataObject {
	return { customFields: { values: [{ name: 'custom_dogovor', value }] } };
}

/** Makes the form of Update, which adds values to the lists of a customer. */
export function updateForm(customer: number, updateFields: IDataObject): IDataObject {
	return customerForm('update', { id: customer, listMode: 'add', updateFields });
}

/** Makes the form of Assign Teachers, which adds a teacher to a customer. */
export function assignTeacherForm(customer: number, teacher: number): IDataObject {
	return customerForm('assignTeachers', { id: customer, teacher_ids: [teacher], listMode: 'add' });
}

/** Makes the form of Complete for a lesson. */
export function completeForm(lesson: number, attendance: IDataObject): IDataObject {
	return {
		resource: 'lesson',
		operation: 'complete',
		branchId: 1,
		id: lesson,
		if_completed: 'refuse',
		additionalFields: {},
		...attendance,
	};
}
