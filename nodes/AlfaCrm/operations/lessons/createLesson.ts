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
import { doOverlap, readTimeSpan } from '../../store/calendar/timeSpan';
import type { Branch } from '../../store/located';
import { formatTime, readId } from '../../values/formats';
import type { RecordDraft } from '../common/create';
import { create, readDraft, saveDraft } from '../common/create';
import { skipIfExists } from '../common/skipIfExists';
import { assertPeopleGiven } from './attendeesInput';
import { dropUnusedDuration } from './endTime';
import { hasAllAttendeesOf, hintThatLessonExists } from './existingLesson';
import { makeLessonLocks } from './lessonLocks';
import { findBranchesOfTeachers, readLessonsOfDay } from './lessonsOfDay';

/**
 * *Lesson → Create*: creates a lesson unless it exists already, and refuses a time at which its
 * teacher or room has another lesson. AlfaCRM itself refuses only a room that is taken, never a
 * teacher who is busy. API notes 5.11. Each of the two checks can be switched off in 'Options'.
 *
 * *Lesson → Book* (`book/`) also finds a free time, and checks working hours and the attendees.
 */
export const createLesson: Operation = {
	...create,
	form: (entity) => ({ ...create.form(entity), options: [lessonOptions] }),

	async execute(item, entity) {
		const draft = readDraft(item, entity, entity.fields, (input) => prepareInput(item, input));
		return [await createOnce(item, entity, draft)];
	},
};

