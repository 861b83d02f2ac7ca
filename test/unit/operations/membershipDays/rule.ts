/** A day, counted from today: 0 is today, -1 is yesterday. */
type Day = number;

const TODAY: Day = 0;

/** The days on which a customer is a member of a group. Without an end, `lastDay` is `Infinity`. */
export interface Membership {
	firstDay: Day;
	lastDay: Day;
}

/** The days in the form of Add to Group. An undefined day is empty in the form. */
export interface RequestedDays {
	firstDay?: Day;
	lastDay?: Day;
}

/**
 * Decides whether Add to Group must refuse the requested days. There are two reasons to refuse them:
 *
 * - The last day is before the first day.
 * - The days lead from one membership into another: they overlap several memberships, and the last of
 *   these begins after the first requested day. Example: the customer is a member in February and in April,
 *   and is to be a member from February 15 to April 15. If the April membership began on February 15,
 *   it would overlap the one of February.
 *
 * @param memberships in the order of their days
 */
export function mustBeRefused(memberships: readonly Membership[], request: RequestedDays): boolean {
	const period = toPeriod(request);
	if (period.lastDay < period.firstDay) return true;

	const overlappingMemberships = findOverlappingMemberships(memberships, period);
	const lastMembership = overlappingMemberships.at(-1);
	if (lastMembership === undefined || overlappingMemberships.length === 1) return false;

	return lastMembership.firstDay > period.firstDay;
}

/** Tells whether the customer is already a member on one of the requested days. */
export function isMemberOnRequestedDay(memberships: readonly Membership[], request: RequestedDays): boolean {
	return findOverlappingMemberships(memberships, toPeriod(request)).length > 0;
}

/**
 * Lists the days on which the customer must be a member after Add to Group. Without a last day, the
 * membership goes on after today and after its first day, so the list has one more day.
 */
export function listDaysOfMembership(request: RequestedDays): Day[] {
	const { firstDay, lastDay } = toPeriod(request);
	const lastListedDay = request.lastDay ?? lastDay + 1;
	const days: Day[] = [];
	for (let day = firstDay; day <= lastListedDay; day++) {
		days.push(day);
	}
	return days;
}

/**
 * Replaces the days that are empty in the form. The first day is today. The last day is today, or the first
 * day if that is later.
 */
function toPeriod({ firstDay = TODAY, lastDay = Math.max(firstDay, TODAY) }: RequestedDays): Membership {
	return { firstDay, lastDay };
}

/** Finds the memberships that have a day in common with a period. */
function findOverlappingMemberships(memberships: readonly Membership[], period: Membership): Membership[] {
	return memberships.filter(
		({ firstDay, lastDay }) => firstDay <= period.lastDay && lastDay >= period.firstDay,
	);
}
