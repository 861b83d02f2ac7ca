import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { CUSTOMER_TYPE, PAY_TYPE } from '../../support/codes';
import { recordWithId } from './forms';

/** A client whom the test file adds. */
export const CLIENT = 901;
/** A group that the sandbox has. */
export const GROUP = 1;

/** A resource that can be written, with a record of it in the form, in the request and in AlfaCRM. */
export interface WrittenResource {
	resource: string;
	/** The beginning of the address of its calls. */
	address: string;
	/** The owner of the record as the form asks for it; empty for a record without an owner. */
	owner: INodeParameters;
	/** The owner as the query of each call names it. */
	ownerInQuery: IDataObject;
	/** The values that the user fills in to create the record. */
	values: INodeParameters;
	/** The body of the call that creates the record. A flag is a number there, and a day has dots. */
	body: IDataObject;
	/** The record as AlfaCRM stores it. */
	record: IDataObject;
	updateFields: INodeParameters;
	/** The body of the call that changes the record. AlfaCRM stores these values as they are. */
	updateBody: IDataObject;
}

/** Describes a resource whose records have only a name and a switch, such as the lead stages. */
function describeNameList(resource: string, path: string): WrittenResource {
	return {
		resource,
		address: `/v2api/1/${path}`,
		owner: {},
		ownerInQuery: {},
		values: { name: 'Перезвонить', is_enabled: true },
		body: { name: 'Перезвонить', is_enabled: 1 },
		record: { name: 'Перезвонить', is_enabled: 1 },
		updateFields: { name: 'Перезвонить завтра', is_enabled: false },
		updateBody: { name: 'Перезвонить завтра', is_enabled: 0 },
	};
}

