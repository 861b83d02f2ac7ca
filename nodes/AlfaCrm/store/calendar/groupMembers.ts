import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../api/list';
import { cgi } from '../../entities/cgi';
import { passesOf } from '../../entities/listCall';
import { readId, readIds } from '../../values/formats';
import type { Branch } from '../located';
import type { BranchReader } from './branchReader';
import type { Occurrence } from './occurrences';
import { includesDay } from './periods';

/** A lesson, and the branch whose lists show the lesson. */
export interface LocatedLesson {
	branch: Branch;
	lesson: Occurrence;
}

/** Limits the reading of group members. */
export interface MemberOptions {
	/**
	 * Whether there is time to read another group. A trigger has only some seconds for each poll. The
	 * first few groups are read without this check.
	 */
	hasTime: () => boolean;
	/**
	 * Whether a lesson takes place today and an earlier poll has read the members of its groups. For
	 * such a lesson only today's members are read, to find customers who have joined since that poll.
	 */
	needsOnlyTodaysMembers: (lesson: Occurrence) => boolean;
}

/**
 * How many groups are read at the same time. The number is higher than the number of calls that the
 * client sends at once, so that the next call is always ready.
 */
const GROUPS_AT_ONCE = 6;

/**
 * The bodies of the calls that list only today's members: a single empty body, because AlfaCRM
 * lists today's members if the body names no days (docs/alfacrm-api.md 5.7).
 */
const PASSES_FOR_TODAY: readonly IDataObject[] = [{}];

/** Reads the members of the groups that come to lessons, and keeps them. */
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
	 * @param lessons the groups are read in the order of the lessons
	 */
	async readMembersOf(lessons: readonly LocatedLesson[], options: MemberOptions): Promise<void> {
		const groups = listGroupsToRead(lessons, options.needsOnlyTodaysMembers);
		const tasks = groups.map((group) => async () => await this.readGroup(group));

		// The groups of the first lesson are always read, so each poll of a trigger handles at least
		// one lesson.
		const firstLesson = lessons.at(0)?.lesson;
		const groupsOfFirstLesson = firstLesson?.group_ids.length ?? 0;
		const minTasks = Math.max(GROUPS_AT_ONCE, groupsOfFirstLesson);
		await runInParallel(tasks, { minTasks, hasTime: options.hasTime });
	}

	/** Reads the members of a group, unless an earlier call for its branch has failed. */
	private async readGroup({ branch, groupId, needsAllTimes }: GroupToRead): Promise<void> {
		if (this.branchReader.hasFailed(branch)) return;

		const passes = needsAllTimes ? passesOf(cgi) : PASSES_FOR_TODAY;
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
	 * of its groups on the day of the lesson.
	 *
	 * @returns for each customer ID, the ID of a group:
	 *
	 * - for a member of the lesson's groups, the first of these groups
	 * - for any other customer, the first group of the lesson
	 * - null if the lesson has no groups
	 */
	findCustomersOf({ branch, lesson }: LocatedLesson): Map<number, number | null> {
		const firstGroupId = lesson.group_ids.at(0) ?? null;
		const groupByCustomer = new Map<number, number | null>();
		for (const customerId of lesson.customer_ids) {
			groupByCustomer.set(customerId, firstGroupId);
		}

		// A later entry overwrites an earlier one. With the groups in reverse order, a member of
		// several groups gets the first of them.
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
 * for past, current and future memberships, or `[{}]` for today's memberships
 */
export async function readMembers(
	reader: ListReader,
	branch: Branch,
	groupId: number,
	passes: readonly IDataObject[],
): Promise<IDataObject[]> {
	// Some integrations send the group in the query, others in the body, so it is sent in both.
	const groupFilter = { group_id: groupId };
	const list = {
		path: cgi.path,
		branch,
		query: groupFilter,
		body: groupFilter,
		task: `list the members of group ${groupId}`,
	};
	const { rows } = await reader.collect(list, { passes });

	// AlfaCRM may ignore the filter, so rows of other groups are left out. A row that shows no group
	// is kept.
	return rows.filter(({ group_id }) => {
		const shownGroupId = readId(group_id);
		return shownGroupId === undefined || shownGroupId === groupId;
	});
}

const keyOf = (branch: Branch, groupId: number): string => `${String(branch)} ${groupId}`;

interface GroupToRead {
	branch: Branch;
	groupId: number;
	/** Whether past, current and future memberships are read, and not only today's memberships. */
	needsAllTimes: boolean;
}

/**
 * Lists the groups of lessons, each once, in the order of the lessons. A group needs memberships of
 * all times if at least one of its lessons needs them.
 */
function listGroupsToRead(
	lessons: readonly LocatedLesson[],
	needsOnlyTodaysMembers: MemberOptions['needsOnlyTodaysMembers'],
): GroupToRead[] {
	const groups = new Map<string, GroupToRead>();
	for (const { branch, lesson } of lessons) {
		const lessonNeedsAllTimes = !needsOnlyTodaysMembers(lesson);
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
	const canBeginNext = () => begunCount < tasks.length && (begunCount < minTasks || hasTime());
	const runTasks = async (): Promise<void> => {
		while (canBeginNext()) {
			const task = tasks[begunCount];
			begunCount += 1;
			await task();
		}
	};
	await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, runTasks));
}
