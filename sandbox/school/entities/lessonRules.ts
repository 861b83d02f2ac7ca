import type { Changeset } from '../../model/changeset';
import { clockOf, laterClock } from '../../model/dates';
import { HttpError } from '../../model/httpError';
import { isList, type Json, type Row } from '../../model/json';
import { asList } from './fields';

const cancelledStatus = 2;
const trialType = 3;

/** The values of a call from which the day and the times of a lesson follow. */
const timeInputs = ['lesson_date', 'time_from', 'time_to', 'duration'];

/** Checks the rules of AlfaCRM for a lesson, and sets its day and times. */
export function checkLesson(changeset: Changeset): void {
	const setsTimes = timeInputs.some((name) => name in changeset.input);
	if (!changeset.row || setsTimes) setTimes(changeset);

	checkTrialLesson(changeset);
	checkTeachers(changeset);
	if (!changeset.hasErrors) checkRoom(changeset);
}

/** Checks whether the teachers work in the branch of the lesson. Unknown teachers are not checked. */
export function checkTeachers(changeset: Changeset): void {
	if (!changeset.touches('teacher_ids', 'branch_id')) return;
	const branch = changeset.fieldValue('branch_id');
	if (branch === null) return;

	const worksInOtherBranches = (teacherId: Json): boolean => {
		const teacher = changeset.records.find('teacher', Number(teacherId));
		return isList(teacher?.branch_ids) && !teacher.branch_ids.includes(branch);
	};
	const teachers = asList(changeset.fieldValue('teacher_ids'));
	if (teachers.some(worksInOtherBranches)) {
		changeset.addError('teacher_ids', 'Педагог не работает в этом филиале.');
	}
}

/** The values without which an update is incomplete. One value of each list is enough. */
const requiredForUpdate = [
	['lesson_date', 'date'],
	['time_from'],
	['time_to', 'duration'],
	['lesson_type_id'],
	['subject_id'],
];
const listFields = ['teacher_ids', 'customer_ids', 'group_ids'];
const singleFields = ['room_id', 'topic', 'note', 'homework'];

/**
 * Treats the fields that an update does not name as the setting `lessonUpdate` says: it refuses the
 * update, empties the fields, or keeps them. Which of these AlfaCRM does is not known. API notes 5.11.
 */
export function handleMissingFields({ body, changes, settings }: Changeset): void {
	const isMissing = (name: string): boolean => body[name] === undefined;
	const missingAlternatives = requiredForUpdate.filter((names) => names.every(isMissing));
	if (settings.lessonUpdate === 'refuses400' && missingAlternatives.length > 0) {
		const names = missingAlternatives.map(([firstName]) => firstName).join(', ');
		throw new HttpError(400, `Отсутствуют обязательные параметры: ${names}`);
	}

	if (settings.lessonUpdate !== 'blanks') return;
	for (const name of listFields.filter(isMissing)) {
		changes[name] = [];
	}
	for (const name of singleFields.filter(isMissing)) {
		changes[name] = null;
	}
	if (isMissing('time_from')) {
		changes.time_from = null;
		changes.time_to = null;
	}
}

/** Sets the day, the start and the end of a lesson. Times that the call lacks stay as they are. */
function setTimes(changeset: Changeset): void {
	const { input, row, changes } = changeset;
	const day = input.lesson_date ?? row?.date;
	const start = input.time_from ?? readStoredClock(row, 'time_from');
	// A missing day or start is an error already, since both are required.
	if (typeof day !== 'string' || typeof start !== 'string') return;

	const end = readEnd(changeset, start);
	if (end === undefined) return;
	if (end <= start) {
		changeset.addError('time_to', 'Время окончания должно быть позже времени начала.');
		return;
	}

	changes.date = day;
	changes.time_from = `${day} ${start}:00`;
	changes.time_to = `${day} ${end}:00`;
}

/** Reads the end of a lesson from the call, or else the stored one. Reports an error if there is none. */
function readEnd(changeset: Changeset, start: string): string | undefined {
	const { input, row } = changeset;
	if (typeof input.time_to === 'string') return input.time_to;

	if (typeof input.duration === 'number') {
		const end = input.duration > 0 ? laterClock(start, input.duration) : undefined;
		if (end === undefined) changeset.addError('duration', 'Неверный формат значения «Длительность».');
		return end;
	}

	const storedEnd = readStoredClock(row, 'time_to');
	if (storedEnd === undefined) changeset.addError('time_to', 'Необходимо заполнить «Время окончания».');
	return storedEnd;
}

function readStoredClock(row: Row | undefined, field: string): string | undefined {
	const moment = row?.[field];
	return typeof moment === 'string' ? clockOf(moment) : undefined;
}

function checkTrialLesson(changeset: Changeset): void {
	if (!changeset.touches('group_ids', 'lesson_type_id')) return;
	const isTrial = changeset.fieldValue('lesson_type_id') === trialType;
	const hasGroup = asList(changeset.fieldValue('group_ids')).length > 0;
	if (isTrial && hasGroup) changeset.addError('group_ids', 'В пробный урок нельзя добавить группу.');
}

/** Checks whether the room has another lesson at the same time. Cancelled lessons need no room. */
function checkRoom(changeset: Changeset): void {
	if (!changeset.touches('room_id', 'time_from', 'status')) return;
	const room = changeset.fieldValue('room_id');
	const isCancelled = changeset.fieldValue('status') === cancelledStatus;
	if (room === null || isCancelled) return;

	const start = String(changeset.fieldValue('time_from'));
	const end = String(changeset.fieldValue('time_to'));
	const lessonsInRoom = changeset.records.where('lesson', 'room_id', room);
	const isBusy = lessonsInRoom.some(({ id, status, time_from, time_to }) => {
		if (id === changeset.row?.id || status === cancelledStatus) return false;
		return String(time_from) < end && String(time_to) > start;
	});
	if (isBusy) changeset.addError('room_id', 'Аудитория занята');
}
