/**
 * Reads lessons for *Account → Daily Check*. A regular lesson is a rule such as "Mondays at 17:00",
 * from which AlfaCRM makes lessons. An `Occurrence` is a lesson, or a regular lesson on a day that
 * has no lesson in the calendar yet.
 */

import type { IDataObject } from 'n8n-workflow';

import { lesson as lessonEntity, LESSON_STATUS } from '../../../entities/lesson';
import { passesOf } from '../../../entities/listCall';
import { regularLesson as regularLessonEntity } from '../../../entities/regularLesson';
import { daysToRead } from '../../../store/calendar/calendar';
import type { Occurrence } from '../../../store/calendar/occurrences';
import type { LocatedRecord } from '../../../store/located';
import { findLessonsAhead, findLessonsOfCheckedDay } from './calendar';
import type { CheckName } from './finding';
import { findMarkedLessons } from './readAttendance';
import type { SchoolReader } from './schoolReader';
import type { SchoolRecords } from './schoolRecords';

/** The checks that need the lessons of today and tomorrow. */
const CHECKS_AHEAD: readonly CheckName[] = ['overlap', 'comesUnpaid'];

/** All checks that need lessons. */
const CHECKS_OF_LESSONS: readonly CheckName[] = ['stillPlanned', 'notMarked', ...CHECKS_AHEAD];

/**
 * Reads the lessons that the chosen checks need, and finds out in which lessons somebody is marked
 * as present or absent.
 */
export async function readLessons(
	schoolReader: SchoolReader,
): Promise<Pick<SchoolRecords, 'lessons' | 'markedLessonIds'>> {
	const passes = makePasses(schoolReader);
	if (passes.length === 0) return { lessons: [], markedLessonIds: new Set() };

	const lessonsOfBranches = await Promise.all(
		schoolReader.branches.map(
			async (branch) => await readLessonsOfBranch(schoolReader, branch, passes),
		),
	);
	const records = lessonsOfBranches.flatMap((lessonsOfBranch) => lessonsOfBranch.records);
	const occurrences = lessonsOfBranches.flatMap((lessonsOfBranch) => lessonsOfBranch.occurrences);

	const markedLessonIds = schoolReader.isAnyCheckChosen(['notMarked'])
		? await findMarkedLessons(schoolReader.item, records, schoolReader.form.days)
		: new Set<number | null>();
	return { lessons: removeRepeats(occurrences), markedLessonIds };
}

/** The lessons of one branch. */
interface LessonsOfBranch {
	/** The lessons as AlfaCRM lists them. */
	records: LocatedRecord[];
	/**
	 * The lessons that are not cancelled, and the regular lessons of today and tomorrow that have no
	 * lesson yet.
	 */
	occurrences: Occurrence[];
}

/** Reads the lessons of a branch, and the regular lessons if a check looks at today or tomorrow. */
async function readLessonsOfBranch(
	schoolReader: SchoolReader,
	branch: number,
	passes: readonly IDataObject[],
): Promise<LessonsOfBranch> {
	const { days } = schoolReader.form;
	const looksAhead = schoolReader.isAnyCheckChosen(CHECKS_AHEAD);
	const [lessons, regularLessons = []] = await Promise.all([
		schoolReader.readRowsInBranch(CHECKS_OF_LESSONS, lessonEntity, branch, { passes }),
		looksAhead ? schoolReader.readRowsInBranch(CHECKS_AHEAD, regularLessonEntity, branch) : [],
	]);
	// If this user may not list the lessons, it is unknown which regular lessons have a lesson in the
	// calendar already. So no regular lesson is returned either.
	if (lessons === undefined) return { records: [], occurrences: [] };

	const records = lessons.map((row) => ({ row, branch }));
	const lessonsOfCheckedDay = findLessonsOfCheckedDay(lessons, days, branch);
	if (!looksAhead) return { records, occurrences: lessonsOfCheckedDay };

	const lessonsAhead = findLessonsAhead({ lessons, regularLessons }, days, branch);
	return { records, occurrences: [...lessonsAhead, ...lessonsOfCheckedDay] };
}

/**
 * Makes the passes of the list of lessons. A pass is one filter; the list is requested once for
 * each pass, because AlfaCRM lists the lessons of one status at a time (docs/alfacrm-api.md 5.11).
 *
 * - **Today and tomorrow**: lessons of every status, from a week before until a week after. A
 *   lesson that was moved to another day may replace a regular lesson of today or tomorrow.
 * - **The checked day**: lessons of the statuses that a chosen check needs.
 */
function makePasses(schoolReader: SchoolReader): IDataObject[] {
	const { checkedDay, today, tomorrow } = schoolReader.form.days;
	const { firstDay, lastDay } = daysToRead(today, tomorrow);
	const passesAhead = passesOf(lessonEntity).map((pass) => ({
		...pass,
		date_from: firstDay,
		date_to: lastDay,
	}));
	const passesOfDay = listStatusesOfCheckedDay(schoolReader).map((status) => ({
		status,
		date_from: checkedDay,
		date_to: checkedDay,
	}));

	if (!schoolReader.isAnyCheckChosen(CHECKS_AHEAD)) return passesOfDay;
	// The passes for today and tomorrow have all statuses. The checked day is often one of their
	// days.
	const isCheckedDayIncluded = firstDay <= checkedDay && checkedDay <= lastDay;
	return isCheckedDayIncluded ? passesAhead : [...passesAhead, ...passesOfDay];
}

/** Lists the statuses of lessons that the chosen checks need on the checked day. */
function listStatusesOfCheckedDay(schoolReader: SchoolReader): number[] {
	const statuses: number[] = [];
	if (schoolReader.isAnyCheckChosen(['stillPlanned', 'overlap']))
		statuses.push(LESSON_STATUS.planned);
	if (schoolReader.isAnyCheckChosen(['notMarked'])) statuses.push(LESSON_STATUS.completed);
	return statuses;
}

/**
 * Returns each lesson once. A lesson is repeated if two branches list it, or if the checked day is
 * today or tomorrow.
 */
function removeRepeats(lessons: readonly Occurrence[]): Occurrence[] {
	const lessonsByKey = new Map<number | string, Occurrence>();
	for (const lesson of lessons) {
		const { lesson_id, regular_id, date } = lesson;
		// A regular lesson that is not in the calendar yet has no `lesson_id`.
		const key = lesson_id ?? `${String(regular_id)} ${date}`;
		lessonsByKey.set(key, lesson);
	}
	return [...lessonsByKey.values()];
}
