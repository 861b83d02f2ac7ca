import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { LESSON_STATUS, PAY_TYPE, REGULAR_LESSON_DAY } from '../support/codes';
import type { RunResult } from './support/engine';
import { frontDeskOf } from './support/frontDesk';
import type { School } from './support/school';
import { stopClock } from './support/stoppedClock';

/** Six in the morning of Tuesday in Vladivostok, where the school is. In UTC it is still Monday. */
const MORNING = '2026-02-09T20:00:00Z';
export const YESTERDAY = '2026-02-09';
export const TODAY = '2026-02-10';
export const TOMORROW = '2026-02-11';
export const IN_VLADIVOSTOK = { timezone: 'Asia/Vladivostok' };

export const PETROV = 1;
export const SIDOROVA = 2;
export const BLUE_ROOM = 1;
export const RED_ROOM = 2;

const INDIVIDUAL_LESSON = 1;
const GROUP_LESSON = 2;

/** The lists that the daily check reads, besides those of branches, rooms, teachers and users. */
const CHECKED_LISTS = ['lesson', 'lesson-details', 'regular-lesson', 'pay', 'cgi', 'group', 'customer'];

/** A lesson as a test gives it: the day and the hours apart, not as AlfaCRM stores them. */
interface LessonValues extends IDataObject {
	date: string;
	from: string;
	to: string;
}

/** Fills the form of Daily Check. */
export function dailyCheckForm(options: INodeParameters = {}): INodeParameters {
	return { resource: 'account', operation: 'dailyCheck', options };
}

/** A school in Vladivostok, with the verbs that the tests of Daily Check need. */
export class DailyCheckSchool {
	private readonly desk: ReturnType<typeof frontDeskOf>;

	constructor(private readonly school: School) {
		this.desk = frontDeskOf(school);
	}

	/** Stops the clock on Tuesday at six in the morning. End it with `jest.useRealTimers()`. */
	openOnTuesdayMorning(): void {
		stopClock(MORNING);
		this.desk.changeRecord('teacher', PETROV, { name: 'Петров Лев' });
		this.desk.changeRecord('teacher', SIDOROVA, { name: 'Сидорова Ева' });
		this.desk.changeRecord('room', BLUE_ROOM, { name: 'Синий' });
		this.desk.changeRecord('room', RED_ROOM, { name: 'Красный' });
	}

	/** Removes all customers, groups, lessons and payments that the sandbox begins with. */
	removeAllRecords(): void {
		const { store } = this.school.sandbox;
		store.withoutEvents(() => {
			for (const path of CHECKED_LISTS) {
				for (const { id } of [...store.rows(path)]) {
					store.remove(path, id);
				}
			}
		});
	}

	/** Adds a planned lesson of branch 1 without customers, groups, teachers and room. */
	addLesson({ date, from, to, ...values }: LessonValues): number {
		return this.desk.addRecord('lesson', {
			branch_id: 1,
			date,
			time_from: `${date} ${from}:00`,
			time_to: `${date} ${to}:00`,
			lesson_type_id: INDIVIDUAL_LESSON,
			subject_id: 1,
			status: LESSON_STATUS.planned,
			teacher_ids: [],
			room_id: null,
			customer_ids: [],
			group_ids: [],
			...values,
		});
	}

	/** Adds a regular lesson of a group with Petrov in the blue room, on Wednesdays. */
	addRegularLesson(group: number, { from, to, ...values }: Omit<LessonValues, 'date'>): number {
		return this.desk.addRecord('regular-lesson', {
			branch_id: 1,
			related_class: 'Group',
			related_id: group,
			lesson_type_id: GROUP_LESSON,
			subject_id: 1,
			teacher_ids: [PETROV],
			room_id: BLUE_ROOM,
			day: REGULAR_LESSON_DAY.wednesday,
			time_from_v: from,
			time_to_v: to,
			b_date: '2025-09-01',
			e_date: '2026-05-31',
			...values,
		});
	}

	/** Adds a group of branch 1 that has been running since September. */
	addGroup(name: string, values: IDataObject = {}): number {
		return this.desk.addRecord('group', {
			name,
			branch_ids: [1],
			b_date: '2025-09-01',
			e_date: '2026-05-31',
			removed: 0,
			...values,
		});
	}

	/** Adds a membership since September, unless the values say otherwise. */
	addMembership(customer: number, group: number, values: IDataObject = {}): number {
		return this.desk.addRecord('cgi', {
			customer_id: customer,
			group_id: group,
			b_date: '01.09.2025',
			e_date: null,
			...values,
		});
	}

	/** Adds an income of yesterday that belongs to no customer. */
	addIncomeWithoutCustomer(values: IDataObject = {}): number {
		return this.desk.addRecord('pay', {
			branch_id: 1,
			pay_type_id: PAY_TYPE.income,
			pay_account_id: 1,
			document_date: '09.02.2026',
			income: '3872.70',
			customer_id: null,
			...values,
		});
	}

	/**
	 * Adds one problem for each check to a branch. A group has only one member, who is a debtor. It has two lessons in
	 * one room at the same time tomorrow. Yesterday it had a lesson that is still planned and a completed one in which
	 * nobody is marked. An income of yesterday has no customer.
	 */
	addOneProblemOfEachKind(branch: number): void {
		const room = this.desk.addRecord('room', { name: 'Зал', branch_id: branch, is_enabled: 1 });
		const group = this.addGroup('Роботы', { branch_ids: [branch] });
		const debtor = this.desk.addClient({ branch_ids: [branch], balance: '-1.00' });
		this.addMembership(debtor, group);

		const groupLesson = { branch_id: branch, room_id: room, group_ids: [group] };
		this.addLesson({ ...groupLesson, date: TOMORROW, from: '06:00', to: '07:00' });
		this.addLesson({ ...groupLesson, date: TOMORROW, from: '06:00', to: '07:00' });
		this.addLesson({ ...groupLesson, date: YESTERDAY, from: '21:00', to: '22:00' });
		this.addLesson({
			...groupLesson,
			date: YESTERDAY,
			from: '07:00',
			to: '08:00',
			status: LESSON_STATUS.held,
		});
		this.addIncomeWithoutCustomer({ branch_id: branch });
	}

	/** Closes all branches but the first, as most schools have one. */
	closeOtherBranches(): void {
		for (const { id } of this.desk.readRecords('branch')) {
			if (id !== 1) {
				this.desk.changeRecord('branch', id, { is_active: 0 });
			}
		}
	}

	/** Runs Daily Check by the clock of the school. It must succeed. */
	async runDailyCheck(options: INodeParameters = {}): Promise<IDataObject[]> {
		return await this.desk.run(dailyCheckForm(options), IN_VLADIVOSTOK);
	}

	/** Runs Daily Check by the clock of the school, whatever comes of it. */
	async runDailyCheckToEnd(options: INodeParameters = {}): Promise<RunResult> {
		return await this.desk.runToEnd(dailyCheckForm(options), IN_VLADIVOSTOK);
	}

	/** Reads which calls AlfaCRM has received, with their branches and in alphabetical order. */
	readSortedCalls(): string[] {
		return this.school.sandbox.journal.map(({ path }) => path.replace('/v2api/', '')).sort();
	}
}
