import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../api/list';
import { belongsToBranch } from '../../entities/branch';
import { cgi } from '../../entities/cgi';
import { dayOf, lesson as lessonEntity, LESSON_STATUS } from '../../entities/lesson';
import { listCall, passesOf } from '../../entities/listCall';
import { regularLesson } from '../../entities/regularLesson';
import { isPlain } from '../../fields/blank';
import { listOf } from '../../fields/field';
import { daysAfter, formatDay, formatTime, readId, readIds } from '../../values/formats';
import { firstDay, isOnDay } from './periods';
import { CustomerCards } from './customerCards';
import { takesPlace } from './slots';
import type { Branch } from '../located';

type Rows = readonly IDataObject[];

/** A lesson on its day: one of the calendar, or a regular one that does not stand there yet. */
export interface Occurrence {
	/** Null for a regular lesson that is not in the calendar yet. */
	lesson_id: number | null;
	regular_id: number | null;
	branch_id: number | null;
	/** `yyyy-mm-dd` */
	date: string;
	/** `yyyy-mm-dd hh:mm:ss`, as the clock of the school shows it; null where AlfaCRM shows no time. */
	time_from: string | null;
	time_to: string | null;
	status: number;
	lesson_type_id: number | null;
	subject_id: number | null;
	room_id: number | null;
	teacher_ids: number[];
	group_ids: number[];
	/** Those whom the lesson itself names; members of its groups come besides. */
	customer_ids: number[];
}

/** One person who comes to one lesson. */
export interface Participant extends Occurrence {
	customer_id: number;
	/** The card, and the branch in whose list it is. */
	customer: IDataObject;
	customer_branch: Branch;
	/** The group as whose member the person comes, or one of the lesson; null for a lesson without groups. */
	group_id: number | null;
}

/** Reads something of a branch; undefined where that cannot be read and the rest goes on without it. */
type InBranch = <T>(branch: Branch, read: () => Promise<T>) => Promise<T | undefined>;

interface Days {
	/** Both `yyyy-mm-dd`, and both count. */
	from: string;
	to: string;
	/** That of the school. */
	zone: string;
}

interface Asked {
	zone: string;
	inBranch?: InBranch;
	/** Where else the card of a customer may be who is in none of the branches of the lessons; asked for once one is missing. */
	otherBranches?: () => Promise<readonly Branch[]>;
	/** Asked before the members of one more group are read, but for a few that are always read. */
	hasTime?: () => boolean;
	/** A lesson of today for which only those are looked for who have joined since it was read. */
	isRead?: (lesson: Occurrence) => boolean;
	/** Cards that were read before. */
	cards?: CustomerCards;
}

interface ParticipantRequest extends Days, Asked {
	branches: readonly Branch[];
}

/** Lessons that the list of a branch shows. */
interface LessonsOfBranch {
	branch: Branch;
	occurrences: readonly Occurrence[];
}

interface LocatedOccurrence {
	branch: Branch;
	lesson: Occurrence;
}

const plainly: InBranch = async (_branch, read) => await read();

/**
 * Who comes to the lessons of some days, each person once for each lesson, the earliest first. Archived customers and
 * rejected leads do not come. API notes 5.3, 5.7, 5.11 and 5.13.
 */
export async function readParticipants(
	reader: ListReader,
	{ branches, inBranch = plainly, from, to, zone, ...rest }: ParticipantRequest,
): Promise<{ participants: Participant[]; withoutCard: number[] }> {
	const lessons = await Promise.all(
		branches.map(async (branch) => {
			const read = async () => await readOccurrences(reader, branch, { from, to, zone });
			return { branch, occurrences: (await inBranch(branch, read)) ?? [] };
		}),
	);
	return await participantsOf(reader, lessons, { inBranch, zone, ...rest });
}

// ---------------------------------------------------------------- lessons

/** How far from its day a lesson that was moved is looked for. */
const DAYS_OF_A_WEEK = 7;

