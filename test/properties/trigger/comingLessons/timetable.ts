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
			passes.forEach(() => onRequest());
			const { branch = 0 } = list;
			if (failingBranches.includes(branch)) throw new Error(`Branch ${branch} cannot be read`);

			const hasStatusOfPass = ({ status }: IDataObject) =>
				passes.some((pass) => pass.status === undefined || pass.status === status);
			const rows = listRows(timetable, list, now).filter(hasStatusOfPass).filter(keep);
			return await Promise.resolve({ rows, isComplete: true, readCount: rows.length });
		},
	};
}

/** Lists the rows of a list as it is at a moment. */
function listRows(timetable: Timetable, { path, branch, query }: ListQuery, now: number): IDataObject[] {
	const rowOfLesson = { lesson: makeLessonRow, 'regular-lesson': makeRegularLessonRow }[path];
	if (rowOfLesson !== undefined) {
		return timetable.lessons
			.map((lesson, index) => ({ lesson, index }))
			.filter(({ lesson }) => lesson.branch === branch)
			.flatMap(({ lesson, index }) => rowOfLesson(lesson, { index, now, zone: timetable.zone }));
	}
	if (path === 'cgi') return listMembers(timetable.lessons[Number(query?.group_id) - FIRST_GROUP_ID], now);
	return CUSTOMERS.map((id) => ({ id, name: `${id}`, is_study: 1 }));
}

interface RowContext {
	index: number;
	now: number;
	zone: string;
}

/** Makes the row of a lesson, or none while it is not in the calendar. */
function makeLessonRow(lesson: Lesson, { index, now, zone }: RowContext): IDataObject[] {
	const version = findVersion(lesson, now);
	if (version === undefined || version.isOnlyRegular) return [];

	// A cancelled lesson keeps its last time.
	const lastTime = lesson.versions.filter(({ since, beginsAt }) => beginsAt !== null && since <= now).at(-1);
	const time = tellTime(lastTime?.beginsAt ?? 0, zone);
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

/** Makes the row of a regular lesson that takes place on one day, or none before it is entered. */
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
