import fc from 'fast-check';

/**
 * Schools told as stories: who is in which group and when, which lessons come each week, and what became of each of them. From a
 * story come the rows that AlfaCRM would hold, and, by itself, who comes when. Nothing is shared with the node.
 */

const DAY = 86_400_000;
export const dayPlus = (day: string, days: number): string =>
	new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
const dotted = (day: string): string => day.split('-').reverse().join('.');
/** 1 is Monday, 7 Sunday. */
const weekdayOf = (day: string): number => new Date(`${day}T12:00:00Z`).getUTCDay() || 7;
const two = (number: number): string => String(number).padStart(2, '0');
/** The time so many quarters of an hour after midnight. */
const clockOf = (quarter: number): string =>
	`${two(Math.floor(quarter / 4) % 24)}:${two((quarter % 4) * 15)}`;

type Kind = 'archived' | 'archivedLead' | 'client' | 'lead' | 'rejected' | 'unsorted' | 'wasRejected';
const COMES: Record<Kind, boolean> = {
	...{ client: true, lead: true, unsorted: true, wasRejected: true },
	...{ archived: false, archivedLead: false, rejected: false },
};

interface Person {
	kind: Kind;
	home: number[];
}
interface Membership {
	person: number;
	/** Days from the first one of the story; no end if null. */
	from: number;
	until: number | null;
}
interface Group {
	branch: number;
	members: Membership[];
}
/** What became of a regular lesson on one of its days. */
type Fate =
	| { is: 'calendar' | 'cancelled' | 'notYet' }
	| { is: 'early' | 'late'; by: number; clock: number }
	| { is: 'otherTime'; clock: number };
interface Regular {
	owner: { group: number } | { person: number };
	branch: number;
	weekday: number;
	clock: number;
	from: number;
	until: number;
	/** In turn, week by week. */
	fates: Fate[];
	/** Lessons in the calendar name the members too, and a guest. */
	namesMembers: boolean;
	guest: number | null;
}
interface Single {
	branch: number;
	day: number;
	clock: number;
	status: 1 | 2 | 3;
	people: number[];
	group: number | null;
}
export interface Story {
	/** `yyyy-mm-dd` */
	today: string;
	zone: string;
	people: Person[];
	groups: Group[];
	regular: Regular[];
	single: Single[];
}

// ---------------------------------------------------------------- what happens

const WEEKS = 3;
const branches = fc.constantFrom(1, 1, 2);
const clocks = fc.integer({ min: 28, max: 90 });

const fates: fc.Arbitrary<Fate> = fc.oneof(
	{ weight: 3, arbitrary: fc.constant<Fate>({ is: 'notYet' }) },
	{ weight: 3, arbitrary: fc.constant<Fate>({ is: 'calendar' }) },
	{ weight: 1, arbitrary: fc.constant<Fate>({ is: 'cancelled' }) },
	{ weight: 1, arbitrary: clocks.map((clock): Fate => ({ is: 'otherTime', clock })) },
	{
		weight: 2,
		arbitrary: fc
			.tuple(fc.constantFrom('late' as const, 'early' as const), fc.integer({ min: 1, max: 6 }), clocks)
			.map(([is, by, clock]): Fate => ({ is, by, clock })),
	},
);

