import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../../nodes/AlfaCrm/api/list';
import type { Occurrence } from '../../../nodes/AlfaCrm/store/calendar/occurrences';
import { readLessonAsOccurrence } from '../../../nodes/AlfaCrm/store/calendar/occurrences';
import type {
	LessonsOfBranch,
	Participant,
	ParticipantReading,
} from '../../../nodes/AlfaCrm/store/calendar/participants';
import { readParticipantsOfLessons } from '../../../nodes/AlfaCrm/store/calendar/participants';
import { LESSON_STATUS } from '../../support/codes';

/** A day with many group lessons, and a trigger that has time to read only some groups in each poll. */
interface BusyDay {
	lessons: GroupLesson[];
	/** The customers of each group. */
	membersByGroup: number[][];
	groupsPerPoll: number;
}

interface GroupLesson {
	branch: number;
	hour: number;
	group_ids: number[];
	customer_ids: number[];
}

const ZONE = 'Europe/Moscow';
const DAY = '2026-03-10';
const BRANCHES = [1, 2];
const CUSTOMERS = [501, 502, 503, 504];
const GROUP_COUNT = 30;
const FIRST_GROUP = 41;
const GROUPS = Array.from({ length: GROUP_COUNT }, (_, index) => FIRST_GROUP + index);

const lesson = fc.record({
	branch: fc.constantFrom(...BRANCHES),
	hour: fc.integer({ min: 9, max: 20 }),
	group_ids: fc.uniqueArray(fc.constantFrom(...GROUPS), { maxLength: 3 }),
	customer_ids: fc.uniqueArray(fc.constantFrom(...CUSTOMERS), { maxLength: 1 }),
});

const members = fc.uniqueArray(fc.constantFrom(...CUSTOMERS), { maxLength: 2 });

export const busyDays: fc.Arbitrary<BusyDay> = fc.record({
	lessons: fc.array(lesson, { minLength: 5, maxLength: 40 }),
	membersByGroup: fc.array(members, { minLength: GROUP_COUNT, maxLength: GROUP_COUNT }),
	groupsPerPoll: fc.nat(12),
});

/**
 * Reads the participants of the lessons of a day, at once or poll by poll. Both ways must find the same
 * participants.
 */
export class ParticipantPolls {
	/** The lessons of which no poll has read the participants yet. */
	unreadLessons: Occurrence[];
	private readonly lessons: Array<{ branch: number; lesson: Occurrence }>;
	private groupsRead = 0;

	constructor(private readonly day: BusyDay) {
		this.lessons = day.lessons.map(({ branch, hour, ...row }, index) => ({
			branch,
			lesson: makeOccurrence({ id: 9_001 + index, hour, ...row }, branch),
		}));
		this.unreadLessons = this.lessons.map(({ lesson }) => lesson);
	}

	/** Reads the participants of all lessons, without a limit of time. */
	async readAll(): Promise<ParticipantReading> {
		const lessons = this.groupByBranch(this.lessons.map(({ lesson }) => lesson));
		return await readParticipantsOfLessons(this.reader, lessons, { zone: ZONE });
	}

	/** Reads the participants of the unread lessons until the time of one poll is over. */
	async poll(): Promise<Participant[]> {
		this.groupsRead = 0;
		const hasTime = () => this.groupsRead < this.day.groupsPerPoll;
		const lessons = this.groupByBranch(this.unreadLessons);
		const reading = await readParticipantsOfLessons(this.reader, lessons, { zone: ZONE, hasTime });

		this.unreadLessons = reading.unreadLessons;
		return reading.participants;
	}

	/** Groups lessons by their branch. */
	private groupByBranch(lessons: readonly Occurrence[]): LessonsOfBranch[] {
		return BRANCHES.map((branch) => {
			const lessonsOfBranch = this.lessons.filter(
				(entry) => entry.branch === branch && lessons.includes(entry.lesson),
			);
			return { branch, occurrences: lessonsOfBranch.map(({ lesson }) => lesson) };
		});
	}

	/** Lists the members of groups, and all customers. */
	private readonly reader: ListReader = {
		collect: async ({ path, query }, { keep = () => true }) => {
			const list = path === 'cgi' ? this.listMembers(Number(query?.group_id)) : listCustomers();
			const rows = list.filter(keep);
			return await Promise.resolve({ rows, isComplete: true, readCount: rows.length });
		},
	};

	/** Lists the members of a group, and counts the request. */
	private listMembers(group: number): IDataObject[] {
		this.groupsRead += 1;
		return this.day.membersByGroup[group - FIRST_GROUP].map((customer_id) => ({ customer_id }));
	}
}

function listCustomers(): IDataObject[] {
	return CUSTOMERS.map((id) => ({ id, name: `${id}` }));
}

/** Makes the occurrence of a planned lesson, as the node reads it from a row. */
function makeOccurrence({ hour, ...row }: Omit<GroupLesson, 'branch'> & { id: number }, branch: number) {
	const clock = `${String(hour).padStart(2, '0')}:00:00`;
	const lesson = { date: DAY, time_from: `${DAY} ${clock}`, status: LESSON_STATUS.planned, ...row };
	return readLessonAsOccurrence(lesson, ZONE, branch) as Occurrence;
}

/** Writes a participant as one line, so that a failed test shows which one is missing or too much. */
export function describeParticipant({ lesson_id, customer_id, group_id }: Participant): string {
	return `lesson ${String(lesson_id)}, customer ${customer_id}, group ${String(group_id)}`;
}
