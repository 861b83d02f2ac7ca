import { sleep } from 'n8n-workflow';

import { dayPlus, listDays } from '../support/days';
import { depth, seed } from '../support/depth';
import { randomFrom } from '../support/random';
import { stopTime } from '../unit/api/clock';
import {
	FIRST_DAY,
	firstFreeLesson,
	lessonAtEleven,
	PETROV,
	SharedSchool,
	SIDOROVA,
} from './booking/sharedSchool';

/**
 * Two requests for one slot, as they come from two forms of a website: to one n8n process, or to two that share n8n's database
 * and nothing else. The lessons that the school has in the end decide.
 */
jest.setTimeout(600_000);

const random = randomFrom(seed);
stopTime({ now: Date.parse('2031-03-03T09:00:00Z'), random });

/** A day for each pair of requests. Two promises are tried in two ways, which share the days. */
const DAYS = listDays(FIRST_DAY, dayPlus(FIRST_DAY, depth.pairsOfBookings - 1));
const HALF_OF_DAYS = DAYS.slice(0, Math.ceil(DAYS.length / 2));
/** There is time for all pairs until then. */
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

	it('books a time for one of two people who want it at once, and offers the other one the next time', async () => {
		for (const day of DAYS) {
			const anna = school.addLead();
			const boris = school.addLead();

			const outcomes = await school.runTogether(lessonAtEleven(anna, day), lessonAtEleven(boris, day));

			const refusals = outcomes.flatMap(({ error }) => error ?? []);
			expect(refusals).toMatchObject([
				{
					message: expect.stringContaining('has another lesson on') as string,
					description: expect.stringContaining(`Free next: ${day} 12:00`) as string,
				},
			]);
		}

		expect(school.listLessons()).toEqual(DAYS.map((day) => `${day} 11:00:00, teacher ${PETROV}`));
	});

	it('books a time once when the request of a person comes twice', async () => {
		for (const [index, day] of HALF_OF_DAYS.entries()) {
			const form = lessonAtEleven(school.addLead(), day);

			const outcomes = await school.runTogether(form, form);

			const results = outcomes.map(({ json }) => json[0]?.operationResult);
			expect(results.sort()).toEqual(['created', 'unchanged']);
			expect(school.listLessons()).toHaveLength(index + 1);
		}
	});

	it('books one first free time when the request of a person comes twice', async () => {
		for (const [index, day] of HALF_OF_DAYS.entries()) {
			const period = { teachers: [], from: day, to: dayPlus(day, 3) };
			const form = firstFreeLesson(school.addLead(), period);

			const outcomes = await school.runTogether(form, form);

			const results = outcomes.map(({ json }) => json[0]?.operationResult);
			expect(results.sort()).toEqual(['created', 'unchanged']);
			expect(school.listLessons()).toHaveLength(index + 1);
		}
	});

	it.each([
		{ teacherText: 'one teacher', teachers: [PETROV] },
		{ teacherText: 'one of two teachers', teachers: [PETROV, SIDOROVA] },
	])(
		'books two slots for two people who want the first free time of $teacherText at once',
		async ({ teachers }) => {
			const period = { teachers, from: FIRST_DAY, to: LAST_DAY };
			for (const [index] of HALF_OF_DAYS.entries()) {
				const anna = school.addLead();
				const boris = school.addLead();

				const outcomes = await school.runTogether(
					firstFreeLesson(anna, period),
					firstFreeLesson(boris, period),
				);

				const lessons = school.listLessons();
				expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined]);
				expect(lessons).toHaveLength(2 * index + 2);
				expect(new Set(lessons).size).toBe(lessons.length);
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
