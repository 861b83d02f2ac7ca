import fc from 'fast-check';

import { depth, seed } from '../../support/depth';
import { GroupSchool, NOW } from './membershipDays/groupSchool';
import type { Membership } from './membershipDays/rule';
import { isMemberOnRequestedDay, listDaysOfMembership, mustBeRefused } from './membershipDays/rule';
import type { Situation } from './membershipDays/situations';
import { situations } from './membershipDays/situations';

/**
 * Add to Group changes a membership of the customer, creates another one, or refuses. Here it meets
 * random memberships and random days.
 */
jest.setTimeout(600_000);

/** The messages with which Add to Group refuses days. */
const REFUSAL = /^'End Date' must not be before|^The customer was in the group more than once from/;

/**
 * About half of all random situations must be refused, and `depth` counts accepted and refused ones together.
 */
const RUNS = Math.ceil(depth.memberships / 2);

const refusedSituations = situations.filter(({ memberships, request }) =>
	mustBeRefused(memberships, request),
);
const acceptedSituations = situations.filter(
	({ memberships, request }) => !mustBeRefused(memberships, request),
);

beforeEach(() => {
	jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
});

afterEach(() => {
	jest.useRealTimers();
});

it('Add to Group makes the customer a member on each requested day, by exactly one membership', async () => {
	await checkEach(acceptedSituations, async (school, { memberships, request }) => {
		const { error, json } = await school.addMiaToGroup(request);

		const newMemberships = school.readMemberships();
		const requestedDays = listDaysOfMembership(request);
		expect(error).toBeUndefined();
		expect(json).toMatchObject([{ alreadyMember: isMemberOnRequestedDay(memberships, request) }]);
		expect(findDaysWithoutMembership(requestedDays, newMemberships)).toEqual([]);
		expect(findOverlaps(newMemberships)).toEqual([]);
	});
});

it('a second run of Add to Group changes nothing', async () => {
	await checkEach(acceptedSituations, async (school, { request }) => {
		await school.addMiaToGroup(request);
		const membershipsAfterFirstRun = school.readMemberships();

		const { json } = await school.addMiaToGroup(request);

		expect(json).toMatchObject([{ operationResult: 'unchanged', alreadyMember: true }]);
		expect(school.readMemberships()).toEqual(membershipsAfterFirstRun);
	});
});

it('Add to Group refuses days whose end is before their start, and days that lead from one membership into another', async () => {
	await checkEach(refusedSituations, async (school, { memberships, request }) => {
		const { error } = await school.addMiaToGroup(request);

		expect(error?.message).toMatch(REFUSAL);
		expect(school.readMemberships()).toEqual(memberships);
	});
});

it('Add to Group changes no membership of another customer or in another group, whatever the days', async () => {
	await checkEach(situations, async (school, { request }) => {
		const otherMemberships = school.readOtherMemberships();

		await school.addMiaToGroup(request);

		expect(school.readOtherMemberships()).toEqual(otherMemberships);
	});
});

/** Generates random situations and checks each of them in a new school. */
async function checkEach(
	generatedSituations: fc.Arbitrary<Situation>,
	check: (school: GroupSchool, situation: Situation) => Promise<void>,
): Promise<void> {
	const property = fc.asyncProperty(generatedSituations, async (situation) => {
		await check(new GroupSchool(situation.memberships), situation);
	});
	await fc.assert(property, { seed, numRuns: RUNS });
}

/** Finds the days on which none of the memberships is valid. */
function findDaysWithoutMembership(days: readonly number[], memberships: readonly Membership[]): number[] {
	return days.filter(
		(day) => !memberships.some(({ firstDay, lastDay }) => firstDay <= day && day <= lastDay),
	);
}

/** Finds the memberships that begin on or before the last day of the previous one. */
function findOverlaps(memberships: readonly Membership[]): Membership[] {
	return memberships.filter(({ firstDay }, index) => index > 0 && firstDay <= memberships[index - 1].lastDay);
}
