import type { IDataObject } from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import { ATTENDANCE, CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { makeAnswerError } from '../../support/nodeErrors';
import { OTHER_PHONE, PHONE, SmallSchool } from './school';

/** Noon in Moscow, where the school is. */
export const NOW = '2026-02-10T09:00:00Z';

/** A client of both branches. See `addMia`. */
export const MIA = 1;
/** A client of branch 1 who is not related to Mia. See `addMia`. */
export const LEV = 2;

/** Mia's group, in branch 1. */
export const CHESS_GROUP = 41;
/** A group that Mia has left. */
const FORMER_GROUP = 99;

/** Mia's lessons, payments and tasks, by their branch. See `addMia`. */
export const MIA_IN_BRANCH_1 = { nextLesson: 113, completedLesson: 106, payment: 206, task: 314 } as const;
export const MIA_IN_BRANCH_2 = { nextLesson: 112, completedLesson: 107, payment: 207, task: 313 } as const;

/** The last day of customers and groups that are not archived. */
const OPEN_END = '2030-12-31';
const STAFF_NOTE = 'Мама ругалась, не звонить';

/** Fills the form of Get Overview: a customer by ID, in branch 1. Leave Out is empty. */
export function overviewForm(customer: number, parameters: IDataObject = {}): IDataObject {
	return { ...OVERVIEW, matchBy: 'id', id: customer, ...parameters };
}

/** Fills the form of Get Overview: a customer by ID, with all names and all tasks. */
export function fullOverviewForm(customer: number, parameters: IDataObject = {}): IDataObject {
	return overviewForm(customer, { options: { allNames: true, allTasks: true }, ...parameters });
}

/** Fills the form of Get Overview: customers by phone. */
export function overviewByPhoneForm(phone: string, parameters: IDataObject = {}): IDataObject {
	return { ...OVERVIEW, matchBy: 'phone', phone, ...parameters };
}

/** Fills the form of Get Overview: customers by name. */
export function overviewByNameForm(name: string): IDataObject {
	return { ...OVERVIEW, matchBy: 'name', name };
}

const OVERVIEW: IDataObject = {
	resource: 'customer',
	operation: 'getOverview',
	branchId: 1,
	leaveOut: [],
	options: {},
};

/** The overview of Mia that a run of `fullOverviewForm(MIA)` returns. */
export const MIA_OVERVIEW: IDataObject = {
	id: MIA,
	name: 'Орлова Мия',
	type: 'client',
	phone: `${PHONE}, ${OTHER_PHONE}`,
	email: 'mia@school.example',
	payer_name: 'Орлова Анна',
	branch_ids: '1, 2',
	branch_names: 'Филиал 1, Филиал 2',
	manager_id: 1,
	manager_name: 'Ольга',
	stage_id: 1,
	stage_name: 'Занимается',
	balance: '1200.00',
	bonus: 40,
	lessons_left: 3,
	paid_until: '2026-03-01',
	last_attended: '2026-02-06',
	archived: false,
	url: 'https://demo.s20.online/company/1/customer/view?id=1',
	next_lesson: {
		lesson_id: 112,
		branch_id: 2,
		date: '2026-02-12',
		start: '10:00',
		end: '11:00',
		type: 'Групповой',
		topic: null,
		group_id: null,
	},
	groups: [
		{
			id: CHESS_GROUP,
			name: 'Шахматы',
			next_lesson: {
				lesson_id: 113,
				branch_id: 1,
				date: '2026-02-13',
				start: '10:00',
				end: '11:00',
				type: 'Групповой',
				topic: null,
			},
		},
	],
	subscriptions: [
		{
			id: 401,
			plan_id: 1,
			plan_name: 'Месяц',
			from: '2026-02-01',
			until: '2026-02-28',
			balance: '800.00',
			lessons_left: 4,
			note: STAFF_NOTE,
		},
	],
	attendance: [
		{
			lesson_id: 107,
			branch_id: 2,
			date: '2026-02-07',
			start: '10:00',
			end: '11:00',
			type: 'Групповой',
			topic: 'Дебют',
			attended: null,
			grade: null,
			homework_grade: null,
			bonus: null,
			note: null,
		},
		{
			lesson_id: 106,
			branch_id: 1,
			date: '2026-02-06',
			start: '10:00',
			end: '11:00',
			type: 'Групповой',
			topic: 'Дебют',
			attended: true,
			grade: '5',
			homework_grade: null,
			bonus: 2,
			note: STAFF_NOTE,
		},
	],
	payments: [
		{
			id: 207,
			date: '2026-02-07',
			income: '100.00',
			expenditure: '0.00',
			type_id: 1,
			incoming: true,
			confirmed: true,
			note: STAFF_NOTE,
		},
		{
			id: 206,
			date: '2026-02-06',
			income: '100.00',
			expenditure: '0.00',
			type_id: 1,
			incoming: true,
			confirmed: true,
			note: STAFF_NOTE,
		},
	],
	tasks: [
		{ id: 313, title: 'Позвонить', text: null, due_date: '2026-02-13', assigned_ids: '' },
		{ id: 314, title: 'Позвонить', text: null, due_date: '2026-02-14', assigned_ids: '' },
	],
	overviewErrors: [],
};

/** Copies an overview without some of its fields. */
export function omitFields(overview: IDataObject, fields: readonly string[]): IDataObject {
	const remainingFields = Object.entries(overview).filter(([name]) => !fields.includes(name));
	return Object.fromEntries(remainingFields);
}

/** Copies an overview without the notes of lessons, subscriptions and payments. */
export function omitNotes(overview: IDataObject): IDataObject {
	const omitNote = (name: string, value: unknown) => {
		if (name === 'note') return undefined;
		return value;
	};
	return JSON.parse(JSON.stringify(overview, omitNote)) as IDataObject;
}

/** Sorts records by ID, because the order in which an overview has groups is not promised. */
export function sortById(records: unknown): IDataObject[] {
	return [...(records as IDataObject[])].sort((a, b) => Number(a.id) - Number(b.id));
}

/** Reads which parts of an overview are missing or incomplete, such as "payments". */
export function readErrorParts({ overviewErrors }: IDataObject): unknown[] {
	return (overviewErrors as IDataObject[]).map(({ part }) => part);
}

/** Reads why parts of an overview are missing or incomplete. */
export function readReasons({ overviewErrors }: IDataObject): unknown[] {
	return (overviewErrors as IDataObject[]).map(({ reason }) => reason);
}

/** A lesson as a test gives it: the day and the hours apart, not as AlfaCRM stores them. */
interface LessonValues extends IDataObject {
	date: string;
	from?: string;
	to?: string;
}

/** A school whose customers have lessons, payments, tasks, groups and subscriptions. */
export class OverviewSchool extends SmallSchool {
	changeSettings(settings: Partial<Settings>): void {
		Object.assign(this.settings, settings);
	}

	/** Adds a client of branch 1 who is not archived, unless the values say otherwise. */
	addClient(values: IDataObject = {}): number {
		return this.addRecord('customer', {
			name: 'Ия',
			is_study: CUSTOMER_TYPE.client,
			legal_type: 1,
			branch_ids: [1],
			e_date: OPEN_END,
			...values,
		});
	}

	/** Adds a planned lesson in branch 1, from 10:00 to 11:00, unless the values say otherwise. */
	addPlannedLesson({ date, from = '10:00', to = '11:00', ...values }: LessonValues): number {
		return this.addRecord('lesson', {
			branch_id: 1,
			status: LESSON_STATUS.planned,
			date,
			time_from: `${date} ${from}:00`,
			time_to: `${date} ${to}:00`,
			lesson_type_id: 1,
			subject_id: 1,
			customer_ids: [],
			group_ids: [],
			...values,
		});
	}

	/** Adds a completed lesson in branch 1, from 10:00 to 11:00, unless the values say otherwise. */
	addCompletedLesson(values: LessonValues): number {
		return this.addPlannedLesson({ status: LESSON_STATUS.held, ...values });
	}

	/** Adds a payment of 100 to branch 1 on 20 January, unless the values say otherwise. */
	addPayment(values: IDataObject): number {
		return this.addRecord('pay', {
			branch_id: 1,
			pay_type_id: 1,
			pay_account_id: 1,
			income: '100.00',
			expenditure: '0.00',
			is_confirmed: 1,
			document_date: '20.01.2026',
			...values,
		});
	}

	/** Adds several equal payments. */
	addPayments(count: number, values: IDataObject): void {
		for (let number = 1; number <= count; number++) {
			this.addPayment(values);
		}
	}

	/** Adds a task in branch 1 that is not done, unless the values say otherwise. */
	addTask(values: IDataObject): number {
		return this.addRecord('task', { title: 'Позвонить', branch_ids: [1], ...values });
	}

	/** Adds several tasks that are about no customer. */
	addTasksOfNobody(count: number): void {
		for (let number = 1; number <= count; number++) {
			this.addTask({ customer_ids: [] });
		}
	}

	addGroup({ id, branch = 1, name }: { id: number; branch?: number; name: string }): void {
		this.addRecord('group', { id, name, branch_ids: [branch], b_date: '2025-09-01', e_date: OPEN_END });
	}

	/** Adds a membership in a group from February to December, unless the values say otherwise. */
	addMembership(customer: number, group: number, values: IDataObject = {}): void {
		this.addRecord('cgi', {
			customer_id: customer,
			group_id: group,
			branch_id: 1,
			b_date: '01.02.2026',
			e_date: '31.12.2026',
			...values,
		});
	}

	/** Adds the attendance of a customer at a lesson. */
	addAttendance(lesson: number, customer: number, values: IDataObject = {}): void {
		this.addRecord('lesson-details', { lesson_id: lesson, customer_id: customer, ...values });
	}

	/**
	 * Adds Mia, who has a next lesson, a completed lesson, a payment and a task in each branch, a
	 * group in branch 1 and a subscription.
	 *
	 * An overview of Mia must leave out a lesson that has begun, a task that is done, and a
	 * membership and a subscription that have ended. It must also leave out the lessons, the payment,
	 * the task and the subscription of Lev, who is added as well.
	 */
	addMia(): void {
		this.addNames();
		this.addClient({
			id: MIA,
			name: 'Орлова Мия',
			legal_name: 'Орлова Анна',
			phone: [PHONE, OTHER_PHONE],
			note: STAFF_NOTE,
			email: ['mia@school.example'],
			branch_ids: [1, 2],
			assigned_id: 1,
			study_status_id: 1,
			balance: '1200.00',
			balance_bonus: 40,
			paid_lesson_count: 3,
			paid_till: '2026-03-01 00:00:00',
			last_attend_date: '2026-02-06',
		});
		this.addClient({ id: LEV, name: 'Ильин Лев' });

		this.addGroup({ id: CHESS_GROUP, name: 'Шахматы' });
		this.addMembership(MIA, CHESS_GROUP);
		this.addMembership(MIA, FORMER_GROUP, { b_date: '01.01.2025', e_date: '01.02.2025' });
		this.addLessonsOfMia();
		this.addPaymentsOfMia();
		this.addTasksOfMia();
		this.addSubscriptionsOfMia();
	}

	/** Gets the overview of one customer. */
	async getOverview(form: IDataObject): Promise<IDataObject> {
		const { json } = await this.run(form);
		expect(json).toHaveLength(1);
		return json[0];
	}

	/** Counts the calls so far by their names, such as `{ 'pay/index': 2 }`. */
	countCalls(): Record<string, number> {
		const counts: Record<string, number> = {};
		for (const call of this.calls) {
			counts[call] = (counts[call] ?? 0) + 1;
		}
		return counts;
	}

	/** Reads which lists of names were requested so far, in alphabetical order. */
	readCallsOfNames(): string[] {
		const lists = ['branch/index', 'lead-status/index', 'study-status/index', 'tariff/index', 'user/index'];
		return this.calls.filter((call) => lists.includes(call)).sort();
	}

	/** Answers a call in one branch with an HTTP status, 403 unless the test says otherwise. */
	failCallInBranch(failingCall: string, branch: number, status = 403): void {
		this.onCall = (call, { url }) => {
			if (call === failingCall && url.includes(`/v2api/${branch}/`)) throw makeAnswerError(status);
			return undefined;
		};
	}

	/** Answers a call with these rows, in one page. */
	answerWithRows(answeredCall: string, rows: readonly IDataObject[]): void {
		this.onCall = (call) => (call === answeredCall ? { items: rows, total: rows.length } : undefined);
	}

	/** Lets each branch list only its own memberships. Otherwise each branch lists those of all branches. */
	listMembershipsByBranch(): void {
		this.onCall = (call, { url }) => {
			if (call !== 'cgi/customer') return undefined;
			const memberships = this.readRecords('cgi').filter(({ branch_id }) =>
				url.includes(`/v2api/${String(branch_id)}/`),
			);
			return { items: memberships, total: memberships.length };
		};
	}

	private addNames(): void {
		this.addRecord('user', { id: 1, name: 'Ольга', email: 'olga@school.example' });
		this.addRecord('study-status', { id: 1, name: 'Занимается', is_enabled: 1 });
		this.addRecord('tariff', { id: 1, name: 'Месяц', is_enabled: 1 });
		this.addRecord('lesson-type', { id: 1, name: 'Групповой', is_enabled: 1 });
	}

	private addLessonsOfMia(): void {
		const ofMia = { customer_ids: [MIA] };
		const ofLev = { customer_ids: [LEV] };
		this.addCompletedLesson({ id: 106, date: '2026-02-06', topic: 'Дебют', ...ofMia });
		this.addCompletedLesson({ id: 107, date: '2026-02-07', topic: 'Дебют', branch_id: 2, ...ofMia });
		this.addCompletedLesson({ id: 108, date: '2026-02-08', topic: 'Дебют', ...ofLev });
		this.addAttendance(106, MIA, { is_attend: ATTENDANCE.attended, grade: '5', bonus: 2, note: STAFF_NOTE });

		// Lesson 110 has begun, because it is noon on 10 February.
		this.addPlannedLesson({ id: 110, date: '2026-02-10', from: '09:00', to: '10:00', ...ofMia });
		this.addPlannedLesson({ id: 111, date: '2026-02-11', ...ofLev });
		this.addPlannedLesson({ id: 112, date: '2026-02-12', branch_id: 2, ...ofMia });
		this.addPlannedLesson({ id: 113, date: '2026-02-13', group_ids: [CHESS_GROUP], ...ofMia });
	}

	private addPaymentsOfMia(): void {
		this.addPayment({ id: 206, document_date: '06.02.2026', customer_id: MIA, note: STAFF_NOTE });
		this.addPayment({
			id: 207,
			document_date: '07.02.2026',
			customer_id: MIA,
			note: STAFF_NOTE,
			branch_id: 2,
		});
		this.addPayment({ id: 208, document_date: '08.02.2026', customer_id: LEV, note: STAFF_NOTE });
	}

	private addTasksOfMia(): void {
		this.addTask({ id: 310, customer_ids: [MIA], is_done: 1 });
		this.addTask({ id: 312, due_date: '12.02.2026', customer_ids: [LEV] });
		this.addTask({ id: 313, due_date: '13.02.2026', customer_ids: [MIA], branch_ids: [2] });
		this.addTask({ id: 314, due_date: '14.02.2026', customer_ids: [MIA] });
	}

	/** Adds a current subscription of Mia, one of Mia that has ended, and a current one of Lev. */
	private addSubscriptionsOfMia(): void {
		const february2026 = { b_date: '01.02.2026', e_date: '28.02.2026' };
		const january2025 = { b_date: '01.01.2025', e_date: '31.01.2025' };
		this.addRecord('customer-tariff', {
			id: 401,
			customer_id: MIA,
			tariff_id: 1,
			balance: '800.00',
			paid_lesson_count: 4,
			note: STAFF_NOTE,
			...february2026,
		});
		this.addRecord('customer-tariff', { id: 402, customer_id: MIA, tariff_id: 1, ...january2025 });
		this.addRecord('customer-tariff', { id: 403, customer_id: LEV, tariff_id: 1, ...february2026 });
	}
}
