import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import { History } from '../../../sandbox/engine/history';
import { ATTENDANCE, LESSON_STATUS } from '../../support/codes';
import type { PollerOptions } from '../support/poller';
import { PolledSchool } from '../support/polledSchool';

const PUPILS = [1, 2, 3, 4, 5];

interface AttendanceSchoolOptions {
	parameters: INodeParameters;
	settings?: Partial<Settings>;
	poller?: PollerOptions;
}

/** The items that several polls have reported. */
interface PollsReport {
	attendances: string[];
	/** The smallest number of attendances that a poll has reported. The last poll does not count. */
	smallestPoll: number;
}

/**
 * A school of five pupils whose change log shows every lesson, and a trigger for their attendance.
 * An attendance is a text of lesson and pupil: "4 5" says that pupil 5 was at lesson 4.
 */
export class AttendanceSchool extends PolledSchool {
	constructor({ parameters, settings, poller }: AttendanceSchoolOptions) {
		super({
			settings,
			parameters: { event: 'customerAttended', simplify: false, ...parameters },
			poller,
		});
		const { store, settings: schoolSettings } = this.school;
		const history = new History(store, schoolSettings, () => {});
		store.onChange = (change) => history.record(change);
		for (const id of PUPILS) {
			store.insert('customer', { id, name: 'Мия', is_study: 1, branch_ids: [1] });
		}
	}

	/** Completes lessons one after the other, which all pupils attend. Returns the attendances. */
	completeLessons(count: number): string[] {
		const attendances: string[] = [];
		for (let id = 1; id <= count; id++) {
			attendances.push(...this.completeLesson(id));
		}
		return attendances;
	}

	/** Polls once, and returns the reported attendances. */
	async pollAttendances(): Promise<string[]> {
		const items = await this.poller.poll();
		return items.map(describeAttendance);
	}

	/** Polls every minute until the given number of attendances is reported, a hundred times at most. */
	async pollUntilReported(count: number): Promise<PollsReport> {
		const attendances: string[] = [];
		let smallestPoll = Infinity;
		for (let poll = 1; poll <= 100 && attendances.length < count; poll++) {
			const reported = await this.pollAttendances();
			attendances.push(...reported);
			if (attendances.length < count) {
				smallestPoll = Math.min(smallestPoll, reported.length);
			}
			this.passMinutes(1);
		}
		return { attendances, smallestPoll };
	}

	/** Completes a lesson that all pupils attend, and returns the attendances. */
	private completeLesson(id: number): string[] {
		const { store } = this.school;
		store.insert('lesson', {
			id,
			branch_id: 1,
			date: '2026-02-10',
			time_from: '2026-02-10 10:00:00',
			status: LESSON_STATUS.planned,
			customer_ids: PUPILS,
		});
		for (const customer_id of PUPILS) {
			this.passMinutes(1 / 60);
			store.insert('lesson-details', {
				branch_id: 1,
				customer_id,
				lesson_id: id,
				is_attend: ATTENDANCE.attended,
			});
		}
		store.patch('lesson', id, { status: LESSON_STATUS.held });
		this.passMinutes(1);
		return PUPILS.map((customer_id) => describeAttendance({ lesson_id: id, customer_id }));
	}
}

/** Describes an item by lesson and pupil, such as "4 5" for pupil 5 at lesson 4. */
function describeAttendance({ lesson_id, customer_id }: IDataObject): string {
	return `${String(lesson_id)} ${String(customer_id)}`;
}
