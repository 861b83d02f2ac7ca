import fc from 'fast-check';

import { LESSON_STATUS } from './codes';

/**
 * The story of a school: its people, its groups and their members, the lessons of each week, and how each of
 * them turned out. `lessonVisits.ts` tells from a story which person comes to which lesson, and
 * `lessonRows.ts` which rows AlfaCRM has. People, groups and regular lessons are named by their index in the
 * story. Days are counted from today, times of day in quarters of an hour after midnight.
 */
export interface Story {
	/** The day on which the story is told, such as "2026-03-07". */
	today: string;
	zone: string;
	people: Person[];
	groups: StoryGroup[];
	regularLessons: StoryRegularLesson[];
	singleLessons: SingleLesson[];
}

export interface Person {
	kind: PersonKind;
	branches: number[];
}

export type PersonKind =
	| 'client'
	| 'lead'
	| 'leadWithoutStage'
	/** A client who was rejected as a lead before. */
	| 'clientOnceRejected'
	| 'rejectedLead'
	| 'archivedClient'
	| 'archivedLead';

interface StoryGroup {
	branch: number;
	memberships: StoryMembership[];
}

interface StoryMembership {
	person: number;
	firstDay: number;
	/** A membership without a last day does not end. */
	lastDay: number | null;
}

/** A lesson of a group or of one person, on the same weekday of each week. */
export interface StoryRegularLesson {
	owner: { group: number } | { person: number };
	branch: number;
	/** The weekday, from 1 for Monday to 7 for Sunday. */
	weekday: number;
	startQuarter: number;
	firstDay: number;
	lastDay: number;
	/** The fate of the lesson in each week. After the last fate, the first one comes again. */
	fates: Fate[];
	/** Whether the lessons in the calendar list the members of the group. */
	listsMembers: boolean;
	/** Somebody whom lessons in the calendar list in addition. */
	guest: number | null;
}

/** The fate of a regular lesson in one week. */
export type Fate =
	| { kind: 'inCalendar' | 'cancelled' | 'notInCalendarYet' }
	| { kind: 'atOtherTime'; startQuarter: number }
	| { kind: 'movedEarlier' | 'movedLater'; days: number; startQuarter: number };

/** A lesson in the calendar that belongs to no regular lesson. */
interface SingleLesson {
	branch: number;
	day: number;
	startQuarter: number;
	status: number;
	people: number[];
	group: number | null;
}

// ---------------------------------------------------------------- the generator

const MOST_PEOPLE = 10;
const MOST_GROUPS = 4;
const LONG_AGO = -200;
const IN_A_LONG_TIME = 200;

const branch = fc.constantFrom(1, 1, 2);
/** Generates times from 07:00 to 22:30. */
const startQuarter = fc.integer({ min: 28, max: 90 });
/** Generates the index of a person or group. `keepIndexesInRange` adapts it to stories with fewer of them. */
const personIndex = fc.nat(MOST_PEOPLE - 1);
const groupIndex = fc.nat(MOST_GROUPS - 1);

const person: fc.Arbitrary<Person> = fc.record({
	kind: fc.oneof(
		{ weight: 3, arbitrary: fc.constant<PersonKind>('client') },
		{ weight: 1, arbitrary: fc.constant<PersonKind>('lead') },
		{ weight: 1, arbitrary: fc.constant<PersonKind>('leadWithoutStage') },
		{ weight: 1, arbitrary: fc.constant<PersonKind>('clientOnceRejected') },
		{ weight: 1, arbitrary: fc.constant<PersonKind>('rejectedLead') },
		{ weight: 1, arbitrary: fc.constant<PersonKind>('archivedClient') },
		{ weight: 1, arbitrary: fc.constant<PersonKind>('archivedLead') },
	),
	branches: fc.constantFrom([1], [2], [1, 2]),
});

/** A membership that began long ago and ends about now, or goes on. */
const oldMembership: fc.Arbitrary<StoryMembership> = fc.record({
	person: personIndex,
	firstDay: fc.constant(LONG_AGO),
	lastDay: fc.option(fc.integer({ min: -4, max: 10 })),
});

/** A membership that begins about now. */
const newMembership: fc.Arbitrary<StoryMembership> = fc
	.record({
		person: personIndex,
		firstDay: fc.integer({ min: -9, max: 5 }),
		length: fc.option(fc.nat(14)),
	})
	.map(({ length, ...membership }) => ({
		...membership,
		lastDay: length === null ? null : membership.firstDay + length,
	}));

const group: fc.Arbitrary<StoryGroup> = fc.record({
	branch,
	memberships: fc.array(fc.oneof(oldMembership, newMembership), { maxLength: 6 }),
});

