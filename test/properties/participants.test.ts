import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { Participant } from '../../nodes/AlfaCrm/store/calendar/participants';
import type { Settings } from '../../sandbox';
import { dayPlus } from '../support/days';
import { depth, seed } from '../support/depth';
import { STORY_TEACHER } from '../support/lessonRows';
import type { Story } from '../support/lessonStories';
import { stories } from '../support/lessonStories';
import { describeVisit, findVisits } from '../support/lessonVisits';
import { busyDays, describeParticipant, ParticipantPolls } from './lessons/partialReading';
import { addTeacher, openSchool } from './lessons/storySchool';

jest.setTimeout(300_000);

/** Generates settings that differ from account to account. */
const accounts = fc.record({
	sunday: fc.constantFrom<Settings['sunday'][]>(7, 0),
	bodyPageSize: fc.constantFrom<Settings['bodyPageSize'][]>('ignored', 'honoured', 'refused400'),
	total: fc.constantFrom<Settings['total'][]>('present', 'missing'),
	ignoredFilters: fc.subarray(['customer.id', 'lesson.date_from', 'lesson.date_to', 'cgi.b_date']),
	shownFields: fc.subarray(['customer.removed']),
});

/** The days and the branch whose participants are read. Without a branch, those of all branches are read. */
interface Request {
	firstDay: string;
	lastDay: string;
	branch: number | undefined;
}

afterEach(() => {
	jest.useRealTimers();
});

it('Get Participants returns each person once for each lesson to which the person comes, the earliest first', async () => {
	let participantCount = 0;

	await forEachRequest(async (story, settings, { firstDay, lastDay, branch }) => {
		const school = openSchool(story, settings);
		const visits = findVisits(story, { from: firstDay, to: lastDay, branch });

		const form = participantsForm({ firstDay, lastDay, branch });
		const { json } = await school.run(form, { timezone: story.zone });

		expect(json.map(describeRow).sort()).toEqual(visits.map(describeVisit).sort());
		const times = json.map(({ time_from }) => String(time_from));
		expect(times).toEqual([...times].sort());
		expect(school.readWrites()).toEqual([]);
		participantCount += json.length;
	});

	// Somebody comes in most stories.
	expect(participantCount).toBeGreaterThan(depth.lessonStories / 4);
});

it('Get Free Slots offers no time at which Get Participants says that somebody comes to the teacher', async () => {
	let participantCount = 0;
	let slotCount = 0;

	await forEachRequest(async (story, settings, { firstDay, lastDay }) => {
		const school = openSchool(story, settings);
		addTeacher(school, { id: STORY_TEACHER, name: 'Петров Лев', worksFrom: '00:00' });

		const everyBranch = { firstDay, lastDay, branch: undefined };
		const rowsForm = { ...participantsForm(everyBranch), simplify: false };
		const participants = await school.run(rowsForm, { timezone: story.zone });
		const slots = await school.run(freeSlotsForm(firstDay, lastDay), { timezone: story.zone });

		const slotStarts = slots.json.map(({ date, start }) => `${String(date)} ${String(start)}:00`);
		for (const { time_from, time_to } of participants.json) {
			const isWithinLesson = (start: string) => String(time_from) <= start && start < String(time_to);
			expect(slotStarts.filter(isWithinLesson)).toEqual([]);
		}
		participantCount += participants.json.length;
		slotCount += slotStarts.length;
	});

	expect(participantCount).toBeGreaterThan(0);
	expect(slotCount).toBeGreaterThan(0);
});

it('a trigger that has time for some groups in each poll reads each participant once, the earliest lesson first', async () => {
	let daysOfSeveralPolls = 0;

	const property = fc.asyncProperty(busyDays, async (day) => {
		const polls = new ParticipantPolls(day);
		const participants: Participant[] = [];
		let pollCount = 0;

		while (polls.unreadLessons.length > 0) {
			const unreadBefore = polls.unreadLessons.length;
			participants.push(...(await polls.poll()));
			pollCount += 1;

			expect(polls.unreadLessons.length).toBeLessThan(unreadBefore);
		}

		const { participants: allParticipants } = await polls.readAll();
		expect(participants.map(describeParticipant).sort()).toEqual(
			allParticipants.map(describeParticipant).sort(),
		);
		const times = participants.map(({ time_from }) => String(time_from));
		expect(times).toEqual([...times].sort());
		daysOfSeveralPolls += pollCount > 1 ? 1 : 0;
	});
	await fc.assert(property, { seed, numRuns: depth.lessonStories });

	expect(daysOfSeveralPolls).toBeGreaterThan(0);
});

it('a reading without a limit of time leaves no lesson unread', async () => {
	const property = fc.asyncProperty(busyDays, async (day) => {
		const { unreadLessons } = await new ParticipantPolls(day).readAll();

		expect(unreadLessons).toEqual([]);
	});
	await fc.assert(property, { seed, numRuns: depth.lessonStories });
});

/** Checks as many requests to random schools as the depth says. */
async function forEachRequest(
	check: (story: Story, settings: Partial<Settings>, request: Request) => Promise<void>,
): Promise<void> {
	const requestedDays = fc.record({
		first: fc.integer({ min: -1, max: 3 }),
		length: fc.nat(3),
		branch: fc.constantFrom(undefined, undefined, 1, 2),
	});
	const property = fc.asyncProperty(
		stories,
		accounts,
		requestedDays,
		async (story, settings, { first, length, branch }) => {
			const firstDay = dayPlus(story.today, first);
			await check(story, settings, { firstDay, lastDay: dayPlus(firstDay, length), branch });
		},
	);
	await fc.assert(property, { seed, numRuns: depth.lessonStories });
}

function participantsForm({ firstDay, lastDay, branch }: Request): IDataObject {
	return {
		resource: 'lesson',
		operation: 'getParticipants',
		branchId: branch ?? '',
		returnAll: true,
		date_from: firstDay,
		date_to: lastDay,
		simplify: true,
		additionalFields: {},
	};
}

/** Fills the form of Get Free Slots: each quarter of an hour of the teacher of the story, also those that have passed. */
function freeSlotsForm(firstDay: string, lastDay: string): IDataObject {
	return {
		resource: 'teacher',
		operation: 'getFreeSlots',
		branchId: 1,
		id: STORY_TEACHER,
		returnAll: true,
		date_from: firstDay,
		date_to: lastDay,
		duration: 15,
		options: { step: 15, past: true },
	};
}

/** Writes a row of the output as `describeVisit` writes a visit. */
function describeRow({ time_from, customer_name, lesson_id }: IDataObject): string {
	return `${String(time_from)} ${String(customer_name)} ${String(lesson_id ?? 'regular')}`;
}
