/**
 * Finds free slots for *Teacher → Get Free Slots* and *Lesson → Book*. This file reads from AlfaCRM
 * the teachers, their working hours and the lessons; `store/calendar/slots.ts` works out the slots.
 */

import type { IDataObject } from 'n8n-workflow';

import { daysAfter, formatDay, OPEN_END, readId } from '../../values/formats';
import { belongsToBranch, shownBranches } from '../../entities/branch';
import { lesson as lessonEntity } from '../../entities/lesson';
import { listCall, passesOf } from '../../entities/listCall';
import { regularLesson as regularLessonEntity } from '../../entities/regularLesson';
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

/** The most days that a form may ask for. A longer range is a mistake in one of the days. */
const MAX_RANGE_DAYS = 366;

/** Most users want a slot soon, so a search reads only these days first. */
const FIRST_DAYS = 14;

/**
 * A teacher who has given a lesson of a subject within this number of days before the search counts
 * as a teacher of that subject.
 */
const SUBJECT_DAYS = 28;

/**
 * What is uncertain if a list is incomplete, because a missing lesson would make the teacher look
 * free. Ends the sentence of the error: "so it is not sure when the teacher is free".
 */
const UNCERTAIN_FACT = 'when the teacher is free';

const MINUTES_RANGE = { min: 5, max: 1440 };

export const durationParameter = wholeNumber({
	displayName: 'Duration',
	name: 'duration',
	...MINUTES_RANGE,
	default: 60,
	description: 'In minutes',
});

export const stepParameter = wholeNumber({
	displayName: 'Step',
	name: 'step',
	...MINUTES_RANGE,
	default: 30,
	description: 'Minutes from the beginning of a slot to the next',
});