const movedLesson: fc.Arbitrary<Fate> = fc.record({
	kind: fc.constantFrom('movedLater', 'movedEarlier'),
	days: fc.integer({ min: 1, max: 6 }),
	startQuarter,
});

const fate: fc.Arbitrary<Fate> = fc.oneof(
	{ weight: 3, arbitrary: fc.constant<Fate>({ kind: 'notInCalendarYet' }) },
	{ weight: 3, arbitrary: fc.constant<Fate>({ kind: 'inCalendar' }) },
	{ weight: 1, arbitrary: fc.constant<Fate>({ kind: 'cancelled' }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('atOtherTime'), startQuarter }) },
	{ weight: 2, arbitrary: movedLesson },
);

const regularLesson: fc.Arbitrary<StoryRegularLesson> = fc.record({
	owner: fc.oneof(
		{ weight: 3, arbitrary: fc.record({ group: groupIndex }) },
		{ weight: 1, arbitrary: fc.record({ person: personIndex }) },
	),
	branch,
	weekday: fc.integer({ min: 1, max: 7 }),
	startQuarter,
	firstDay: fc.constantFrom(LONG_AGO, LONG_AGO, -8, 0, 2),
	lastDay: fc.constantFrom(IN_A_LONG_TIME, IN_A_LONG_TIME, 1, 3),
	fates: fc.array(fate, { minLength: 1, maxLength: 7 }),
	listsMembers: fc.boolean(),
	guest: fc.option(personIndex, { freq: 2 }),
});

const singleLesson: fc.Arbitrary<SingleLesson> = fc.record({
	branch,
	day: fc.integer({ min: -1, max: 6 }),
	startQuarter,
	status: fc.constantFrom(
		LESSON_STATUS.planned,
		LESSON_STATUS.planned,
		LESSON_STATUS.planned,
		LESSON_STATUS.cancelled,
		LESSON_STATUS.held,
	),
	people: fc.array(personIndex, { maxLength: 3 }),
	group: fc.option(groupIndex),
});

/**
 * Generates stories of schools. Most of them are told on days around which clocks change, or at the turn of
 * the year.
 */
export const stories: fc.Arbitrary<Story> = fc
	.record({
		today: fc.constantFrom('2026-03-07', '2026-03-28', '2026-05-19', '2026-10-24', '2026-12-30'),
		zone: fc.constantFrom('Europe/Moscow', 'Asia/Vladivostok', 'America/New_York'),
		people: fc.array(person, { minLength: 4, maxLength: MOST_PEOPLE }),
		groups: fc.array(group, { minLength: 1, maxLength: MOST_GROUPS }),
		regularLessons: fc.array(regularLesson, { maxLength: 8 }),
		singleLessons: fc.array(singleLesson, { maxLength: 6 }),
	})
	.map(keepIndexesInRange);

/**
 * Replaces the indexes of people and groups that a story does not have: in a story with five people, index 7
 * becomes 2. A lesson of a group also gets the branch of the group.
 */
function keepIndexesInRange(story: Story): Story {
	return {
		...story,
		groups: story.groups.map((group) => keepMembersInRange(group, story)),
		regularLessons: story.regularLessons.map((lesson) => keepRegularLessonInRange(lesson, story)),
		singleLessons: story.singleLessons.map((lesson) => keepSingleLessonInRange(lesson, story)),
	};
}

/** Replaces the people in the memberships of a group. */
function keepMembersInRange(group: StoryGroup, { people }: Story): StoryGroup {
	const memberships = group.memberships.map((membership) => ({
		...membership,
		person: membership.person % people.length,
	}));
	return { ...group, memberships };
}

/** Replaces the owner and the guest of a regular lesson. */
function keepRegularLessonInRange(lesson: StoryRegularLesson, { people, groups }: Story): StoryRegularLesson {
	const guest = lesson.guest === null ? null : lesson.guest % people.length;
	if ('person' in lesson.owner) {
		const person = lesson.owner.person % people.length;
		return { ...lesson, guest, owner: { person } };
	}
	const group = lesson.owner.group % groups.length;
	return { ...lesson, guest, owner: { group }, branch: groups[group].branch };
}

/** Replaces the people and the group of a single lesson. */
function keepSingleLessonInRange(lesson: SingleLesson, { people: storyPeople, groups }: Story): SingleLesson {
	const indexes = lesson.people.map((person) => person % storyPeople.length);
	const people = [...new Set(indexes)];
	if (lesson.group === null) return { ...lesson, people };

	const group = lesson.group % groups.length;
	return { ...lesson, people, group, branch: groups[group].branch };
}
