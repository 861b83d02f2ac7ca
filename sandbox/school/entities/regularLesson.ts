import { invalidMessage, requiredMessage } from '../../engine/fieldTypes';
import type { Changeset } from '../../model/changeset';
import type { Entity } from '../../model/entity';
import type { JsonObject } from '../../model/json';
import { asList, bDate, branchId, eDate, equals, flag, id, int, ints, newestFirst } from './fields';
import { checkTeachers } from './lessonRules';

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
		b_date: { ...bDate, stored: 'iso', readOnly: true },
		e_date: { ...eDate, stored: 'iso', readOnly: true },
		streaming: flag('Трансляция', false),
		is_public: flag('Показывать на сайте', 0),
	},
	inputs: {
		days: ints('Дни недели'),
		b_date_v: { ...bDate, stored: 'iso', required: true, shownAs: 'b_date' },
		e_date_v: { ...eDate, stored: 'iso', required: true, shownAs: 'e_date' },
	},
	filters: {
		id: equals,
		teacher_id: { kind: 'includes', field: 'teacher_ids' },
		date_from: { kind: 'overlaps', edge: 'from', as: 'either' },
		date_to: { kind: 'overlaps', edge: 'to', as: 'either' },
		// A live account ignored the next two filters, so the setting `ignoredFilters` names them.
		group_id: { kind: 'equals', field: 'related_id' },
		related_id: equals,
	},
	period: { from: 'b_date', to: 'e_date', allowsSameDay: true, errorField: 'e_date_v' },
	sortKey: newestFirst,
	serialize: (shown, { settings }) => (shown.day === 7 ? { ...shown, day: settings.sunday } : shown),
	beforeSave: checkRegularLesson,
	expand: makeRecordForEachDay,
};

/** Checks a regular lesson and stores the values that calls write under other names than answers show. */
function checkRegularLesson(changeset: Changeset): void {
	const { input, changes } = changeset;
	setWeekday(changeset);
	if (input.b_date_v !== undefined) changes.b_date = input.b_date_v;
	if (input.e_date_v !== undefined) changes.e_date = input.e_date_v;

	checkTimes(changeset);
	checkTeachers(changeset);
}

/** Sets the weekday: `days` makes a record for each of its days, and `day` changes that of one record. */
function setWeekday(changeset: Changeset): void {
	const { input, changes, row, settings } = changeset;
	const days = asList(input.days);
	if (!row && days.length === 0) changeset.addError('days', requiredMessage('Дни недели'));
	if (!days.every(isWeekday)) changeset.addError('days', invalidMessage('Дни недели'));

	// An account may show Sunday as 0. A call that sends it back means 7.
	if (input.day === 0 && settings.sunday === 0) {
		input.day = 7;
		changes.day = 7;
	}
	if (!asList(input.day).every(isWeekday)) changeset.addError('day', invalidMessage('День недели'));
	if (days.length > 0) changes.day = days[0] ?? null;
}

function checkTimes(changeset: Changeset): void {
	if (!changeset.touches('time_from_v', 'time_to_v')) return;
	const start = changeset.fieldValue('time_from_v');
	const end = changeset.fieldValue('time_to_v');
	if (typeof start === 'string' && typeof end === 'string' && end <= start) {
		changeset.addError('time_to_v', 'Время окончания должно быть позже времени начала.');
	}
}

function isWeekday(day: unknown): boolean {
	return Number(day) >= 1 && Number(day) <= 7;
}

function makeRecordForEachDay({ input, changes }: Changeset): readonly JsonObject[] {
	return asList(input.days).map((day) => ({ ...changes, day }));
}
