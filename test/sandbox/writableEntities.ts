import type { JsonObject, Settings } from '../../sandbox';
import { LESSON_STATUS, PAY_TYPE, REGULAR_LESSON_DAY } from '../support/codes';
import { newLead, requiredError } from './support';

/** An entity whose records the API creates, updates and deletes, with an example of each write. */
export interface WritableEntity {
	path: string;
	/** The name of the entity in the log. */
	logName: string;
	/** Parameters of the path of `create` and of `index`. */
	createQuery?: string;
	/** Parameters that `update` and `delete` need in addition to the ID. */
	updateQuery?: string;
	/** The body that creates a record, written as in AlfaCRM's documentation. */
	values: JsonObject;
	/** This record as answers show it. */
	shown: JsonObject;
	/** The body that changes the record. */
	change: JsonObject;
	/** The changed values as answers show them. */
	shownChange: JsonObject;
	/** The errors of a new record without any values. */
	errorsWhenEmpty: Record<string, string[]>;
	/** The settings with which these values are required. */
	settings?: Partial<Settings>;
}

/**
 * Examples for all these entities, in the order of the API notes. They suit a school that has a group 2 and
 * whose clock says 2026-02-11 09:30.
 */
export const WRITABLE_ENTITIES: WritableEntity[] = [
	{
		path: 'branch',
		logName: 'Branch',
		values: { name: 'Новое', is_active: 1 },
		shown: { name: 'Новое', is_active: 1 },
		change: { name: 'Другой' },
		shownChange: { name: 'Другой' },
		errorsWhenEmpty: {
			name: requiredError('Название'),
			is_active: requiredError('Активен'),
		},
	},
	{
		path: 'location',
		logName: 'Location',
		values: { branch_id: 1, name: 'Новое', is_active: 1 },
		shown: { branch_id: 1, name: 'Новое', is_active: 1 },
		change: { name: 'Другой' },
		shownChange: { name: 'Другой' },
		errorsWhenEmpty: {
			branch_id: requiredError('Филиал'),
			name: requiredError('Название'),
			is_active: requiredError('Активен'),
		},
	},
	{
		path: 'customer',
		logName: 'Customer',
		values: newLead,
		shown: newLead,
		change: { name: 'Другой' },
		shownChange: { name: 'Другой' },
		errorsWhenEmpty: {
			name: requiredError('Имя'),
			is_study: requiredError('Состояние'),
			legal_type: requiredError('Тип заказчика'),
		},
	},
	{
		path: 'subject',
		logName: 'Subject',
		values: { name: 'Новое' },
		shown: { name: 'Новое' },
		change: { name: 'Другой' },
		shownChange: { name: 'Другой' },
		errorsWhenEmpty: { name: requiredError('Название') },
	},
	{
		path: 'study-status',
		logName: 'StudyStatus',
		values: { name: 'Новое', is_enabled: 0 },
		shown: { name: 'Новое', is_enabled: 0 },
		change: { name: 'Другой' },
		shownChange: { name: 'Другой' },
		errorsWhenEmpty: {
			name: requiredError('Название'),
			is_enabled: requiredError('Включен'),
		},
	},
	{
		path: 'lead-status',
		logName: 'LeadStatus',
		values: { name: 'Новое', is_enabled: 0 },
		shown: { name: 'Новое', is_enabled: 0 },
		change: { name: 'Другой' },
		shownChange: { name: 'Другой' },
		errorsWhenEmpty: {
			name: requiredError('Название'),
			is_enabled: requiredError('Включен'),
		},
	},
	{
		path: 'lead-source',
		logName: 'LeadSource',
		values: { code: 'new', name: 'Новое', is_enabled: 0 },
		shown: { code: 'new', name: 'Новое', is_enabled: 0 },
		change: { name: 'Другой' },
		shownChange: { name: 'Другой' },
		errorsWhenEmpty: {
			code: requiredError('Код'),
			name: requiredError('Название'),
			is_enabled: requiredError('Включен'),
		},
	},
	{
		path: 'lead-reject',
		logName: 'LeadReject',
		values: { name: 'Новое', is_enabled: 0 },
		shown: { name: 'Новое', is_enabled: 0 },
		change: { name: 'Другой' },
		shownChange: { name: 'Другой' },
		errorsWhenEmpty: {
			name: requiredError('Название'),
			is_enabled: requiredError('Включен'),
		},
	},
	{
		path: 'room',
		logName: 'Room',
		values: { branch_id: 1, color_id: 3, name: 'Новое', weight: 5 },
		shown: { branch_id: 1, color_id: 3, name: 'Новое', weight: 5 },
		change: { note: 'Ключ у вахты', is_enabled: 0 },
		shownChange: { note: 'Ключ у вахты', is_enabled: 0 },
		errorsWhenEmpty: {
			branch_id: requiredError('Филиал'),
			color_id: requiredError('Цвет'),
			name: requiredError('Название'),
			weight: requiredError('Вес'),
		},
	},
	{
		path: 'group',
		logName: 'Group',
		values: {
			branch_ids: [1],
			teacher_ids: [1],
			name: 'Шахматы',
			b_date: '01.09.2025',
			e_date: '31.05.2026',
		},
		shown: {
			branch_ids: [1],
			teacher_ids: [1],
			name: 'Шахматы',
			b_date: '2025-09-01',
			e_date: '2026-05-31',
			custom_format: null,
		},
		change: { limit: 8, custom_format: 'очно' },
		shownChange: { limit: 8, custom_format: 'очно' },
		errorsWhenEmpty: {
			branch_ids: requiredError('Филиал'),
			name: requiredError('Название'),
		},
	},
	{
		path: 'cgi',
		logName: 'CustomerGroupInvolve',
		createQuery: 'group_id=2',
		updateQuery: 'group_id=2',
		values: { customer_id: 1, b_date: '01.09.2025', e_date: '31.05.2026' },
		shown: { customer_id: 1, group_id: 2, b_date: '01.09.2025', e_date: '31.05.2026' },
		change: { e_date: '11.02.2026' },
		shownChange: { e_date: '11.02.2026' },
		errorsWhenEmpty: { customer_id: requiredError('Клиент') },
	},
	{
		path: 'customer-tariff',
		logName: 'CustomerToTariff',
		createQuery: 'customer_id=1',
		updateQuery: 'customer_id=1',
		values: { tariff_id: 1, b_date: '01.09.2025', e_date: '31.05.2026', balance: 3200 },
		shown: {
			customer_id: 1,
			tariff_id: 1,
			b_date: '01.09.2025',
			e_date: '31.05.2026',
			balance: '3200.00',
			paid_lesson_count: 0,
		},
		change: { note: 'Семейный', balance: '10' },
		shownChange: { note: 'Семейный', balance: '10.00' },
		errorsWhenEmpty: { tariff_id: requiredError('Абонемент') },
	},
	{
		path: 'lesson',
		logName: 'Lesson',
		values: {
			lesson_date: '05.03.2026',
			time_from: '10:00',
			duration: 45,
			lesson_type_id: 2,
			subject_id: 1,
		},
		shown: {
			branch_id: 1,
			date: '2026-03-05',
			time_from: '2026-03-05 10:00:00',
			time_to: '2026-03-05 10:45:00',
			lesson_type_id: 2,
			subject_id: 1,
			status: LESSON_STATUS.planned,
			details: [],
		},
		change: { customer_ids: [1, 2], topic: 'Циклы' },
		shownChange: { customer_ids: [1, 2], topic: 'Циклы' },
		errorsWhenEmpty: {
			lesson_date: requiredError('Дата урока'),
			time_from: requiredError('Время начала'),
			lesson_type_id: requiredError('Тип урока'),
			subject_id: requiredError('Предмет'),
		},
	},
	{
		path: 'regular-lesson',
		logName: 'RegularLesson',
		values: {
			branch_id: 1,
			days: [REGULAR_LESSON_DAY.tuesday],
			b_date_v: '01.09.2025',
			e_date_v: '31.05.2026',
		},
		shown: {
			branch_id: 1,
			day: REGULAR_LESSON_DAY.tuesday,
			b_date: '2025-09-01',
			e_date: '2026-05-31',
		},
		change: { time_from_v: '17:00', time_to_v: '18:00', related_class: 'Group', related_id: 1 },
		shownChange: { time_from_v: '17:00', time_to_v: '18:00', related_class: 'Group', related_id: 1 },
		errorsWhenEmpty: {
			branch_id: requiredError('Филиал'),
			days: requiredError('Дни недели'),
			b_date_v: requiredError('Дата начала'),
			e_date_v: requiredError('Дата окончания'),
		},
	},
	{
		path: 'pay',
		logName: 'Pay',
		values: {
			branch_id: 1,
			customer_id: 1,
			pay_type_id: PAY_TYPE.income,
			pay_account_id: 2,
			payer_name: 'Орлова А.',
			document_date: '05.02.2026',
			income: 5000,
		},
		shown: {
			branch_id: 1,
			customer_id: 1,
			pay_type_id: PAY_TYPE.income,
			pay_account_id: 2,
			payer_name: 'Орлова А.',
			document_date: '05.02.2026',
			income: '5000.00',
			custom_md_order: null,
		},
		change: { is_confirmed: 0, note: 'Картой' },
		shownChange: { is_confirmed: 0, note: 'Картой' },
		errorsWhenEmpty: {
			branch_id: requiredError('Филиал'),
			customer_id: requiredError('Клиент'),
			pay_type_id: requiredError('Тип платежа'),
			pay_account_id: requiredError('Касса'),
			payer_name: requiredError('Плательщик'),
			document_date: requiredError('Дата'),
			income: requiredError('Сумма'),
		},
	},
	{
		path: 'task',
		logName: 'Task',
		values: {
			title: 'Перезвонить',
			text: 'Уточнить группу',
			due_date: '12.02.2026',
			customer_ids: [1],
		},
		shown: {
			title: 'Перезвонить',
			text: 'Уточнить группу',
			due_date: '12.02.2026',
			customer_ids: [1],
			user_id: 1,
			branch_ids: [1],
			is_done: 0,
			created_at: '2026-02-11 09:30:00',
		},
		change: { is_done: 1 },
		shownChange: { is_done: 1 },
		// The sources disagree about the title of a task.
		settings: { requiredFields: { 'task.title': true } },
		errorsWhenEmpty: { title: requiredError('Заголовок') },
	},
	{
		path: 'communication',
		logName: 'Communication',
		createQuery: 'class=Customer&related_id=1',
		values: { type_id: 1, user_id: 1, comment: 'Просил позвонить вечером' },
		shown: {
			class: 'Customer',
			related_id: 1,
			type_id: 1,
			user_id: 1,
			comment: 'Просил позвонить вечером',
			added: '2026-02-11 09:30:00',
		},
		change: { comment: 'Позвонили' },
		shownChange: { comment: 'Позвонили' },
		errorsWhenEmpty: {
			comment: requiredError('Комментарий'),
			user_id: requiredError('Пользователь'),
		},
	},
];
