/**
 * Finds free slots for *Teacher → Get Free Slots* and *Lesson → Book*. This file reads from AlfaCRM
 * the teachers, their working hours and the lessons; `store/calendar/slots.ts` works out the slots.
 */

import type { IDataObject } from 'n8n-workflow';

import { daysAfter, formatDay, OPEN_END, readId } from '../../values/formats';
import { belongsToBranch, shownBranches } from '../../entities/branch';
import { lesson } from '../../entities/lesson';
import { listCall, passesOf } from '../../entities/listCall';
import { regularLesson } from '../../entities/regularLesson';
import { room as roomEntity } from '../../entities/room';
import { teacher as teacherEntity } from '../../entities/teacher';
import type { Entity } from '../../entities/types';
import { wholeNumber } from '../../form/wholeNumber';
import { uniqueRecords, readWholeList } from '../../run/readList';
import type { Item } from '../../run/item';
import type { LessonRows } from '../../store/calendar/calendar';
import { Calendar, daysToRead } from '../../store/calendar/calendar';
import type { Slot, SlotRequest, Timetable } from '../../store/calendar/slots';
import { findFreeSlots, startOf, teachersOfSubject } from '../../store/calendar/slots';
import { getRecord } from '../../run/records';
import type { Branch, Target } from '../../store/located';

/** The most days that a search may cover. A longer range is a mistake in one of the days. */
const MOST_DAYS = 366;

/** Most users want a slot soon, so a search reads only these days first. */
const FIRST_DAYS = 14;

/**
 * A teacher who has given a lesson of a subject within this number of days before the search counts
 * as a teacher of that subject.
 */
const SUBJECT_DAYS = 28;

/**
 * Ends the error about an incomplete list: "so it is not sure when the teacher is free". A missing
 * lesson would make the teacher look free.
 */
const UNSURE_IF_INCOMPLETE = 'when the teacher is free';

const MINUTES_RANGE = { min: 5, max: 1440 };

export const lessonDuration = wholeNumber({
	displayName: 'Duration',
	name: 'duration',
	...MINUTES_RANGE,
	default: 60,
	description: 'In minutes',
});

export const slotStep = wholeNumber({
	displayName: 'Step',
	name: 'step',
	...MINUTES_RANGE,
	default: 30,
	description: 'Minutes from the beginning of a slot to the next',
});

/** A teacher who may give the lesson. */
export interface Teacher {
	id: number;
	name: IDataObject[string];
	/**
	 * The branches that the teacher works in, and the branch in which the teacher was found. A lesson
	 * in any of them keeps the teacher busy.
	 */
	branches: Branch[];
	/** The day on which the teacher leaves the school, `yyyy-mm-dd`; undefined if there is none. */
	leavesOn?: string;
}

/**
 * A search for slots with any of several teachers. The head of `slots.ts` says in which formats
 * the days and times are.
 */
export interface SlotSearch
	extends Omit<SlotRequest, 'branchId' | 'teacherId' | 'teacherLeavesOn' | 'zone'> {
	/** Where the lesson is to be. */
	target: Target;
	teachers: readonly Teacher[];
	/** Leaves out teachers who have no lessons of this subject. */
	subjectId?: number;
	/** Whether working hours in other branches count, too. */
	includesOtherBranchHours?: boolean;
	/** The lessons of the attendees, which are in the way, too. The caller has read them. */
	attendeeLessons?: readonly IDataObject[];
}

type TeacherSlot = Slot & { teacher: Teacher };

/**
 * Finds free slots with any of the teachers, the earliest first; slots that start together are in
 * the order of the teachers.
 *
 * @param enough the number of slots that the caller needs. If the first two weeks have as many, the
 * later days are not read, and their slots are missing from the result. `Infinity` finds all slots.
 */
export async function findSlots(
	item: Item,
	search: SlotSearch,
	{ enough }: { enough: number },
): Promise<TeacherSlot[]> {
	if (search.teachers.length === 0) return [];

	const lastOfFirstDays = daysAfter(search.firstDay, FIRST_DAYS - 1);
	if (enough < Infinity && lastOfFirstDays < search.lastDay) {
		const slots = await findAllSlots(item, { ...search, lastDay: lastOfFirstDays });
		if (slots.length >= enough) return slots;
	}
	return await findAllSlots(item, search);
}

async function findAllSlots(item: Item, search: SlotSearch): Promise<TeacherSlot[]> {
	const { timetable, teachers } = await readTimetable(item, search);
	const slots = teachers.flatMap((teacher) => {
		const slotRequest = makeSlotRequest(teacher, search, item.zone);
		return findFreeSlots(timetable, slotRequest).map((slot) => ({ ...slot, teacher }));
	});
	return slots.sort((a, b) => compareTexts(startOf(a), startOf(b)));
}

function compareTexts(a: string, b: string): number {
	if (a === b) return 0;
	return a < b ? -1 : 1;
}

