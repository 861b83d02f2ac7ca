import type { IDataObject } from 'n8n-workflow';

import { dayOf } from '../../entities/lesson';
import { readIds } from '../../values/formats';
import { includesDay, overlapsDays } from './periods';
import { involvesAnyOf } from './attendees';
import { namesCustomer } from './lessonRow';

/**
 * Decides in which lessons a customer takes part:
 *
 * - the lessons that name the customer, in their list of customers or in their attendance
 * - the lessons of a group on the days on which the customer is a member of that group
 *
 * See docs/alfacrm-api.md 5.7 and 5.11.
 */
export class CustomerLessons {
	/**
	 * @param memberships past, current and future memberships of the customer in groups: rows of
	 * AlfaCRM's list `cgi/customer`
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
		const memberships = this.memberships.filter((membership) =>
			overlapsDays(membership, firstDay, lastDay, this.zone),
		);
		return distinctGroupIds(memberships);
	}

	/** Returns the groups of which the customer is a member on `day`. */
	groupIdsOn(day: string): number[] {
		const memberships = this.memberships.filter((membership) =>
			includesDay(membership, day, this.zone),
		);
		return distinctGroupIds(memberships);
	}

	/**
	 * Makes filters for AlfaCRM's list of lessons, one for each call. Together these calls list all
	 * lessons of the customer from `firstDay` to `lastDay`.
	 *
	 * The lessons of each group are requested too. A planned group lesson can have an empty list of
	 * customers, for example if it was created by *Lesson → Create*, and it is not known whether the
	 * filter `customer_id` finds such a lesson for the members of the group.
	 */
	makeLessonFilters(firstDay: string, lastDay: string): IDataObject[] {
		const customerFilter = { customer_id: this.customerId };
		const groupIds = this.groupIdsWithin(firstDay, lastDay);
		const groupFilters = groupIds.map((group_id) => ({ group_id }));
		return [customerFilter, ...groupFilters];
	}

	/**
	 * Whether the customer takes part in a lesson, or in a regular lesson on a day.
	 *
	 * @param day the day of the lesson; a row of a regular lesson has only a weekday, so callers give
	 * the day
	 */
	includes(lesson: IDataObject, day = dayOf(lesson, this.zone)): boolean {
		// Checked first, because `involvesAnyOf` does not look into the attendance of a lesson.
		if (namesCustomer(lesson, this.customerId)) return true;

		const groupIds = day === undefined ? [] : this.groupIdsOn(day);
		const attendees = { customerIds: [this.customerId], groupIds };
		return involvesAnyOf(attendees, lesson);
	}
}

/** Returns the ID of each group once. Skips memberships that show no group. */
function distinctGroupIds(memberships: readonly IDataObject[]): number[] {
	const groupIds = readIds(memberships.map(({ group_id }) => group_id));
	return [...new Set(groupIds)];
}
