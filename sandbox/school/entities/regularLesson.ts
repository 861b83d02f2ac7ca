import { invalidMessage, requiredMessage } from '../../engine/fieldTypes';
import type { Changeset } from '../../model/changeset';
import type { Entity, Field } from '../../model/entity';
import type { JsonObject } from '../../model/json';
import { asList, bDate, branchId, eDate, equals, flag, id, int, ints, newestFirst } from './fields';
import { checkTeachers } from './lessonRules';

const weekday = (day: unknown): boolean => Number(day) >= 1 && Number(day) <= 7;

function beforeSave(changeset: Changeset): void {
	const { input, changes, row, settings } = changeset;
	const days = asList(input.days);
	if (!row && days.length === 0) changeset.addError('days', requiredMessage('Дни недели'));
	if (!days.every(weekday)) changeset.addError('days', invalidMessage('Дни недели'));
	if (input.day === 0 && settings.sunday === 0) input.day = changes.day = 7;
	if (!asList(input.day).every(weekday)) changeset.addError('day', invalidMessage('День недели'));
	if (days.length > 0) changes.day = days[0] ?? null;
	if (input.b_date_v !== undefined) changes.b_date = input.b_date_v;
	if (input.e_date_v !== undefined) changes.e_date = input.e_date_v;
	const [from, to] = [changeset.fieldValue('time_from_v'), changeset.fieldValue('time_to_v')];
	const isTimed = changeset.touches('time_from_v', 'time_to_v');
	if (isTimed && typeof from === 'string' && typeof to === 'string' && to <= from) {
		changeset.addError('time_to_v', 'Время окончания должно быть позже времени начала.');
	}
	checkTeachers(changeset);
}

/** One record for each day of the week. */
function expand({ input, changes }: Changeset): readonly JsonObject[] {
	return asList(input.days).map((day) => ({ ...changes, day }));
}

const iso = (field: Field): Field => ({ ...field, stored: 'iso' });

export const regularLesson: Entity = {
	path: 'regular-lesson',
	className: 'RegularLesson',
	branchField: 'branch_id',
	fields: {
		id,
		branch_id: branchId,
		lesson_type_id: int('Тип урока'),
		related_class: { kind: 'choice', label: 'Кому', values: ['Group', 'Customer'] },
		related_id: int('Группа или клиент'),
		subject_id: int('Предмет'),
		teacher_ids: ints('Педагоги'),
		room_id: int('Аудитория'),
		day: int('День недели'),
		time_from_v: { kind: 'clock', label: 'Время начала' },
		time_to_v: { kind: 'clock', label: 'Время окончания' },
		b_date: { ...iso(bDate), readOnly: true },
		e_date: { ...iso(eDate), readOnly: true },
		streaming: flag('Трансляция', false),
		is_public: flag('Показывать на сайте', 0),
	},
	inputs: {
		days: ints('Дни недели'),
		b_date_v: { ...iso(bDate), required: true, shownAs: 'b_date' },
		e_date_v: { ...iso(eDate), required: true, shownAs: 'e_date' },
	},
	filters: {
		id: equals,
		teacher_id: { kind: 'includes', field: 'teacher_ids' },
		date_from: { kind: 'overlaps', edge: 'from', as: 'either' },
		date_to: { kind: 'overlaps', edge: 'to', as: 'either' },
		group_id: { kind: 'equals', field: 'related_id' }, // seen to be ignored, like the next
		related_id: equals,
	},
	period: { from: 'b_date', to: 'e_date', allowsSameDay: true, errorField: 'e_date_v' },
	sortKey: newestFirst,
	serialize: (shown, { settings }) => (shown.day === 7 ? { ...shown, day: settings.sunday } : shown),
	beforeSave,
	expand,
};
