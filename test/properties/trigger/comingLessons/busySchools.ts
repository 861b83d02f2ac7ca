import fc from 'fast-check';

import { mostly } from '../mostly';
import { BEGINNING, findFirstMidnight, HOUR } from './histories';
import type { Lesson, Timetable } from './timetable';
import { ZONES } from './timetable';

/** A school with more groups than a poll has time for, whose branch 2 fails now and then. */
export interface BusySchool extends Timetable {
	/** The milliseconds after which n8n ends a poll and drops its results. */
	timeLimit: number;
	minutesBetweenPolls: number;
	/** The largest number of reminders that n8n takes of a poll. */
	takenReminders: number;
	/** The polls in which n8n crashes before it stores their results. */
	pollsWithCrash: number[];
	/** The polls in which branch 2 cannot be read. */
	pollsWithFailure: number[];
	/** The first poll in which branch 2 is chosen. */
	branch2ChosenAt: number;
}

export const POLL_COUNT = 160;

/** The number of hours before its beginning from which a lesson is near. */
export const HOURS_NEAR = 24;

/** More reminders than a poll can find. */
const ALL_REMINDERS = 999;

/** A customer who joins some of the groups while the trigger polls. */
const LATER_MEMBER = 505;

const group = fc.record({
	branch: fc.constantFrom(1, 1, 1, 2),
	customers: fc.uniqueArray(fc.constantFrom(501, 502, 503), { minLength: 1, maxLength: 2 }),
	// In hours from the first midnight. Many groups begin at once.
	beginsAt: fc.constantFrom(40, 41, 44, 44, 44, 52, 58),
	/** The hour in which somebody joins, from the beginning; null if nobody does. */
	laterMemberJoinsAt: mostly<number | null>(4, null, fc.integer({ min: 0, max: 38 })),
});

const somePolls = fc.uniqueArray(fc.integer({ min: 1, max: POLL_COUNT }), { maxLength: 6 });

export const busySchools: fc.Arbitrary<BusySchool> = fc
	.record({
		zone: fc.constantFrom(...ZONES),
		groups: fc.array(group, { minLength: 20, maxLength: 50 }),
		timeLimit: fc.integer({ min: 9_000, max: 20_000 }),
		minutesBetweenPolls: fc.integer({ min: 5, max: 15 }),
		takenReminders: mostly(3, ALL_REMINDERS, fc.integer({ min: 5, max: 20 })),
		pollsWithCrash: somePolls,
		pollsWithFailure: somePolls,
		branch2ChosenAt: mostly(3, 0, fc.constantFrom(20, 60)),
	})
	.map(({ groups, ...school }) => ({
		...school,
		lessons: groups.map((drawnGroup) => makeGroupLesson(drawnGroup, school.zone)),
	}));

type DrawnGroup = typeof group extends fc.Arbitrary<infer T> ? T : never;

/** Makes the regular lesson of a group, which is there from the beginning. */
function makeGroupLesson(
	{ branch, customers, beginsAt, laterMemberJoinsAt }: DrawnGroup,
	zone: string,
): Lesson {
	const moment = findFirstMidnight(zone).plus({ hours: beginsAt }).toMillis();
	const lesson: Lesson = {
		branch,
		customers,
		isRegular: true,
		versions: [{ since: 0, beginsAt: moment, isOnlyRegular: true }],
	};
	if (laterMemberJoinsAt === null) return lesson;
	return {
		...lesson,
		laterMember: { customer: LATER_MEMBER, joinsAt: BEGINNING + laterMemberJoinsAt * HOUR },
	};
}