/** A teacher who may give the lesson. */
export interface Teacher {
	id: number;
	/** Null if AlfaCRM shows none. */
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
 * A search for slots with any of several teachers. It has the properties of a `SlotRequest`, such
 * as the days, the duration and the room, except those that differ from teacher to teacher. Days
 * are `yyyy-mm-dd`, and durations minutes.
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

/** A free slot, and the teacher who is free in it. */
export type TeacherSlot = Slot & { teacher: Teacher };

/**
 * Finds free slots with any of the teachers, the earliest first; slots that start together are in
 * the order of the teachers. Reads only the first two weeks of a search if they have enough slots.
 *
 * @param neededCount how many slots the caller needs. The result may have more, and slots after
 * the first two weeks may be missing from it. `Infinity` finds all slots.
 */
export async function findSlots(
	item: Item,
	search: SlotSearch,
	{ neededCount }: { neededCount: number },
): Promise<TeacherSlot[]> {
	if (search.teachers.length === 0) return [];

	const lastOfFirstDays = daysAfter(search.firstDay, FIRST_DAYS - 1);
	const needsAllSlots = neededCount === Infinity;
	if (!needsAllSlots && lastOfFirstDays < search.lastDay) {
		const earlySlots = await findAllSlots(item, { ...search, lastDay: lastOfFirstDays });
		if (earlySlots.length >= neededCount) return earlySlots;
	}
	return await findAllSlots(item, search);
}

/** Finds all free slots on the days of a search, in the order of `findSlots`. */
async function findAllSlots(item: Item, search: SlotSearch): Promise<TeacherSlot[]> {
	const { timetable, teachers } = await readTimetable(item, search);
	const slots: TeacherSlot[] = [];
	for (const teacher of teachers) {
		const slotRequest = makeSlotRequest(teacher, search, item.zone);
		for (const slot of findFreeSlots(timetable, slotRequest)) {
			slots.push({ ...slot, teacher });
		}
	}
	return slots.sort(compareStarts);
}

/** Compares two slots for `sort`: the slot that starts earlier comes first. */
function compareStarts(slot: Slot, otherSlot: Slot): number {
	const start = startOf(slot);
	const otherStart = startOf(otherSlot);
	if (start === otherStart) return 0;
	return start < otherStart ? -1 : 1;
}

/** Narrows a search down to one of its teachers. */
export function makeSlotRequest(teacher: Teacher, search: SlotSearch, zone: string): SlotRequest {
	// Without a branch, working hours of all branches count.
	const branchOfHours = search.includesOtherBranchHours ? undefined : search.target.branch;
	return {
		...search,
		teacherId: teacher.id,
		teacherLeavesOn: teacher.leavesOn,
		branchId: branchOfHours,
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

	const roomTarget = { ...target, path: roomEntity.path };
	await getRecord(item, roomEntity, roomId, roomTarget);
}

/**
 * Makes sure that the days of a form are in order and cover at most a year.
 *
 * @param firstDayLabel the label of the first day in the form
 * @throws NodeOperationError if the last day is before the first day or more than a year later
 */
export function assertDayRange(
	item: Item,
	{ firstDay, lastDay }: { firstDay: string; lastDay: string },
	{ firstDayLabel }: { firstDayLabel: string },
): void {
	const isInOrder = firstDay <= lastDay;
	const isShortEnough = lastDay < daysAfter(firstDay, MAX_RANGE_DAYS);
	if (isInOrder && isShortEnough) return;

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

	const readRow = async (id: number) => await readTeacherRow(item, target, id);
	const rows = await Promise.all(chosenIds.map(readRow));
	return toTeachers(rows, target.branch, item.zone);
}

/** Reads a chosen teacher, once for all items. */
async function readTeacherRow(item: Item, target: Target, id: number): Promise<IDataObject> {
	const teacherTarget = { ...target, path: teacherEntity.path };
	const teacher = await readOncePerExecution(
		item,
		teacherEntity,
		['one', target.branch, id],
		async () => await getRecord(item, teacherEntity, id, teacherTarget),
	);
	return teacher.row;
}

/** Reads the active teachers of a branch, once for all items. */
async function readBranchTeachers(item: Item, branch: Branch): Promise<Teacher[]> {
	const list = { ...listCall(teacherEntity, branch), query: {}, body: {} };
	const rows = await readOncePerExecution(
		item,
		teacherEntity,
		['all', branch],
		async () => await readWholeList(item, teacherEntity, list, 'who teaches there'),
	);
	const rowsOfBranch = rows.filter((row) => belongsToBranch(row, branch));
	return toTeachers(rowsOfBranch, branch, item.zone);
}

/**
 * Reads teachers from the rows of AlfaCRM's list. Leaves out rows without an ID.
 *
 * @param listBranch the branch whose list shows the rows
 */
function toTeachers(rows: readonly IDataObject[], listBranch: Branch, zone: string): Teacher[] {
	const teachers: Teacher[] = [];
	for (const row of rows) {
		const id = readId(row.id);
		if (id === undefined) continue;

		// AlfaCRM shows the day `OPEN_END` for a teacher who stays.
		const endDay = formatDay(row.e_date, 'iso', zone);
		teachers.push({
			id,
			name: row.name ?? null,
			branches: [...new Set([listBranch, ...shownBranches(row)])],
			leavesOn: endDay === OPEN_END ? undefined : endDay,
		});
	}
	return teachers;
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
	const readOtherBranch = async (branch: Branch) =>
		await readLessonsOfOtherBranch(item, search, branch);
	const [workingHours, ownRows, otherRows] = await Promise.all([
		readWorkingHours(item, search),
		readLessonsOfOwnBranch(item, search),
		Promise.all(findOtherBranchesOfTeachers(search).map(readOtherBranch)),
	]);

	const rows = joinLessonRows(search, [ownRows, ...otherRows]);
	const timetable = { workingHours, calendar: new Calendar(rows, item.zone) };
	const teachers = pickTeachersOfSubject(search, rows, item.zone);
	return { timetable, teachers };
}

/** Finds the branches in which the teachers work, except the branch of the lesson. */
function findOtherBranchesOfTeachers({ target, teachers }: SlotSearch): Branch[] {
	const branches = new Set(teachers.flatMap((teacher) => teacher.branches));
	return [...branches].filter((branch) => branch !== target.branch);
}

/** Joins the lessons of the attendees and of all branches, each once. */
function joinLessonRows(search: SlotSearch, rowsOfBranches: readonly LessonRows[]): LessonRows {
	const attendeeLessons = search.attendeeLessons ?? [];
	const branchLessons = rowsOfBranches.flatMap((rows) => rows.lessons);
	const regularLessons = rowsOfBranches.flatMap((rows) => rows.regularLessons);
	return {
		lessons: uniqueRecords([...attendeeLessons, ...branchLessons]),
		regularLessons: uniqueRecords(regularLessons),
	};
}

/** Picks the teachers who have lessons of the subject; all teachers if there is no subject. */
function pickTeachersOfSubject(
	search: SlotSearch,
	rows: LessonRows,
	zone: string,
): readonly Teacher[] {
	const { teachers, subjectId, lastDay } = search;
	if (subjectId === undefined) return teachers;

	const idsOfSubject = teachersOfSubject(rows, subjectId, { lastDay, zone });
	return teachers.filter(({ id }) => idsOfSubject.has(id));
}

/** Reads the working hours of the teachers in the branch of the lesson, once for all items. */
async function readWorkingHours(item: Item, search: SlotSearch): Promise<IDataObject[]> {
	const { branch } = search.target;
	const filter = makeTeacherFilter(search);
	// Working hours are a list of the entity of teachers. The plural is for messages.
	const workingHours = { ...teacherEntity, plural: 'Working Hours' };
	const list = { ...listCall(workingHours, branch), action: 'working-hour', body: filter };
	return await readOncePerExecution(
		item,
		teacherEntity,
		['hours', branch, filter],
		async () => await readWholeList(item, workingHours, list, UNCERTAIN_FACT),
	);
}

/** Reads the lessons of the branch in which the lesson is to be, and in which the room is. */
async function readLessonsOfOwnBranch(item: Item, search: SlotSearch): Promise<LessonRows> {
	const { branch } = search.target;
	const teacherFilter = makeTeacherFilter(search);
	// With a filter by teacher, the list lacks lessons in the room that other teachers give.
	const needsRoomLessons = search.roomId !== undefined && 'teacher_id' in teacherFilter;
	// No filter of regular lessons by room is known, and AlfaCRM may ignore the filters by group and
	// customer. So all regular lessons are read if the room or the attendees matter. API notes 5.13.
	const needsAllRegularLessons = needsRoomLessons || search.involvesAttendees !== undefined;

	const lessonFilter = { ...teacherFilter, ...makeOwnBranchDaysFilter(search) };
	const regularLessonFilter = needsAllRegularLessons ? {} : teacherFilter;
	const [lessons, roomLessons, regularLessons] = await Promise.all([
		readAll(item, lessonEntity, branch, lessonFilter),
		needsRoomLessons ? readRoomLessons(item, search) : [],
		readRegularLessons(item, branch, regularLessonFilter),
	]);
	return { lessons: [...lessons, ...roomLessons], regularLessons };
}

/**
 * Makes the filter by day for the branch of the lesson. If the teachers of a subject are searched
 * for, it includes the weeks before, whose lessons show who teaches the subject.
 */
function makeOwnBranchDaysFilter(search: SlotSearch): IDataObject {
	const daysFilter = makeLessonDaysFilter(search);
	if (search.subjectId === undefined) return daysFilter;
	return { ...daysFilter, date_from: daysAfter(search.firstDay, -SUBJECT_DAYS) };
}

/** Reads the lessons in the room, whoever gives them. */
async function readRoomLessons(item: Item, search: SlotSearch): Promise<IDataObject[]> {
	const roomFilter = { room_ids: [search.roomId], ...makeLessonDaysFilter(search) };
	return await readAll(item, lessonEntity, search.target.branch, roomFilter);
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
	const teacherFilter = makeTeacherFilter(search);
	const lessonFilter = { ...teacherFilter, ...makeLessonDaysFilter(search) };
	const readLessonRows = async (): Promise<LessonRows> => {
		const [lessons, regularLessons] = await Promise.all([
			readAll(item, lessonEntity, branch, lessonFilter),
			readRegularLessons(item, branch, teacherFilter),
		]);
		return { lessons, regularLessons };
	};
	const lessonRows = await item.readIfAllowed(readLessonRows, { treats404AsDenied: true });
	if (lessonRows !== undefined) return lessonRows;

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
export function makeLessonDaysFilter(
	search: Pick<SlotSearch, 'firstDay' | 'lastDay'>,
): IDataObject {
	const { firstDay, lastDay } = daysToRead(search.firstDay, search.lastDay);
	return { date_from: firstDay, date_to: lastDay };
}

/**
 * Makes the filter by teacher, if the search has one teacher. For several teachers, one list of all
 * lessons takes fewer calls than a list for each teacher.
 */
function makeTeacherFilter({ teachers }: SlotSearch): IDataObject {
	return teachers.length === 1 ? { teacher_id: teachers[0].id } : {};
}

/** Reads regular lessons of a branch, once for all items: a booking does not change them. */
async function readRegularLessons(
	item: Item,
	branch: Branch,
	filter: IDataObject,
): Promise<IDataObject[]> {
	return await readOncePerExecution(
		item,
		regularLessonEntity,
		['all', branch, filter],
		async () => await readAll(item, regularLessonEntity, branch, filter),
	);
}

/** Reads all records of an entity in a branch that AlfaCRM lists with a filter. */
async function readAll(
	item: Item,
	entity: Entity,
	branch: Branch,
	filter: IDataObject,
): Promise<IDataObject[]> {
	const list = { ...listCall(entity, branch), body: filter, passes: passesOf(entity) };
	return await readWholeList(item, entity, list, UNCERTAIN_FACT);
}

/**
 * Reads a list or a record once for all items of an execution. Use it only for what a booking does
 * not change, such as working hours: a later item would not see the change.
 *
 * @param nameParts what together names the reading among those of the entity
 */
async function readOncePerExecution<T>(
	item: Item,
	entity: Entity,
	nameParts: readonly unknown[],
	read: () => Promise<T>,
): Promise<T> {
	const cacheName = JSON.stringify(['slots', ...nameParts]);
	return await item.execution.cached(entity.path, cacheName, read);
}
