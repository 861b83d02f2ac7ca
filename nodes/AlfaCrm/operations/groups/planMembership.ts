import type { IDataObject } from 'n8n-workflow';

import {
	firstDay as firstDayOf,
	lastDay as lastDayOf,
	overlapsDays,
} from '../../store/calendar/periods';
import { daysAfter, dotted } from '../../values/formats';

/**
 * Decides how a customer becomes a member of a group on some days, given the memberships that the
 * customer has in this group already. Nothing here calls AlfaCRM.
 *
 * - *A membership shares a day with the days*: its days are changed so that it covers them.
 * - *No end is given, and a membership begins later*: that membership begins earlier. A new one
 *   without an end would overlap with it.
 * - *Otherwise*: a new membership is created.
 */

/** The days on which a customer should be in a group, both as `yyyy-mm-dd`. */
export interface Days {
	from: string;
	/** The last day. If the membership has no end, the last day that it has to cover at least. */
	to: string;
	/** Whether the membership goes on after `to`, because the user has given no end. */
	isOpenEnded: boolean;
}

/** An existing membership that covers the days, after its own days are changed if necessary. */
export interface MembershipChange {
	membership: IDataObject;
	/**
	 * The new first and last day as they are sent; empty if the membership covers the days already.
	 */
	changes: IDataObject;
	/** Whether the customer is in the group on at least one of the days already. */
	isMember: boolean;
}

/**
 * Plans how the days are covered.
 *
 * @returns `create` if a new membership is needed. `refuse` if the days begin in one membership and
 * lead into a later one: the later one would have to begin earlier, and would overlap with the
 * first.
 */
export function planMembership(
	memberships: readonly IDataObject[],
	days: Days,
	zone: string,
): MembershipChange | 'create' | 'refuse' {
	const sharingMemberships = findSharingMemberships(memberships, days, zone);
	const nextMembership = findNextMembership(memberships, days, zone);
	const membership = sharingMemberships.at(0) ?? (days.isOpenEnded ? nextMembership : undefined);
	if (membership === undefined) return 'create';

	const beginsTooLate = firstDayOf(membership, zone) > days.from;
	if (beginsTooLate && sharingMemberships.length > 1) return 'refuse';

	const changes: IDataObject = {};
	if (beginsTooLate) {
		changes.b_date = dotted(days.from);
	}
	const oldEnd = lastDayOf(membership, zone);
	const newEnd = days.isOpenEnded ? postponeEnd(oldEnd, days, nextMembership, zone) : days.to;
	if (newEnd !== oldEnd) {
		changes.e_date = newEnd === undefined ? null : dotted(newEnd);
	}
	return { membership, changes, isMember: sharingMemberships.length > 0 };
}

/**
 * Finds the memberships that share a day with the days. The membership that ends last comes first.
 */
function findSharingMemberships(
	memberships: readonly IDataObject[],
	{ from, to }: Days,
	zone: string,
): IDataObject[] {
	return memberships
		.filter((membership) => overlapsDays(membership, from, to, zone))
		.sort((a, b) => compareDays(lastDayOf(b, zone), lastDayOf(a, zone)));
}

/** Finds the first membership that begins after the days. */
function findNextMembership(
	memberships: readonly IDataObject[],
	{ to }: Days,
	zone: string,
): IDataObject | undefined {
	return memberships
		.filter((membership) => firstDayOf(membership, zone) > to)
		.sort((a, b) => compareDays(firstDayOf(a, zone), firstDayOf(b, zone)))
		.at(0);
}

/**
 * Decides when a membership ends if the user has given no end. A membership that ends later keeps
 * its end. A membership that would end now goes on as if it had never been ended, until the day
 * before the next membership begins. API notes 5.7.
 *
 * @returns undefined for a membership that gets no end
 */
function postponeEnd(
	oldEnd: string,
	{ to }: Days,
	nextMembership: IDataObject | undefined,
	zone: string,
): string | undefined {
	if (oldEnd > to) return oldEnd;
	return nextMembership === undefined ? undefined : daysAfter(firstDayOf(nextMembership, zone), -1);
}

/** Compares days as `sort` needs it: they are texts `yyyy-mm-dd`, so an earlier day sorts first. */
function compareDays(a: string, b: string): number {
	if (a === b) return 0;
	return a < b ? -1 : 1;
}
