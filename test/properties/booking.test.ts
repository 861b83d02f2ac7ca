import { sleep } from 'n8n-workflow';

import { dayPlus, listDays } from '../support/days';
import { depth, seed } from '../support/depth';
import { randomFrom } from '../support/random';
import { stopTime } from '../unit/api/clock';
import {
	FIRST_DAY,
	bookFirstFreeForm,
	bookAtElevenForm,
	PETROV,
	SharedSchool,
	SIDOROVA,
} from './booking/sharedSchool';

/**
 * Two people fill in the form of a website at the same moment, and both want the same slot. Their requests come to one n8n
 * process, or to two that share n8n's database and nothing else. The tests look at the lessons that the school has in the end.
 */
jest.setTimeout(600_000);

const random = randomFrom(seed);
stopTime({ now: Date.parse('2031-03-03T09:00:00Z'), random });

/** Each pair of requests has a day of its own. */
const DAYS = listDays(FIRST_DAY, dayPlus(FIRST_DAY, depth.pairsOfBookings - 1));
/** The days of tests that come in two variants, which together try as many pairs as the other tests. */
const HALF_OF_DAYS = DAYS.slice(0, Math.ceil(DAYS.length / 2));
/** Until this day, the teachers have time for all pairs. */
const LAST_DAY = dayPlus(FIRST_DAY, 90);

beforeEach(letTimeoutsFollowTheClock);

describe.each([
	{ latency: 40, workers: 1 },
	{ latency: 40, workers: 2 },
	{ latency: 300, workers: 1 },
	{ latency: 300, workers: 2 },
	{ latency: 800, workers: 1 },
	{ latency: 800, workers: 2 },
])('Book (AlfaCRM is $latency ms away, n8n workers: $workers)', ({ latency, workers }) => {
	let school: SharedSchool;

	beforeEach(() => {
		school = new SharedSchool({ latency, workers, random });
	});

	it('Book gives a time to one of two people who want it at once, and offers the next free time to the other', async () => {
		for (const day of DAYS) {
			const anna = school.addLead();
			const boris = school.addLead();

			const outcomes = await school.runTogether(bookAtElevenForm(anna, day), bookAtElevenForm(boris, day));

			const refusals = outcomes.flatMap(({ error }) => error ?? []);
			expect(refusals).toMatchObject([
				{
					message: expect.stringContaining('has another lesson on') as string,
					description: expect.stringContaining(`Free next: ${day} 12:00`) as string,
				},
			]);
		}

		const oneLessonADay = DAYS.map((day) => `${day} 11:00:00, teacher ${PETROV}`);
		expect(school.listLessons()).toEqual(oneLessonADay);
	});

	it('Book creates one lesson at a time when the request of one person comes twice at once', async () => {
		for (const [index, day] of HALF_OF_DAYS.entries()) {
			const form = bookAtElevenForm(school.addLead(), day);

			const outcomes = await school.runTogether(form, form);

			const results = outcomes.map(({ json }) => json[0]?.operationResult);
			const daysSoFar = index + 1;
			expect(results.sort()).toEqual(['created', 'unchanged']);
			expect(school.listLessons()).toHaveLength(daysSoFar);
		}
	});

	it('Book creates one lesson at the first free time when the request of one person comes twice at once', async () => {
		for (const [index, day] of HALF_OF_DAYS.entries()) {
			const period = { teachers: [], from: day, to: dayPlus(day, 3) };
			const form = bookFirstFreeForm(school.addLead(), period);

			const outcomes = await school.runTogether(form, form);

			const results = outcomes.map(({ json }) => json[0]?.operationResult);
			const daysSoFar = index + 1;
			expect(results.sort()).toEqual(['created', 'unchanged']);
			expect(school.listLessons()).toHaveLength(daysSoFar);
		}
	});

	it.each([
		{ teacherText: 'one teacher', teachers: [PETROV] },
		{ teacherText: 'one of two teachers', teachers: [PETROV, SIDOROVA] },
	])(
		'Book creates two lessons in different slots when two people want the first free time of $teacherText at once',
		async ({ teachers }) => {
			const period = { teachers, from: FIRST_DAY, to: LAST_DAY };
			for (const [index] of HALF_OF_DAYS.entries()) {
				const anna = school.addLead();
				const boris = school.addLead();

				const outcomes = await school.runTogether(
					bookFirstFreeForm(anna, period),
					bookFirstFreeForm(boris, period),
				);

				const lessons = school.listLessons();
				const distinctLessons = new Set(lessons);
				const pairCount = index + 1;
				expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined]);
				expect(lessons).toHaveLength(2 * pairCount);
				expect(distinctLessons.size).toBe(lessons.length);
			}
		},
	);
});

/** Lets the node's time limits follow the clock of the test. */
function letTimeoutsFollowTheClock(): void {
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
		const limit = new AbortController();
		void sleep(ms).then(() => limit.abort());
		return limit.signal;
	});
}
