import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { dayOf, LESSON_FIELDS } from '../../entities/lesson';
import type { Entity } from '../../entities/types';
import { collection } from '../../form/assemble';
import type { LockKey } from '../../run/keys';
import { findOrCreate } from '../../run/findOrCreate';
import type { Item } from '../../run/item';
import type { Operation } from '../../run/operation';
import {
	customerIdsOf,
	groupIdsOf,
	isCancelled,
	roomIdOf,
	teacherIdsOf,
} from '../../store/calendar/lessonRow';
import { areOverlapping, readTimeSpan } from '../../store/calendar/timeSpan';
import type { Branch } from '../../store/located';
import { formatTime, readId } from '../../values/formats';
import type { RecordDraft } from '../common/create';
import { create, readDraft, saveDraft } from '../common/create';
import { skipIfExists } from '../common/skipIfExists';
import { assertAttendeesGiven } from './attendeesInput';
import { dropUnusedDuration } from './endTime';
import { hasAllAttendeesOf, hintThatLessonExists } from './existingLesson';
import { makeLessonLockKeys } from './lessonLocks';
import { findBranchesOfTeachers, readLessonsOfDay } from './lessonsOfDay';

/**
 * *Lesson → Create*: creates a lesson after two checks. The user can switch off each of them in
 * 'Options'.
 *
 * 1. If the lesson exists already, the existing lesson is returned.
 * 2. If its teacher or room has another lesson at that time, the node throws an error. AlfaCRM
 *    itself refuses a busy room but not a busy teacher: API notes 5.11 in docs/alfacrm-api.md.
 *
 * *Lesson → Book* (`book/`) also finds a free time, and checks working hours and the attendees.
 */
export const createLesson: Operation = {
	...create,
	form: (entity) => ({ ...create.form(entity), options: [lessonOptions] }),

	async execute(item, entity) {
		const draft = readDraft(item, entity, entity.fields, (input) => prepareInput(item, input));
		return [await findOrCreateLesson(item, entity, draft)];
	},
};

/** Makes sure that the input names attendees, and leaves out a duration that has no effect. */
function prepareInput(item: Item, input: IDataObject): IDataObject {
	assertAttendeesGiven(item, input);
	return dropUnusedDuration(input);
}

const checkTeacherAndRoom: INodeProperties = {
	displayName: 'Check Teacher and Room',
	name: 'checkBusy',
	type: 'boolean',
	default: true,
	description: 'Whether to stop if the teacher or room has a lesson at that time',
};

const lessonOptions = collection(
	'Options',
	'options',
	[checkTeacherAndRoom, skipIfExists],
	'Add Option',
);

/** A new lesson, and the checks that are made before it is created. */
interface LessonToCheck {
	/** The values of the lesson as they are sent. */
	body: IDataObject;
	branch: Branch;
	/** `yyyy-mm-dd` */
	day: string;
	/** Whether an existing lesson is returned instead of creating a second one. */
	returnsExisting: boolean;
	/** Whether the teacher and the room have to be free. */
	checksTeacherAndRoom: boolean;
}

/**
 * Creates a lesson after the checks that the user has chosen, or returns the existing lesson.
 *
 * @param draft the new lesson, as it was read from the form
 */
async function findOrCreateLesson(
	item: Item,
	entity: Entity,
	draft: RecordDraft,
): Promise<IDataObject> {
	const saveLesson = async () => await saveDraft(item, entity, draft);
	const newLesson = readLessonToCheck(item, draft);
	if (newLesson === undefined) return await saveLesson();

	const checkNewLesson = async () => await findExistingOrAssertFree(item, newLesson, draft);
	const findOrSave = async () => await findOrCreate(item, checkNewLesson, saveLesson);
	return await item.withLock(makeLockKeys(newLesson), findOrSave);
}

/**
 * Reads from the form which checks the user has chosen, and the values that the checks need.
 *
 * @returns undefined if nothing can be checked: the user has switched off both checks, or the
 * lesson has no day or no start time
 */
function readLessonToCheck(item: Item, draft: RecordDraft): LessonToCheck | undefined {
	const options = item.collection(lessonOptions);
	const returnsExisting = options.flag(skipIfExists);
	const checksTeacherAndRoom = options.flag(checkTeacherAndRoom);
	if (!returnsExisting && !checksTeacherAndRoom) return undefined;

	const { body } = draft;
	const day = dayOf(body, item.zone);
	const hasStart = readTimeSpan(body, item.zone) !== undefined;
	if (day === undefined || !hasStart) return undefined;

	const branch = readId(body.branch_id) ?? draft.branch;
	return { body, branch, day, returnsExisting, checksTeacherAndRoom };
}

/**
 * Makes the keys to lock while a lesson is checked and created: one for each attendee, each teacher
 * and the room on its day.
 */
function makeLockKeys({ body, day }: LessonToCheck): LockKey[] {
	const roomId = roomIdOf(body);
	return makeLessonLockKeys(day, {
		groupIds: groupIdsOf(body),
		customerIds: customerIdsOf(body),
		teacherIds: teacherIdsOf(body),
		roomIds: roomId === undefined ? [] : [roomId],
	});
}

