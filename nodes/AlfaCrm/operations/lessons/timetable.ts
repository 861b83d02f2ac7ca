/**
 * Finds free slots for *Teacher → Get Free Slots* and *Lesson → Book*. This file reads from AlfaCRM
 * the teachers, their working hours and the lessons; `store/calendar/slots.ts` works out the slots.
 */

import type { IDataObject } from 'n8n-workflow';

import { daysAfter, formatDay, OPEN_END, readId } from '../../values/formats';
import { belongsToBranch, shownBranches } from '../../entities/branch';
import { lesson as lessonEntity } from '../../entities/lesson';
import { makeListCall, passesOf } from '../../entities/listCall';
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

/** How many days a search reads at first. Most users want a slot soon. */
const FIRST_DAYS = 14;

/**
 * How many days before the search a teacher's lessons are read to find out which subjects the
 * teacher teaches.
 */
const SUBJECT_DAYS = 28;

/**
 * Ends the error for an incomplete list: "so it is not sure when the teacher is free". A missing
 * lesson would make the teacher look free.
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
	/** The name as AlfaCRM shows it; null if AlfaCRM shows none. */
	name: IDataObject[string];
	/**
	 * The branches in which the teacher works, and the branch in which the teacher was found. A
	 * lesson in any of these branches keeps the teacher busy.
	 */
	branches: Branch[];
	/** The day on which the teacher leaves the school, `yyyy-mm-dd`; undefined if none is known. */
	leavesOn?: string;
}

/**
 * A search for slots with several teachers. A `SlotRequest` asks for the slots of one teacher; this
 * search has the other properties of the request, such as the days, the duration and the room. Days
 * are `yyyy-mm-dd`, and durations minutes.
 */
export interface SlotSearch
	extends Omit<SlotRequest, 'branchId' | 'teacherId' | 'teacherLeavesOn' | 'zone'> {
	/** The branch in which the lesson will take place, and the labels for errors. */
	target: Target;
	teachers: readonly Teacher[];
	/** The subject of the lesson. Teachers who do not teach this subject are left out. */
	subjectId?: number;
	/** Whether the teachers are also free within their working hours in other branches. */
	includesOtherBranchHours?: boolean;
	/**
	 * The lessons of the attendees: the customers and groups for whom the lesson is. No slot overlaps
	 * with these lessons.
	 */
	attendeeLessons?: readonly IDataObject[];
}

/** A free slot, and the teacher who is free in it. */
export type TeacherSlot = Slot & { teacher: Teacher };

/**
 * Finds the free slots of the teachers, the earliest first. Slots with the same start are in the
 * order of the teachers.
 *
 * Stops after the first two weeks of the search if they have enough slots, because each list of
 * lessons takes time.
 *
 * @param neededCount how many slots are enough; `Infinity` to find all slots of the search. The
 * result can have more.
 */
export async function findSlots(
	item: Item,
	search: SlotSearch,
	{ neededCount }: { neededCount: number },
): Promise<TeacherSlot[]> {
	if (search.teachers.length === 0) return [];

	const lastOfFirstDays = daysAfter(search.firstDay, FIRST_DAYS - 1);
	const needsAllSlots = neededCount === Infinity;
	const isLongSearch = lastOfFirstDays < search.lastDay;
	if (isLongSearch && !needsAllSlots) {
		const earlySlots = await findAllSlots(item, { ...search, lastDay: lastOfFirstDays });
		if (earlySlots.length >= neededCount) return earlySlots;
	}
	return await findAllSlots(item, search);
}

/** Finds all free slots of the teachers on the days of a search, in the order of `findSlots`. */
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

/** Makes the request for the slots of one teacher of a search. */
export function makeSlotRequest(teacher: Teacher, search: SlotSearch, zone: string): SlotRequest {
	// If `branchId` is undefined, the working hours of all branches count.
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
 * @param firstDayLabel the label of the first day in the form, for the error
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
		['teacher', target.branch, id],
		async () => await getRecord(item, teacherEntity, id, teacherTarget),
	);
	return teacher.row;
}

/** Reads the active teachers of a branch, once for all items. */
async function readBranchTeachers(item: Item, branch: Branch): Promise<Teacher[]> {
	const list = { ...makeListCall(teacherEntity, branch), query: {}, body: {} };
	// Ends the error for an incomplete list: "so it is not sure who teaches there".
	const uncertainFact = 'who teaches there';
	const rows = await readOncePerExecution(
		item,
		teacherEntity,
		['teachers', branch],
		async () => await readWholeList(item, teacherEntity, list, uncertainFact),
	);
	const rowsOfBranch = rows.filter((row) => belongsToBranch(row, branch));
	return toTeachers(rowsOfBranch, branch, item.zone);
}

