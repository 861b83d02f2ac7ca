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
 * Finds who comes to which lesson in some days of a story. A lesson that is not cancelled is visited by the
 * people whom it lists and by the members of its group on its day, once by each of them. Rejected leads and
 * archived customers do not come.
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

/** Answers for each kind of person whether they come to lessons. */
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

/** Writes a visit as one line, so that a failed test shows which visit is missing or too much. */
export function describeVisit({ start, person, lesson }: Visit): string {
	return `${start} ${makeName(person)} ${lesson.id ?? 'regular'}`;
}

/** Makes the name of a person from the index in the story. */
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
/** The number of days before and after today for which regular lessons are made. */
const DAYS_TOLD = 21;

/** Finds the lessons of a story, also those that are cancelled or not in the calendar yet. */
export function findLessons(story: Story): StoryLesson[] {
	const regularLessons = story.regularLessons.flatMap((_lesson, index) => makeLessonsOfWeeks(story, index));
	const lessons = [...regularLessons, ...makeSingleLessons(story)];
	return lessons.map(({ isInCalendar, ...lesson }, index) => ({
		...lesson,
		id: isInCalendar ? FIRST_LESSON_ID + index : null,
	}));
}

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

/** Makes the lessons of a regular lesson, one for each week, as their fates say. */
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
	return listDays(dayPlus(today, -DAYS_TOLD), dayPlus(today, DAYS_TOLD))
		.filter((day) => weekdayOf(day) === weekday)
		.filter((day) => dayPlus(today, firstDay) <= day && day <= dayPlus(today, lastDay));
}

/**
 * Leaves a lesson on its day if nobody could know to which week it belongs. That is so if it is moved to an
 * earlier day, and the lesson of the week before is not in the calendar or was moved to an earlier day too.
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
