import type { Occurrence } from '../../../store/calendar/occurrences';
import type { Participant } from '../../../store/calendar/participants';
import type { Branch, LocatedRecord } from '../../../store/located';
import type { Days } from './finding';

/** The records of a school that the checks look at. A part that no chosen check needs is empty. */
export interface SchoolRecords {
	days: Days;
	/**
	 * The lessons of the checked day, today and tomorrow, without cancelled ones. For today and
	 * tomorrow, regular lessons that have no lesson in the calendar yet are included.
	 */
	lessons: readonly Occurrence[];
	/**
	 * The IDs of the lessons in which somebody is marked as present or absent. Null stands for
	 * lessons without an ID, as in `Occurrence`.
	 */
	markedLessonIds: ReadonlySet<number | null>;
	/** The groups that are not archived, by ID. */
	groups: ReadonlyMap<number, LocatedRecord>;
	/** The size of each group that is running today. */
	groupSizes: readonly GroupSize[];
	/** A group with fewer members is small. */
	minMembers: number;
	/** The payments of the type income of the checked day. */
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