/** The lessons of some days in a branch that are not cancelled, and the regular ones that do not stand in its calendar yet. */
export async function readOccurrences(
	reader: ListReader,
	branch: Branch,
	{ from, to, zone }: Days,
): Promise<Occurrence[]> {
	const days = { date_from: daysAfter(from, -DAYS_OF_A_WEEK), date_to: daysAfter(to, DAYS_OF_A_WEEK - 1) };
	const [{ rows: lessons }, { rows: regular }] = await Promise.all([
		reader.collect({ ...listCall(lessonEntity, branch), body: days }, { passes: passesOf(lessonEntity) }),
		reader.collect(listCall(regularLesson, branch), {}),
	]);
	const isOfBranch = (row: IDataObject) => belongsToBranch(row, branch);
	const ofBranch = { lessons: lessons.filter(isOfBranch), regular: regular.filter(isOfBranch) };
	return occurrencesOn(ofBranch, { from, to, zone }, branch);
}

/**
 * The same of rows that were read.
 *
 * @param lessons of all statuses, from a week before the days to a week after them
 */
export function occurrencesOn(
	{ lessons, regular }: { lessons: Rows; regular: Rows },
	{ from, to, zone }: Days,
	branch: Branch,
): Occurrence[] {
	const replaced = replacedBy(lessons, regular, zone);
	const occurrences = lessons.flatMap((row) => occurrenceOf(row, zone, branch) ?? []);
	for (let date = from; date <= to; date = daysAfter(date, 1))
		for (const row of regular)
			if (takesPlace(row, date, zone) && !replaced.has(placeOf(row.id, date)))
				occurrences.push(regularOn(row, date, zone, branch));
	return occurrences.filter(({ date }) => date >= from && date <= to);
}

const placeOf = (regular: unknown, date: string): string => `${String(readId(regular))} ${date}`;

/**
 * The days of regular lessons in whose place a lesson stands, be it planned, held or cancelled. One on another weekday was
 * moved: it stands for the day before it, if that has none of its own, else for the one after it.
 */
function replacedBy(lessons: Rows, regular: Rows, zone: string): ReadonlySet<string> {
	const known = new Map(regular.map((row) => [readId(row.id), row]));
	const replaced = new Set<string>();
	const moved: Array<{ row: IDataObject; date: string }> = [];
	for (const { regular_id, ...one } of lessons) {
		const row = known.get(readId(regular_id));
		const date = dayOf(one, zone);
		// One from before the first day is of another timetable, such as another weekday until then.
		if (row === undefined || date === undefined || date < firstDay(row, zone)) continue;
		if (takesPlace(row, date, zone)) replaced.add(placeOf(row.id, date));
		else moved.push({ row, date });
	}
	moved.sort((one, other) => (one.date < other.date ? -1 : 1));
	for (const { row, date } of moved) {
		const near = [-1, 1]
			.flatMap((way) => [1, 2, 3, 4, 5, 6].map((days) => daysAfter(date, way * days)))
			.filter((day) => takesPlace(row, day, zone))
			.map((day) => placeOf(row.id, day));
		const free = near.find((place) => !replaced.has(place));
		if (free !== undefined) replaced.add(free);
	}
	return replaced;
}

/** Undefined for a lesson that is cancelled, or on no day. */
export function occurrenceOf(row: IDataObject, zone: string, branch: Branch): Occurrence | undefined {
	const date = dayOf(row, zone);
	const status = Number(row.status);
	if (date === undefined || status === LESSON_STATUS.cancelled) return undefined;
	const marked = (listOf(row.details).filter(isPlain) as IDataObject[]).map(({ customer_id }) => customer_id);
	return {
		...{ lesson_id: readId(row.id) ?? null, regular_id: readId(row.regular_id) ?? null },
		...common(row, branch),
		...{ date, time_from: momentOf(row.time_from, date, zone), time_to: momentOf(row.time_to, date, zone) },
		status,
		group_ids: idsIn(row.group_ids),
		customer_ids: [...new Set([...idsIn(row.customer_ids), ...readIds(marked)])],
	};
}

/** API notes 5.13: it is a group's or a customer's. */
function regularOn(row: IDataObject, date: string, zone: string, branch: Branch): Occurrence {
	const [from, to] = [row.time_from_v, row.time_to_v].map((time) => momentOf(time, date, zone));
	const isOverMidnight = from !== null && to !== null && to <= from;
	const owner = idsIn(row.related_id);
	return {
		...{ lesson_id: null, regular_id: readId(row.id) ?? null },
		...common(row, branch),
		...{ date, time_from: from, status: LESSON_STATUS.planned },
		time_to: isOverMidnight ? momentOf(row.time_to_v, daysAfter(date, 1), zone) : to,
		group_ids: row.related_class === 'Customer' ? [] : owner,
		customer_ids: row.related_class === 'Customer' ? owner : [],
	};
}

