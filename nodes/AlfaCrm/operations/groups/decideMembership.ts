/**
 * Decides for *Add to Group* how a customer becomes a member of a group in a period, such as from
 * 1 March to 31 May. The decision depends on the memberships that the customer has in this group:
 *
 * - *A membership overlaps the period*: its first day is changed if it begins after the first day
 *   of the period. Its last day becomes the last day of the period if the user has given that day.
 *   Otherwise `decideOpenEnd` decides its last day.
 * - *No membership overlaps the period, the user has given no last day, and a membership begins
 *   later*: its first day becomes the first day of the period. A new membership without a last day
 *   would overlap with this membership.
 * - *In all other cases* a new membership is created.
 *
 * Nothing here calls AlfaCRM. Days are texts `yyyy-mm-dd`, so they compare as texts. For a
 * membership without a last day, `lastDayOf` returns a text that is later than every day.
 */

import type { IDataObject } from 'n8n-workflow';

import { firstDayOf, lastDayOf, overlapsDays } from '../../store/calendar/periods';
import { daysAfter, dotted } from '../../values/formats';

/** The period in which a customer should be in a group. */
export interface Period {
	/** The first day, `yyyy-mm-dd`. */
	from: string;
	/**
	 * The last day that the user has given, `yyyy-mm-dd`. If the user has given no last day, the
	 * membership must last at least until this day: today, or the first day if it is in the future.
	 */
	to: string;
	/** Whether the membership can go on after `to`, because the user has given no last day. */
	isOpenEnded: boolean;
}

/** An existing membership that is used for the period, and the days to change in it. */
export interface MembershipUpdate {
	membership: IDataObject;
	/**
	 * The new `b_date` and `e_date` in AlfaCRM's format, `dd.mm.yyyy`. A day that stays is left out,
	 * so this is empty if the membership needs no change.
	 */
	newDays: IDataObject;
	/** Whether the customer was in the group on at least one day of the period before the change. */
	wasMember: boolean;
}

/**
 * Decides whether an existing membership is used for the period, and with which days.
 *
 * - `create`: a new membership is needed.
 * - `refuse`: several memberships overlap the period, and the membership that ends last begins
 *   after the first day of the period. If it began earlier, it would overlap with another
 *   membership. For example, the period is from 1 March to 31 May, and the memberships are from 1
 *   February to 15 March and from 1 to 30 April.
 */
export function decideMembership(
	memberships: readonly IDataObject[],
	period: Period,
	zone: string,
): MembershipUpdate | 'create' | 'refuse' {
	const overlappingMemberships = findOverlappingMemberships(memberships, period, zone);
	const nextMembership = findNextMembership(memberships, period, zone);
	const lastOverlappingMembership = overlappingMemberships.at(0);
	const movableMembership = period.isOpenEnded ? nextMembership : undefined;
	const membership = lastOverlappingMembership ?? movableMembership;
	if (membership === undefined) return 'create';

	const beginsTooLate = firstDayOf(membership, zone) > period.from;
	if (beginsTooLate && overlappingMemberships.length > 1) return 'refuse';

	const newDays = decideNewDays(membership, period, nextMembership, zone);
	return { membership, newDays, wasMember: lastOverlappingMembership !== undefined };
}

/**
 * Decides which days of a membership have to be changed to fit the period.
 *
 * @param nextMembership the first membership that begins after the period. It is `membership`
 * itself if that is moved to an earlier first day.
 * @returns the new `b_date` and `e_date` in AlfaCRM's format; no field for a day that stays
 */
function decideNewDays(
	membership: IDataObject,
	period: Period,
	nextMembership: IDataObject | undefined,
	zone: string,
): IDataObject {
	const newDays: IDataObject = {};
	if (firstDayOf(membership, zone) > period.from) {
		newDays.b_date = dotted(period.from);
	}

	const oldEnd = lastDayOf(membership, zone);
	const newEnd = period.isOpenEnded
		? decideOpenEnd(oldEnd, period, nextMembership, zone)
		: period.to;
	if (newEnd !== oldEnd) {
		// Null removes the last day.
		newDays.e_date = newEnd === undefined ? null : dotted(newEnd);
	}
	return newDays;
}

/** Finds the memberships that overlap the period. The membership that ends last comes first. */
function findOverlappingMemberships(
	memberships: readonly IDataObject[],
	period: Period,
	zone: string,
): IDataObject[] {
	const overlappingMemberships = memberships.filter((membership) =>
		overlapsDays(membership, period.from, period.to, zone),
	);
	return overlappingMemberships.sort((a, b) => compareDays(lastDayOf(b, zone), lastDayOf(a, zone)));
}

/** Finds the first membership that begins after the period. */
function findNextMembership(
	memberships: readonly IDataObject[],
	period: Period,
	zone: string,
): IDataObject | undefined {
	const laterMemberships = memberships.filter(
		(membership) => firstDayOf(membership, zone) > period.to,
	);
	laterMemberships.sort((a, b) => compareDays(firstDayOf(a, zone), firstDayOf(b, zone)));
	return laterMemberships.at(0);
}

/**
 * Decides the last day of a membership if the user has given no last day.
 *
 * - *The membership ends after the period*: its last day stays. This includes the case that
 *   `nextMembership` itself is moved to an earlier first day.
 * - *The membership ends in the period, and there is a next membership*: the new last day is the
 *   day before the next membership begins.
 * - *The membership ends in the period, and there is no next membership*: it gets no last day.
 *
 * @param nextMembership the first membership that begins after the period
 * @returns undefined for a membership that gets no last day
 */
function decideOpenEnd(
	oldEnd: string,
	period: Period,
	nextMembership: IDataObject | undefined,
	zone: string,
): string | undefined {
	if (oldEnd > period.to) return oldEnd;
	if (nextMembership === undefined) return undefined;
	return daysAfter(firstDayOf(nextMembership, zone), -1);
}

/** Compares two days for `sort`: the earlier day comes first. */
function compareDays(a: string, b: string): number {
	if (a === b) return 0;
	return a < b ? -1 : 1;
}
