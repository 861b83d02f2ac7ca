import type { Changeset } from '../../model/changeset';
import type { Entity, Field } from '../../model/entity';
import { HttpError } from '../../model/httpError';
import { contains, createdAt, equals, flag, id, int, ints, newestFirst, range, text } from './fields';

/** The entities that can have comments, by the value of `class`. */
const commentedEntities: Readonly<Record<string, string>> = {
	Customer: 'customer',
	Lead: 'customer',
	Group: 'group',
	Task: 'task',
};

/** The parameters that name the record of a comment. */
const recordParams = ['class', 'related_id'];

/** A comment on a customer, a group or a task. */
export const communication: Entity = {
	path: 'communication',
	className: 'Communication',
	params: {
		index: recordParams,
		create: recordParams,
		update: ['id'],
		delete: ['id'],
	},
	fields: {
		id,
		type_id: int('Тип', 1),
		class: { ...text('Класс'), readOnly: true },
		related_id: { ...int('Запись'), readOnly: true },
		// A live account refused a comment without a user. API notes 5.19.
		user_id: { ...int('Пользователь'), required: true },
		added: createdAt,
		comment: { ...text('Комментарий', 2048), required: true },
	},
	filters: { id: equals, type_id: equals, user_id: equals, comment: contains },
	sortKey: newestFirst,
	beforeSave: checkNewComment,
};

export const task: Entity = {
	path: 'task',
	className: 'Task',
	branchField: 'branch_ids',
	fields: {
		id,
		company_id: int('Юрлицо'),
		branch_ids: ints('Филиалы'),
		user_id: int('Автор'),
		assigned_ids: ints('Исполнители'),
		group_ids: ints('Группы'),
		customer_ids: ints('Клиенты'),
		title: text('Заголовок'),
		text: text('Текст'),
		is_archive: flag('В архиве', 0),
		created_at: createdAt,
		is_done: flag('Выполнена', 0),
		is_private: flag('Личная', 0),
		due_date: { kind: 'date', label: 'Срок' },
		done_date: { kind: 'moment', label: 'Дата выполнения', readOnly: true },
		is_public_entry: flag('Видна всем', 0),
		is_notify: flag('Напомнить', 0),
		priority: int('Приоритет', 1),
	},
	filters: {
		id: equals,
		...range('due_date', 'due_date', 'either'),
		due_date_is_null: { kind: 'isNull', field: 'due_date' },
	},
	sortKey: newestFirst,
	beforeSave: ({ row, changes, user }) => {
		if (!row) changes.user_id ??= user;
	},
};

/** Checks whether the record of a new comment exists, and makes the user of the call its author. */
function checkNewComment({ row, changes, records, user }: Changeset): void {
	if (row) return;

	const entity = commentedEntities[String(changes.class)];
	if (!entity) throw new HttpError(400, 'Неверное значение параметра: class');

	const commentedRecord = records.find(entity, Number(changes.related_id));
	if (!commentedRecord) throw new HttpError(404, 'Запрашиваемая страница не существует.');
	changes.user_id ??= user;
}

function moment(label: string): Field {
	return { kind: 'moment', label, initial: null };
}

/** The fields that text messages and letters have in common. */
const messageFields = {
	id,
	user_id: int('Пользователь'),
	customer_id: int('Клиент'),
	phone: text('Телефон'),
	text: text('Текст'),
	is_fail: flag('Ошибка', 0),
	is_sent: flag('Отправлено', 1),
	is_archive: flag('В архиве', 0),
	added: moment('Добавлено'),
	date: moment('Отправлено'),
};

const messageFilters = {
	id: equals,
	user_id: equals,
	phone: { kind: 'containsDigits' },
	is_fail: equals,
	is_sent: equals,
	is_archive: equals,
	...range('added', 'added', 'iso'),
	...range('date', 'date', 'iso'),
} as const;

export const smsMessage: Entity = {
	path: 'sms-message',
	className: 'SmsMessage',
	actions: ['index'],
	fields: messageFields,
	filters: messageFilters,
	sortKey: newestFirst,
};

export const mailMessage: Entity = {
	path: 'mail-message',
	className: 'MailMessage',
	actions: ['index'],
	fields: {
		...messageFields,
		email: text('Email'),
		name: text('Имя'),
		subject: text('Тема'),
	},
	filters: {
		...messageFilters,
		email: contains,
		name: contains,
		subject: contains,
	},
	sortKey: newestFirst,
};

export const phoneCall: Entity = {
	path: 'phone-call',
	className: 'PhoneCall',
	actions: ['index'],
	fields: {
		id,
		user_id: int('Пользователь'),
		customer_id: int('Клиент'),
		phone: text('Телефон'),
		direction: { kind: 'choice', label: 'Направление', values: [1, 2] },
		duration: int('Длительность', 0),
		result_id: int('Результат'),
		added: moment('Добавлен'),
	},
	filters: { id: equals },
	sortKey: newestFirst,
};
