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

/** The checks that look at the lessons of today and tomorrow. */
const CHECKS_AHEAD: readonly CheckName[] = ['overlap', 'comesUnpaid'];

/** The checks that need lessons of any day. */
const CHECKS_OF_LESSONS: readonly CheckName[] = ['stillPlanned', 'notMarked', ...CHECKS_AHEAD];

/** Reads the lessons that the chosen checks look at, and in which of them somebody is marked. */
export async function readLessons(
	schoolReader: SchoolReader,
): Promise<Pick<SchoolRecords, 'lessons' | 'markedLessonIds'>> {
	const passes = makePasses(schoolReader);
	if (passes.length === 0) return { lessons: [], markedLessonIds: new Set() };

	const lessonsOfBranches = await Promise.all(
		schoolReader.branches.map(async (branch) => await readLessonsOf(schoolReader, branch, passes)),
	);
	const records = lessonsOfBranches.flatMap((ofBranch) => ofBranch.records);
	const occurrences = lessonsOfBranches.flatMap((ofBranch) => ofBranch.occurrences);

	const markedLessonIds = schoolReader.isAnyChosen(['notMarked'])
		? await findMarkedLessons(schoolReader.item, records, schoolReader.form.days)
		: new Set<number | null>();
	return { lessons: withoutRepeats(occurrences), markedLessonIds };
}

interface LessonsOfBranch {
	/** The lessons as AlfaCRM lists them. */
	records: LocatedRecord[];
	occurrences: Occurrence[];
}

async function readLessonsOf(
	schoolReader: SchoolReader,
	branch: number,
	passes: readonly IDataObject[],
): Promise<LessonsOfBranch> {
	const { days } = schoolReader.form;
	const looksAhead = schoolReader.isAnyChosen(CHECKS_AHEAD);
	const [lessons, regularLessons] = await Promise.all([
		schoolReader.readBranch(CHECKS_OF_LESSONS, lessonEntity, branch, { passes }),
		looksAhead ? schoolReader.readBranch(CHECKS_AHEAD, regularLessonEntity, branch) : [],
	]);
	// Only the lessons show for which regular lessons the calendar has one already. If this user may
	// not list the lessons, no regular lesson is reported either.
	if (lessons === undefined) return { records: [], occurrences: [] };

	const rows = { lessons, regularLessons: regularLessons ?? [] };
	return {
		records: lessons.map((row) => ({ row, branch })),
		occurrences: [
			...(looksAhead ? findLessonsAhead(rows, days, branch) : []),
			...findLessonsOfCheckedDay(lessons, days, branch),
		],
	};
}

/**
 * Makes the passes of the list of lessons: the filters with which it is requested one after the
 * other. AlfaCRM lists the lessons of one status at a time (API notes 5.11).
 *
 * Lessons around today and tomorrow are requested in every status, because a moved lesson of a day
 * nearby may replace a regular lesson of today or tomorrow. Lessons of the checked day are
 * requested in the statuses that a chosen check looks at.
 */
function makePasses(schoolReader: SchoolReader): IDataObject[] {
	const { checkedDay, today, tomorrow } = schoolReader.form.days;
	const { firstDay, lastDay } = daysToRead(today, tomorrow);
	const passesAhead = passesOf(lessonEntity).map((pass) => ({
		...pass,
		date_from: firstDay,
		date_to: lastDay,
	}));
	const passesOfDay = statusesOfCheckedDay(schoolReader).map((status) => ({
		status,
		date_from: checkedDay,
		date_to: checkedDay,
	}));

	if (!schoolReader.isAnyChosen(CHECKS_AHEAD)) return passesOfDay;
	const isDayIncluded = firstDay <= checkedDay && checkedDay <= lastDay;
	return isDayIncluded ? passesAhead : [...passesAhead, ...passesOfDay];
}

function statusesOfCheckedDay(schoolReader: SchoolReader): number[] {
	const statuses: number[] = [];
	if (schoolReader.isAnyChosen(['stillPlanned', 'overlap'])) statuses.push(LESSON_STATUS.planned);
	if (schoolReader.isAnyChosen(['notMarked'])) statuses.push(LESSON_STATUS.completed);
	return statuses;
}

/**
 * Leaves out repeats: a lesson that two branches list, or one of the checked day that is also among
 * those of today and tomorrow.
 */
function withoutRepeats(lessons: readonly Occurrence[]): Occurrence[] {
	const keyOf = ({ lesson_id, regular_id, date }: Occurrence) =>
		lesson_id ?? `${String(regular_id)} ${date}`;
	return [...new Map(lessons.map((lesson) => [keyOf(lesson), lesson])).values()];
}