/** Narrows a search down to one of its teachers. */
export function makeSlotRequest(teacher: Teacher, search: SlotSearch, zone: string): SlotRequest {
	return {
		...search,
		teacherId: teacher.id,
		teacherLeavesOn: teacher.leavesOn,
		branchId: search.includesOtherBranchHours ? undefined : search.target.branch,
		zone,
	};
}

// ---------------------------------------------------------------- checking what the user has given

/**
 * Makes sure that AlfaCRM has the room. A room that does not exist has no lessons, so it would look
 * free at any time.
 */
export async function assertRoomExists(item: Item, target: Target, roomId?: number): Promise<void> {
	if (roomId === undefined) return;
	await getRecord(item, roomEntity, roomId, { ...target, path: roomEntity.path });
}

/**
 * @param firstDayLabel the label of the first day in the form
 * @throws NodeOperationError if the last day is before the first day or more than a year later
 */
export function assertDayRange(
	item: Item,
	firstDay: string,
	lastDay: string,
	firstDayLabel: string,
): void {
	if (firstDay <= lastDay && lastDay < daysAfter(firstDay, MOST_DAYS)) return;
	throw item.error(
		`'Date To' must be between '${firstDayLabel}' (${firstDay}) and a year later, but it is ${lastDay}`,
		'Correct one of the days.',
	);
}

// ---------------------------------------------------------------- reading teachers

/**
 * Reads the teachers whom the user has chosen, or else all active teachers of the branch.
 *
 * @throws NodeApiError for a chosen teacher whom the branch does not have
 */
export async function readTeachers(
	item: Item,
	target: Target,
	chosenIds: readonly number[],
): Promise<Teacher[]> {
	if (chosenIds.length === 0) return await readBranchTeachers(item, target.branch);
	const rows = await Promise.all(
		chosenIds.map(async (id) => await readTeacherRow(item, target, id)),
	);
	// `toTeacher` returns undefined only for a row without an ID, which these rows have.
	return rows.flatMap((row) => toTeacher(row, target.branch, item.zone) ?? []);
}

async function readTeacherRow(item: Item, target: Target, id: number): Promise<IDataObject> {
	const { branch } = target;
	const read = async () => {
		const { row } = await getRecord(item, teacherEntity, id, {
			...target,
			path: teacherEntity.path,
		});
		return row;
	};
	return await readOncePerRun(item, teacherEntity, ['one', branch, id], read);
}

async function readBranchTeachers(item: Item, branch: Branch): Promise<Teacher[]> {
	const list = { ...listCall(teacherEntity, branch), query: {}, body: {} };
	const rows = await readOncePerRun(
		item,
		teacherEntity,
		['all', branch],
		async () => await readWholeList(item, teacherEntity, list, 'who teaches there'),
	);
	return rows
		.filter((row) => belongsToBranch(row, branch))
		.flatMap((row) => toTeacher(row, branch, item.zone) ?? []);
}

/** Returns undefined for a row without an ID. */
function toTeacher(row: IDataObject, branch: Branch, zone: string): Teacher | undefined {
	const id = readId(row.id);
	if (id === undefined) return undefined;

	const endDay = formatDay(row.e_date, 'iso', zone);
	return {
		id,
		name: row.name ?? null,
		branches: [...new Set([branch, ...shownBranches(row)])],
		leavesOn: endDay === OPEN_END ? undefined : endDay,
	};
}

// ---------------------------------------------------------------- reading the timetable

/**
 * Reads the working hours of the teachers, and the lessons and regular lessons that may keep the
 * teachers, the room and the attendees busy. A teacher may be busy in any branch that the teacher
 * works in; lessons of the room and of the attendees are looked for only in the branch of the
 * lesson.
 *
 * @returns the timetable, and the teachers of the search who have lessons of its subject. If the
 * search has no subject, these are all of its teachers.
 */
export async function readTimetable(
	item: Item,
	search: SlotSearch,
): Promise<{ timetable: Timetable; teachers: readonly Teacher[] }> {
	const { target, teachers, subjectId, attendeeLessons = [] } = search;
	const teacherBranches = teachers.flatMap(({ branches }) => branches);
	const otherBranches = [...new Set(teacherBranches)].filter((branch) => branch !== target.branch);
	const [workingHours, ...branchLessons] = await Promise.all([
		readWorkingHours(item, search),
		readLessonsOfOwnBranch(item, search),
		...otherBranches.map(async (branch) => await readLessonsOfOtherBranch(item, search, branch)),
	]);

	const rows: LessonRows = {
		lessons: uniqueRecords([
			...attendeeLessons,
			...branchLessons.flatMap(({ lessons }) => lessons),
		]),
		regularLessons: uniqueRecords(branchLessons.flatMap(({ regularLessons }) => regularLessons)),
	};
	const timetable = { workingHours, calendar: new Calendar(rows, item.zone) };
	if (subjectId === undefined) return { timetable, teachers };

	const idsOfSubject = teachersOfSubject(rows, subjectId, {
		lastDay: search.lastDay,
		zone: item.zone,
	});
	return { timetable, teachers: teachers.filter(({ id }) => idsOfSubject.has(id)) };
}

