import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { ListReader } from '../../nodes/AlfaCrm/api/list';
import type { Occurrence } from '../../nodes/AlfaCrm/store/calendar/occurrences';
import { readLessonAsOccurrence } from '../../nodes/AlfaCrm/store/calendar/occurrences';
import type { Participant } from '../../nodes/AlfaCrm/store/calendar/participants';
import { readParticipantsOfLessons } from '../../nodes/AlfaCrm/store/calendar/participants';
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
		for (const [path, row] of rowsOf(story)) school.addRecord(path, row);
		const from = dayPlus(story.today, first);
		const to = dayPlus(from, length);
		const form: IDataObject = {
			...{ resource: 'lesson', operation: 'getParticipants', branchId: branch ?? '', returnAll: true },
			...{ date_from: from, date_to: to, simplify: true, additionalFields: {} },
		};
		const { json } = await school.run(form, { timezone: story.zone });
		const lines = json.map(
			({ time_from, customer_name, lesson_id }) =>
				`${String(time_from)} ${String(customer_name)} ${String(lesson_id ?? 'regular')}`,
		);
		const expected = visitsIn(story, from, to, branch).map(lineOf);
		expect([...lines].sort()).toEqual(expected.sort());
		const times = json.map(({ time_from }) => String(time_from));
		expect(times).toEqual([...times].sort());
		expect(school.readWrites()).toEqual([]);
		count += lines.length;
	};
	await fc.assert(fc.asyncProperty(stories, ways, asked, check), { seed, numRuns: depth.lessonStories });
	// In most stories somebody comes.
	expect(count).toBeGreaterThan(depth.lessonStories / 4);
}, 300_000);

/** All lessons of the stories are given by this teacher. */
const TEACHER = 1;

/** The teacher works in both branches, all day. */
function addTeacher(school: SmallSchool): void {
	school.addRecord('teacher', { id: TEACHER, name: 'Петров Лев', branch_ids: [1, 2] });
	for (let weekday = 1; weekday <= 7; weekday++) {
		school.addRecord('working-hour', {
			teacher_id: TEACHER,
			branch_id: 1,
			weekday,
			time_from: '00:00',
			time_to: '24:00',
		});
	}
}

it('Get Free Slots offers no time at which Get Participants says that somebody comes to the teacher', async () => {
	let visitCount = 0;
	let slotCount = 0;
	const check = async (
		story: Story,
		settings: Partial<Settings>,
		{ first, length }: { first: number; length: number },
	) => {
		const noon = DateTime.fromISO(`${story.today}T12:00`, { zone: story.zone });
		jest.useFakeTimers({ now: noon.toMillis(), advanceTimers: true });
		const now = noon.toUTC().toISO() ?? '';
		const school = new SmallSchool({ timeZone: story.zone, now, ...settings });
		for (const [path, row] of rowsOf(story)) school.addRecord(path, row);
		addTeacher(school);
		const firstDay = dayPlus(story.today, first);
		const days = { date_from: firstDay, date_to: dayPlus(firstDay, length) };

		const participants = await school.run(
			{
				resource: 'lesson',
				operation: 'getParticipants',
				branchId: '',
				returnAll: true,
				simplify: false,
				additionalFields: {},
				...days,
			},
			{ timezone: story.zone },
		);
		const slots = await school.run(
			{
				resource: 'teacher',
				operation: 'getFreeSlots',
				branchId: 1,
				id: TEACHER,
				returnAll: true,
				duration: 15,
				options: { step: 15, past: true },
				...days,
			},
			{ timezone: story.zone },
		);

		const slotStarts = slots.json.map(({ date, start }) => `${String(date)} ${String(start)}:00`);
		for (const { time_from, time_to } of participants.json) {
			const isWithinLesson = (start: string) => String(time_from) <= start && start < String(time_to);
			expect(slotStarts.filter(isWithinLesson)).toEqual([]);
		}
		visitCount += participants.json.length;
		slotCount += slotStarts.length;
	};
	await fc.assert(fc.asyncProperty(stories, ways, asked, check), { seed, numRuns: depth.lessonStories });
	expect(visitCount).toBeGreaterThan(0);
	expect(slotCount).toBeGreaterThan(0);
}, 300_000);

const ZONE = 'Europe/Moscow';
const PEOPLE = [501, 502, 503, 504];
const ids = (from: readonly number[], most: number) =>
	fc.uniqueArray(fc.constantFrom(...from), { maxLength: most });
const schools = fc.record({
	lessons: fc.array(
		fc.record({
			branch: fc.constantFrom(1, 2),
			hour: fc.integer({ min: 9, max: 20 }),
			group_ids: ids(
				Array.from({ length: 30 }, (_, index) => 41 + index),
				3,
			),
			customer_ids: ids(PEOPLE, 1),
		}),
		{ minLength: 5, maxLength: 40 },
	),
	members: fc.array(ids(PEOPLE, 2), { minLength: 30, maxLength: 30 }),
	groupsAtATime: fc.nat(12),
});

it('where there is time for some groups only, the soonest lessons come first and the rest by asking again', async () => {
	let inParts = 0;
	const keyOf = ({ lesson_id, customer_id, group_id }: Participant) =>
		`${String(lesson_id)} ${customer_id} ${String(group_id)}`;
	const check = async ({
		lessons,
		members,
		groupsAtATime,
	}: typeof schools extends fc.Arbitrary<infer T> ? T : never) => {
		let read = 0;
		const reader: ListReader = {
			collect: async ({ path, query }, { keep = () => true }) => {
				if (path === 'cgi') read += 1;
				const all =
					path === 'cgi'
						? members[Number(query?.group_id) - 41].map((customer_id) => ({ customer_id }))
						: PEOPLE.map((id) => ({ id, name: `${id}` }));
				const rows = (all as IDataObject[]).filter(keep);
				return await Promise.resolve({ rows, isComplete: true, readCount: rows.length });
			},
		};
		const occurrences = lessons.map(({ branch, hour, ...row }, index) => {
			const time_from = `2026-03-10 ${String(hour).padStart(2, '0')}:00:00`;
			const lesson = { id: 9_001 + index, date: '2026-03-10', time_from, status: 1, ...row };
			return { branch, lesson: readLessonAsOccurrence(lesson, ZONE, branch) as Occurrence };
		});
		const inBranches = (some: readonly Occurrence[]) =>
			[1, 2].map((branch) => ({
				branch,
				occurrences: occurrences.flatMap((one) =>
					one.branch === branch && some.includes(one.lesson) ? [one.lesson] : [],
				),
			}));
		let left = occurrences.map(({ lesson }) => lesson);
		const whole = await readParticipantsOfLessons(reader, inBranches(left), { zone: ZONE });
		expect(whole.unreadLessons).toEqual([]);
		const parts: Participant[] = [];
		let polls = 0;
		while (left.length > 0) {
			const before = left.length;
			read = 0;
			const hasTime = () => read < groupsAtATime;
			const part = await readParticipantsOfLessons(reader, inBranches(left), { zone: ZONE, hasTime });
			left = part.unreadLessons;
			expect(left.length).toBeLessThan(before);
			parts.push(...part.participants);
			polls += 1;
		}
		if (polls > 1) inParts += 1;
		expect(parts.map(keyOf).sort()).toEqual(whole.participants.map(keyOf).sort());
		const times = parts.map(({ time_from }) => String(time_from));
		expect(times).toEqual([...times].sort());
	};
	await fc.assert(fc.asyncProperty(schools, check), { seed, numRuns: depth.lessonStories });
	expect(inParts).toBeGreaterThan(0);
});
