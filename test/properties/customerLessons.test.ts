import { DateTime } from 'luxon';
import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { Settings } from '../../sandbox';
import { depth, seed } from '../support/depth';
import type { Story } from '../support/lessonStories';
import { dayPlus, personId, rowsOf, stories, visitsIn } from '../support/lessonStories';
import { customerForm, SmallSchool } from '../unit/operations/school';

/*
 * Which lessons a customer has, as a story tells it and as the node works it out. Many lessons of the stories are for a group and
 * name nobody: only the memberships say whose they are.
 */

/** The teacher whose lessons are booked. The lessons of the stories are all given by teacher 1. */
const BOOKED_TEACHER = 2;
const QUARTER_MINUTES = 15;
/** Quarters of an hour after midnight: seven in the morning, and three in the afternoon. */
const SEVEN = 28;
const THREE = 60;
const LESSON_QUARTERS = 4;

const LESSON_STATUS_PLANNED = 1;

/** What differs from account to account. */
const accounts = fc
	.record({
		bodyPageSize: fc.constantFrom('ignored', 'honoured', 'refused400'),
		total: fc.constantFrom('present', 'missing'),
		ignoredFilters: fc.subarray(['lesson.date_from', 'lesson.date_to', 'lesson.group_id', 'cgi.b_date']),
	})
	.map((settings) => settings as Partial<Settings>);

const questions = fc.record({
	/** Asks about a lesson of the story, if it has one on these days; otherwise about anybody on any day. */
	isAboutLesson: fc.constantFrom(true, true, false),
	visitIndex: fc.nat(99),
	personIndex: fc.nat(9),
	daysFromToday: fc.integer({ min: 1, max: 6 }),
	branch: fc.constantFrom(1, 1, 2),
});
type Question = typeof questions extends fc.Arbitrary<infer T> ? T : never;

/** Stories in which everybody may be booked. */
const schools = stories.map(
	(story): Story => ({
		...story,
		people: story.people.map((person) => ({ ...person, kind: 'client' })),
	}),
);

/** Stories in which no lesson is moved to another day either, so that it is certain which hours are free. */
const schoolsWithoutMoves = schools.map(
	(story): Story => ({
		...story,
		regular: story.regular.map((regular) => ({
			...regular,
			fates: regular.fates.map((fate) =>
				fate.is === 'late' || fate.is === 'early' ? { is: 'otherTime', clock: fate.clock } : fate,
			),
		})),
	}),
);

afterEach(() => jest.useRealTimers());

/**
 * Fills a school with the rows of a story. It is noon of the day of the story.
 *
 * @param opens when the teacher begins to work each day, in quarters of an hour
 */
function openSchool(story: Story, settings: Partial<Settings>, opens = SEVEN): SmallSchool {
	const noon = DateTime.fromISO(`${story.today}T12:00`, { zone: story.zone });
	jest.useFakeTimers({ now: noon.toMillis(), advanceTimers: true });
	const now = noon.toUTC().toISO() ?? '';
	const school = new SmallSchool({ timeZone: story.zone, now, ...settings });
	for (const [path, row] of rowsOf(story)) school.addRecord(path, row);
	school.addRecord('teacher', { id: BOOKED_TEACHER, name: 'Сидорова Ева', branch_ids: [1, 2] });
	for (const branch_id of [1, 2]) {
		for (let weekday = 1; weekday <= 7; weekday++) {
			school.addRecord('working-hour', {
				teacher_id: BOOKED_TEACHER,
				branch_id,
				weekday,
				time_from: clockOf(opens),
				time_to: '24:00',
			});
		}
	}
	return school;
}

function quarterOf(moment: string): number {
	const [hours, minutes] = moment.slice(11, 16).split(':').map(Number);
	return hours * 4 + minutes / QUARTER_MINUTES;
}

const clockOf = (quarter: number): string =>
	`${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * QUARTER_MINUTES).padStart(2, '0')}`;

/** The quarters at which lessons of the person begin on a day, in a branch. */
function lessonStarts(story: Story, person: number, day: string, branch: number): number[] {
	return visitsIn(story, day, day, branch)
		.filter((visit) => visit.person === person)
		.map(({ at }) => quarterOf(at));
}

/** Chooses the person, the day and the branch that a question is about. */
function chooseSubject(story: Story, question: Question) {
	const visits = visitsIn(story, dayPlus(story.today, 1), dayPlus(story.today, 6));
	if (question.isAboutLesson && visits.length > 0) {
		const { person, lesson } = visits[question.visitIndex % visits.length];
		return { person, day: lesson.day, branch: lesson.branch };
	}
	return {
		person: question.personIndex % story.people.length,
		day: dayPlus(story.today, question.daysFromToday),
		branch: question.branch,
	};
}

