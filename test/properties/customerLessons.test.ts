import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { depth, seed } from '../support/depth';
import { clockOfQuarter, quarterOf } from '../support/days';
import { personId } from '../support/lessonRows';
import { LESSON_QUARTERS } from '../support/lessonVisits';
import { customerForm } from '../unit/operations/school';
import type { CustomerDay } from './lessons/customerDays';
import {
	customerDays,
	customerDaysWithoutMovedLessons,
	findLessonStarts,
	findNextLessons,
} from './lessons/customerDays';
import { addTeacher, openSchool } from './lessons/storySchool';

/**
 * A random story says when a customer of a school has lessons, and the node must find the same lessons. Many lessons are for
 * a group and list nobody, so that only the memberships show who comes.
 */
jest.setTimeout(300_000);

/** The teacher whose lessons are booked. The lessons of the stories have another teacher, who is number 1. */
const SIDOROVA = 2;
const SUBJECT = 9;
const LESSON_TYPE = 3;

const SEVEN_O_CLOCK = quarterOf('07:00');
const THREE_O_CLOCK = quarterOf('15:00');

afterEach(() => {
	jest.useRealTimers();
});

it('Book finds the first time of a day at which the customer has no lesson', async () => {
	let daysWithFirstTimeTaken = 0;

	await forEachCustomerDay(customerDaysWithoutMovedLessons, async (customerDay) => {
		const { story, day } = customerDay;
		const lessonStarts = findLessonStarts(customerDay);
		// The teacher begins to work at the first lesson of the customer, so that the first time is often taken.
		const worksFrom = Math.min(...lessonStarts, THREE_O_CLOCK);
		const firstFreeQuarter = findFirstFreeQuarter(worksFrom, lessonStarts);
		const school = openSchoolWithSidorova(customerDay, worksFrom);

		const form = bookForm(customerDay, { when: 'firstFree', date_to: day });
		const { json } = await school.run(form, { timezone: story.zone });

		const time_from = `${day} ${clockOfQuarter(firstFreeQuarter)}:00`;
		expect(json).toMatchObject([{ operationResult: 'created', time_from }]);
		daysWithFirstTimeTaken += firstFreeQuarter > worksFrom ? 1 : 0;
	});

	// Otherwise the node would not have met any lesson.
	expect(daysWithFirstTimeTaken).toBeGreaterThan(0);
});

it('Book refuses each time of the day at which the customer has a lesson', async () => {
	let refusals = 0;

	await forEachCustomerDay(customerDays, async (customerDay) => {
		const { story } = customerDay;
		const school = openSchoolWithSidorova(customerDay, SEVEN_O_CLOCK);

		for (const start of findLessonStarts(customerDay)) {
			const time_from = clockOfQuarter(start);
			const form = bookForm(customerDay, { when: 'time', time_from, options: { checkHours: false } });
			const { error } = await school.runToEnd(form, { timezone: story.zone });

			expect(error?.message).toContain('The customer or group has another lesson');
			refusals += 1;
		}
		expect(school.readWrites()).toEqual([]);
	});

	expect(refusals).toBeGreaterThan(0);
});

it('Get Overview shows the next planned lesson that the calendar has for the customer, or none', async () => {
	let lessonsFound = 0;

	await forEachCustomerDay(customerDays, async (customerDay) => {
		const { story, settings } = customerDay;
		const nextLessonIds = findNextLessons(customerDay).map(({ lesson }) => lesson.id);
		const school = openSchool(story, settings);

		const { json } = await school.run(getOverviewForm(customerDay), { timezone: story.zone });

		const [overview] = json;
		// Several lessons may begin at the same time. Then any of them is the next one.
		const possibleIds = nextLessonIds.length === 0 ? [null] : nextLessonIds;
		expect(overview.overviewErrors).toEqual([]);
		expect(possibleIds).toContain(readNextLessonId(overview));
		lessonsFound += nextLessonIds.length;
	});

	expect(lessonsFound).toBeGreaterThan(0);
});

/** Checks as many random days as the depth says, each in a school of its own. */
async function forEachCustomerDay(
	days: fc.Arbitrary<CustomerDay>,
	check: (customerDay: CustomerDay) => Promise<void>,
): Promise<void> {
	await fc.assert(fc.asyncProperty(days, check), { seed, numRuns: depth.lessonStories });
}

/** Opens the school of a story, in which Sidorova works each day from a quarter of an hour until midnight. */
function openSchoolWithSidorova({ story, settings }: CustomerDay, worksFrom: number) {
	const school = openSchool(story, settings);
	addTeacher(school, { id: SIDOROVA, name: 'Сидорова Ева', worksFrom: clockOfQuarter(worksFrom) });
	return school;
}

/** Finds the first quarter of an hour at which a lesson can start without overlapping another one. */
function findFirstFreeQuarter(firstQuarter: number, lessonStarts: readonly number[]): number {
	let quarter = firstQuarter;
	while (lessonStarts.some((start) => Math.abs(start - quarter) < LESSON_QUARTERS)) {
		quarter += 1;
	}
	return quarter;
}

/** Makes the form of Book: an hour with Sidorova for the customer, on the day and in the branch. */
function bookForm({ person, day, branch }: CustomerDay, parameters: IDataObject): IDataObject {
	return customerForm('book', {
		resource: 'lesson',
		branchId: branch,
		customer_ids: String(personId(person)),
		teacher_ids: [SIDOROVA],
		subject_id: SUBJECT,
		lesson_type_id: LESSON_TYPE,
		lesson_date: day,
		duration: 60,
		options: { step: 15 },
		...parameters,
	});
}

/** Makes the form of Get Overview for the customer. */
function getOverviewForm({ story, person, daysAhead }: CustomerDay): IDataObject {
	const [branch] = story.people[person].branches;
	return {
		resource: 'customer',
		operation: 'getOverview',
		branchId: branch,
		matchBy: 'id',
		id: personId(person),
		leaveOut: ['notes'],
		options: { daysAhead },
	};
}

/** Reads the ID of the next lesson from an overview, or null if there is none. */
function readNextLessonId({ next_lesson }: IDataObject): unknown {
	return next_lesson === null ? null : (next_lesson as IDataObject).lesson_id;
}
