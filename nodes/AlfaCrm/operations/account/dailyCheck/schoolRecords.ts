import type { Occurrence } from '../../../store/calendar/occurrences';
import type { Participant } from '../../../store/calendar/participants';
import type { Branch, LocatedRecord } from '../../../store/located';
import type { Days } from './finding';

/**
 * The records of a school that the checks of *Account → Daily Check* look at. Records that no
 * chosen check needs are not read: their list is empty.
 */
export interface SchoolRecords {
	days: Days;
	/**
	 * The lessons of the checked day, today and tomorrow, without cancelled lessons. For today and
	 * tomorrow, regular lessons (rules such as "Mondays at 17:00") that have no lesson in the
	 * calendar yet are included.
	 */
	lessons: readonly Occurrence[];
	/**
	 * The IDs of the lessons in which somebody is marked as present or absent. Null means that
	 * somebody is marked in a lesson without an ID.
	 */
	markedLessonIds: ReadonlySet<number | null>;
	/** The groups that are not archived, by ID. */
	groups: ReadonlyMap<number, LocatedRecord>;
	/** The size of each group that is running today. */
	groupSizes: readonly GroupSize[];
	/** The number of members below which a group counts as small. */
	minMembers: number;
	/** The payments of the type income of the checked day. */
	payments: readonly LocatedRecord[];
	/** The customers who come to lessons tomorrow, sorted by the beginning of the lesson. */
	participants: readonly Participant[];
}

/** How many members a group has today, without archived customers. */
export interface GroupSize {
	id: number;
	branch?: Branch;
	memberCount: number;
}
