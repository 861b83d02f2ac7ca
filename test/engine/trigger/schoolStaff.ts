import type { INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../sandbox';
import type { ATTENDANCE } from '../../support/codes';
import { LESSON_STATUS } from '../../support/codes';
import { Poller } from '../support/poller';
import type { School } from '../support/school';

/** Customers. */
export const ANNA = 501;
export const BORIS = 502;
export const VERA = 503;

export const ROBOTICS_GROUP = 41;
export const MEMBERSHIP = 601;
export const SUBSCRIPTION = 701;
export const FIRST_LESSON = 901;
export const SECOND_LESSON = 902;

type Attendance = (typeof ATTENDANCE)[keyof typeof ATTENDANCE];

/** The attendance of one customer at a lesson, with more fields of AlfaCRM if the test needs them. */
interface AttendanceValues extends JsonObject {
	lesson: number;
	customer: number;
	is_attend: Attendance;
}

/** The staff of a school: changes its records past the API, and AlfaCRM's log shows each change. */
export class SchoolStaff {
	constructor(private readonly school: School) {}

	/** Starts a trigger, and forgets the calls of its first poll, which reports nothing. */
	async startTrigger(event: string, parameters: INodeParameters = {}): Promise<Poller> {
		const trigger = new Poller(this.school.engine, { event, ...parameters });
		expect(await trigger.poll()).toEqual([]);
		this.school.sandbox.clearJournal();
		return trigger;
	}

	/** Adds a client of branch 1. */
	addClient(id: number, values: JsonObject): void {
		this.store.insert('customer', { id, is_study: 1, branch_ids: [1], ...values });
	}

	/** Moves a customer to the archive on 10 March, because the family moves away. */
	archiveCustomer(id: number): void {
		this.changeCustomer(id, { e_date: '2026-03-10', customer_reject_id: 1 });
	}

	changeCustomer(id: number, values: JsonObject): void {
		this.store.patch('customer', id, values);
	}

	/** Adds a group of branch 1. */
	addGroup(id: number, values: JsonObject): void {
		this.store.insert('group', { id, branch_ids: [1], ...values });
	}

	changeGroup(id: number, values: JsonObject): void {
		this.store.patch('group', id, values);
	}

	/** Adds Anna to the group of robotics, from 10 March to 31 May unless the values say otherwise. */
	addMembership(id: number, values: JsonObject = {}): void {
		this.store.insert('cgi', {
			id,
			customer_id: ANNA,
			group_id: ROBOTICS_GROUP,
			b_date: '10.03.2026',
			e_date: '31.05.2026',
			...values,
		});
	}

	changeMembership(id: number, values: JsonObject): void {
		this.store.patch('cgi', id, values);
	}

	deleteMembership(id: number): void {
		this.store.remove('cgi', id);
	}

	/** Sells Anna a subscription to lessons of programming, from 10 March to 9 April. */
	sellSubscription(id: number): void {
		this.store.insert('customer-tariff', {
			id,
			customer_id: ANNA,
			tariff_id: 1,
			subject_ids: [2],
			balance: '3200.00',
			b_date: '10.03.2026',
			e_date: '09.04.2026',
		});
	}

	changeSubscription(id: number, values: JsonObject): void {
		this.store.patch('customer-tariff', id, values);
	}

	/** Plans a lesson of group 1 on 10 March from 10:00 to 11:00. */
	planLesson(id: number, customers: number[]): void {
		this.store.insert('lesson', {
			id,
			branch_id: 1,
			date: '2026-03-10',
			time_from: '2026-03-10 10:00:00',
			time_to: '2026-03-10 11:00:00',
			lesson_type_id: 2,
			subject_id: 1,
			status: LESSON_STATUS.planned,
			teacher_ids: [1],
			group_ids: [1],
			customer_ids: customers,
		});
	}

	enterAttendance({ lesson, customer, ...values }: AttendanceValues): void {
		this.store.insert('lesson-details', {
			branch_id: 1,
			customer_id: customer,
			lesson_id: lesson,
			...values,
		});
	}

	/** Completes a lesson whose attendances have been entered. */
	completeLesson(id: number): void {
		this.store.patch('lesson', id, { status: LESSON_STATUS.held });
	}

	/** Completes a lesson that all of these customers have attended, or all have missed. */
	completeLessonOf(customers: number[], lesson: number, is_attend: Attendance): void {
		for (const customer of customers) {
			this.enterAttendance({ lesson, customer, is_attend });
		}
		this.completeLesson(lesson);
	}

	/** Lets AlfaCRM fail whenever it is asked for one record of an entity, until `endFailures`. */
	failRequestsFor(entity: string, id: number): void {
		const match = { entity, bodyContains: `"id":${id}` };
		this.school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match });
	}

	endFailures(): void {
		this.school.sandbox.faults.clear();
	}

	/** Deletes from the log all that it says of memberships so far. */
	deleteMembershipsFromLog(): void {
		for (const { id, entity } of this.store.rows('log')) {
			if (entity === 'CustomerGroupInvolve') {
				this.store.remove('log', id);
			}
		}
	}

	/** Reads the bodies of the requests for the log of one record, since the trigger has started. */
	readLogRequestsFor(id: number): JsonObject[] {
		return this.readLogRequests().filter(({ entity_id }) => entity_id === id);
	}

	/** Reads for which classes of records the log was requested; undefined stands for all classes. */
	readClassesOfLogRequests(): unknown[] {
		const classes = this.readLogRequests().map(({ entity }) => entity);
		return [...new Set(classes)];
	}

	private readLogRequests(): JsonObject[] {
		return this.school.readJournal('log/index').map(({ body }) => body as JsonObject);
	}

	private get store() {
		return this.school.sandbox.store;
	}
}
