/**
 * Decides how a customer becomes a member of a group in a period, given the memberships that the
 * customer has in this group already. Nothing here calls AlfaCRM.
 *
 * - *A membership overlaps the period*: it is changed to begin no later than the period. It is
 *   changed to end with the period if the user has given an end, because this end is what the user
 *   asks for.
 * - *The user has given no end, and a membership begins after the period*: this membership is moved
 *   to begin with the period. A new membership without an end would overlap with it.
 * - *Otherwise*: a new membership is created.
 *
 * Days are texts `yyyy-mm-dd`, so they compare as texts. A membership without an end has a last day
 * that is later than every other day: see `lastDayOf` in `periods.ts`.
 */

import type { IDataObject } from 'n8n-workflow';

import { firstDayOf, lastDayOf, overlapsDays } from '../../store/calendar/periods';
import { daysAfter, dotted } from '../../values/formats';

/** The period in which a customer should be in a group. */
export interface Period {
	/** The first day, `yyyy-mm-dd`. */
	from: string;
	/**
	 * The last day, `yyyy-mm-dd`. If the user has given no end, the day until which the membership
	 * has to last at least.
	 */
	to: string;
	/** Whether the membership goes on after `to`, because the user has given no end. */
	isOpenEnded: boolean;
}

/** An existing membership that is used for the period, and what has to be changed in it. */
export interface MembershipUpdate {
	membership: IDataObject;
	/**
	 * The new first and last day as they are sent, `dd.mm.yyyy`; empty if the membership needs no
	 * change.
	 */
	newDays: IDataObject;
	/** Whether the customer was in the group on at least one day of the period before the change. */
	wasMember: boolean;
}

/**
 * Decides whether an existing membership is used for the period, and with which days.
 *
 * @returns `create` if a new membership is needed. `refuse` if several memberships overlap the
 * period, and the one that ends last begins after the first day of the period: it would have to
 * begin earlier, and would then overlap with the others.
 */
export function decideMembership(
	memberships: readonly IDataObject[],
	period: Period,
	zone: string,
): MembershipUpdate | 'create' | 'refuse' {
	const overlappingMemberships = findOverlappingMemberships(memberships, period, zone);
	const nextMembership = findNextMembership(memberships, period, zone);
	const wasMember = overlappingMemberships.length > 0;
	const movableMembership = period.isOpenEnded ? nextMembership : undefined;
	// The overlapping membership that ends last comes first.
	const membership = wasMember ? overlappingMemberships[0] : movableMembership;
	if (membership === undefined) return 'create';

	const beginsTooLate = firstDayOf(membership, zone) > period.from;
	if (beginsTooLate && overlappingMemberships.length > 1) return 'refuse';

	const newDays = decideNewDays(membership, period, nextMembership, zone);
	return { membership, newDays, wasMember };
}

/**
 * Decides which days of a membership have to be changed, so that it includes the period.
 *
 * @param nextMembership the first membership that begins after the period
 * @returns the new first and last day as they are sent; no field for a day that stays
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
 * Decides when a membership ends if the user has given no end.
 *
 * - *It ends after the period*: it keeps its end. That holds for the next membership, too, if it is
 *   moved to begin with the period.
 * - *It ends by the last day of the period*: it loses its end or, if there is a next membership,
 *   ends on the day before that one begins.
 *
 * @param nextMembership the first membership that begins after the period
 * @returns undefined for a membership that gets no end
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
