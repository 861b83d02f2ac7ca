/**
 * Reads the lessons with which *Lesson → Create* compares a new lesson: those of its day, in its
 * own branch and in the other branches of its teachers. The lists are read once for all items. A
 * `CachedList` is told of each write, so it includes the lessons that earlier items have created.
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
	branch: Branch;
	/** Other branches. This user may lack permission to see them, or they may be closed. */
	otherBranches: readonly Branch[];
	/** True reads only cancelled lessons, false only planned and completed ones. */
	readsCancelled: boolean;
}

/**
 * Reads the lessons of a day. A branch whose lessons this user may not list is left out, with a
 * hint.
 */
export async function readLessonsOfDay(
	item: Item,
	day: string,
	{ branch, otherBranches, readsCancelled }: LessonsQuery,
): Promise<IDataObject[]> {
	const lessonLists: IDataObject[][] = [];
	for (const listedBranch of [branch, ...otherBranches]) {
		// The other branches come from the card of a teacher, and may be closed meanwhile.
		const mayBeClosed = listedBranch !== branch;
		const list = await readBranchOnce(item, day, listedBranch, { readsCancelled, mayBeClosed });
		if (list === undefined) {
			hintThatBranchIsHidden(item, listedBranch);
		} else {
			lessonLists.push(list.rows);
		}
	}

	// An item may have changed the status or the day of a lesson since the list was read, and AlfaCRM
	// may ignore a filter.
	return lessonLists
		.flat()
		.filter((lesson) => isCancelled(lesson) === readsCancelled && dayOf(lesson, item.zone) === day);
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
async function readBranchOnce(
	item: Item,
	day: string,
	branch: Branch,
	{ readsCancelled, mayBeClosed }: { readsCancelled: boolean; mayBeClosed: boolean },
): Promise<CachedList | undefined> {
	// A list shows the lessons of one status. API notes 5.11.
	const { planned, completed, cancelled } = LESSON_STATUS;
	const statuses = readsCancelled ? [cancelled] : [planned, completed];
	const listCall = {
		path: lessonEntity.path,
		branch,
		body: { date_from: day, date_to: day },
		passes: statuses.map((status) => ({ status })),
		task: 'look for lessons at that time',
	};
	// A lesson that an item creates or moves to this day is added to the list; a lesson that an item
	// moves to another day is removed from it.
	const isListed = (lesson: IDataObject) => dayOf(lesson, item.zone) === day;

	const read = async () => {
		const lessons = await item.readIfAllowed(
			async () => await readWholeList(item, lessonEntity, listCall),
			// AlfaCRM may answer "not found" for a closed branch.
			{ treats404AsDenied: mayBeClosed },
		);
		return lessons === undefined ? undefined : new CachedList(lessons, isListed);
	};
	const cacheName = JSON.stringify(['lessons of day', branch, statuses, day]);
	return await item.execution.cached(lessonEntity.path, cacheName, read);
}

// ---------------------------------------------------------------- branches of teachers

/** Finds the branches in which teachers work, except the branch of the lesson. */
export async function findBranchesOfTeachers(
	item: Item,
	teacherIds: readonly number[],
	branchOfLesson: Branch,
): Promise<number[]> {
	const branchLists = await Promise.all(
		teacherIds.map(
			async (teacherId) => await readTeacherBranchesOnce(item, teacherId, branchOfLesson),
		),
	);
	const branches = new Set(branchLists.flat());
	return [...branches].filter((branch) => branch !== branchOfLesson);
}

/** Reads the branches of a teacher, once for all items. */
async function readTeacherBranchesOnce(
	item: Item,
	teacherId: number,
	branch: Branch,
): Promise<number[]> {
	const cacheName = JSON.stringify(['branches', branch, teacherId]);
	return await item.execution.cached(
		teacherEntity.path,
		cacheName,
		async () => await readTeacherBranches(item, teacherId, branch),
	);
}

/**
 * Reads the branches of a teacher. Returns none, with a hint, if this user may not list teachers.
 */
async function readTeacherBranches(
	item: Item,
	teacherId: number,
	branch: Branch,
): Promise<number[]> {
	const target = { path: teacherEntity.path, branch, query: {}, labels: {} };
	const result = await item.readIfAllowed(
		async () => await findById(item, { entity: teacherEntity, id: teacherId, target }),
	);
	if (result === undefined) {
		item.execution.hints.add(
			'This user may not list teachers, so lessons that they have in other branches were not noticed',
			`teacher ${teacherId}`,
		);
	}
	return readIds(listOf(result?.record?.branch_ids));
}
