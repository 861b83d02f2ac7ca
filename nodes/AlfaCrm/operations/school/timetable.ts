import type { IDataObject } from 'n8n-workflow';

import { daysAfter, formatDay, OPEN_END, readId, readIds } from '../../values/formats';
import { lesson } from '../../entities/lesson';
import { listCall, passesOf } from '../../entities/listCall';
import { regularLesson } from '../../entities/regularLesson';
import { room as roomEntity } from '../../entities/room';
import { teacher as teacherEntity } from '../../entities/teacher';
import type { Entity } from '../../entities/types';
import { listOf } from '../../fields/field';
import { wholeNumber } from '../../form/wholeNumber';
import type { Branch } from '../records/branches';
import { getRecord } from '../records/findById';
import { eachOnce, readWholeList } from '../records/readList';
import type { Target } from '../records/target';
import type { Item } from '../execution/item';
import type { Slot, Timetable, WantedSlots } from './slots';
import { slotsOf, teachersOf } from './slots';

/** A longer time is a mistake in one of the days. */
const MOST_DAYS = 366;

/** Most slots that are wanted are soon: so many days are looked at before all of them. */
const FIRST_DAYS = 14;

/** Who taught a subject in so many days before teaches it. */
const TAUGHT_DAYS = 28;

/** Minutes of a slot, and from the beginning of one to that of the next. */
const BOUNDS = { min: 5, max: 1440 };

export const duration = wholeNumber({
	displayName: 'Duration',
	name: 'duration',
	...BOUNDS,
	default: 60,
	description: 'In minutes',
});

export const step = wholeNumber({
	displayName: 'Step',
	name: 'step',
	...BOUNDS,
	default: 30,
	description: 'Minutes from the beginning of a slot to the next',
});

/** Who may give a lesson, and where they work. */
export interface Teacher {
	id: number;
	name: IDataObject[string];
	branches: Branch[];
	/** The day on which they have left. */
	until?: string;
}

/** What is looked for, of any of the teachers. */
export interface Search extends Omit<WantedSlots, 'branch' | 'teacher' | 'until' | 'zone'> {
	target: Target;
	teachers: readonly Teacher[];
	/** Only teachers who have lessons of it. */
	subject?: number;
	/** Hours that name another branch count too. */
	anyBranch?: boolean;
	/** Lessons of those who are to come. */
	theirs?: readonly IDataObject[];
}

/** A slot, and whose it is. */
type TeacherSlot = Slot & { teacher: Teacher };

/**
 * The teachers that are meant, all active ones of the branch if none is. What many items ask for is read once.
 *
 * @throws NodeApiError for one who is not of the branch
 */
export async function readTeachers(item: Item, target: Target, ids: readonly number[]): Promise<Teacher[]> {
	const { branch } = target;
	const where = { ...target, path: teacherEntity.path };
	const all = { ...listCall(teacherEntity, branch), query: {}, body: {} };
	const rows =
		ids.length > 0
			? await Promise.all(
					ids.map(async (id) => {
						const read = async () => (await getRecord(item, teacherEntity, id, where)).row;
						return await once(item, teacherEntity.path, ['one', branch, id], read);
					}),
				)
			: await once(
					item,
					teacherEntity.path,
					['all', branch],
					async () => await readWholeList(item, teacherEntity, all, 'who teaches there'),
				);
	return rows.flatMap((row) => {
		const [id, shown] = [readId(row.id), readIds(listOf(row.branch_ids))];
		const isThere = ids.length > 0 || shown.length === 0 || branch === undefined || shown.includes(branch);
		if (id === undefined || !isThere) return [];
		const lastDay = formatDay(row.e_date, 'iso', item.zone);
		const until = lastDay === OPEN_END ? undefined : lastDay;
		return { id, name: row.name ?? null, branches: [...new Set([branch, ...shown])], until };
	});
}

/** A room that the branch does not have would be free at any time. */
export async function assertRoom(item: Item, target: Target, room?: number): Promise<void> {
	if (room !== undefined) await getRecord(item, roomEntity, room, { ...target, path: roomEntity.path });
}

export function assertDays(item: Item, from: string, to: string, first: string): void {
	if (from <= to && to < daysAfter(from, MOST_DAYS)) return;
	throw item.refused(
		`'Date To' must be between '${first}' (${from}) and a year later, but it is ${to}`,
		'Correct one of the days. Nothing was sent to AlfaCRM.',
	);
}

/**
 * Free slots in the order of time, those of one time in the order of the teachers.
 *
 * @param most if more are found soon, later days are not looked at
 */
