import type { Entity, SerializeContext } from '../../model/entity';
import type { Json, JsonObject } from '../../model/json';
import type { Records } from '../../model/records';
import {
	asList,
	bDate,
	contains,
	createdAt,
	eDate,
	equals,
	flag,
	id,
	int,
	ints,
	name,
	newestFirst,
	range,
	text,
	updatedAt,
} from './fields';

export const group: Entity = {
	path: 'group',
	className: 'Group',
	branchField: 'branch_ids',
	fields: {
		id,
		branch_ids: { ...ints('Филиал'), required: true },
		teacher_ids: ints('Педагоги'),
		name,
		level_id: int('Уровень'),
		status_id: int('Статус'),
		company_id: int('Юрлицо'),
		streaming_id: int('Трансляция'),
		limit: int('Лимит'),
		note: text('Примечание', 255),
		b_date: { ...bDate, stored: 'iso' },
		e_date: { ...eDate, stored: 'iso' },
		is_public: flag('Показывать на сайте', 0),
		removed: flag('В архиве', 0),
		created_at: createdAt,
		updated_at: updatedAt,
		custom_format: text('Формат'),
		custom_chat: text('Чат группы'),
	},
	filters: {
		id: equals,
		ids: { kind: 'equals', field: 'id' },
		name: contains,
		note: contains,
		customer_name: { kind: 'related', field: 'id', lookup: findGroupsOfMembers },
		removed: { kind: 'archived' },
		level_id: equals,
		status_id: equals,
		branch_id: { kind: 'includes', field: 'branch_ids' },
		teacher_id: { kind: 'includes', field: 'teacher_ids' },
		...range('b_date', 'b_date', 'iso'),
		...range('e_date', 'e_date', 'iso'),
		...range('created_at', 'created_at', 'dotted'),
		...range('updated_at', 'updated_at', 'dotted'),
	},
	archive: { field: 'removed', active: 0 },
	period: { from: 'b_date', to: 'e_date', allowsSameDay: false, errorField: 'e_date' },
	sortKey: newestFirst,
	serialize: showTeachers,
};

/** Finds the groups that have, or have had, a member whose name contains the text. */
function findGroupsOfMembers(records: Records, value: Json): ReadonlySet<Json> {
	const part = String(value).toLowerCase();
	const memberships = records.rows('cgi').filter(({ customer_id }) => {
		const customer = records.find('customer', Number(customer_id));
		return String(customer?.name ?? '')
			.toLowerCase()
			.includes(part);
	});
	return new Set(memberships.map(({ group_id }) => group_id ?? null));
}

/** Shows the teachers by ID, by name or both, as the setting `groupTeachers` says. */
function showTeachers(shown: JsonObject, { records, settings }: SerializeContext): JsonObject {
	if (settings.groupTeachers === 'ids') return shown;

	const teachers = asList(shown.teacher_ids).map((teacherId) => {
		const teacher = records.find('teacher', Number(teacherId));
		return { id: teacherId, name: teacher?.name ?? '' };
	});
	if (settings.groupTeachers === 'objects') return { ...shown, teachers };
	return { ...shown, teacher_ids: teachers.map((teacher) => teacher.name) };
}
