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

it('Get Participants returns each person once for each lesson to which the person comes, the earliest lesson first', async () => {
	let participantCount = 0;

	await forEachRequest(async (story, settings, { firstDay, lastDay, branch }) => {
		const school = openSchool(story, settings);
		const visits = findVisits(story, { from: firstDay, to: lastDay, branch });

		const form = getParticipantsForm({ firstDay, lastDay, branch });
		const { json } = await school.run(form, { timezone: story.zone });

		const participants = json.map(describeRow).sort();
		const expectedParticipants = visits.map(describeVisit).sort();
		expect(participants).toEqual(expectedParticipants);
		const times = json.map(({ time_from }) => String(time_from));
		expect(times).toEqual([...times].sort());
		expect(school.readWrites()).toEqual([]);
		participantCount += json.length;
	});

	// Otherwise the stories would prove little, because hardly anybody comes to a lesson.
	expect(participantCount).toBeGreaterThan(depth.lessonStories / 4);
});

it('Get Free Slots offers no time at which somebody comes to the teacher, as Get Participants says', async () => {
	let participantCount = 0;
	let slotCount = 0;

	await forEachRequest(async (story, settings, { firstDay, lastDay }) => {
		const school = openSchool(story, settings);
		addTeacher(school, { id: STORY_TEACHER, name: 'Петров Лев', worksFrom: '00:00' });

		const everyBranch = { firstDay, lastDay, branch: undefined };
		const rawParticipantsForm = { ...getParticipantsForm(everyBranch), simplify: false };
		const participants = await school.run(rawParticipantsForm, { timezone: story.zone });
		const slots = await school.run(getFreeSlotsForm(firstDay, lastDay), { timezone: story.zone });

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

it('a trigger reads each participant once and the earliest lesson first, although each poll has time only for some groups', async () => {
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
		const descriptions = participants.map(describeParticipant).sort();
		const expectedDescriptions = allParticipants.map(describeParticipant).sort();
		expect(descriptions).toEqual(expectedDescriptions);
		const times = participants.map(({ time_from }) => String(time_from));
		expect(times).toEqual([...times].sort());
		daysOfSeveralPolls += pollCount > 1 ? 1 : 0;
	});
	await fc.assert(property, { seed, numRuns: depth.lessonStories });

	expect(daysOfSeveralPolls).toBeGreaterThan(0);
});

it('a trigger without a limit of time reads the participants of all lessons in one poll', async () => {
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

function getParticipantsForm({ firstDay, lastDay, branch }: Request): IDataObject {
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

/** Makes the form of Get Free Slots: each quarter of an hour of the teacher of the story, even in the past. */
function getFreeSlotsForm(firstDay: string, lastDay: string): IDataObject {
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

/** Describes a row of the output by time, person and lesson, as `describeVisit` describes a visit. */
function describeRow({ time_from, customer_name, lesson_id }: IDataObject): string {
	return `${String(time_from)} ${String(customer_name)} ${String(lesson_id ?? 'regular')}`;
}
