import { serializeRow } from '../../engine/rows';
import type { Entity, SerializeContext } from '../../model/entity';
import type { Json, JsonObject, Row } from '../../model/json';
import { toInt } from '../../model/json';
import type { Records } from '../../model/records';
import {
	asList,
	createdAt,
	equals,
	flag,
	id,
	int,
	ints,
	latestFirst,
	range,
	text,
	updatedAt,
} from './fields';
import { lessonDetails } from './lessonDetails';
import { fillLesson, settleLesson } from './lessonRules';

/** Rooms in any of the locations. */
function roomsAt(records: Records, value: Json): ReadonlySet<Json> {
	const locations = asList(value).map(toInt);
	const isThere = ({ location_id }: Row): boolean => locations.includes(Number(location_id));
	return new Set(
		records
			.rows('room')
			.filter(isThere)
			.map((room) => room.id),
	);
}

function serialize(shown: JsonObject, { row, body, records, settings }: SerializeContext): JsonObject {
	const isAsked = settings.lessonDetails === 'always' || toInt(body.customer_id) !== undefined;
	const rows = isAsked ? records.where('lesson-details', 'lesson_id', row.id) : [];
	const details = rows.map((detail) => serializeRow(lessonDetails, { row: detail, body, records, settings }));
	const type = records.find('lesson-type', Number(row.lesson_type_id));
	return { ...shown, lesson_type_name: type?.name ?? null, details };
}

const clock = (label: string) => ({ kind: 'clock', label }) as const;

export const lesson: Entity = {
	path: 'lesson',
	className: 'Lesson',
	params: { update: ['id'], delete: ['id'], teach: ['id'] },
	branchField: 'branch_id',
	fields: {
		id,
		branch_id: int('Филиал'),
		regular_id: { ...int('Регулярный урок'), readOnly: true },
		date: { kind: 'date', label: 'Дата', stored: 'iso', readOnly: true },
		time_from: { kind: 'moment', label: 'Время начала', readOnly: true },
		time_to: { kind: 'moment', label: 'Время окончания', readOnly: true },
		lesson_type_id: { ...int('Тип урока'), required: true },
		status: { kind: 'choice', label: 'Статус', values: [1, 2, 3], initial: 1 },
		subject_id: { ...int('Предмет'), required: true },
		room_id: int('Аудитория'),
		teacher_ids: ints('Педагоги'),
		customer_ids: ints('Клиенты'),
		group_ids: ints('Группы'),
		streaming: flag('Трансляция', false),
		topic: text('Тема'),
		note: text('Примечание'),
		homework: text('Домашнее задание'),
		created_at: createdAt,
		updated_at: updatedAt,
		custom_link: text('Ссылка'),
	},
	inputs: {
		lesson_date: { kind: 'date', label: 'Дата урока', stored: 'iso', required: true, shownAs: 'date' },
		time_from: { ...clock('Время начала'), required: true },
		time_to: clock('Время окончания'),
		duration: int('Длительность'),
	},
	filters: {
		id: equals,
		// Only conducted ones unless another status is asked for; no more than one can be.
		status: { kind: 'oneOf', field: 'status', default: 3, isSingle: true },
		teacher_id: { kind: 'includes', field: 'teacher_ids' },
		customer_id: { kind: 'includes', field: 'customer_ids' },
		group_id: { kind: 'includes', field: 'group_ids' },
		subject_id: equals,
		lesson_type_id: equals,
		location_ids: { kind: 'related', field: 'room_id', lookup: roomsAt },
		room_ids: { kind: 'equals', field: 'room_id' },
		...range('date', 'date', 'iso'),
		...range('updated_at', 'updated_at', 'dotted'),
	},
	sortKey: latestFirst('time_from'),
	beforeSave: settleLesson,
	beforeUpdate: fillLesson,
	serialize,
};

export const lessonType: Entity = {
	path: 'lesson-type',
	className: 'LessonType',
	actions: ['index'],
	fields: {
		id,
		name: text('Название'),
		type: int('Вид'),
		icon: text('Значок'),
		is_active: flag('Активен', 1),
		sort: int('Порядок', 0),
	},
	filters: { id: equals },
	sortKey: (row) => Number(row.sort),
	fixtures: [
		{ name: 'Индивидуальный', type: 1, icon: 'user', sort: 20 },
		{ name: 'Групповой', type: 2, icon: 'users', sort: 10 },
		{ name: 'Пробный', type: 3, icon: 'gift', sort: 30 },
		{ name: 'Мастер-класс', type: 2, icon: 'star', sort: 40, is_active: 0 },
	],
};
