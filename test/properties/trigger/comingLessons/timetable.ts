import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../../../nodes/AlfaCrm/api/list';
import type { ListQuery } from '../../../../nodes/AlfaCrm/api/pages';
import { LESSON_STATUS } from '../../../support/codes';

/** The lessons of a school with two branches. */
export interface Timetable {
	/** The time zone of the school. */
	zone: string;
	lessons: Lesson[];
}

/** A lesson of some customers, from its entry into AlfaCRM to its last change. */
export interface Lesson {
	branch: number;
	customers: number[];
	/** True if the lesson comes from a regular lesson. */
	isRegular: boolean;
	/** A customer who joins the group of a regular lesson later. */
	laterMember?: { customer: number; joinsAt: number };
	/** The states of the lesson, in the order of time. */
	versions: Version[];
}

/** A lesson as it is from a moment on. */
export interface Version {
	since: number;
	/** Null if the lesson is cancelled. */
	beginsAt: number | null;
	/** True if only a regular lesson shows it, because AlfaCRM has not put it into the calendar yet. */
	isOnlyRegular: boolean;
}

export const CUSTOMERS = [501, 502, 503, 504, 505];
export const ZONES = ['Asia/Vladivostok', 'America/New_York', 'Europe/Moscow'];

/** IDs of lessons, regular lessons and groups, to which the index of the lesson is added. */
const FIRST_LESSON_ID = 9_001;
const FIRST_REGULAR_LESSON_ID = 71;
const FIRST_GROUP_ID = 41;

/** Finds a lesson as it is at a moment. Returns undefined before it is entered. */
export function findVersion({ versions }: Lesson, moment: number): Version | undefined {
	return versions.filter(({ since }) => since <= moment).at(-1);
}

/** Finds the index in the timetable of the lesson that a reminder names. */
export function findLessonIndex({ lesson_id, regular_id }: LessonIds): number {
	return regular_id === null ? (lesson_id ?? 0) - FIRST_LESSON_ID : regular_id - FIRST_REGULAR_LESSON_ID;
}

interface LessonIds {
	lesson_id: number | null;
	regular_id: number | null;
}

// ---------------------------------------------------------------- clocks

const clocks = new Map(ZONES.map((zone) => [zone, makeClock(zone)]));
const knownTimes = new Map<string, string>();

/** Tells the time by the clock of a school: `2027-03-12 09:15:00`. The node computes it in another way. */
export function tellTime(moment: number, zone: string): string {
	const key = `${moment} ${zone}`;
	const time = knownTimes.get(key) ?? clocks.get(zone)?.format(moment) ?? '';
	knownTimes.set(key, time);
	return time;
}

function makeClock(timeZone: string): Intl.DateTimeFormat {
	return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
}

// ---------------------------------------------------------------- AlfaCRM's lists

interface ReadingOptions {
	/** The moment as of which the lists are read. */
	now: number;
	failingBranches: readonly number[];
	/** Called for each request. */
	onRequest?: () => void;
}

/** Makes a reader of the lists that AlfaCRM shows at a moment. */
export function makeReader(
	timetable: Timetable,
	{ now, failingBranches, onRequest = () => {} }: ReadingOptions,
): ListReader {
	return {
		async collect(list, { passes = [{}], keep = () => true }) {
			// A pass is a request for the rows of one status, or of any.
			passes.forEach(() => onRequest());
			const { branch = 0 } = list;
			if (failingBranches.includes(branch)) throw new Error(`Branch ${branch} cannot be read`);

			const isOfSomePass = ({ status }: IDataObject) =>
				passes.some((pass) => pass.status === undefined || pass.status === status);
			const rows = listRows(timetable, list, now).filter(isOfSomePass).filter(keep);
			return await Promise.resolve({ rows, isComplete: true, readCount: rows.length });
		},
	};
}

/** Lists the rows of a list as AlfaCRM shows it at a moment. */
function listRows(timetable: Timetable, { path, branch = 0, query }: ListQuery, now: number): IDataObject[] {
	switch (path) {
		case 'lesson':
			return makeRowsOfBranch(timetable, { branch, now, makeRows: makeLessonRow });
		case 'regular-lesson':
			return makeRowsOfBranch(timetable, { branch, now, makeRows: makeRegularLessonRow });
		case 'cgi':
			return listMembers(timetable.lessons[Number(query?.group_id) - FIRST_GROUP_ID], now);
		default:
			return CUSTOMERS.map((id) => ({ id, name: `${id}`, is_study: 1 }));
	}
}

/** The place of a lesson in the timetable, and the moment and the clock for which its row is made. */
interface RowContext {
	index: number;
	now: number;
	zone: string;
}

interface RowsOfBranch {
	branch: number;
	now: number;
	makeRows: (lesson: Lesson, context: RowContext) => IDataObject[];
}

/** Makes the rows of the lessons of a branch. */
function makeRowsOfBranch(
	{ lessons, zone }: Timetable,
	{ branch, now, makeRows }: RowsOfBranch,
): IDataObject[] {
	return lessons.flatMap((lesson, index) =>
		lesson.branch === branch ? makeRows(lesson, { index, now, zone }) : [],
	);
}

/** Makes the row of a lesson. A lesson that is not in the calendar yet has none. */
function makeLessonRow(lesson: Lesson, { index, now, zone }: RowContext): IDataObject[] {
	const version = findVersion(lesson, now);
	if (version === undefined || version.isOnlyRegular) return [];

	const time = tellTime(findLastBeginning(lesson, now), zone);
	return [
		{
			id: FIRST_LESSON_ID + index,
			regular_id: lesson.isRegular ? FIRST_REGULAR_LESSON_ID + index : null,
			time_from: time,
			date: time.slice(0, 10),
			status: version.beginsAt === null ? LESSON_STATUS.cancelled : LESSON_STATUS.planned,
			customer_ids: lesson.customers,
		},
	];
}

/** Finds when a lesson begins, by its last version with a time. A cancelled lesson keeps its time. */
function findLastBeginning({ versions }: Lesson, now: number): number {
	const versionsWithTime = versions.filter(({ since, beginsAt }) => beginsAt !== null && since <= now);
	return versionsWithTime.at(-1)?.beginsAt ?? 0;
}

/** Makes the row of a regular lesson that takes place on one day. Before it is entered, it has none. */
function makeRegularLessonRow(lesson: Lesson, { index, now, zone }: RowContext): IDataObject[] {
	const [firstVersion] = lesson.versions;
	if (!lesson.isRegular || firstVersion.since > now) return [];

	const time = tellTime(firstVersion.beginsAt ?? 0, zone);
	const day = time.slice(0, 10);
	return [
		{
			id: FIRST_REGULAR_LESSON_ID + index,
			related_class: 'Group',
			related_id: FIRST_GROUP_ID + index,
			day: new Date(`${day}T12:00Z`).getUTCDay(),
			b_date: day,
			e_date: day,
			time_from_v: time.slice(11, 16),
		},
	];
}

/** Lists the members of the group of a lesson. */
function listMembers({ customers, laterMember }: Lesson, now: number): IDataObject[] {
	const members = [...customers];
	if (laterMember !== undefined && laterMember.joinsAt <= now) {
		members.push(laterMember.customer);
	}
	return members.map((customer) => ({ customer_id: customer }));
}
