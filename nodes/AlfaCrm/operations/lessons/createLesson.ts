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
import { readTimeSpan } from '../../store/calendar/timeSpan';
import type { Branch } from '../../store/located';
import { formatTime, readId } from '../../values/formats';
import type { RecordDraft } from '../common/create';
import { create, readDraft, saveDraft, skipIfThere } from '../common/create';
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
		const draft = readDraft(item, entity, entity.fields, (input) => {
			assertPeopleGiven(item, input);
			return dropUnusedDuration(input);
		});
		return [await createOnce(item, entity, draft)];
	},
};

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
	[checkTeacherAndRoom, skipIfThere],
	'Add Option',
);

/** A new lesson that is checked before it is created, with the checks that the user has chosen. */
interface CheckedLesson {
	/** The fields of the lesson as they are sent. */
	fields: IDataObject;
	branch: Branch;
	/** `yyyy-mm-dd` */
	day: string;
	/** Whether a lesson that exists already is returned instead of creating a second one. */
	returnsExisting: boolean;
	checksTeacherAndRoom: boolean;
}

/** Creates the lesson of a draft, after the checks that the user has chosen. */
async function createOnce(item: Item, entity: Entity, draft: RecordDraft): Promise<IDataObject> {
	const saveLesson = async () => await saveDraft(item, entity, draft);
	const lesson = readCheckedLesson(item, draft);
	if (lesson === undefined) return await saveLesson();

	const findExistingOrRefuse = async () => {
		const lessonsOfDay = await readLessonsToCompare(item, lesson);
		const existingLesson = findExistingLesson(lesson, lessonsOfDay, item.zone);
		if (existingLesson === undefined) {
			assertTeacherAndRoomFree(item, lesson, lessonsOfDay);
			return undefined;
		}
		hintThatLessonExists(item, existingLesson);
		return draft.show(existingLesson);
	};
	const locks = locksFor(lesson);
	return await item.withLock(
		locks,
		async () => await findOrCreate(item, findExistingOrRefuse, saveLesson),
	);
}

/**
 * Reads the chosen checks, and what they need to know of the new lesson.
 *
 * @returns undefined if nothing can be checked, and the lesson is created at once: both checks are
 * off, or the lesson has no day or no start
 */
function readCheckedLesson(item: Item, { body, branch }: RecordDraft): CheckedLesson | undefined {
	const options = item.collection(lessonOptions);
	const returnsExisting = options.flag(skipIfThere);
	const checksTeacherAndRoom = options.flag(checkTeacherAndRoom);
	const day = dayOf(body, item.zone);
	const hasChecks = returnsExisting || checksTeacherAndRoom;
	const hasTime = readTimeSpan(body, item.zone) !== undefined;
	if (!hasChecks || !hasTime || day === undefined) return undefined;

	return {
		fields: body,
		branch: readId(body.branch_id) ?? branch,
		day,
		returnsExisting,
		checksTeacherAndRoom,
	};
}

/** Locks every attendee, every teacher and the room of a lesson on its day. */
function locksFor({ fields, day }: CheckedLesson): LockKey[] {
	const roomId = roomIdOf(fields);
	return makeLessonLocks(day, {
		groupIds: groupIdsOf(fields),
		customerIds: customerIdsOf(fields),
		teacherIds: teacherIdsOf(fields),
		roomIds: roomId === undefined ? [] : [roomId],
	});
}

/**
 * Reads the lessons of the day that may be the lesson itself, or may occupy its teacher or room.
 */
async function readLessonsToCompare(
	item: Item,
	{ fields, branch, day, checksTeacherAndRoom }: CheckedLesson,
): Promise<IDataObject[]> {
	// Only a teacher can have lessons in other branches: a room belongs to one branch.
	const otherBranches = checksTeacherAndRoom
		? await findBranchesOfTeachers(item, teacherIdsOf(fields), branch)
		: [];
	// A cancelled lesson is compared with cancelled lessons only.
	const readsCancelled = isCancelled(fields);
	return await readLessonsOfDay(item, day, { branch, otherBranches, readsCancelled });
}

/**
 * Finds a lesson of the day that starts at the same time as the new lesson and has all its
 * attendees. It counts as the new lesson.
 */
function findExistingLesson(
	{ fields, returnsExisting }: CheckedLesson,
	lessonsOfDay: readonly IDataObject[],
	zone: string,
): IDataObject | undefined {
	if (!returnsExisting) return undefined;
	return lessonsOfDay.find(
		(lesson) => hasAllAttendeesOf(lesson, fields) && startTogether(lesson, fields, zone),
	);
}

/**
 * @throws NodeOperationError if another lesson overlaps with the new one and has its teacher or
 * room
 */
function assertTeacherAndRoomFree(
	item: Item,
	{ fields, checksTeacherAndRoom }: CheckedLesson,
	lessonsOfDay: readonly IDataObject[],
): void {
	// A cancelled lesson needs neither a teacher nor a room.
	if (!checksTeacherAndRoom || isCancelled(fields)) return;

	for (const lesson of lessonsOfDay) {
		const shared = findSharedTeacherOrRoom(lesson, fields);
		if (shared === undefined || !overlap(lesson, fields, item.zone)) continue;
		throw item.error(
			`${shared.label} ${shared.id} has another lesson at that time: lesson ${String(lesson.id)}, ${describeTime(lesson, item.zone)}`,
			`Choose another time ('Get Free Slots' of the teacher shows some), or switch '${checkTeacherAndRoom.displayName}' off in 'Options'.`,
		);
	}
}

/** Finds a teacher that two lessons have in common, or else their common room. */
function findSharedTeacherOrRoom(
	lesson: IDataObject,
	otherLesson: IDataObject,
): { label: string; id: number } | undefined {
	const otherTeacherIds = teacherIdsOf(otherLesson);
	const teacherId = teacherIdsOf(lesson).find((id) => otherTeacherIds.includes(id));
	if (teacherId !== undefined) return { label: LESSON_FIELDS.teacher.label, id: teacherId };

	const roomId = roomIdOf(lesson);
	const hasSameRoom = roomId !== undefined && roomId === roomIdOf(otherLesson);
	return hasSameRoom ? { label: LESSON_FIELDS.room.label, id: roomId } : undefined;
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
	return span.begin < otherSpan.end && otherSpan.begin < span.end;
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