const common = (row: IDataObject, branch: Branch) => ({
	branch_id: readId(row.branch_id) ?? branch ?? null,
	lesson_type_id: readId(row.lesson_type_id) ?? null,
	subject_id: readId(row.subject_id) ?? null,
	room_id: readId(row.room_id) ?? null,
	teacher_ids: idsIn(row.teacher_ids),
});

const idsIn = (value: unknown): number[] => readIds(listOf(value));

/** A time that stands alone is one of the day. */
function momentOf(value: unknown, day: string, zone: string): string | null {
	const time = formatTime(value, zone);
	return time === undefined ? null : `${formatDay(value, 'iso', zone) ?? day} ${time}:00`;
}

// ---------------------------------------------------------------- people

/** Groups whose members are read side by side: more than calls that may be under way. */
const AT_ONCE = 6;

/** Does it with each in their order for as long as there is time, and with the first few in any case. */
async function sideBySide<T>(
	all: readonly T[],
	{ least, hasTime }: { least: number; hasTime: () => boolean },
	work: (one: T) => Promise<void>,
): Promise<void> {
	let begun = 0;
	const next = async (): Promise<void> => {
		while (begun < all.length && (begun < least || hasTime())) await work(all[begun++]);
	};
	await Promise.all(Array.from({ length: AT_ONCE }, next));
}

type GroupToRead = [string, { branch: Branch; group: number; passes: readonly IDataObject[] }];

/**
 * Who comes to lessons that are known, as `readParticipants` says it.
 *
 * @returns those of the soonest lessons, the lessons for which there was no time, and the customers whose card AlfaCRM shows in
 * none of the branches, as one account had 158 of
 */
export async function participantsOf(
	reader: ListReader,
	lessons: readonly LessonsOfBranch[],
	{
		zone,
		inBranch = plainly,
		otherBranches = async () => await Promise.resolve([]),
		hasTime = () => true,
		isRead = () => false,
		cards = new CustomerCards(reader, zone),
	}: Asked,
): Promise<{ participants: Participant[]; left: Occurrence[]; withoutCard: number[] }> {
	const unreadable = new Set<Branch>();
	const readIn = async <T>(branch: Branch, read: () => Promise<T>): Promise<T | undefined> => {
		const found = await inBranch(branch, async () => ({ read: await read() }));
		if (found === undefined) unreadable.add(branch);
		return found?.read;
	};
	const located = lessons
		.flatMap(({ branch, occurrences }) => occurrences.map((lesson) => ({ branch, lesson })))
		.sort(({ lesson: one }, { lesson: other }) => (placeInTime(one) < placeInTime(other) ? -1 : 1));
	const members = new Map<string, Rows>();
	const read = async ([key, { branch, group, passes }]: GroupToRead): Promise<void> => {
		if (unreadable.has(branch)) return;
		const rows = await readIn(branch, async () => await readMembers(reader, branch, group, passes));
		if (rows !== undefined) members.set(key, rows);
	};
	// The soonest lesson is read whole, so that each poll gets on.
	const least = Math.max(AT_ONCE, located[0]?.lesson.group_ids.length ?? 0);
	await sideBySide([...groupsOf(located, isRead)], { least, hasTime }, read);
	const isLeft = ({ branch, lesson: { group_ids } }: LocatedOccurrence) =>
		!unreadable.has(branch) && group_ids.some((group) => !members.has(groupKey(branch, group)));
	const end = located.findIndex(isLeft);
	const [reached, left] = end < 0 ? [located, []] : [located.slice(0, end), located.slice(end)];
	const expected = reached
		.filter(({ branch }) => !unreadable.has(branch))
		.map((one) => ({ ...one, people: peopleOf(one, members, zone) }));
	const idsOfPeople = (some: typeof expected) => some.flatMap(({ people }) => [...people.keys()]);
	const ofBranch = (branch: Branch) => idsOfPeople(expected.filter((one) => one.branch === branch));
	const own = lessons.map(({ branch }) => branch).filter((branch) => !unreadable.has(branch));
	await Promise.all(
		own.map(async (branch) => await readIn(branch, async () => await cards.read(branch, ofBranch(branch)))),
	);
	const coming = expected.filter(({ branch }) => !unreadable.has(branch));
	const missing = cards.missing(idsOfPeople(coming));
	if (missing.length > 0) {
		const others = [...new Set([...own, ...(await otherBranches())])];
		for (const branch of others)
			await inBranch(branch, async () => await cards.read(branch, cards.missing(missing)));
	}
	const found = coming.flatMap(({ lesson, people }) =>
		[...people].flatMap((person) => participantIn(lesson, person, cards)),
	);
	// Lists of two branches may show the same lesson.
	const keyOf = (one: Participant) => `${one.lesson_id ?? lessonKey(one)} ${one.customer_id}`;
	const participants = [...new Map(found.map((one) => [keyOf(one), one])).values()].sort(byTime);
	const withoutCard = cards.missing(idsOfPeople(coming));
	return { participants, left: left.map(({ lesson }) => lesson), withoutCard };
}

