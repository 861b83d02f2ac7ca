/**
 * Reads the lessons with which *Lesson → Create* compares a new lesson: those of its day, in its
 * own branch and in the other branches of its teachers. The lists are read once for all items. The
 * execution adds each write to them (see `CachedList`), so they include the lessons that earlier
 * items have created.
 */

import type { IDataObject } from 'n8n-workflow';

import { dayOf, lesson as lessonEntity, LESSON_STATUS } from '../../entities/lesson';
import { teacher as teacherEntity } from '../../entities/teacher';
import { listOf } from '../../fields/field';
import type { Item } from '../../run/item';
import { readWholeList } from '../../run/readList';
import { CachedList } from '../../store/cachedList';
import { isCancelled } from '../../store/calendar/lessonRow';
import type { Branch } from '../../store/located';
import { findById } from '../../store/records';
import { readIds } from '../../values/formats';

/** Which lessons of a day to read. */
interface LessonsQuery {
	/** `yyyy-mm-dd` */
	day: string;
	/** The branch of the new lesson. */
	branch: Branch;
	/** Other branches. This user may lack permission to see them, or they may be closed. */
	otherBranches: readonly Branch[];
	/** True reads only cancelled lessons, false only planned and completed ones. */
	readsCancelled: boolean;
}

/** Which lessons of a day to read in one branch. */
interface BranchQuery {
	day: string;
	branch: Branch;
	/** Whether the branch may be closed. AlfaCRM may answer "not found" for a closed branch. */
	mayBeClosed: boolean;
	readsCancelled: boolean;
}

/**
 * Reads the lessons of a day. A branch whose lessons this user may not list is left out, with a
 * hint.
 */
export async function readLessonsOfDay(item: Item, query: LessonsQuery): Promise<IDataObject[]> {
	const { day, readsCancelled } = query;
	const lessons: IDataObject[] = [];
	for (const branch of [query.branch, ...query.otherBranches]) {
		// The other branches come from the card of a teacher, and may have been closed since.
		const mayBeClosed = branch !== query.branch;
		const list = await readBranchLessonsOnce(item, { day, branch, mayBeClosed, readsCancelled });
		if (list === undefined) {
			hintThatBranchIsHidden(item, branch);
		} else {
			lessons.push(...list.rows);
		}
	}

	// The lessons are checked again: an item may have changed the status or the day of a lesson since
	// the list was read, and AlfaCRM may ignore a filter.
	return lessons.filter((lesson) => {
		const isOnDay = dayOf(lesson, item.zone) === day;
		return isOnDay && isCancelled(lesson) === readsCancelled;
	});
}

function hintThatBranchIsHidden(item: Item, branch: Branch): void {
	item.execution.hints.add(
		'Lessons of a branch could not be listed, so repeats and a busy teacher or room there were not noticed',
		`branch ${String(branch)}`,
	);
}

/**
 * Reads the lessons of a day in one branch, once for all items.
 *
 * @returns undefined if this user may not list them
 */
async function readBranchLessonsOnce(
	item: Item,
	query: BranchQuery,
): Promise<CachedList | undefined> {
	const statuses = query.readsCancelled
		? [LESSON_STATUS.cancelled]
		: [LESSON_STATUS.planned, LESSON_STATUS.completed];
	const cacheName = JSON.stringify(['lessons of day', query.branch, statuses, query.day]);
	return await item.execution.cached(
		lessonEntity.path,
		cacheName,
		async () => await readBranchLessons(item, query, statuses),
	);
}

/**
 * Reads the lessons of a day in one branch.
 *
 * @param statuses the statuses of the lessons to read: see `LESSON_STATUS`
 * @returns undefined if this user may not list them
 */
async function readBranchLessons(
	item: Item,
	query: BranchQuery,
	statuses: readonly number[],
): Promise<CachedList | undefined> {
	const listCall = {
		path: lessonEntity.path,
		branch: query.branch,
		body: { date_from: query.day, date_to: query.day },
		// A list shows the lessons of one status, so each status is asked for. API notes 5.11.
		passes: statuses.map((status) => ({ status })),
		task: 'look for lessons at that time',
	};
	const lessons = await item.readIfAllowed(
		async () => await readWholeList(item, lessonEntity, listCall),
		{ treats404AsDenied: query.mayBeClosed },
	);
	if (lessons === undefined) return undefined;

	// A lesson that an item creates or moves to this day is added to the list; a lesson that an item
	// moves to another day is removed from it.
	const isListed = (lesson: IDataObject) => dayOf(lesson, item.zone) === query.day;
	return new CachedList(lessons, isListed);
}

// ---------------------------------------------------------------- branches of teachers

/** Finds the branches in which teachers work, except the branch of the lesson. */
export async function findBranchesOfTeachers(
	item: Item,
	teacherIds: readonly number[],
	branchOfLesson: Branch,
): Promise<number[]> {
	const readBranches = async (teacherId: number) =>
		await readTeacherBranchesOnce(item, teacherId, branchOfLesson);
	const branchLists = await Promise.all(teacherIds.map(readBranches));
	const branches = new Set(branchLists.flat());
	return [...branches].filter((branch) => branch !== branchOfLesson);
}

/**
 * Reads the branches of a teacher, once for all items.
 *
 * @param callBranch the branch in whose list the teacher is looked up
 */
async function readTeacherBranchesOnce(
	item: Item,
	teacherId: number,
	callBranch: Branch,
): Promise<number[]> {
	const cacheName = JSON.stringify(['branches', callBranch, teacherId]);
	return await item.execution.cached(
		teacherEntity.path,
		cacheName,
		async () => await readTeacherBranches(item, teacherId, callBranch),
	);
}

/**
 * Reads the branches of a teacher. Returns none, with a hint, if this user may not list teachers.
 */
async function readTeacherBranches(
	item: Item,
	teacherId: number,
	callBranch: Branch,
): Promise<number[]> {
	const target = { path: teacherEntity.path, branch: callBranch, query: {}, labels: {} };
	const result = await item.readIfAllowed(
		async () => await findById(item, { entity: teacherEntity, id: teacherId, target }),
	);
	if (result === undefined) {
		item.execution.hints.add(
			'This user may not list teachers, so lessons that they have in other branches were not noticed',
			`teacher ${teacherId}`,
		);
		return [];
	}

	// AlfaCRM may have no teacher with this ID.
	const teacher = result.record;
	return readIds(listOf(teacher?.branch_ids));
}