async function readWorkingHours(item: Item, search: SlotSearch): Promise<IDataObject[]> {
	const { branch } = search.target;
	const filter = teacherFilter(search);
	const workingHours = { ...teacherEntity, plural: 'Working Hours' };
	const list = { ...listCall(workingHours, branch), action: 'working-hour', body: filter };
	return await readOncePerRun(
		item,
		teacherEntity,
		['hours', branch, filter],
		async () => await readWholeList(item, workingHours, list, UNSURE_IF_INCOMPLETE),
	);
}

/** Reads the lessons of the branch in which the lesson is to be, and in which the room is. */
async function readLessonsOfOwnBranch(item: Item, search: SlotSearch): Promise<LessonRows> {
	const { target, roomId, subjectId, firstDay, involvesAttendees } = search;
	const { branch } = target;
	const filter = teacherFilter(search);
	const days = lessonDaysFilter(search);
	// Lessons of the weeks before show who teaches the subject.
	const lessonDays =
		subjectId === undefined ? days : { ...days, date_from: daysAfter(firstDay, -SUBJECT_DAYS) };
	// Without a filter by teacher the list has all lessons, so also those in the room.
	const readsRoomLessons = roomId !== undefined && 'teacher_id' in filter;
	// No filter of regular lessons by room is known, and AlfaCRM may ignore the filters by group and
	// customer. So all regular lessons are read if the room or the attendees matter. API notes 5.13.
	const regularFilter = readsRoomLessons || involvesAttendees !== undefined ? {} : filter;

	const [lessons, roomLessons, regularLessons] = await Promise.all([
		readAll(item, lesson, branch, { ...filter, ...lessonDays }),
		readsRoomLessons ? readAll(item, lesson, branch, { room_ids: [roomId], ...days }) : [],
		readRegularLessons(item, branch, regularFilter),
	]);
	return { lessons: [...lessons, ...roomLessons], regularLessons };
}

/**
 * Reads the lessons of another branch in which the teachers work. Adds a hint if this user may not
 * see the branch, or AlfaCRM answers "not found", as it may for a closed branch.
 */
async function readLessonsOfOtherBranch(
	item: Item,
	search: SlotSearch,
	branch: Branch,
): Promise<LessonRows> {
	const filter = teacherFilter(search);
	const days = lessonDaysFilter(search);
	const read = async (): Promise<LessonRows> => {
		const [lessons, regularLessons] = await Promise.all([
			readAll(item, lesson, branch, { ...filter, ...days }),
			readRegularLessons(item, branch, filter),
		]);
		return { lessons, regularLessons };
	};
	const branchLessons = await item.readIfAllowed(read, { treats404AsDenied: true });
	if (branchLessons !== undefined) return branchLessons;

	item.execution.hints.add(
		'Not all branches in which the teacher works can be seen, so the teacher may be busy there in a slot',
		`branch ${String(branch)}`,
	);
	return { lessons: [], regularLessons: [] };
}

/**
 * Makes the filter for the lessons on the days of a search and a week before and after them. A
 * lesson outside of the search may replace a regular lesson on a day of the search.
 */
export function lessonDaysFilter(days: Pick<SlotSearch, 'firstDay' | 'lastDay'>): IDataObject {
	const { firstDay, lastDay } = daysToRead(days.firstDay, days.lastDay);
	return { date_from: firstDay, date_to: lastDay };
}

/**
 * Makes the filter by teacher, if the search has one teacher. For several teachers, one list of all
 * lessons takes fewer calls than a list for each teacher.
 */
function teacherFilter({ teachers }: SlotSearch): IDataObject {
	return teachers.length === 1 ? { teacher_id: teachers[0].id } : {};
}

async function readRegularLessons(
	item: Item,
	branch: Branch,
	filter: IDataObject,
): Promise<IDataObject[]> {
	return await readOncePerRun(
		item,
		regularLesson,
		['all', branch, filter],
		async () => await readAll(item, regularLesson, branch, filter),
	);
}

async function readAll(
	item: Item,
	entity: Entity,
	branch: Branch,
	body: IDataObject,
): Promise<IDataObject[]> {
	const list = { ...listCall(entity, branch), body, passes: passesOf(entity) };
	return await readWholeList(item, entity, list, UNSURE_IF_INCOMPLETE);
}

/**
 * Reads a list once for all items of an execution. Use it only for lists that a booking does not
 * change, such as working hours: a later item would not see the change.
 */
async function readOncePerRun<T>(
	item: Item,
	{ path }: Entity,
	cacheKey: unknown[],
	read: () => Promise<T>,
): Promise<T> {
	return await item.execution.cached(path, JSON.stringify(['slots', ...cacheKey]), read);
}