export async function findSlots(item: Item, search: Search, most: number): Promise<TeacherSlot[]> {
	const soon = daysAfter(search.from, FIRST_DAYS - 1);
	const ends = most < Infinity && soon < search.to ? [soon, search.to] : [search.to];
	for (const to of ends) {
		const { timetable, teachers } = await readTimetable(item, { ...search, to });
		const slots = teachers
			.flatMap((teacher) =>
				slotsOf(timetable, { ...wantedOf(item, search, teacher), to }).map((slot) => ({ ...slot, teacher })),
			)
			.sort((one, other) => (timeOf(one) < timeOf(other) ? -1 : timeOf(one) > timeOf(other) ? 1 : 0));
		if (slots.length > most || to === search.to) return slots;
	}
	return [];
}

/** Compares as text. */
export const timeOf = ({ date, start }: Pick<Slot, 'date' | 'start'>): string => `${date} ${start}`;

/** What is looked for, of one of the teachers. */
export const wantedOf = (item: Item, search: Search, { id, until }: Teacher): WantedSlots => ({
	...search,
	...{ teacher: id, until, zone: item.zone, branch: search.anyBranch ? undefined : search.target.branch },
});

/**
 * Lessons of the teachers in each of their branches, and those in the room, which is in the branch of the call; with those of
 * the teachers who teach the subject.
 */
export async function readTimetable(
	item: Item,
	search: Search,
): Promise<{ timetable: Timetable; teachers: readonly Teacher[] }> {
	const { target, teachers, room, subject, from, to, theirs = [] } = search;
	const own = target.branch;
	const [only, ...others] = teachers;
	// Of several the whole list is less than one of each.
	const byTeacher: IDataObject = others.length === 0 && only ? { teacher_id: only.id } : {};
	const days = { date_from: from, date_to: to };
	const readIn = async (branch: Branch) => {
		const isOwn = branch === own;
		const isRoomToo = room !== undefined && isOwn && 'teacher_id' in byTeacher;
		const ofAll = isRoomToo || (isOwn && search.isTheirs !== undefined);
		// Earlier ones tell who teaches the subject.
		const since = subject !== undefined && isOwn ? { date_from: daysAfter(from, -TAUGHT_DAYS) } : {};
		const read = async () =>
			await Promise.all([
				readAll(item, lesson, branch, { ...byTeacher, ...days, ...since }),
				isRoomToo ? readAll(item, lesson, branch, { room_ids: [room], ...days }) : [],
				// No filter by room or by who comes is known of them, so for those all are read. API notes 5.13.
				once(
					item,
					regularLesson.path,
					['all', branch, ofAll ? {} : byTeacher],
					async () => await readAll(item, regularLesson, branch, ofAll ? {} : byTeacher),
				),
			]);
		const lists = isOwn ? await read() : await item.ifAllowed(read, 404);
		if (lists === undefined)
			item.execution.hints.add(
				'Not all branches in which the teacher works can be seen, so the teacher may be busy there in a slot',
				`branch ${String(branch)}`,
			);
		return lists ?? [[], [], []];
	};
	const hours = { ...teacherEntity, plural: 'Working Hours' };
	const ofHours = { ...listCall(hours, own), action: 'working-hour', body: byTeacher };
	const branches = [...new Set([own, ...teachers.flatMap((teacher) => teacher.branches)])];
	const [workingHours, ...lists] = await Promise.all([
		once(
			item,
			teacherEntity.path,
			['hours', own, byTeacher],
			async () => await readWholeList(item, hours, ofHours, 'when the teacher is free'),
		),
		...branches.map(readIn),
	]);
	const timetable = {
		workingHours,
		lessons: eachOnce([...theirs, ...lists.flatMap(([some, inRoom]) => [...some, ...inRoom])]),
		regularLessons: eachOnce(lists.flatMap(([, , regular]) => regular)),
	};
	if (subject === undefined) return { timetable, teachers };
	const teaching = teachersOf(timetable, subject);
	return { timetable, teachers: teachers.filter(({ id }) => teaching.has(id)) };
}

/** What many items need, which no booking changes. */
const once = async <T>(item: Item, path: string, name: unknown[], read: () => Promise<T>): Promise<T> =>
	await item.execution.cached(path, JSON.stringify(['slots', ...name]), read);

/** A lesson that is missing would be taken for free time. */
const readAll = async (item: Item, entity: Entity, branch: Branch, body: IDataObject) =>
	await readWholeList(
		item,
		entity,
		{ ...listCall(entity, branch), body, passes: passesOf(entity) },
		'when the teacher is free',
	);
