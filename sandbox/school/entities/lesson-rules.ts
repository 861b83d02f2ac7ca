import type { Writing } from '../../model/changeset';
import { clockOf, laterClock } from '../../model/dates';
import { YiiError } from '../../model/http-error';
import { isList, type Json } from '../../model/json';
import { asList } from './fields';

const cancelled = 2;
const trial = 3;

/** The teachers that exist must work in the branch of the lesson. */
export function checkTeachers(writing: Writing): void {
	if (!writing.touches('teacher_ids', 'branch_id')) return;
	const branch = writing.next('branch_id');
	const isStranger = (id: Json): boolean => {
		const branches = writing.store.find('teacher', Number(id))?.branch_ids;
		return isList(branches) && branch !== null && !branches.includes(branch);
	};
	if (asList(writing.next('teacher_ids')).some(isStranger)) {
		writing.refuse('teacher_ids', 'Педагог не работает в этом филиале.');
	}
}

/** Day and times of a lesson out of what the call gave, and for the rest out of what is stored. */
function settleTimes(writing: Writing): void {
	const { given, row, values } = writing;
	const stored = (field: string): string | undefined => {
		const moment = row?.[field];
		return typeof moment === 'string' ? clockOf(moment) : undefined;
	};
	const day = given.lesson_date ?? row?.date;
	const from = given.time_from ?? stored('time_from');
	if (typeof day !== 'string' || typeof from !== 'string') return;
	const minutes = given.duration;
	let to = given.time_to ?? undefined;
	if (to === undefined && typeof minutes === 'number') {
		to = minutes > 0 ? laterClock(from, minutes) : undefined;
		if (to === undefined) return writing.refuse('duration', 'Неверный формат значения «Длительность».');
	}
	to ??= stored('time_to');
	if (typeof to !== 'string') return writing.refuse('time_to', 'Необходимо заполнить «Время окончания».');
	if (to <= from) return writing.refuse('time_to', 'Время окончания должно быть позже времени начала.');
	Object.assign(values, { date: day, time_from: `${day} ${from}:00`, time_to: `${day} ${to}:00` });
}

function checkRoom(writing: Writing): void {
	const { row, store, settings } = writing;
	if (!settings.roomCheck || !writing.touches('room_id', 'time_from', 'status')) return;
	const room = writing.next('room_id');
	if (room === null || writing.next('status') === cancelled) return;
	const from = String(writing.next('time_from'));
	const to = String(writing.next('time_to'));
	const isBusy = store.where('lesson', 'room_id', room).some((other) => {
		const isOther = other.id !== row?.id && other.status !== cancelled;
		return isOther && String(other.time_from) < to && String(other.time_to) > from;
	});
	if (isBusy) writing.refuse('room_id', 'Аудитория занята');
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
export function fillLesson({ body, values, settings }: Writing): void {
	const isNamed = (name: string) => body[name] !== undefined;
	const missing = whole.filter((names) => !names.some(isNamed));
	if (settings.lessonUpdate === 'refuses400' && missing.length > 0) {
		const names = missing.map(([name]) => name).join(', ');
		throw new YiiError(400, `Отсутствуют обязательные параметры: ${names}`);
	}
	if (settings.lessonUpdate !== 'blanks') return;
	for (const name of lists) if (!isNamed(name)) values[name] = [];
	for (const name of texts) if (!isNamed(name)) values[name] = null;
	if (!isNamed('time_from')) Object.assign(values, { time_from: null, time_to: null });
}

export function settleLesson(writing: Writing): void {
	const { given } = writing;
	const isMoved = ['lesson_date', 'time_from', 'time_to', 'duration'].some((name) => name in given);
	if (!writing.row || isMoved) settleTimes(writing);
	const hasGroup = asList(writing.next('group_ids')).length > 0;
	if (
		writing.touches('group_ids', 'lesson_type_id') &&
		writing.next('lesson_type_id') === trial &&
		hasGroup
	) {
		writing.refuse('group_ids', 'В пробный урок нельзя добавить группу.');
	}
	checkTeachers(writing);
	if (!writing.isRefused) checkRoom(writing);
}
