import { LESSON_STATUS } from './codes';
import { clockOfQuarter, dayPlus, listDays, weekdayOf } from './days';
import type { Fate, PersonKind, Story, StoryRegularLesson } from './lessonStories';

/** One person at one lesson. */
export interface Visit {
	/** The start of the lesson, such as "2026-03-07 17:00:00". */
	start: string;
	person: number;
	lesson: StoryLesson;
}

/** A lesson that takes place in a story, or that is cancelled. */
interface StoryLesson {
	/** The ID in the calendar. A regular lesson that is not in the calendar yet has none. */
	id: number | null;
	/** The index of its regular lesson. */
	regularLesson: number | null;
	branch: number;
	/** The day, such as "2026-03-07". */
	day: string;
	/** The start of the lesson, such as "17:00". */
	from: string;
	to: string;
	status: number;
	group: number | null;
	/** The people whom the lesson lists itself. */
	listedPeople: number[];
}

/**
 * Finds who comes to which lesson in some days of a story. The people whom a lesson lists come to it, and so
 * do the members of its group on its day. Nobody comes to a cancelled lesson. Rejected leads and archived
 * customers come to no lesson.
 */
export function findVisits(story: Story, days: { from: string; to: string; branch?: number }): Visit[] {
	return findLessons(story)
		.filter(({ day }) => days.from <= day && day <= days.to)
		.filter(({ branch }) => days.branch === undefined || branch === days.branch)
		.filter(({ status }) => status !== LESSON_STATUS.cancelled)
		.flatMap((lesson) =>
			findVisitors(story, lesson).map((person) => ({ start: writeStart(lesson), person, lesson })),
		);
}

/** Says for each kind of person whether they come to lessons. */
const COMES_TO_LESSONS: Readonly<Record<PersonKind, boolean>> = {
	client: true,
	lead: true,
	leadWithoutStage: true,
	clientOnceRejected: true,
	rejectedLead: false,
	archivedClient: false,
	archivedLead: false,
};

/** Finds the people who come to a lesson: those whom it lists, and the members of its group on its day. */
function findVisitors(story: Story, { group, day, listedPeople }: StoryLesson): number[] {
	const members = group === null ? [] : findMembers(story, group, day);
	const people = new Set([...members, ...listedPeople]);
	return [...people].filter((person) => COMES_TO_LESSONS[story.people[person].kind]);
}

/** Finds the people who are members of a group on a day. */
function findMembers({ today, groups }: Story, group: number, day: string): number[] {
	const people = groups[group].memberships
		.filter(({ firstDay }) => dayPlus(today, firstDay) <= day)
		.filter(({ lastDay }) => lastDay === null || day <= dayPlus(today, lastDay))
		.map(({ person }) => person);
	return [...new Set(people)];
}

/** Writes a visit as one line. A failed test shows the lines that are missing or surplus. */
export function describeVisit({ start, person, lesson }: Visit): string {
	return `${start} ${makeName(person)} ${lesson.id ?? 'regular'}`;
}

/** Makes the name of a person from the index of the person in the story. */
export function makeName(person: number): string {
	return `Ученик ${person}`;
}

/** Writes the start of a lesson, such as "2026-03-07 17:00:00". */
export function writeStart({ day, from }: StoryLesson): string {
	return `${day} ${from}:00`;
}

// ---------------------------------------------------------------- the lessons of a story

const FIRST_LESSON_ID = 9_001;
/** Every lesson of a story takes an hour. */
export const LESSON_QUARTERS = 4;
/** The regular lessons of a story are made from this many days before today to as many days after it. */
const DAYS_AROUND_TODAY = 21;

/** Finds all lessons of a story, including those that are cancelled or not in the calendar yet. */
export function findLessons(story: Story): StoryLesson[] {
	const regularLessons = story.regularLessons.flatMap((_lesson, index) => makeLessonsOfWeeks(story, index));
	const lessons = [...regularLessons, ...makeSingleLessons(story)];
	return lessons.map(({ isInCalendar, ...lesson }, index) => ({
		...lesson,
		id: isInCalendar ? FIRST_LESSON_ID + index : null,
	}));
}

/** A lesson before it gets its ID. */
type UnnumberedLesson = Omit<StoryLesson, 'id'> & { isInCalendar: boolean };

