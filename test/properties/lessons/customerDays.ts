import fc from 'fast-check';

import type { Settings } from '../../../sandbox';
import { LESSON_STATUS } from '../../support/codes';
import { dayPlus, quarterOf } from '../../support/days';
import type { Fate, Person, Story } from '../../support/lessonStories';
import { stories } from '../../support/lessonStories';
import type { Visit } from '../../support/lessonVisits';
import { findVisits } from '../../support/lessonVisits';

/** A day of a customer of a school, in one branch. In most cases the customer has a lesson on it. */
export interface CustomerDay {
	story: Story;
	settings: Partial<Settings>;
	/** The index of the customer in the story. */
	person: number;
	day: string;
	branch: number;
	/** The number of days after today at whose lessons Get Overview looks. */
	daysAhead: number;
}

// ---------------------------------------------------------------- the rule

/** Finds when the lessons of the customer start on the day, in quarters of an hour after midnight: 68 is 17:00. */
export function findLessonStarts({ story, person, day, branch }: CustomerDay): number[] {
	return findVisits(story, { from: day, to: day, branch })
		.filter((visit) => visit.person === person)
		.map(({ lesson }) => quarterOf(lesson.from));
}

/**
 * Finds the lessons that Get Overview may show as the next one of the customer, at noon of today. There are
 * several if they start at the same time.
 */
export function findNextLessons({ story, person, daysAhead }: CustomerDay): Visit[] {
	const { branches } = story.people[person];
	const noon = `${story.today} 12:00:00`;
	const visits = findVisits(story, { from: story.today, to: dayPlus(story.today, daysAhead) })
		.filter((visit) => visit.person === person)
		// A regular lesson that is not in the calendar yet has no ID.
		.filter(({ lesson }) => lesson.id !== null && lesson.status === LESSON_STATUS.planned)
		.filter(({ lesson }) => branches.includes(lesson.branch))
		.filter(({ start }) => start > noon);

	const [earliestStart] = visits.map(({ start }) => start).sort();
	return visits.filter(({ start }) => start === earliestStart);
}

// ---------------------------------------------------------------- the generator

/** Generates settings that differ from account to account. */
const settings = fc.record({
	bodyPageSize: fc.constantFrom<Settings['bodyPageSize'][]>('ignored', 'honoured', 'refused400'),
	total: fc.constantFrom<Settings['total'][]>('present', 'missing'),
	ignoredFilters: fc.subarray(['lesson.date_from', 'lesson.date_to', 'lesson.group_id', 'cgi.b_date']),
});

/** Generates stories in which everybody is a client, and may be booked. */
const storiesOfClients = stories.map((story): Story => {
	const people = story.people.map((person): Person => ({ ...person, kind: 'client' }));
	return { ...story, people };
});

/**
 * Generates stories in which no lesson is moved to another day, so that it is certain which hours are free.
 */
const storiesWithoutMovedLessons = storiesOfClients.map((story): Story => {
	const regularLessons = story.regularLessons.map((lesson) => ({
		...lesson,
		fates: lesson.fates.map(keepOnItsDay),
	}));
	return { ...story, regularLessons };
});

/** Turns a lesson that is moved to another day into one at another time of its own day. */
function keepOnItsDay(fate: Fate): Fate {
	const isMoved = fate.kind === 'movedEarlier' || fate.kind === 'movedLater';
	return isMoved ? { kind: 'atOtherTime', startQuarter: fate.startQuarter } : fate;
}

/**
 * Generates days of customers: in two of three cases a day with a lesson of the customer, otherwise any day.
 */
function makeCustomerDays(storiesToTell: fc.Arbitrary<Story>): fc.Arbitrary<CustomerDay> {
	const drawnDays = fc.record({
		story: storiesToTell,
		settings,
		daysAhead: fc.integer({ min: 1, max: 6 }),
		/** Whether it is a day on which the customer has a lesson, if the story has any. */
		hasLesson: fc.constantFrom(true, true, false),
		visitIndex: fc.nat(99),
		personIndex: fc.nat(9),
		dayIndex: fc.integer({ min: 1, max: 6 }),
		branch: fc.constantFrom(1, 1, 2),
	});

	return drawnDays.map(({ story, settings, daysAhead, hasLesson, ...drawn }) => {
		const visits = findVisits(story, { from: dayPlus(story.today, 1), to: dayPlus(story.today, 6) });
		if (hasLesson && visits.length > 0) {
			const { person, lesson } = visits[drawn.visitIndex % visits.length];
			return { story, settings, daysAhead, person, day: lesson.day, branch: lesson.branch };
		}

		const person = drawn.personIndex % story.people.length;
		const day = dayPlus(story.today, drawn.dayIndex);
		return { story, settings, daysAhead, person, day, branch: drawn.branch };
	});
}

export const customerDays = makeCustomerDays(storiesOfClients);
export const customerDaysWithoutMovedLessons = makeCustomerDays(storiesWithoutMovedLessons);
