import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../api/list';
import { cgi } from '../../entities/cgi';
import { passesOf } from '../../entities/listCall';
import { readId, readIds } from '../../values/formats';
import type { Branch } from '../located';
import type { BranchReader } from './branchReader';
import type { Occurrence } from './occurrences';
import { includesDay } from './periods';

/** A lesson, and the branch whose lists show it. */
export interface LocatedLesson {
	branch: Branch;
	lesson: Occurrence;
}

/** Limits the reading of members. */
export interface MemberOptions {
	/**
	 * Whether there is time to read another group: a trigger has only some seconds for each poll. The
	 * first few groups are read without asking.
	 */
	hasTime: () => boolean;
	/**
	 * Whether the members of a lesson of today were read at an earlier poll. For such a lesson only
	 * today's members are read, to find customers who have joined since that poll.
	 */
	wereMembersReadEarlier: (lesson: Occurrence) => boolean;
}

/**
 * How many groups are read at the same time. This is more than the number of calls that may be
 * under way at once, so that a next call is always ready.
 */
const GROUPS_AT_ONCE = 6;

/**
 * The bodies of the calls that list today's members only. AlfaCRM lists them if a call names no
 * days, so there is one call with an empty body. API notes 5.7.
 */
const ONLY_TODAY: readonly IDataObject[] = [{}];

/** Reads and keeps the members of the groups of lessons. */
export class GroupMembers {
	private readonly membershipsByGroup = new Map<string, readonly IDataObject[]>();

	constructor(
		private readonly reader: ListReader,
		private readonly branchReader: BranchReader,
		private readonly zone: string,
	) {}

	/**
	 * Reads the members of the groups of lessons, as long as there is time.
	 *
	 * @param lessons in the order in which their groups are read
	 */
	async readMembersOf(lessons: readonly LocatedLesson[], options: MemberOptions): Promise<void> {
		const groups = listGroupsToRead(lessons, options.wereMembersReadEarlier);
		const tasks = groups.map((group) => async () => await this.readGroup(group));

		// All groups of the first lesson are read. So each poll gets through at least one lesson,
		// however little time it has.
		const firstLesson = lessons.at(0)?.lesson;
		const groupsOfFirstLesson = firstLesson?.group_ids.length ?? 0;
		const minTasks = Math.max(GROUPS_AT_ONCE, groupsOfFirstLesson);
		await runInParallel(tasks, { minTasks, hasTime: options.hasTime });
	}

	/** Reads the members of a group, unless its branch is known to be unreadable. */
	private async readGroup({ branch, groupId, needsAllTimes }: GroupToRead): Promise<void> {
		if (this.branchReader.hasFailed(branch)) return;

		const passes = needsAllTimes ? passesOf(cgi) : ONLY_TODAY;
		const read = async () => await readMembers(this.reader, branch, groupId, passes);
		const memberships = await this.branchReader.tryRead(branch, read);
		if (memberships !== undefined) {
			this.membershipsByGroup.set(keyOf(branch, groupId), memberships);
		}
	}

	/** Whether the members of all groups of a lesson have been read. */
	hasReadGroupsOf({ branch, lesson }: LocatedLesson): boolean {
		return lesson.group_ids.every((groupId) => this.membershipsByGroup.has(keyOf(branch, groupId)));
	}

	/**
	 * Finds the customers who come to a lesson: the customers in the lesson itself, and the members
	 * of its groups on its day.
	 *
	 * @returns a group ID for each customer ID: the first group of the lesson of which the customer
	 * is a member. For a customer in none of the groups, the first group of the lesson; null for a
	 * lesson without groups.
	 */
	findCustomersOf({ branch, lesson }: LocatedLesson): Map<number, number | null> {
		const firstGroupId = lesson.group_ids.at(0) ?? null;
		const groupByCustomer = new Map<number, number | null>();
		for (const customerId of lesson.customer_ids) {
			groupByCustomer.set(customerId, firstGroupId);
		}

		// Later entries overwrite earlier ones. So the groups are added from last to first, and a
		// member of several groups ends up with the first of them.
		const lastGroupFirst = [...lesson.group_ids].reverse();
		for (const groupId of lastGroupFirst) {
			for (const customerId of this.memberIdsOn(lesson.date, branch, groupId)) {
				groupByCustomer.set(customerId, groupId);
			}
		}
		return groupByCustomer;
	}

	private memberIdsOn(day: string, branch: Branch, groupId: number): number[] {
		const memberships = this.membershipsByGroup.get(keyOf(branch, groupId)) ?? [];
		const membershipsOfDay = memberships.filter((row) => includesDay(row, day, this.zone));
		return readIds(membershipsOfDay.map(({ customer_id }) => customer_id));
	}
}

/**
 * Reads the memberships of customers in a group.
 *
 * @param passes the bodies with which the list is requested one after the other: `passesOf(cgi)`
 * for memberships of all times, `[{}]` for those of today
 */
export async function readMembers(
	reader: ListReader,
	branch: Branch,
	groupId: number,
	passes: readonly IDataObject[],
): Promise<IDataObject[]> {
	// Sources differ in where they send the group, so it is in the query and in the body.
	const groupFilter = { group_id: groupId };
	const list = {
		path: cgi.path,
		branch,
		query: groupFilter,
		body: groupFilter,
		task: `list the members of group ${groupId}`,
	};
	const { rows } = await reader.collect(list, { passes });

	// AlfaCRM may ignore the filter. A row that shows no group counts as one of this group.
	return rows.filter(({ group_id }) => {
		const shownGroupId = readId(group_id);
		return shownGroupId === undefined || shownGroupId === groupId;
	});
}

const keyOf = (branch: Branch, groupId: number): string => `${String(branch)} ${groupId}`;

interface GroupToRead {
	branch: Branch;
	groupId: number;
	/** Whether memberships of all times are read, and not only those of today. */
	needsAllTimes: boolean;
}

/**
 * Lists the groups of lessons, each once, in the order of the lessons. Memberships of all times are
 * needed if at least one lesson of the group needs them.
 */
function listGroupsToRead(
	lessons: readonly LocatedLesson[],
	wasReadBefore: (lesson: Occurrence) => boolean,
): GroupToRead[] {
	const groups = new Map<string, GroupToRead>();
	for (const { branch, lesson } of lessons) {
		const lessonNeedsAllTimes = !wasReadBefore(lesson);
		for (const groupId of lesson.group_ids) {
			const key = keyOf(branch, groupId);
			const earlierLessonNeedsAllTimes = groups.get(key)?.needsAllTimes === true;
			const needsAllTimes = lessonNeedsAllTimes || earlierLessonNeedsAllTimes;
			groups.set(key, { branch, groupId, needsAllTimes });
		}
	}
	return [...groups.values()];
}

/**
 * Begins tasks in their order, `GROUPS_AT_ONCE` at a time, as long as there is time. The first
 * `minTasks` tasks are begun whether there is time or not.
 */
async function runInParallel(
	tasks: ReadonlyArray<() => Promise<void>>,
	{ minTasks, hasTime }: { minTasks: number; hasTime: () => boolean },
): Promise<void> {
	let begunCount = 0;
	const mayBeginNext = () => begunCount < tasks.length && (begunCount < minTasks || hasTime());
	const runTasks = async (): Promise<void> => {
		while (mayBeginNext()) {
			const task = tasks[begunCount];
			begunCount += 1;
			await task();
		}
	};
	await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, runTasks));
}
