import type { IDataObject } from 'n8n-workflow';

import { dayOf } from '../../entities/lesson';
import { readIds } from '../../values/formats';
import { includesDay, overlapsDays } from './periods';
import { involvesAnyOf } from './attendees';
import { namesCustomer } from './lessonRow';

/**
 * Decides which lessons a customer takes part in:
 *
 * - the lessons whose list of customers or attendance has the customer
 * - the lessons of a group on the days on which the customer is a member of that group
 *
 * API notes 5.7 and 5.11.
 *
 * A planned group lesson may list no customers, for example if it was created by *Lesson → Create*.
 * It is not known whether AlfaCRM's filter `customer_id` finds such a lesson for the members of the
 * group. So the lessons of each group must be requested as well.
 */
export class CustomerLessons {
	/**
	 * @param memberships past, current and future memberships of the customer: rows of `cgi/customer`
	 */
	constructor(
		readonly customerId: number,
		private readonly memberships: readonly IDataObject[],
		private readonly zone: string,
	) {}

	/**
	 * Returns the groups of which the customer is a member on at least one day from `firstDay` to
	 * `lastDay`.
	 */
	groupIdsWithin(firstDay: string, lastDay: string): number[] {
		const memberships = this.memberships.filter((row) =>
			overlapsDays(row, firstDay, lastDay, this.zone),
		);
		return distinctGroupIds(memberships);
	}

	/** Returns the groups of which the customer is a member on `day`. */
	groupIdsOn(day: string): number[] {
		return distinctGroupIds(this.memberships.filter((row) => includesDay(row, day, this.zone)));
	}

	/**
	 * Returns filters for `lesson/index`, one for each call. Together these calls list all lessons of
	 * the customer from `firstDay` to `lastDay`.
	 */
	filtersWithin(firstDay: string, lastDay: string): IDataObject[] {
		const groupFilters = this.groupIdsWithin(firstDay, lastDay).map((group_id) => ({ group_id }));
		return [{ customer_id: this.customerId }, ...groupFilters];
	}

	/**
	 * Whether the customer takes part in a lesson, or in a regular lesson on a day.
	 *
	 * @param day the date to check; needed for a regular lesson, whose row holds only a weekday
	 */
	includes(lesson: IDataObject, day = dayOf(lesson, this.zone)): boolean {
		const groupIds = day === undefined ? [] : this.groupIdsOn(day);
		const attendees = { customerIds: [this.customerId], groupIds };

		// Both check the lesson's customers. `namesCustomer` also reads its attendance, and
		// `involvesAnyOf` also reads its groups and the owner of a regular lesson.
		return namesCustomer(lesson, this.customerId) || involvesAnyOf(attendees, lesson);
	}
}

/** Returns each group of the memberships once. Skips a membership whose group cannot be read. */
function distinctGroupIds(memberships: readonly IDataObject[]): number[] {
	const groupIds = readIds(memberships.map(({ group_id }) => group_id));
	return [...new Set(groupIds)];
}
