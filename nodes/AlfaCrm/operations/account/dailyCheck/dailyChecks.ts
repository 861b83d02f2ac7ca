import type { CheckName, Finding } from './finding';
import { findSmallGroups } from './groupChecks';
import { findOverlaps, findStillPlanned, findUnmarkedLessons } from './lessonChecks';
import { findUnpaidParticipants } from './participantChecks';
import { findPaymentsWithoutCustomer } from './paymentChecks';
import type { SchoolRecords } from './schoolRecords';

interface DailyCheck {
	/** The name of the check in the form. */
	label: string;
	/** Finds what has to be put right in the records, which `readSchool.ts` has read. */
	find(records: SchoolRecords): Finding[];
}

/** All checks, in the order of the output. The keys are the names that workflows store. */
export const DAILY_CHECKS: Readonly<Record<CheckName, DailyCheck>> = {
	stillPlanned: {
		label: 'Lessons Still Planned',
		find: ({ lessons, days }) => findStillPlanned(lessons, days),
	},
	overlap: {
		label: 'Overlaps',
		find: ({ lessons, days }) => findOverlaps(lessons, days),
	},
	smallGroup: {
		label: 'Small Groups',
		find: ({ groupSizes, minMembers, days }) => findSmallGroups(groupSizes, minMembers, days),
	},
	notMarked: {
		label: 'Attendance Not Marked',
		find: ({ lessons, markedLessonIds, days }) =>
			findUnmarkedLessons(lessons, markedLessonIds, days),
	},
	noPayer: {
		label: 'Payments Without Payer',
		find: ({ payments, days }) => findPaymentsWithoutCustomer(payments, days),
	},
	comesUnpaid: {
		label: 'Unpaid Tomorrow',
		find: ({ participants }) => findUnpaidParticipants(participants),
	},
};

/** The names of all checks, in the order of the output. */
export const CHECK_NAMES = Object.keys(DAILY_CHECKS) as CheckName[];
