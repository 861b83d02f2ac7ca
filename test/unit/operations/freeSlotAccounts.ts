import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { Calendar } from '../../../nodes/AlfaCrm/store/calendar/calendar';
import { findFreeSlots } from '../../../nodes/AlfaCrm/store/calendar/slots';
import type { Settings } from '../../../sandbox';
import type { Row, SlotRequest, TimetableRows } from '../../support/slotsByTheMinute';
import { readClock } from '../../support/slotsByTheMinute';
import { ROOM, TEACHER } from '../../support/timetables';
import { customerForm, SmallSchool } from './school';

/** The settings that differ between AlfaCRM accounts, and the branches in which the teacher works. */
export interface Account {
	settings: Partial<Settings>;
	branchesOfTeacher: number[];
}

/**
 * Makes random accounts. Accounts differ in the number of Sunday, in how they react to a page size, in whether their lists have
 * totals, and in the filters that they ignore. The teacher works in branch 1, or in both branches.
 */
export const accounts: fc.Arbitrary<Account> = fc.record({
	settings: fc.record({
		sunday: fc.constantFrom<Settings['sunday']>(7, 0),
		bodyPageSize: fc.constantFrom<Settings['bodyPageSize']>('ignored', 'honoured', 'refused400'),
		total: fc.constantFrom<Settings['total']>('present', 'missing'),
		ignoredFilters: fc.subarray([
			'working-hour.teacher_id',
			'lesson.teacher_id',
			'regular-lesson.teacher_id',
			'lesson.date_from',
			'lesson.date_to',
			'lesson.room_ids',
		]),
	}),
	branchesOfTeacher: fc.constantFrom([1], [1, 2]),
});

/** Makes a school with a teacher, a room of branch 1 and the rows of a random timetable. */
export function makeSchoolWithTimetable(
	{ workingHours, lessons, regularLessons }: TimetableRows,
	{ settings, branchesOfTeacher }: Account,
): SmallSchool {
	const school = new SmallSchool(settings);
	school.addRecord('teacher', { id: TEACHER, name: 'Новикова Яна', branch_ids: branchesOfTeacher });
	school.addRecord('room', { id: ROOM, name: 'Зал', branch_id: 1 });
	for (const row of workingHours) {
		school.addRecord('working-hour', { ...row });
	}
	for (const row of regularLessons) {
		school.addRecord('regular-lesson', removeRoomOfOtherBranch(row));
	}
	for (const row of lessons) {
		school.addRecord('lesson', removeRoomOfOtherBranch(row));
	}
	return school;
}

/** Copies a row. A row of branch 2 loses its room, because the room belongs to branch 1. */
function removeRoomOfOtherBranch(row: Row): Record<string, unknown> {
	if (row.branch_id === 1) return { ...row };
	return { ...row, room_id: null };
}

/** Runs findFreeSlots on a random timetable, and returns slots such as "2026-03-07 10:00-11:00". */
export function findSlotsInTimetable(rows: TimetableRows, request: SlotRequest): string[] {
	const lessons = rows.lessons as IDataObject[];
	const regularLessons = rows.regularLessons as IDataObject[];
	const timetable = {
		workingHours: rows.workingHours as IDataObject[],
		calendar: new Calendar({ lessons, regularLessons }, request.zone),
	};

	const slots = findFreeSlots(timetable, {
		teacherId: request.teacher,
		roomId: request.room,
		branchId: request.branch,
		firstDay: request.firstDay,
		lastDay: request.lastDay,
		duration: request.duration,
		step: request.step,
		notBefore: request.now === undefined ? undefined : readClock(request.now, request.zone),
		zone: request.zone,
	});

	return slots.map(({ date, start, end }) => `${date} ${start}-${end}`);
}

/** Runs Get Free Slots for a random request, and returns slots such as "2026-03-07 10:00-11:00". */
export async function listSlotsOfSchool(school: SmallSchool, request: SlotRequest): Promise<string[]> {
	const { json } = await school.run(randomRequestForm(request), { timezone: request.zone });
	return json.map(({ date, start, end }) => `${String(date)} ${String(start)}-${String(end)}`);
}

/** Fills the form of Get Free Slots for a random request. */
function randomRequestForm({
	firstDay,
	lastDay,
	duration,
	step,
	room,
	branch,
	now,
}: SlotRequest): IDataObject {
	return customerForm('getFreeSlots', {
		resource: 'teacher',
		id: TEACHER,
		date_from: firstDay,
		date_to: lastDay,
		duration,
		returnAll: true,
		additionalFields: room === undefined ? {} : { room_id: room },
		options: { step, otherBranches: branch === undefined, past: now === undefined },
	});
}

/**
 * Reads the rows that AlfaCRM shows to Get Free Slots, out of all rows of the school. For example, a lesson of branch 2 is
 * shown only if the teacher works in branch 2.
 */
export function readShownRows(school: SmallSchool, account: Account, { room }: SlotRequest): TimetableRows {
	const isShownLesson = (lesson: IDataObject) =>
		isListedForTeacher(lesson, account) || (room !== undefined && isListedForRoom(lesson, account));
	const isShownRegularLesson = (regularLesson: IDataObject) =>
		regularLesson.branch_id === 1 ||
		(isInBranchOfTeacher(regularLesson, account) && isOfTeacher(regularLesson));

	return {
		workingHours: school.readRecords('working-hour'),
		lessons: school.readRecords('lesson').filter(isShownLesson),
		regularLessons: school.readRecords('regular-lesson').filter(isShownRegularLesson),
	};
}

/** Checks whether the list of the teacher's lessons has a lesson. Accounts that ignore the filter list lessons of all teachers. */
function isListedForTeacher(lesson: IDataObject, account: Account): boolean {
	const isOfListedTeacher = isOfTeacher(lesson) || ignoresFilter(account, 'lesson.teacher_id');
	return isInBranchOfTeacher(lesson, account) && isOfListedTeacher;
}

/** Checks whether the list of the room's lessons has a lesson. Accounts that ignore the filter list lessons of all rooms. */
function isListedForRoom(lesson: IDataObject, account: Account): boolean {
	const isInListedRoom = lesson.room_id === ROOM || ignoresFilter(account, 'lesson.room_ids');
	return lesson.branch_id === 1 && isInListedRoom;
}

function isInBranchOfTeacher({ branch_id }: IDataObject, { branchesOfTeacher }: Account): boolean {
	return branchesOfTeacher.includes(Number(branch_id));
}

function isOfTeacher({ teacher_ids }: IDataObject): boolean {
	return (teacher_ids as number[]).includes(TEACHER);
}

function ignoresFilter({ settings }: Account, filter: string): boolean {
	return settings.ignoredFilters?.includes(filter) === true;
}
