import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../sandbox';
import { CUSTOMER_TYPE, LESSON_STATUS, REGULAR_LESSON_DAY } from '../../support/codes';
import type { PollerOptions } from '../support/poller';
import { ClockedSchool } from './clockedSchool';

/** Clients of branch 1, and members of the group of robotics. */
export const ANNA = 501;
const BORIS = 502;
/** A client of branch 2, who is in no group. */
export const VERA = 503;

export const ROBOTICS_GROUP = 41;
export const CHESS_GROUP = 42;
export const REGULAR_LESSON = 71;
export const LESSON = 9_001;

interface LessonSchoolOptions {
	now: string;
	parameters?: INodeParameters;
	poller?: PollerOptions;
}

/** The items that several polls have reported. */
interface PollsReport {
	/** The reminders, such as "Анна, 2026-03-10 17:00:00". */
	reminders: string[];
	/** The smallest number of reminders that a poll has reported. */
	smallestPoll: number;
	/** The duration of the longest poll. */
	longestSeconds: number;
}

/**
 * A school whose group of robotics has a regular lesson, on Tuesdays from 17:00 to 18:00, and a
 * trigger that reminds of lessons. They are in Vladivostok, where it is another day than in UTC.
 */
export class LessonSchool extends ClockedSchool {
	constructor({ now, parameters = {}, poller }: LessonSchoolOptions) {
		super({
			now,
			parameters: { event: 'lessonComingUp', ...parameters },
			zone: 'Asia/Vladivostok',
			poller,
		});
		this.addClient(ANNA, { name: 'Анна', phone: ['+7(900)000-05-10'] });
		this.addClient(BORIS, { name: 'Борис', phone: ['+7(900)000-05-20'] });
		this.addClient(VERA, { name: 'Вера', phone: ['+7(900)000-05-30'], branch_ids: [2] });

		this.addRecord('group', { id: ROBOTICS_GROUP, name: 'Роботы', branch_ids: [1] });
		this.addMembership(ANNA, ROBOTICS_GROUP);
		this.addMembership(BORIS, ROBOTICS_GROUP);
		this.addRecord('regular-lesson', {
			id: REGULAR_LESSON,
			branch_id: 1,
			related_class: 'Group',
			related_id: ROBOTICS_GROUP,
			lesson_type_id: 2,
			subject_id: 1,
			teacher_ids: [1],
			room_id: 1,
			day: REGULAR_LESSON_DAY.tuesday,
			time_from_v: '17:00',
			time_to_v: '18:00',
			b_date: '2026-01-01',
			e_date: '2026-12-31',
		});
	}

	/** Adds a client of branch 1. */
	addClient(id: number, values: JsonObject): void {
		this.addRecord('customer', {
			id,
			is_study: CUSTOMER_TYPE.client,
			branch_ids: [1],
			email: [],
			...values,
		});
	}

	/** Adds a membership that lasts since 1 January, unless the values say otherwise. */
	addMembership(customer: number, group: number, values: JsonObject = {}): void {
		this.addRecord('cgi', {
			customer_id: customer,
			group_id: group,
			b_date: '01.01.2026',
			e_date: null,
			...values,
		});
	}

	/** Adds a planned lesson of Anna in branch 1, unless the values name other customers. */
	addLesson(id: number, time: string, values: JsonObject = {}): void {
		const [date] = time.split(' ');
		this.addRecord('lesson', {
			id,
			branch_id: 1,
			lesson_type_id: 1,
			subject_id: 1,
			date,
			time_from: `${time}:00`,
			time_to: null,
			status: LESSON_STATUS.planned,
			customer_ids: [ANNA],
			...values,
		});
	}

	/** Adds a planned lesson of a group in branch 1, which names no customers. */
	addGroupLesson(id: number, time: string, group: number, values: JsonObject = {}): void {
		this.addLesson(id, time, { group_ids: [group], customer_ids: [], ...values });
	}

	/** Adds groups whose only member is Anna. Each has one lesson on 12 March between 10:00 and 21:00. */
	addGroupsOfAnna(count: number): void {
		for (let index = 0; index < count; index++) {
			const id = 1_000 + index;
			const hour = 10 + (index % 12);
			this.addRecord('group', { id, name: `Группа ${index}`, branch_ids: [1] });
			this.addMembership(ANNA, id);
			this.addGroupLesson(id, `2026-03-12 ${hour}:00`, id);
		}
	}

	/** Polls at each of these times, and returns the reminders, such as "Анна, 2026-03-10 17:00:00". */
	async pollRemindersAt(...times: string[]): Promise<string[]> {
		const reminders: string[] = [];
		for (const time of times) {
			const items = await this.pollAt(time);
			reminders.push(...items.map(describeReminder));
		}
		return reminders;
	}

	/**
	 * Polls at each of these times, and returns the reminders, the size of the smallest poll and the longest
	 * duration.
	 */
	async pollWithReportAt(...times: string[]): Promise<PollsReport> {
		const report: PollsReport = { reminders: [], smallestPoll: Infinity, longestSeconds: 0 };
		for (const time of times) {
			this.setClock(time);
			const beganAt = this.nowMs;
			const reminders = await this.pollRemindersAt(time);
			const seconds = (this.nowMs - beganAt) / 1_000;

			report.reminders.push(...reminders);
			report.smallestPoll = Math.min(report.smallestPoll, reminders.length);
			report.longestSeconds = Math.max(report.longestSeconds, seconds);
		}
		return report;
	}
}

/** Describes a reminder by customer and lesson, such as "Анна, 2026-03-10 17:00:00". */
function describeReminder({ customer_name, time_from }: IDataObject): string {
	return `${String(customer_name)}, ${String(time_from)}`;
}
