import { serializeRow } from '../../engine/rows';
import type { Entity, SerializeContext } from '../../model/entity';
import { toInt, type Json, type JsonObject } from '../../model/json';
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
import { checkLesson, handleMissingFields } from './lessonRules';

export const lesson: Entity = {
	path: 'lesson',
	className: 'Lesson',
	params: {
		update: ['id'],
		delete: ['id'],
		teach: ['id'],
	},
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
		time_from: { kind: 'clock', label: 'Время начала', required: true },
		time_to: { kind: 'clock', label: 'Время окончания' },
		duration: int('Длительность'),
	},
	filters: {
		id: equals,
		// Lists completed lessons by default. A call can name only one status.
		status: { kind: 'oneOf', field: 'status', default: 3, isSingle: true },
		teacher_id: { kind: 'includes', field: 'teacher_ids' },
		customer_id: { kind: 'includes', field: 'customer_ids' },
		group_id: { kind: 'includes', field: 'group_ids' },
		subject_id: equals,
		lesson_type_id: equals,
		location_ids: { kind: 'related', field: 'room_id', lookup: findRoomsAtLocations },
		room_ids: { kind: 'equals', field: 'room_id' },
		...range('date', 'date', 'iso'),
		...range('updated_at', 'updated_at', 'dotted'),
	},
	sortKey: latestFirst('time_from'),
	beforeSave: checkLesson,
	beforeUpdate: handleMissingFields,
	serialize: addTypeAndAttendances,
};

/** Finds the rooms that are at one of the locations. */
function findRoomsAtLocations(records: Records, value: Json): ReadonlySet<Json> {
	const locations = asList(value).map(toInt);
	const rooms = records.rows('room').filter(({ location_id }) => locations.includes(Number(location_id)));
	return new Set(rooms.map((room) => room.id));
}

/** Adds the name of the lesson's type, and the attendances if the setting `lessonDetails` lets lists show them. */
function addTypeAndAttendances(shown: JsonObject, context: SerializeContext): JsonObject {
	const { row, body, records, settings } = context;
	const type = records.find('lesson-type', Number(row.lesson_type_id));

	const hasCustomerFilter = toInt(body.customer_id) !== undefined;
	const showsAttendances = settings.lessonDetails === 'always' || hasCustomerFilter;
	const attendances = showsAttendances ? records.where('lesson-details', 'lesson_id', row.id) : [];
	const details = attendances.map((attendance) =>
		serializeRow(lessonDetails, { ...context, row: attendance }),
	);
	return { ...shown, lesson_type_name: type?.name ?? null, details };
}

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
