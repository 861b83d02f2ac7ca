import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { Settings } from '../../sandbox';
import { depth, seed } from '../support/depth';
import type { Story } from '../support/lessonStories';
import { dayPlus, lineOf, rowsOf, stories, visitsIn } from '../support/lessonStories';
import { SmallSchool } from '../unit/operations/school';

/** What differs from account to account. */
const ways = fc
	.record({
		sunday: fc.constantFrom(7, 0),
		bodyPageSize: fc.constantFrom('ignored', 'honoured', 'refused400'),
		total: fc.constantFrom('present', 'missing'),
		ignoredFilters: fc.subarray(['customer.id', 'lesson.date_from', 'lesson.date_to', 'cgi.b_date']),
		shownFields: fc.subarray(['customer.removed']),
	})
	.map((one) => one as Partial<Settings>);

afterEach(() => jest.useRealTimers());

const asked = fc.record({
	first: fc.integer({ min: -1, max: 3 }),
	length: fc.nat(3),
	branch: fc.constantFrom(undefined, undefined, 1, 2),
});

it('each person comes once for each lesson, at the time of the school, and nobody else does', async () => {
	let count = 0;
	const check = async (
		story: Story,
		settings: Partial<Settings>,
		{ first, length, branch }: { first: number; length: number; branch?: number },
	) => {
		const noon = DateTime.fromISO(`${story.today}T12:00`, { zone: story.zone });
		jest.useFakeTimers({ now: noon.toMillis(), advanceTimers: true });
		const school = new SmallSchool({
			timeZone: story.zone,
			now: noon.toUTC().toISO(),
			...settings,
		} as Partial<Settings>);
		for (const [path, row] of rowsOf(story)) school.add(path, row);
		const from = dayPlus(story.today, first);
		const to = dayPlus(from, length);
		const form: IDataObject = {
			...{ resource: 'lesson', operation: 'getParticipants', branchId: branch ?? '', returnAll: true },
			...{ date_from: from, date_to: to, simplify: true, additionalFields: {} },
		};
		const { json } = await school.done(form, { timezone: story.zone });
		const lines = json.map(
			({ time_from, customer_name, lesson_id }) =>
				`${String(time_from)} ${String(customer_name)} ${String(lesson_id ?? 'regular')}`,
		);
		const expected = visitsIn(story, from, to, branch).map(lineOf);
		expect([...lines].sort()).toEqual(expected.sort());
		const times = json.map(({ time_from }) => String(time_from));
		expect(times).toEqual([...times].sort());
		expect(school.writes()).toEqual([]);
		count += lines.length;
	};
	await fc.assert(fc.asyncProperty(stories, ways, asked, check), { seed, numRuns: depth.lessonStories });
	expect(count).toBeGreaterThan(depth.lessonStories);
}, 300_000);