/** Makes sure that the input names attendees, and leaves out a duration that has no effect. */
function prepareInput(item: Item, input: IDataObject): IDataObject {
	assertPeopleGiven(item, input);
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

/** A new lesson, and the checks before it is created. */
interface LessonToCheck {
	/** The fields of the lesson as they are sent. */
	fields: IDataObject;
	branch: Branch;
	/** `yyyy-mm-dd` */
	day: string;
	/** Whether a lesson that exists already is returned instead of creating a second one. */
	returnsExisting: boolean;
	checksTeacherAndRoom: boolean;
}

/**
 * Creates the lesson that the form describes, or returns it if it exists already.
 *
 * @param draft the fields of the lesson, as they were read from the form
 */
async function createOnce(item: Item, entity: Entity, draft: RecordDraft): Promise<IDataObject> {
	const saveLesson = async () => await saveDraft(item, entity, draft);
	const lesson = readLessonToCheck(item, draft);
	if (lesson === undefined) return await saveLesson();

	const findLesson = async () => await findExistingLesson(item, lesson, draft);
	const findOrSave = async () => await findOrCreate(item, findLesson, saveLesson);
	const locks = makeLocks(lesson);
	return await item.withLock(locks, findOrSave);
}

/**
 * Reads from the form which checks the user has chosen, and what they need to know of the new
 * lesson.
 *
 * @returns undefined if the lesson is created without a check: both checks are off, or the lesson
 * has no day or no start, so that it cannot be compared with other lessons
 */
function readLessonToCheck(item: Item, draft: RecordDraft): LessonToCheck | undefined {
	const options = item.collection(lessonOptions);
	const returnsExisting = options.flag(skipIfExists);
	const checksTeacherAndRoom = options.flag(checkTeacherAndRoom);
	if (!returnsExisting && !checksTeacherAndRoom) return undefined;

	const fields = draft.body;
	const day = dayOf(fields, item.zone);
	const hasStart = readTimeSpan(fields, item.zone) !== undefined;
	if (day === undefined || !hasStart) return undefined;

	const branch = readId(fields.branch_id) ?? draft.branch;
	return { fields, branch, day, returnsExisting, checksTeacherAndRoom };
}

/** Makes the keys to lock for a lesson: every attendee, every teacher and the room on its day. */
function makeLocks({ fields, day }: LessonToCheck): LockKey[] {
	const roomId = roomIdOf(fields);
	return makeLessonLocks(day, {
		groupIds: groupIdsOf(fields),
		customerIds: customerIdsOf(fields),
		teacherIds: teacherIdsOf(fields),
		roomIds: roomId === undefined ? [] : [roomId],
	});
}

/**
 * Finds the new lesson if it exists already, and returns it as the output shows it.
 *
 * @returns undefined if the lesson does not exist, and its teacher and room are free
 * @throws NodeOperationError if the lesson does not exist, and its teacher or room has another
 * lesson at that time
 */
async function findExistingLesson(
	item: Item,
	newLesson: LessonToCheck,
	draft: RecordDraft,
): Promise<IDataObject | undefined> {
	const lessonsOfDay = await readLessonsToCompare(item, newLesson);
	const existingLesson = newLesson.returnsExisting
		? findRepeatedLesson(newLesson, lessonsOfDay, item.zone)
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

/**
 * Reads the lessons of the day that may be the lesson itself, or may occupy its teacher or room.
 */
async function readLessonsToCompare(
	item: Item,
	{ fields, branch, day, checksTeacherAndRoom }: LessonToCheck,
): Promise<IDataObject[]> {
	// Only a teacher can have lessons in other branches: a room belongs to one branch.
	const otherBranches = checksTeacherAndRoom
		? await findBranchesOfTeachers(item, teacherIdsOf(fields), branch)
		: [];
	// The user may create a cancelled lesson. It is compared with cancelled lessons only.
	const readsCancelled = isCancelled(fields);
	return await readLessonsOfDay(item, { day, branch, otherBranches, readsCancelled });
}

/**
 * Finds a lesson of the day that starts at the same time as the new lesson and has all its
 * attendees. It counts as the new lesson.
 */
function findRepeatedLesson(
	{ fields }: LessonToCheck,
	lessonsOfDay: readonly IDataObject[],
	zone: string,
): IDataObject | undefined {
	return lessonsOfDay.find(
		(lesson) => hasAllAttendeesOf(lesson, fields) && startTogether(lesson, fields, zone),
	);
}

/**
 * Makes sure that the teachers and the room of the new lesson are free at its time.
 *
 * @throws NodeOperationError if another lesson overlaps with the new one and has one of its
 * teachers or its room
 */
function assertTeacherAndRoomFree(
	item: Item,
	{ fields }: LessonToCheck,
	lessonsOfDay: readonly IDataObject[],
): void {
	// A cancelled lesson needs neither a teacher nor a room.
	if (isCancelled(fields)) return;

	for (const lesson of lessonsOfDay) {
		const shared = findSharedTeacherOrRoom(lesson, fields);
		if (shared === undefined || !overlap(lesson, fields, item.zone)) continue;

		const lessonText = `lesson ${String(lesson.id)}, ${describeTime(lesson, item.zone)}`;
		throw item.error(
			`${shared.label} ${shared.id} has another lesson at that time: ${lessonText}`,
			`Choose another time ('Get Free Slots' of the teacher shows some), or switch '${checkTeacherAndRoom.displayName}' off in 'Options'.`,
		);
	}
}

/**
 * Finds a teacher that two lessons have in common, or else their common room. Returns its ID, and
 * 'Teacher' or 'Room' as its label.
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
function startTogether(lesson: IDataObject, otherLesson: IDataObject, zone: string): boolean {
	const span = readTimeSpan(lesson, zone);
	const otherSpan = readTimeSpan(otherLesson, zone);
	return span !== undefined && span.begin === otherSpan?.begin;
}

/**
 * Whether two lessons of one day share some time. Lessons without a start overlap with no lesson.
 */
function overlap(lesson: IDataObject, otherLesson: IDataObject, zone: string): boolean {
	const span = readTimeSpan(lesson, zone);
	const otherSpan = readTimeSpan(otherLesson, zone);
	if (span === undefined || otherSpan === undefined) return false;
	return doOverlap(span, otherSpan);
}

/**
 * Writes when a lesson takes place: `2026-02-10 17:00 to 18:00`, or without the end if AlfaCRM
 * shows none.
 */
function describeTime(lesson: IDataObject, zone: string): string {
	const start = `${dayOf(lesson, zone)} ${formatTime(lesson.time_from, zone)}`;
	const end = formatTime(lesson.time_to, zone);
	return end === undefined ? start : `${start} to ${end}`;
}