/**
 * Makes the two checks of a new lesson. Returns the existing lesson as the output shows it, or
 * makes sure that the teacher and the room are free.
 *
 * @returns undefined if the lesson can be created
 * @throws NodeOperationError if the teacher or the room has another lesson at that time
 */
async function findExistingOrAssertFree(
	item: Item,
	newLesson: LessonToCheck,
	draft: RecordDraft,
): Promise<IDataObject | undefined> {
	const lessonsOfDay = await readLessonsToCompare(item, newLesson);
	const existingLesson = newLesson.returnsExisting
		? findExistingLesson(newLesson, lessonsOfDay, item.zone)
		: undefined;
	if (existingLesson !== undefined) {
		hintThatLessonExists(item, existingLesson);
		return draft.toOutput(existingLesson);
	}

	if (newLesson.checksTeacherAndRoom) {
		assertTeacherAndRoomFree(item, newLesson, lessonsOfDay);
	}
	return undefined;
}

/** Reads the lessons with which a new lesson is compared: those on its day. */
async function readLessonsToCompare(
	item: Item,
	{ body, branch, day, checksTeacherAndRoom }: LessonToCheck,
): Promise<IDataObject[]> {
	// A teacher can have lessons in several branches. A room belongs to one branch.
	const otherBranches = checksTeacherAndRoom
		? await findBranchesOfTeachers(item, teacherIdsOf(body), branch)
		: [];
	// The user can create a lesson that is already cancelled. It is compared with cancelled lessons
	// only, and every other lesson with lessons that are not cancelled.
	const readsCancelled = isCancelled(body);
	return await readLessonsOfDay(item, { day, branch, otherBranches, readsCancelled });
}

/**
 * Finds an existing lesson that counts as the new one: it starts at the same time and has all
 * attendees of the new lesson.
 */
function findExistingLesson(
	{ body: newLesson }: LessonToCheck,
	lessonsOfDay: readonly IDataObject[],
	zone: string,
): IDataObject | undefined {
	return lessonsOfDay.find(
		(lesson) =>
			hasAllAttendeesOf(lesson, newLesson) && doLessonsStartTogether(lesson, newLesson, zone),
	);
}

/**
 * Makes sure that the teachers and the room of the new lesson are free at its time.
 *
 * @throws NodeOperationError that names the lesson of a teacher or in the room at that time
 */
function assertTeacherAndRoomFree(
	item: Item,
	{ body: newLesson }: LessonToCheck,
	lessonsOfDay: readonly IDataObject[],
): void {
	// A cancelled lesson needs neither a teacher nor a room.
	if (isCancelled(newLesson)) return;

	for (const lesson of lessonsOfDay) {
		const shared = findSharedTeacherOrRoom(lesson, newLesson);
		if (shared === undefined || !doLessonsOverlap(lesson, newLesson, item.zone)) continue;

		const lessonText = `lesson ${String(lesson.id)}, ${describeTime(lesson, item.zone)}`;
		throw item.error(
			`${shared.label} ${shared.id} has another lesson at that time: ${lessonText}`,
			`Choose another time ('Get Free Slots' of the teacher shows some), or switch '${checkTeacherAndRoom.displayName}' off in 'Options'.`,
		);
	}
}

/**
 * Finds a teacher who gives both lessons or, if there is none, the room of both. Returns the ID of
 * the teacher or room, and the label of the field: 'Teacher' or 'Room'.
 */
function findSharedTeacherOrRoom(
	lesson: IDataObject,
	otherLesson: IDataObject,
): { label: string; id: number } | undefined {
	const otherTeacherIds = teacherIdsOf(otherLesson);
	const teacherId = teacherIdsOf(lesson).find((id) => otherTeacherIds.includes(id));
	if (teacherId !== undefined) return { label: LESSON_FIELDS.teacher.label, id: teacherId };

	const roomId = roomIdOf(lesson);
	const hasSameRoom = roomId !== undefined && roomId === roomIdOf(otherLesson);
	if (hasSameRoom) return { label: LESSON_FIELDS.room.label, id: roomId };
	return undefined;
}

/** Whether two lessons of one day start at the same time. */
function doLessonsStartTogether(
	lesson: IDataObject,
	otherLesson: IDataObject,
	zone: string,
): boolean {
	const span = readTimeSpan(lesson, zone);
	const otherSpan = readTimeSpan(otherLesson, zone);
	return span !== undefined && span.begin === otherSpan?.begin;
}

/** Whether two lessons of one day overlap. A lesson without a start overlaps with none. */
function doLessonsOverlap(lesson: IDataObject, otherLesson: IDataObject, zone: string): boolean {
	const span = readTimeSpan(lesson, zone);
	const otherSpan = readTimeSpan(otherLesson, zone);
	if (span === undefined || otherSpan === undefined) return false;
	return areOverlapping(span, otherSpan);
}

/**
 * Writes when a lesson takes place: `2026-02-10 17:00 to 18:00`. Leaves out the end if AlfaCRM does
 * not show it.
 */
function describeTime(lesson: IDataObject, zone: string): string {
	const start = `${dayOf(lesson, zone)} ${formatTime(lesson.time_from, zone)}`;
	const end = formatTime(lesson.time_to, zone);
	return end === undefined ? start : `${start} to ${end}`;
}
