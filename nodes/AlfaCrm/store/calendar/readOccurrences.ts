import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../api/list';
import { belongsToBranch } from '../../entities/branch';
import { lesson as lessonEntity } from '../../entities/lesson';
import { makeListCall, passesOf } from '../../entities/listCall';
import { regularLesson as regularLessonEntity } from '../../entities/regularLesson';
import type { Branch } from '../located';
import { daysToRead } from './calendar';
import type { DayRange, Occurrence } from './occurrences';
import { findOccurrences } from './occurrences';

/**
 * Reads the occurrences of some days in a branch: the lessons, and the regular lessons (such as
 * "Mondays at 17:00") on days for which AlfaCRM has not made a lesson yet.
 */
export async function readOccurrences(
	reader: ListReader,
	branch: Branch,
	days: DayRange,
): Promise<Occurrence[]> {
	const { firstDay, lastDay } = daysToRead(days.from, days.to);
	const lessonList = {
		...makeListCall(lessonEntity, branch),
		body: { date_from: firstDay, date_to: lastDay },
	};
	const regularLessonList = makeListCall(regularLessonEntity, branch);
	const [lessons, regularLessons] = await Promise.all([
		// AlfaCRM lists lessons of one status at a time, so the list is read once for each status.
		reader.collect(lessonList, { passes: passesOf(lessonEntity) }),
		reader.collect(regularLessonList, {}),
	]);

	// The list of a branch can show records of other branches too. See docs/alfacrm-api.md 3.
	const isOfBranch = (row: IDataObject) => belongsToBranch(row, branch);
	const rows = {
		lessons: lessons.rows.filter(isOfBranch),
		regularLessons: regularLessons.rows.filter(isOfBranch),
	};
	return findOccurrences(rows, days, branch);
}