/** Makes the lessons of a story that belong to no regular lesson. */
function makeSingleLessons({ today, singleLessons }: Story): UnnumberedLesson[] {
	return singleLessons.map(({ branch, day, startQuarter, status, people, group }) => ({
		isInCalendar: true,
		regularLesson: null,
		branch,
		day: dayPlus(today, day),
		from: clockOfQuarter(startQuarter),
		to: writeEndOfLesson(startQuarter),
		status,
		group,
		listedPeople: people,
	}));
}

/** Makes the lessons of a regular lesson, one for each week. The fates decide where each of them takes place. */
function makeLessonsOfWeeks(story: Story, index: number): UnnumberedLesson[] {
	const regularLesson = story.regularLessons[index];
	const { owner, branch, fates } = regularLesson;
	const lessons: UnnumberedLesson[] = [];
	let lastFate: Fate | undefined;

	for (const [week, regularDay] of findRegularDays(story, regularLesson).entries()) {
		const fate = makeKnowable(fates[week % fates.length], lastFate);
		const isInCalendar = fate.kind !== 'notInCalendarYet';
		const day = findDayOfLesson(regularDay, fate);
		const startQuarter = 'startQuarter' in fate ? fate.startQuarter : regularLesson.startQuarter;

		lessons.push({
			isInCalendar,
			regularLesson: index,
			branch,
			day,
			from: clockOfQuarter(startQuarter),
			to: writeEndOfLesson(startQuarter),
			status: findStatusOfLesson(fate, { isPast: day < story.today }),
			group: 'group' in owner ? owner.group : null,
			listedPeople: listPeople(story, regularLesson, { day, isInCalendar }),
		});
		lastFate = fate;
	}
	return lessons;
}

/** Finds the days on which a regular lesson takes place by its rule. */
function findRegularDays({ today }: Story, { weekday, firstDay, lastDay }: StoryRegularLesson): string[] {
	return listDays(dayPlus(today, -DAYS_AROUND_TODAY), dayPlus(today, DAYS_AROUND_TODAY))
		.filter((day) => weekdayOf(day) === weekday)
		.filter((day) => dayPlus(today, firstDay) <= day && day <= dayPlus(today, lastDay));
}

/**
 * Replaces a fate after which nobody could know to which week the lesson belongs: the lesson stays on its
 * day. A lesson that was moved to an earlier day stands between the regular days of two weeks. If the earlier
 * week has no lesson in the calendar, or one that was moved to an earlier day too, the lesson may belong to
 * either week.
 */
function makeKnowable(fate: Fate, lastFate: Fate | undefined): Fate {
	const lastKind = lastFate?.kind ?? 'notInCalendarYet';
	const isKnowable = lastKind !== 'notInCalendarYet' && lastKind !== 'movedEarlier';
	return fate.kind === 'movedEarlier' && !isKnowable ? { kind: 'inCalendar' } : fate;
}

/** Finds the day of a lesson, which may have been moved from its regular day. */
function findDayOfLesson(regularDay: string, fate: Fate): string {
	if (fate.kind === 'movedLater') return dayPlus(regularDay, fate.days);
	if (fate.kind === 'movedEarlier') return dayPlus(regularDay, -fate.days);
	return regularDay;
}

/** Finds the status of a lesson. Uncancelled lessons of the past that are in the calendar are completed. */
function findStatusOfLesson({ kind }: Fate, { isPast }: { isPast: boolean }): number {
	if (kind === 'cancelled') return LESSON_STATUS.cancelled;
	return isPast && kind !== 'notInCalendarYet' ? LESSON_STATUS.held : LESSON_STATUS.planned;
}

/** Lists the people whom a lesson lists itself. Only a lesson in the calendar lists a guest. */
function listPeople(
	story: Story,
	{ owner, listsMembers, guest }: StoryRegularLesson,
	{ day, isInCalendar }: { day: string; isInCalendar: boolean },
): number[] {
	const members = 'group' in owner && listsMembers ? findMembers(story, owner.group, day) : [];
	const people = 'person' in owner ? [owner.person] : members;
	return isInCalendar && guest !== null ? [...new Set([...people, guest])] : people;
}

/** Writes the end of a lesson of one hour. No lesson of a story begins after 22:30. */
function writeEndOfLesson(startQuarter: number): string {
	return clockOfQuarter(startQuarter + LESSON_QUARTERS);
}