/**
 * Turns rows of AlfaCRM's list into teachers. Leaves out rows without an ID.
 *
 * @param listBranch the branch whose list shows the rows
 */
function toTeachers(rows: readonly IDataObject[], listBranch: Branch, zone: string): Teacher[] {
	const teachers: Teacher[] = [];
	for (const row of rows) {
		const id = readId(row.id);
		if (id === undefined) continue;

		// For a teacher who stays, AlfaCRM shows the day `OPEN_END`.
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
 * teachers, the room and the attendees busy. A regular lesson is a rule such as "Mondays at 17:00",
 * from which AlfaCRM makes lessons.
 *
 * - The teachers can be busy in each branch in which they work.
 * - The room and the attendees are busy only in the branch of the new lesson.
 *
 * @returns the timetable, and the teachers who teach the subject of the search; all teachers of the
 * search if it has no subject
 */
export async function readTimetable(
	item: Item,
	search: SlotSearch,
): Promise<{ timetable: Timetable; teachers: readonly Teacher[] }> {
	const otherBranches = findOtherBranchesOfTeachers(search);
	const readOtherBranch = async (branch: Branch) =>
		await readLessonsOfOtherBranch(item, search, branch);
	const [workingHours, lessonsOfOwnBranch, lessonsOfOtherBranches] = await Promise.all([
		readWorkingHours(item, search),
		readLessonsOfOwnBranch(item, search),
		Promise.all(otherBranches.map(readOtherBranch)),
	]);

	const lessons = joinLessons(search, [lessonsOfOwnBranch, ...lessonsOfOtherBranches]);
	const timetable = { workingHours, calendar: new Calendar(lessons, item.zone) };
	const teachers = pickTeachersOfSubject(search, lessons, item.zone);
	return { timetable, teachers };
}

/** Finds the branches in which the teachers work, except the branch of the new lesson. */
function findOtherBranchesOfTeachers({ target, teachers }: SlotSearch): Branch[] {
	const branches = new Set(teachers.flatMap((teacher) => teacher.branches));
	return [...branches].filter((branch) => branch !== target.branch);
}

/** Joins the lessons of the attendees and of several branches. Keeps each lesson once. */
function joinLessons(search: SlotSearch, lessonsOfBranches: readonly LessonRows[]): LessonRows {
	const { attendeeLessons = [] } = search;
	const branchLessons = lessonsOfBranches.flatMap(({ lessons }) => lessons);
	const regularLessons = lessonsOfBranches.flatMap((rows) => rows.regularLessons);
	return {
		lessons: uniqueRecords([...attendeeLessons, ...branchLessons]),
		regularLessons: uniqueRecords(regularLessons),
	};
}

/**
 * Picks the teachers who have lessons of the subject; all teachers if the search has no subject.
 */
function pickTeachersOfSubject(
	search: SlotSearch,
	lessons: LessonRows,
	zone: string,
): readonly Teacher[] {
	const { teachers, subjectId, lastDay } = search;
	if (subjectId === undefined) return teachers;

	const teacherIds = teachersOfSubject(lessons, subjectId, { lastDay, zone });
	return teachers.filter(({ id }) => teacherIds.has(id));
}

/** Reads the working hours of the teachers in the branch of the new lesson, once for all items. */
async function readWorkingHours(item: Item, search: SlotSearch): Promise<IDataObject[]> {
	const { branch } = search.target;
	const filter = makeTeacherFilter(search);
	// The list of working hours has the path of teachers, `teacher/working-hour`. Errors call it by
	// this plural.
	const workingHoursEntity = { ...teacherEntity, plural: 'Working Hours' };
	const list = {
		...makeListCall(workingHoursEntity, branch),
		action: 'working-hour',
		body: filter,
	};
	return await readOncePerExecution(
		item,
		teacherEntity,
		['working hours', branch, filter],
		async () => await readWholeList(item, workingHoursEntity, list, UNCERTAIN_FACT),
	);
}

/** Reads the lessons in the branch of the new lesson. */
async function readLessonsOfOwnBranch(item: Item, search: SlotSearch): Promise<LessonRows> {
	const { branch } = search.target;
	const teacherFilter = makeTeacherFilter(search);
	const isFilteredByTeacher = Object.keys(teacherFilter).length > 0;
	// The filter by teacher leaves out lessons that other teachers give in the room.
	const needsRoomLessons = search.roomId !== undefined && isFilteredByTeacher;
	// AlfaCRM's list of regular lessons has no known filter by room, and may ignore filters by group
	// and customer: API notes 5.13 in docs/alfacrm-api.md. So all regular lessons are read to find
	// those of the room or of the attendees.
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
 * Makes the filter by day for lessons in the branch of the new lesson. If the search has a subject,
 * the filter includes the weeks before the search: their lessons show who teaches the subject.
 */
function makeOwnBranchDaysFilter(search: SlotSearch): IDataObject {
	const daysFilter = makeLessonDaysFilter(search);
	if (search.subjectId === undefined) return daysFilter;
	return { ...daysFilter, date_from: daysAfter(search.firstDay, -SUBJECT_DAYS) };
}

/** Reads the lessons in the room, of all teachers. */
async function readRoomLessons(item: Item, search: SlotSearch): Promise<IDataObject[]> {
	const roomFilter = { room_ids: [search.roomId], ...makeLessonDaysFilter(search) };
	return await readAll(item, lessonEntity, search.target.branch, roomFilter);
}

/**
 * Reads the lessons of another branch in which the teachers work. Adds a hint if this user may not
 * see the branch, or if AlfaCRM answers "not found", as it does for some closed branches.
 */
async function readLessonsOfOtherBranch(
	item: Item,
	search: SlotSearch,
	branch: Branch,
): Promise<LessonRows> {
	const teacherFilter = makeTeacherFilter(search);
	const lessonFilter = { ...teacherFilter, ...makeLessonDaysFilter(search) };
	const readLessons = async (): Promise<LessonRows> => {
		const [lessons, regularLessons] = await Promise.all([
			readAll(item, lessonEntity, branch, lessonFilter),
			readRegularLessons(item, branch, teacherFilter),
		]);
		return { lessons, regularLessons };
	};
	const lessonsOfBranch = await item.readIfAllowed(readLessons, { treats404AsDenied: true });
	if (lessonsOfBranch !== undefined) return lessonsOfBranch;

	item.execution.hints.add(
		'Not all branches in which the teacher works can be seen, so the teacher may be busy there in a slot',
		`branch ${String(branch)}`,
	);
	return { lessons: [], regularLessons: [] };
}

/**
 * Makes the filter for the lessons from a week before the days of a search until a week after them.
 * A lesson that was moved from a day of the search to another day is then found, too.
 */
export function makeLessonDaysFilter(
	search: Pick<SlotSearch, 'firstDay' | 'lastDay'>,
): IDataObject {
	const { firstDay, lastDay } = daysToRead(search.firstDay, search.lastDay);
	return { date_from: firstDay, date_to: lastDay };
}

/**
 * Makes the filter by teacher if the search has only one teacher. For several teachers, one list of
 * all lessons takes fewer calls than a list for each teacher, so the filter is empty.
 */
function makeTeacherFilter({ teachers }: SlotSearch): IDataObject {
	return teachers.length === 1 ? { teacher_id: teachers[0].id } : {};
}

/** Reads regular lessons of a branch, once for all items. */
async function readRegularLessons(
	item: Item,
	branch: Branch,
	filter: IDataObject,
): Promise<IDataObject[]> {
	return await readOncePerExecution(
		item,
		regularLessonEntity,
		['regular lessons', branch, filter],
		async () => await readAll(item, regularLessonEntity, branch, filter),
	);
}

/** Reads all records of an entity in a branch to which a filter applies. */
async function readAll(
	item: Item,
	entity: Entity,
	branch: Branch,
	filter: IDataObject,
): Promise<IDataObject[]> {
	// The list is read once for each of the passes. Each pass asks for some of the records, such as
	// the cancelled lessons.
	const list = { ...makeListCall(entity, branch), body: filter, passes: passesOf(entity) };
	return await readWholeList(item, entity, list, UNCERTAIN_FACT);
}

/**
 * Reads a list or a record once for all items of an execution. Use it only for records that a
 * booking does not change, such as working hours: a later item would not see the change.
 *
 * @param nameParts the parts of the name in the cache; the name is unique among those of the entity
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
