import type { Changeset } from '../../model/changeset';
import { clockOf, laterClock } from '../../model/dates';
import { HttpError } from '../../model/httpError';
import { isList, type Json } from '../../model/json';
import { asList } from './fields';

const cancelled = 2;
const trial = 3;

/** The teachers that exist must work in the branch of the lesson. */
export function checkTeachers(changeset: Changeset): void {
	if (!changeset.touches('teacher_ids', 'branch_id')) return;
	const branch = changeset.fieldValue('branch_id');
	const isStranger = (id: Json): boolean => {
		const branches = changeset.records.find('teacher', Number(id))?.branch_ids;
		return isList(branches) && branch !== null && !branches.includes(branch);
	};
	if (asList(changeset.fieldValue('teacher_ids')).some(isStranger)) {
		changeset.addError('teacher_ids', 'Педагог не работает в этом филиале.');
	}
}

/** Day and times of a lesson out of what the call gave, and for the rest out of what is stored. */
function settleTimes(changeset: Changeset): void {
	const { input, row, changes } = changeset;
	const stored = (field: string): string | undefined => {
		const moment = row?.[field];
		return typeof moment === 'string' ? clockOf(moment) : undefined;
	};
	const day = input.lesson_date ?? row?.date;
	const from = input.time_from ?? stored('time_from');
	if (typeof day !== 'string' || typeof from !== 'string') return;
	const minutes = input.duration;
	let to = input.time_to ?? undefined;
	if (to === undefined && typeof minutes === 'number') {
		to = minutes > 0 ? laterClock(from, minutes) : undefined;
		if (to === undefined) return changeset.addError('duration', 'Неверный формат значения «Длительность».');
	}
	to ??= stored('time_to');
	if (typeof to !== 'string') return changeset.addError('time_to', 'Необходимо заполнить «Время окончания».');
	if (to <= from) return changeset.addError('time_to', 'Время окончания должно быть позже времени начала.');
	Object.assign(changes, { date: day, time_from: `${day} ${from}:00`, time_to: `${day} ${to}:00` });
}

function checkRoom(changeset: Changeset): void {
	const { row, records } = changeset;
	if (!changeset.touches('room_id', 'time_from', 'status')) return;
	const room = changeset.fieldValue('room_id');
	if (room === null || changeset.fieldValue('status') === cancelled) return;
	const from = String(changeset.fieldValue('time_from'));
	const to = String(changeset.fieldValue('time_to'));
	const isBusy = records.where('lesson', 'room_id', room).some((other) => {
		const isOther = other.id !== row?.id && other.status !== cancelled;
		return isOther && String(other.time_from) < to && String(other.time_to) > from;
	});
	if (isBusy) changeset.addError('room_id', 'Аудитория занята');
}

/** Each of these groups has to be named by an update that is to be whole. */
const whole = [
	['lesson_date', 'date'],
	['time_from'],
	['time_to', 'duration'],
	['lesson_type_id'],
	['subject_id'],
];
const lists = ['teacher_ids', 'customer_ids', 'group_ids'];
const texts = ['room_id', 'topic', 'note', 'homework'];

/** A partial update may be refused, or empty what it does not name. */
export function fillLesson({ body, changes, settings }: Changeset): void {
	const isNamed = (name: string) => body[name] !== undefined;
	const missing = whole.filter((names) => !names.some(isNamed));
	if (settings.lessonUpdate === 'refuses400' && missing.length > 0) {
		const names = missing.map(([name]) => name).join(', ');
		throw new HttpError(400, `Отсутствуют обязательные параметры: ${names}`);
	}
	if (settings.lessonUpdate !== 'blanks') return;
	for (const name of lists) if (!isNamed(name)) changes[name] = [];
	for (const name of texts) if (!isNamed(name)) changes[name] = null;
	if (!isNamed('time_from')) Object.assign(changes, { time_from: null, time_to: null });
}

export function settleLesson(changeset: Changeset): void {
	const { input } = changeset;
	const isMoved = ['lesson_date', 'time_from', 'time_to', 'duration'].some((name) => name in input);
	if (!changeset.row || isMoved) settleTimes(changeset);
	const hasGroup = asList(changeset.fieldValue('group_ids')).length > 0;
	if (
		changeset.touches('group_ids', 'lesson_type_id') &&
		changeset.fieldValue('lesson_type_id') === trial &&
		hasGroup
	) {
		changeset.addError('group_ids', 'В пробный урок нельзя добавить группу.');
	}
	checkTeachers(changeset);
	if (!changeset.hasErrors) checkRoom(changeset);
}