export const stories: fc.Arbitrary<Story> = fc
	.record({
		today: fc.constantFrom('2026-03-07', '2026-03-28', '2026-05-19', '2026-10-24', '2026-12-30'),
		zone: fc.constantFrom('Europe/Moscow', 'Asia/Vladivostok', 'America/New_York'),
		people: fc.array(
			fc.record({
				kind: fc.constantFrom<Kind>(
					...(['client', 'client', 'client', 'lead', 'unsorted'] as const),
					...(['wasRejected', 'archived', 'archivedLead', 'rejected'] as const),
				),
				home: fc.constantFrom<number[]>([1], [2], [1, 2]),
			}),
			{ minLength: 4, maxLength: 10 },
		),
		groups: fc.array(
			fc.record({
				branch: branches,
				members: fc.array(
					fc
						.record({
							person: fc.nat(9),
							from: fc.oneof(fc.constant(-100), fc.integer({ min: -9, max: 5 })),
							length: fc.option(fc.nat(14)),
						})
						.map(({ person, from, length }) => ({
							...{ person, from },
							until: length === null ? null : (from === -100 ? -4 : from) + length,
						})),
					{ maxLength: 6 },
				),
			}),
			{ minLength: 1, maxLength: 4 },
		),
		regular: fc.array(
			fc.record({
				owner: fc.oneof(
					{ weight: 3, arbitrary: fc.record({ group: fc.nat(3) }) },
					{ weight: 1, arbitrary: fc.record({ person: fc.nat(9) }) },
				),
				branch: branches,
				weekday: fc.integer({ min: 1, max: 7 }),
				clock: clocks,
				from: fc.constantFrom(-200, -200, -8, 0, 2),
				until: fc.constantFrom(200, 200, 1, 3),
				fates: fc.array(fates, { minLength: 1, maxLength: 7 }),
				namesMembers: fc.boolean(),
				guest: fc.option(fc.nat(9), { freq: 2 }),
			}),
			{ maxLength: 8 },
		),
		single: fc.array(
			fc.record({
				branch: branches,
				day: fc.integer({ min: -1, max: 6 }),
				clock: clocks,
				status: fc.constantFrom(1, 1, 1, 2, 3),
				people: fc.array(fc.nat(9), { maxLength: 3 }),
				group: fc.option(fc.nat(3)),
			}),
			{ maxLength: 6 },
		),
	})
	.map((story) => {
		const whom = (person: number) => person % story.people.length;
		const which = (group: number) => group % story.groups.length;
		return {
			...story,
			groups: story.groups.map((group) => ({
				...group,
				members: group.members.map((one) => ({ ...one, person: whom(one.person) })),
			})),
			regular: story.regular.map(({ owner, guest, ...one }) => ({
				...one,
				owner: 'group' in owner ? { group: which(owner.group) } : { person: whom(owner.person) },
				branch: 'group' in owner ? story.groups[which(owner.group)].branch : one.branch,
				guest: guest === null ? null : whom(guest),
			})),
			single: story.single.map(({ people, group, ...one }) => ({
				...one,
				people: [...new Set(people.map(whom))],
				group: group === null ? null : which(group),
				branch: group === null ? one.branch : story.groups[which(group)].branch,
			})),
		};
	});

// ---------------------------------------------------------------- who comes when

/** A lesson as it is to take place; without an ID it is not in the calendar yet. */
interface Lesson {
	id: number | null;
	regular: number | null;
	branch: number;
	day: string;
	from: string;
	to: string;
	status: number;
	group: number | null;
	named: number[];
}

/** The number of a person, a group, a regular lesson, by its place in the story. */
export const personId = (index: number) => 501 + index;
const groupId = (index: number) => 41 + index;
const regularId = (index: number) => 71 + index;
const personName = (index: number) => `Ученик ${index}`;

const isMember = ({ today, groups }: Story, group: number, person: number, day: string): boolean =>
	groups[group].members.some(
		(one) =>
			one.person === person &&
			dayPlus(today, one.from) <= day &&
			(one.until === null || day <= dayPlus(today, one.until)),
	);

const membersOn = (story: Story, group: number, day: string): number[] =>
	story.people.map((_one, index) => index).filter((person) => isMember(story, group, person, day));

const spanOf = (clock: number) => ({ from: clockOf(clock), to: clockOf(clock + 4) });

/**
 * What a regular lesson came to, week by week. One that was brought forward is told only where the week before has left something in the
 * calendar, and not twice in a row: otherwise nobody could know which week it belongs to.
 */
function lessonsOf(story: Story, index: number): Lesson[] {
	const {
		owner,
		branch,
		weekday,
		clock,
		from,
		until,
		fates: turns,
		namesMembers,
		guest,
	} = story.regular[index];
	const [first, last] = [dayPlus(story.today, from), dayPlus(story.today, until)];
	const lessons: Lesson[] = [];
	let before: Fate['is'] | undefined;
	let week = 0;
	for (let days = -7 * WEEKS; days <= 7 * WEEKS; days++) {
		const own = dayPlus(story.today, days);
		if (weekdayOf(own) !== weekday || own < first || own > last) continue;
		const drawn = turns[week++ % turns.length];
		const isKnowable = before !== undefined && before !== 'notYet' && before !== 'early';
		const fate: Fate = drawn.is === 'early' && !isKnowable ? { is: 'calendar' } : drawn;
		before = fate.is;
		const day =
			fate.is === 'late' ? dayPlus(own, fate.by) : fate.is === 'early' ? dayPlus(own, -fate.by) : own;
		const group = 'group' in owner ? owner.group : null;
		const people =
			'person' in owner ? [owner.person] : namesMembers ? membersOn(story, owner.group, day) : [];
		const isThere = fate.is !== 'notYet';
		lessons.push({
			id: isThere ? 0 : null,
			...{ regular: index, branch, day, group },
			...spanOf('clock' in fate ? fate.clock : clock),
			status: fate.is === 'cancelled' ? 2 : day < story.today && isThere ? 3 : 1,
			named: isThere && guest !== null ? [...new Set([...people, guest])] : people,
		});
	}
	return lessons;
}

