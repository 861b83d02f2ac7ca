import type { IDataObject } from 'n8n-workflow';

import { dayOf } from '../../entities/lesson';
import { readId } from '../../values/formats';
import { isOnDay, overlapsDays } from '../records/periods';
import { involvesAnyOf } from './attendees';
import { namesCustomer } from './lessonRow';

/**
 * Decides which lessons are a customer's: those that name the customer, and those of a group on the days on which the customer
 * is its member. API notes 5.7 and 5.11.
 *
 * A planned lesson of a group may name nobody, as one that *Lesson → Create* makes for a group. No source says that AlfaCRM
 * lists such a lesson for the members, so the lessons of each group have to be asked for as well.
 */
export class CustomerLessons {
	/** @param memberships of all times, as `cgi/customer` lists them */
	constructor(
		readonly customerId: number,
		private readonly memberships: readonly IDataObject[],
		private readonly zone: string,
	) {}

	/** Returns the groups of which the customer is a member on any of some days. */
	groupIdsWithin(firstDay: string, lastDay: string): number[] {
		const memberships = this.memberships.filter((row) => overlapsDays(row, firstDay, lastDay, this.zone));
		return distinctGroupIds(memberships);
	}

	/** Returns the groups of which the customer is a member on a day. */
	groupIdsOn(day: string): number[] {
		return distinctGroupIds(this.memberships.filter((row) => isOnDay(row, day, this.zone)));
	}

	/** Returns the filters of `lesson/index` that together list all lessons of the customer on some days. */
	filtersWithin(firstDay: string, lastDay: string): IDataObject[] {
		const groupFilters = this.groupIdsWithin(firstDay, lastDay).map((group_id) => ({ group_id }));
		return [{ customer_id: this.customerId }, ...groupFilters];
	}

	/**
	 * Whether a lesson is the customer's.
	 *
	 * @param day on which a regular lesson takes place, which says only its weekday
	 */
	includes(lesson: IDataObject, day = dayOf(lesson, this.zone)): boolean {
		const groupIds = day === undefined ? [] : this.groupIdsOn(day);
		const attendees = { customerIds: [this.customerId], groupIds };
		return namesCustomer(lesson, this.customerId) || involvesAnyOf(attendees, lesson);
	}
}

const distinctGroupIds = (memberships: readonly IDataObject[]): number[] => [
	...new Set(memberships.flatMap(({ group_id }) => readId(group_id) ?? [])),
];
