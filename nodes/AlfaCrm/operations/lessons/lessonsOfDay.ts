/**
 * Reads the lessons with which *Lesson → Create* compares a new lesson: the lessons of the same
 * day, in the branch of the new lesson and in the other branches of its teachers.
 *
 * Each list is read once for all items. A `CachedList` also gets the lessons that earlier items
 * create or change later.
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
	/** The other branches of the teachers. They may be closed, or hidden from this user. */
	otherBranches: readonly Branch[];
	/** Whether to read the cancelled lessons, or the planned and completed ones. */
	readsCancelled: boolean;
}

/** Which lessons of a day to read in one branch. */
interface BranchQuery {
	/** `yyyy-mm-dd` */
	day: string;
	branch: Branch;
	/**
	 * Whether the branch may be closed. For a closed branch AlfaCRM may answer "not found", which
	 * would otherwise be an error.
	 */
	mayBeClosed: boolean;
	/** See `LessonsQuery`. */
	readsCancelled: boolean;
}

/**
 * Reads the lessons of a day. Leaves out a branch whose lessons this user may not list, and adds a
 * hint.
 */
export async function readLessonsOfDay(item: Item, query: LessonsQuery): Promise<IDataObject[]> {
	const { day, readsCancelled } = query;
	const lessons: IDataObject[] = [];
	for (const branch of [query.branch, ...query.otherBranches]) {
		// The record of a teacher may still name a branch that was closed.
		const mayBeClosed = branch !== query.branch;
		const list = await readBranchLessonsOnce(item, { day, branch, mayBeClosed, readsCancelled });
		if (list === undefined) {
			hintThatBranchIsHidden(item, branch);
		} else {
			lessons.push(...list.rows);
		}
	}

	// The day and the status are checked again: an item may have changed them since the list was
	// read, and AlfaCRM may ignore a filter.
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
	const { day, branch, mayBeClosed } = query;
	// `mayBeClosed` is a part of the name, because it decides whether "not found" is an error. For an
	// item that creates its lesson in this branch, it is one.
	const cacheName = JSON.stringify(['lessons of day', branch, statuses, day, { mayBeClosed }]);
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
	const list = {
		path: lessonEntity.path,
		branch: query.branch,
		body: { date_from: query.day, date_to: query.day },
		// The list is read once for each of these additions to its body, because AlfaCRM shows the
		// lessons of only one status at a time: API notes 5.11 in docs/alfacrm-api.md.
		passes: statuses.map((status) => ({ status })),
		task: 'look for lessons at that time',
	};
	const lessons = await item.readIfAllowed(
		async () => await readWholeList(item, lessonEntity, list),
		{ treats404AsDenied: query.mayBeClosed },
	);
	if (lessons === undefined) return undefined;

	// If an item creates or changes a lesson later, this rule decides whether the lesson is in the
	// list.
	const isOnDay = (lesson: IDataObject) => dayOf(lesson, item.zone) === query.day;
	return new CachedList(lessons, isOnDay);
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
 * @param callBranch the branch whose list of teachers is read
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
 * Reads the branches of a teacher. If this user may not list teachers, returns none and adds a
 * hint.
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

	// Undefined if AlfaCRM has no teacher with this ID.
	const teacher = result.record;
	return readIds(listOf(teacher?.branch_ids));
}