const overlapsAny = (quarter: number, starts: readonly number[]): boolean =>
	starts.some((start) => start < quarter + LESSON_QUARTERS && quarter < start + LESSON_QUARTERS);

function bookingForm(person: number, day: string, branch: number, more: IDataObject): IDataObject {
	return customerForm('book', {
		resource: 'lesson',
		branchId: branch,
		customer_ids: String(personId(person)),
		teacher_ids: [BOOKED_TEACHER],
		subject_id: 9,
		lesson_type_id: 3,
		lesson_date: day,
		duration: LESSON_QUARTERS * QUARTER_MINUTES,
		options: { step: QUARTER_MINUTES },
		...more,
	});
}

it('Book finds the first hour of a day in which the customer has no lesson', async () => {
	let daysWithLessons = 0;
	const check = async (story: Story, settings: Partial<Settings>, question: Question) => {
		const { person, day, branch } = chooseSubject(story, question);
		const starts = lessonStarts(story, person, day, branch);
		// The teacher begins to work when the customer has the first lesson, so that the first hour is often taken.
		const opens = Math.min(...starts, THREE);
		const school = openSchool(story, settings, opens);
		let expected = opens;
		while (overlapsAny(expected, starts)) expected += 1;

		const form = bookingForm(person, day, branch, { when: 'firstFree', date_to: day });
		const { json } = await school.run(form, { timezone: story.zone });

		expect(json).toMatchObject([{ operationResult: 'created', time_from: `${day} ${clockOf(expected)}:00` }]);
		if (expected > opens) daysWithLessons += 1;
	};
	await fc.assert(fc.asyncProperty(schoolsWithoutMoves, accounts, questions, check), {
		seed,
		numRuns: depth.lessonStories,
	});
	expect(daysWithLessons).toBeGreaterThan(0);
}, 300_000);

it('Book refuses the time of each lesson that the customer has', async () => {
	let refusals = 0;
	const check = async (story: Story, settings: Partial<Settings>, question: Question) => {
		const { person, day, branch } = chooseSubject(story, question);
		const starts = lessonStarts(story, person, day, branch);
		const school = openSchool(story, settings);

		for (const start of starts) {
			const form = bookingForm(person, day, branch, {
				when: 'time',
				time_from: clockOf(start),
				options: { checkHours: false },
			});
			const { error } = await school.runToEnd(form, { timezone: story.zone });
			expect(error?.message).toContain('The customer or group has another lesson');
			refusals += 1;
		}
		expect(school.readWrites()).toEqual([]);
	};
	await fc.assert(fc.asyncProperty(schools, accounts, questions, check), {
		seed,
		numRuns: depth.lessonStories,
	});
	expect(refusals).toBeGreaterThan(0);
}, 300_000);

it('Get Overview tells the first planned lesson of the calendar that the customer has', async () => {
	let lessonsFound = 0;
	const check = async (story: Story, settings: Partial<Settings>, question: Question) => {
		const school = openSchool(story, settings);
		const { person } = chooseSubject(story, question);
		const { home } = story.people[person];
		const lastDay = dayPlus(story.today, question.daysFromToday);
		const visits = visitsIn(story, story.today, lastDay)
			.filter((visit) => visit.person === person)
			.filter(({ lesson }) => lesson.id !== null && lesson.status === LESSON_STATUS_PLANNED)
			.filter(({ lesson }) => home.includes(lesson.branch))
			.filter(({ at }) => at > `${story.today} 12:00:00`);
		const [first] = visits.map(({ at }) => at).sort();
		const expected = visits.filter(({ at }) => at === first).map(({ lesson }) => lesson.id);

		const { json } = await school.run(
			{
				resource: 'customer',
				operation: 'getOverview',
				branchId: home[0],
				matchBy: 'id',
				id: personId(person),
				leaveOut: ['notes'],
				options: { daysAhead: question.daysFromToday },
			},
			{ timezone: story.zone },
		);

		const lesson = json[0].next_lesson as IDataObject | null;
		expect(json[0].overviewErrors).toEqual([]);
		if (first === undefined) expect(lesson).toBeNull();
		else expect(expected).toContain(lesson?.lesson_id);
		lessonsFound += visits.length;
	};
	await fc.assert(fc.asyncProperty(schools, accounts, questions, check), {
		seed,
		numRuns: depth.lessonStories,
	});
	expect(lessonsFound).toBeGreaterThan(0);
}, 300_000);
