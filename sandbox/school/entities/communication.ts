import type { Changeset } from '../../model/changeset';
import type { Entity } from '../../model/entity';
import { HttpError } from '../../model/httpError';
import type { Json } from '../../model/json';
import { contains, createdAt, equals, flag, id, int, ints, newestFirst, range, text } from './fields';

/** Records that can be commented on, by the class that `class` names. */
const commented: Readonly<Record<string, string>> = {
	Customer: 'customer',
	Lead: 'customer',
	Group: 'group',
	Task: 'task',
};

function settleComment(changeset: Changeset): void {
	const { row, changes, records, user } = changeset;
	if (row) return;
	const table = commented[String(changes.class)];
	if (!table) throw new HttpError(400, 'Неверное значение параметра: class');
	if (!records.find(table, Number(changes.related_id))) {
		throw new HttpError(404, 'Запрашиваемая страница не существует.');
	}
	changes.user_id ??= user;
}

const related = ['class', 'related_id'];

/** A comment on a customer, a group or a task. */
export const communication: Entity = {
	path: 'communication',
	className: 'Communication',
	params: { index: related, create: related, update: ['id'], delete: ['id'] },
	fields: {
		id,
		type_id: int('Тип', 1),
		class: { ...text('Класс'), readOnly: true },
		related_id: { ...int('Запись'), readOnly: true },
		// A live account refused one without. API notes 5.19.
		user_id: { ...int('Пользователь'), required: true },
		added: createdAt,
		comment: { ...text('Комментарий', 2048), required: true },
	},
	filters: { id: equals, type_id: equals, user_id: equals, comment: contains },
	sortKey: newestFirst,
	beforeSave: settleComment,
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

const moment = (label: string, initial: Json = null) => ({ kind: 'moment', label, initial }) as const;
const sent = {
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
const sentFilters = {
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
	fields: sent,
	filters: sentFilters,
	sortKey: newestFirst,
};

export const mailMessage: Entity = {
	path: 'mail-message',
	className: 'MailMessage',
	actions: ['index'],
	fields: { ...sent, email: text('Email'), name: text('Имя'), subject: text('Тема') },
	filters: { ...sentFilters, email: contains, name: contains, subject: contains },
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
