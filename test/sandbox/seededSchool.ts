import type { Row, Sandbox } from '../../sandbox';
import { ATTENDANCE, LESSON_STATUS } from '../support/codes';
import { toIds, toIsoDay } from './support';

/** Reads the records that the sandbox has invented, so that tests can find contradictions between them. */
export class SeededSchool {
	constructor(
		private readonly store: Sandbox['store'],
		/** The day on which the school lives. */
		readonly today: string,
	) {}

	readRecords(entity: string): readonly Row[] {
		return this.store.rows(entity);
	}

	/** Finds the customer whom a record names. */
	findCustomer({ customer_id }: Row): Row {
		return this.store.find('customer', Number(customer_id)) as Row;
	}

	/**
	 * Finds the records of an entity that are older than their customer, by the day in a field of the record.
	 */
	findRecordsBeforeCustomer(entity: string, dayField: string): Row[] {
		const recordsOfCustomers = this.readRecords(entity).filter(({ customer_id }) => customer_id !== null);
		return recordsOfCustomers.filter((row) => {
			const { created_at } = this.findCustomer(row);
			return toDay(row[dayField]) < toDay(created_at);
		});
	}

	/** Finds the newest subscription of a customer. */
	findNewestSubscription(customer: number): Row {
		return this.store.where('customer-tariff', 'customer_id', customer).at(-1) as Row;
	}

	/**
	 * Reads the days of a customer's completed lessons with an attendance such as `ATTENDANCE.missed`, in their
	 * order.
	 */
	readLessonDays(customer: number, attendance: number): string[] {
		return this.store
			.where('lesson-details', 'customer_id', customer)
			.filter(({ is_attend }) => is_attend === attendance)
			.map(({ lesson_id }) => String(this.store.find('lesson', Number(lesson_id))?.date))
			.sort();
	}

	/** Reads the days of the lessons that a customer has attended. */
	readAttendedDays(customer: number): string[] {
		return this.readLessonDays(customer, ATTENDANCE.attended);
	}

	/** Reads the days of the lessons that a customer has missed. */
	readMissedDays(customer: number): string[] {
		return this.readLessonDays(customer, ATTENDANCE.missed);
	}

	/** Finds when the next planned lesson of a customer begins. Returns null if there is none. */
	findNextLessonTime(customer: number): string | null {
		const times = this.readRecords('lesson')
			.filter(({ status }) => status === LESSON_STATUS.planned)
			.filter((lesson) => this.readAttendees(lesson).includes(customer))
			.map(({ time_from }) => String(time_from))
			.sort();
		return times[0] ?? null;
	}

	/** Reads the customers who belong to a group on a day. */
	readMembers(group: number, day: string): number[] {
		return this.store
			.where('cgi', 'group_id', group)
			.filter(({ b_date, e_date }) => toDay(b_date) <= day && (e_date === null || toDay(e_date) >= day))
			.map(({ customer_id }) => Number(customer_id));
	}

	/** Reads the members of the groups of a lesson on its day. */
	readMembersOfLesson({ group_ids, date }: Row): number[] {
		return toIdList(group_ids).flatMap((group) => this.readMembers(group, String(date)));
	}

	/**
	 * Reads the customers of a lesson: those whom it names or, if it is planned and names nobody, the members
	 * of its groups.
	 */
	readAttendees(lesson: Row): number[] {
		const namedCustomers = toIdList(lesson.customer_ids);
		if (namedCustomers.length > 0 || lesson.status !== LESSON_STATUS.planned) return namedCustomers;
		return this.readMembersOfLesson(lesson);
	}

	/** Finds the planned lessons of later days whose groups have members. */
	findComingGroupLessons(): Row[] {
		return this.readRecords('lesson')
			.filter(({ status }) => status === LESSON_STATUS.planned)
			.filter(({ date }) => String(date) > this.today)
			.filter((lesson) => this.readMembersOfLesson(lesson).length > 0);
	}

	/** Finds the IDs of the records that have a day after today in a field. */
	findRecordsOfFuture(entity: string, dayField: string): number[] {
		const rows = this.readRecords(entity).filter(
			(row) => row[dayField] !== null && toDay(row[dayField]) > this.today,
		);
		return toIds(rows);
	}
}

/** Reads the value of a field that lists IDs. */
export function toIdList(value: unknown): number[] {
	return value as number[];
}

/**
 * Rewrites a day or a time of AlfaCRM as a day such as "2026-02-10", so that days can be compared as texts.
 */
export function toDay(value: unknown): string {
	return toIsoDay(String(value)).slice(0, 10);
}