/** All lessons of a story, those of the calendar with their numbers. */
function lessonsIn(story: Story): Lesson[] {
	const single = story.single.map(
		({ branch, day, clock, status, people, group }): Lesson => ({
			...{ id: 0, regular: null, branch, day: dayPlus(story.today, day), ...spanOf(clock) },
			...{ status, group, named: people },
		}),
	);
	const all = [...story.regular.flatMap((_one, index) => lessonsOf(story, index)), ...single];
	return all.map((one, index) => ({ ...one, id: one.id === null ? null : 9_001 + index }));
}

interface Visit {
	/** `yyyy-mm-dd hh:mm:ss` */
	at: string;
	person: number;
	lesson: Lesson;
}

/** Who comes to the lessons of some days, the earliest first. */
export function visitsIn(story: Story, from: string, to: string, branch?: number): Visit[] {
	return lessonsIn(story)
		.filter(({ status, day }) => status !== 2 && from <= day && day <= to)
		.filter((one) => branch === undefined || one.branch === branch)
		.flatMap((lesson) => {
			const members = lesson.group === null ? [] : membersOn(story, lesson.group, lesson.day);
			const people = [...new Set([...members, ...lesson.named])];
			return people
				.filter((person) => COMES[story.people[person].kind])
				.map((person) => ({ at: `${lesson.day} ${lesson.from}:00`, person, lesson }));
		});
}

/** A visit in one line. */
export const lineOf = ({ at, person, lesson }: Visit): string =>
	`${at} ${personName(person)} ${lesson.id ?? 'regular'}`;

// ---------------------------------------------------------------- what AlfaCRM holds

type Row = Record<string, unknown>;

/** The rows of a story, by the path of their list. */
export function rowsOf(story: Story): Array<[path: string, row: Row]> {
	const { today, people, groups, regular } = story;
	const stage: Record<Kind, Row> = {
		client: { is_study: 1 },
		lead: { is_study: 0, lead_status_id: 3 },
		unsorted: { is_study: 0, lead_status_id: null },
		wasRejected: { is_study: 1, lead_reject_id: 2 },
		rejected: { is_study: 0, lead_status_id: 3, lead_reject_id: 2 },
		archived: { is_study: 1, e_date: dayPlus(today, -3) },
		archivedLead: { is_study: 0, e_date: today },
	};
	const customers = people.map(({ kind, home }, index): [string, Row] => [
		'customer',
		{ id: personId(index), name: personName(index), legal_type: 1, branch_ids: home, ...stage[kind] },
	]);
	const memberships = groups.flatMap(({ members }, group) =>
		members.map(({ person, from, until }): [string, Row] => [
			'cgi',
			{
				...{ customer_id: personId(person), group_id: groupId(group) },
				b_date: dotted(dayPlus(today, from)),
				e_date: until === null ? null : dotted(dayPlus(today, until)),
			},
		]),
	);
	const weekly = regular.map(({ owner, branch, weekday, clock, from, until }, index): [string, Row] => [
		'regular-lesson',
		{
			...{ id: regularId(index), branch_id: branch, day: weekday, subject_id: 1, lesson_type_id: 2 },
			...('group' in owner
				? { related_class: 'Group', related_id: groupId(owner.group) }
				: { related_class: 'Customer', related_id: personId(owner.person) }),
			...{ time_from_v: spanOf(clock).from, time_to_v: spanOf(clock).to, teacher_ids: [1] },
			...{ b_date: dayPlus(today, from), e_date: dayPlus(today, until) },
		},
	]);
	const calendar = lessonsIn(story).flatMap((one): Array<[string, Row]> => {
		if (one.id === null) return [];
		const row: Row = {
			...{
				id: one.id,
				branch_id: one.branch,
				date: one.day,
				status: one.status,
				subject_id: 1,
				lesson_type_id: 1,
			},
			regular_id: one.regular === null ? null : regularId(one.regular),
			...{ time_from: `${one.day} ${one.from}:00`, time_to: `${one.day} ${one.to}:00`, teacher_ids: [1] },
			customer_ids: one.named.map(personId),
			group_ids: one.group === null ? [] : [groupId(one.group)],
		};
		return [['lesson', row]];
	});
	const named = groups.map(({ branch }, index): [string, Row] => [
		'group',
		{ id: groupId(index), name: `Группа ${index}`, branch_ids: [branch] },
	]);
	return [...customers, ...named, ...memberships, ...weekly, ...calendar];
}
