import type { Occurrence } from '../../../store/calendar/occurrences';
import type { Participant } from '../../../store/calendar/participants';
import type { Branch, LocatedRecord } from '../../../store/located';
import type { Days } from './finding';

/** The records of a school that the checks look at. A part that no chosen check needs is empty. */
export interface SchoolRecords {
	days: Days;
	/**
	 * The lessons that are in the calendar on the checked day; of today and tomorrow also regular
	 * lessons that are not in it yet.
	 */
	lessons: readonly Occurrence[];
	/** The lessons in which somebody is marked as present or absent. */
	markedLessonIds: ReadonlySet<number | null>;
	/** The groups that are not archived, by ID. */
	groups: ReadonlyMap<number, LocatedRecord>;
	/** The groups that are running today. */
	groupSizes: readonly GroupSize[];
	/** A group with fewer members is small. */
	fewestMembers: number;
	payments: readonly LocatedRecord[];
	/** The customers who come to lessons tomorrow, the earliest lesson first. */
	participants: readonly Participant[];
}

/** How many members a group has today, without archived customers. */
export interface GroupSize {
	id: number;
	branch?: Branch;
	memberCount: number;
}
