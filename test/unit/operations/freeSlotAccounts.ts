import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import type { SlotRequest, TimetableRows } from '../../support/slotsByTheMinute';
import { ROOM, TEACHER } from '../../support/timetables';
import { customerForm, SmallSchool } from './school';

/** The settings that differ between AlfaCRM accounts, and the branches in which the teacher works. */
export interface Account {
	settings: Partial<Settings>;
	branchesOfTeacher: number[];
}

/** Random accounts: they number Sunday in their own way, cut pages in their own way, and ignore some filters. */
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

/** Makes a school with the rows of a random timetable. The room belongs to branch 1. */
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
		school.addRecord('regular-lesson', withoutRoomOfOtherBranch(row));
	}
	for (const row of lessons) {
		school.addRecord('lesson', withoutRoomOfOtherBranch(row));
	}
	return school;
}

/** Takes the room out of a row of branch 2, because the room belongs to branch 1. */
function withoutRoomOfOtherBranch(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return row.branch_id === 1 ? { ...row } : { ...row, room_id: null };
}

/** Fills the form of Get Free Slots for a random request. */
export function formOfRequest({
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
 * Reads the rows that AlfaCRM shows to Get Free Slots, out of all rows that the school has. The teacher is busy with lessons of
 * the branches in which the teacher works, and the room with lessons of branch 1.
 */
export function readShownRows(
	school: SmallSchool,
	{ settings, branchesOfTeacher }: Account,
	{ room }: SlotRequest,
): TimetableRows {
	const ignoresFilter = (filter: string) => settings.ignoredFilters?.includes(filter) === true;
	const isInBranchOfTeacher = ({ branch_id }: IDataObject) => branchesOfTeacher.includes(Number(branch_id));
	const isOfTeacher = ({ teacher_ids }: IDataObject) => (teacher_ids as number[]).includes(TEACHER);

	// A lesson of another teacher is not listed for this teacher, so it replaces no day of a regular lesson.
	const isListedForTeacher = (lesson: IDataObject) =>
		isInBranchOfTeacher(lesson) && (isOfTeacher(lesson) || ignoresFilter('lesson.teacher_id'));
	const isListedForRoom = ({ branch_id, room_id }: IDataObject) =>
		room !== undefined && branch_id === 1 && (room_id === ROOM || ignoresFilter('lesson.room_ids'));

	const lessons = school.readRecords('lesson');
	const regularLessons = school.readRecords('regular-lesson');
	return {
		workingHours: school.readRecords('working-hour'),
		lessons: lessons.filter((lesson) => isListedForTeacher(lesson) || isListedForRoom(lesson)),
		regularLessons: regularLessons.filter(
			(row) => row.branch_id === 1 || (isInBranchOfTeacher(row) && isOfTeacher(row)),
		),
	};
}