const groupKey = (branch: Branch, group: number): string => `${String(branch)} ${group}`;

/** Groups in the order of their lessons, and how each is asked for: without days the list shows who is a member today. API notes 5.7. */
function groupsOf(located: readonly LocatedOccurrence[], isRead: (lesson: Occurrence) => boolean) {
	const groups = new Map<string, GroupToRead[1]>();
	for (const { branch, lesson } of located)
		for (const group of lesson.group_ids) {
			const key = groupKey(branch, group);
			const isEnough = isRead(lesson) && groups.get(key)?.passes.length !== passesOf(cgi).length;
			groups.set(key, { branch, group, passes: isEnough ? [{}] : passesOf(cgi) });
		}
	return groups;
}

/** Memberships of a group, past and future ones too where `passes` ask for them. API notes 5.7. */
export async function readMembers(
	reader: ListReader,
	branch: Branch,
	group: number,
	passes: readonly IDataObject[],
): Promise<IDataObject[]> {
	const query = { group_id: group };
	const list = { path: cgi.path, branch, query, body: query, task: `list the members of group ${group}` };
	const { rows } = await reader.collect(list, { passes });
	return rows.filter(({ group_id }) => (readId(group_id) ?? group) === group);
}

/** Who comes to a lesson, each with the group as whose member. */
function peopleOf(
	{ branch, lesson: { date, group_ids, customer_ids } }: LocatedOccurrence,
	members: ReadonlyMap<string, Rows>,
	zone: string,
): Map<number, number | null> {
	const people = new Map<number, number | null>(customer_ids.map((id) => [id, group_ids[0] ?? null]));
	for (const group of [...group_ids].reverse())
		for (const row of members.get(groupKey(branch, group)) ?? [])
			if (isOnDay(row, date, zone)) for (const id of readIds([row.customer_id])) people.set(id, group);
	return people;
}

function participantIn(
	lesson: Occurrence,
	[customer_id, group_id]: readonly [number, number | null],
	cards: CustomerCards,
): Participant[] {
	const card = cards.findAttending(customer_id);
	return card ? [{ ...lesson, customer_id, group_id, customer: card.row, customer_branch: card.branch }] : [];
}

/**
 * Tells lessons apart: a regular one is the same before and after it stands in the calendar, and another one at another time.
 */
export const lessonKey = ({ lesson_id, regular_id, date, time_from }: Occurrence): string =>
	`${regular_id === null ? `l${String(lesson_id)}` : `r${regular_id}`} ${time_from ?? date}`;

/** Compares as text: the soonest lesson first. */
export const placeInTime = (one: Occurrence): string => `${one.time_from ?? one.date} ${lessonKey(one)}`;

function byTime(one: Participant, other: Participant): number {
	const keyOf = ({ date, time_from }: Participant) => time_from ?? date;
	const byClock = keyOf(one).localeCompare(keyOf(other));
	const byLesson =
		(one.lesson_id ?? 0) - (other.lesson_id ?? 0) || (one.regular_id ?? 0) - (other.regular_id ?? 0);
	return byClock || byLesson || one.customer_id - other.customer_id;
}