export const WRITTEN_RESOURCES: WrittenResource[] = [
	{
		resource: 'branch',
		address: '/v2api/branch',
		owner: {},
		ownerInQuery: {},
		values: { name: 'Южный', is_active: true, subject_ids: [1, 2] },
		body: { name: 'Южный', is_active: 1, subject_ids: [1, 2] },
		record: { name: 'Южный', is_active: 1, subject_ids: [1, 2] },
		updateFields: { is_active: false },
		updateBody: { is_active: 0 },
	},
	{
		resource: 'location',
		address: '/v2api/1/location',
		owner: {},
		ownerInQuery: {},
		values: { name: 'ул. Примерная, 7', is_active: true },
		body: { name: 'ул. Примерная, 7', is_active: 1, branch_id: 1 },
		record: { name: 'ул. Примерная, 7', is_active: 1 },
		updateFields: { name: 'ул. Примерная, 9' },
		updateBody: { name: 'ул. Примерная, 9' },
	},
	{
		resource: 'customer',
		address: '/v2api/1/customer',
		owner: {},
		ownerInQuery: {},
		values: { name: 'Пробный Лид', is_study: CUSTOMER_TYPE.lead, legal_type: 1, note: 'С сайта' },
		body: {
			name: 'Пробный Лид',
			is_study: CUSTOMER_TYPE.lead,
			legal_type: 1,
			note: 'С сайта',
			branch_ids: [1],
		},
		record: { name: 'Пробный Лид', is_study: CUSTOMER_TYPE.lead, legal_type: 1, note: 'С сайта' },
		updateFields: { lead_status_id: 2, note: 'Перезвонить' },
		updateBody: { lead_status_id: 2, note: 'Перезвонить' },
	},
	{
		resource: 'subject',
		address: '/v2api/1/subject',
		owner: {},
		ownerInQuery: {},
		values: { name: 'Шахматы' },
		body: { name: 'Шахматы' },
		record: { name: 'Шахматы' },
		updateFields: { name: 'Шашки' },
		updateBody: { name: 'Шашки' },
	},
	describeNameList('studyStatus', 'study-status'),
	describeNameList('leadStatus', 'lead-status'),
	describeNameList('leadReject', 'lead-reject'),
	{
		resource: 'leadSource',
		address: '/v2api/1/lead-source',
		owner: {},
		ownerInQuery: {},
		values: { name: 'Выставка', code: 'expo', is_enabled: false },
		body: { name: 'Выставка', code: 'expo', is_enabled: 0 },
		record: { name: 'Выставка', code: 'expo', is_enabled: 0 },
		updateFields: { code: 'expo2' },
		updateBody: { code: 'expo2' },
	},
	{
		resource: 'group',
		address: '/v2api/1/group',
		owner: {},
		ownerInQuery: {},
		values: { name: 'Шахматы Ср 18:00', limit: 6, b_date: '2026-01-12', e_date: '2026-06-30' },
		body: {
			name: 'Шахматы Ср 18:00',
			limit: 6,
			b_date: '12.01.2026',
			e_date: '30.06.2026',
			branch_ids: [1],
		},
		record: { name: 'Шахматы Ср 18:00', limit: 6, b_date: '2026-01-12', e_date: '2026-06-30' },
		updateFields: { limit: 9 },
		updateBody: { limit: 9 },
	},
	{
		resource: 'room',
		address: '/v2api/1/room',
		owner: {},
		ownerInQuery: {},
		values: { name: 'Кабинет 5', color_id: 2, is_enabled: true },
		body: { name: 'Кабинет 5', color_id: 2, is_enabled: 1, weight: 0, branch_id: 1 },
		record: { name: 'Кабинет 5', color_id: 2, is_enabled: 1, weight: 0 },
		updateFields: { name: 'Кабинет 6' },
		updateBody: { name: 'Кабинет 6' },
	},
	{
		resource: 'task',
		address: '/v2api/1/task',
		owner: {},
		ownerInQuery: {},
		values: { title: 'Перезвонить', text: 'Уточнить группу', customer_ids: String(CLIENT) },
		body: {
			title: 'Перезвонить',
			text: 'Уточнить группу',
			customer_ids: [CLIENT],
			branch_ids: [1],
		},
		record: { title: 'Перезвонить', text: 'Уточнить группу', customer_ids: [CLIENT] },
		updateFields: { title: 'Написать' },
		updateBody: { title: 'Написать' },
	},
	{
		resource: 'pay',
		address: '/v2api/1/pay',
		owner: {},
		ownerInQuery: {},
		values: {
			customer_id: recordWithId(CLIENT),
			pay_type_id: PAY_TYPE.income,
			pay_account_id: 1,
			document_date: '2026-02-05',
			income: '5000.00',
			payer_name: 'Орлова А.',
		},
		body: {
			customer_id: CLIENT,
			pay_type_id: PAY_TYPE.income,
			pay_account_id: 1,
			document_date: '05.02.2026',
			income: '5000.00',
			payer_name: 'Орлова А.',
			branch_id: 1,
		},
		record: {
			customer_id: CLIENT,
			pay_type_id: PAY_TYPE.income,
			pay_account_id: 1,
			document_date: '05.02.2026',
			income: '5000.00',
			payer_name: 'Орлова А.',
		},
		updateFields: { note: 'Наличными' },
		updateBody: { note: 'Наличными' },
	},
	{
		resource: 'lesson',
		address: '/v2api/1/lesson',
		owner: {},
		ownerInQuery: {},
		values: {
			lesson_date: '2026-03-10',
			time_from: '17:00',
			time_to: '18:00',
			lesson_type_id: 2,
			subject_id: 1,
			group_ids: String(GROUP),
			topic: 'Датчики',
		},
		body: {
			lesson_date: '10.03.2026',
			time_from: '17:00',
			time_to: '18:00',
			lesson_type_id: 2,
			subject_id: 1,
			group_ids: [GROUP],
			topic: 'Датчики',
		},
		record: {
			date: '2026-03-10',
			time_from: '2026-03-10 17:00:00',
			time_to: '2026-03-10 18:00:00',
			lesson_type_id: 2,
			subject_id: 1,
			group_ids: [GROUP],
			topic: 'Датчики',
		},
		updateFields: { topic: 'Моторы' },
		updateBody: { topic: 'Моторы' },
	},
	{
		resource: 'regularLesson',
		address: '/v2api/1/regular-lesson',
		owner: {},
		ownerInQuery: {},
		values: {
			related_class: 'Group',
			related_id: String(GROUP),
			lesson_type_id: 2,
			subject_id: 1,
			days: [2],
			time_from_v: '17:00',
			time_to_v: '18:00',
			b_date_v: '2026-09-01',
			e_date_v: '2027-05-31',
		},
		body: {
			related_class: 'Group',
			related_id: GROUP,
			lesson_type_id: 2,
			subject_id: 1,
			days: [2],
			time_from_v: '17:00',
			time_to_v: '18:00',
			b_date_v: '01.09.2026',
			e_date_v: '31.05.2027',
			branch_id: 1,
		},
		record: {
			related_class: 'Group',
			related_id: GROUP,
			lesson_type_id: 2,
			subject_id: 1,
			time_from_v: '17:00',
			time_to_v: '18:00',
			b_date: '2026-09-01',
			e_date: '2027-05-31',
		},
		updateFields: { time_from_v: '17:30' },
		updateBody: { time_from_v: '17:30' },
	},
	{
		resource: 'customerTariff',
		address: '/v2api/1/customer-tariff',
		owner: { customer_id: recordWithId(CLIENT) },
		ownerInQuery: { customer_id: String(CLIENT) },
		values: { tariff_id: 1, b_date: '2026-03-01', balance: '3200.00' },
		body: { tariff_id: 1, b_date: '01.03.2026', balance: '3200.00', customer_id: CLIENT },
		record: { tariff_id: 1, b_date: '01.03.2026', balance: '3200.00' },
		updateFields: { note: 'Продлён' },
		updateBody: { note: 'Продлён' },
	},
	{
		resource: 'communication',
		address: '/v2api/1/communication',
		owner: { class: 'Customer', related_id: String(CLIENT) },
		ownerInQuery: { class: 'Customer', related_id: String(CLIENT) },
		values: { comment: 'Просил позвонить вечером' },
		body: { comment: 'Просил позвонить вечером', class: 'Customer', related_id: CLIENT },
		record: { comment: 'Просил позвонить вечером' },
		// A comment cannot be changed.
		updateFields: {},
		updateBody: {},
	},
];
