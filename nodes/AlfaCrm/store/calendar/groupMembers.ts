import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../api/list';
import { cgi } from '../../entities/cgi';
import { passesOf } from '../../entities/listCall';
import { readId, readIds } from '../../values/formats';
import type { Branch } from '../located';
import type { BranchReadings } from './branchReadings';
import type { Occurrence } from './occurrences';
import { includesDay } from './periods';

/** An occurrence, and the branch whose lists show it. */
export interface LocatedOccurrence {
	branch: Branch;
	lesson: Occurrence;
}

/** Limits the reading of members. */
export interface MemberOptions {
	/**
	 * Called before the members of each group are read. The first few groups are read even without
	 * time.
	 */
	hasTime: () => boolean;
	/**
	 * Whether the members for a lesson of today were read before. Then only today's members are read,
	 * to find customers who have joined since.
	 */
	wasReadBefore: (lesson: Occurrence) => boolean;
}

/**
 * How many groups are read at the same time. It is more than the calls that may be under way, so
 * that there is always a next call to send.
 */
const AT_ONCE = 6;

/**
 * The passes that list today's members only: one call without a range of days. Memberships of all
 * times take two calls. API notes 5.7.
 */
const ONLY_TODAY: readonly IDataObject[] = [{}];

/** Reads and keeps the members of the groups of lessons. */
export class GroupMembers {
	private readonly membershipsByGroup = new Map<string, readonly IDataObject[]>();

	constructor(
		private readonly reader: ListReader,
		private readonly readings: BranchReadings,
		private readonly zone: string,
	) {}

	/**
	 * Reads the members of the groups of lessons, as long as there is time.
	 *
	 * @param lessons in the order in which their groups are read
	 */
	async read(
		lessons: readonly LocatedOccurrence[],
		{ hasTime, wasReadBefore }: MemberOptions,
	): Promise<void> {
		const tasks = groupsToRead(lessons, wasReadBefore).map(
			(group) => async () => await this.readGroup(group),
		);
		// All groups of the first lesson are read, so that each poll finishes at least one lesson.
		const groupsOfFirstLesson = lessons[0]?.lesson.group_ids.length ?? 0;
		await doSideBySide(tasks, { least: Math.max(AT_ONCE, groupsOfFirstLesson), hasTime });
	}

	private async readGroup({ branch, groupId, passes }: GroupToRead): Promise<void> {
		if (this.readings.hasFailed(branch)) return;
		const read = async () => await readMembers(this.reader, branch, groupId, passes);
		const memberships = await this.readings.tryRead(branch, read);
		if (memberships !== undefined) {
			this.membershipsByGroup.set(keyOf(branch, groupId), memberships);
		}
	}

	/** Whether the members of all groups of a lesson have been read. */
	hasAllOf({ branch, lesson }: LocatedOccurrence): boolean {
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
	customersOf({ branch, lesson }: LocatedOccurrence): Map<number, number | null> {
		const [firstGroupId = null] = lesson.group_ids;
		const groupByCustomer = new Map<number, number | null>();
		for (const customerId of lesson.customer_ids) {
			groupByCustomer.set(customerId, firstGroupId);
		}

		// Later entries overwrite earlier ones. So the groups are added from last to first, and a
		// member of several groups ends up with the first of them.
		for (const groupId of [...lesson.group_ids].reverse()) {
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
 * Reads the memberships of a group.
 *
 * @param passes `passesOf(cgi)` for memberships of all times; `[{}]` for those of today
 */
export async function readMembers(
	reader: ListReader,
	branch: Branch,
	groupId: number,
	passes: readonly IDataObject[],
): Promise<IDataObject[]> {
	const query = { group_id: groupId };
	const list = {
		path: cgi.path,
		branch,
		query,
		body: query,
		task: `list the members of group ${groupId}`,
	};
	const { rows } = await reader.collect(list, { passes });
	// AlfaCRM may ignore the filter. A row that shows no group counts as one of this group.
	return rows.filter(({ group_id }) => (readId(group_id) ?? groupId) === groupId);
}

const keyOf = (branch: Branch, groupId: number): string => `${String(branch)} ${groupId}`;

interface GroupToRead {
	branch: Branch;
	groupId: number;
	/** The passes for the memberships: `ONLY_TODAY`, or `passesOf(cgi)` for all times. */
	passes: readonly IDataObject[];
}

/**
 * Returns each group once, in the order of the lessons. If one of its lessons needs the memberships
 * of all times, these are read.
 */
function groupsToRead(
	lessons: readonly LocatedOccurrence[],
	wasReadBefore: (lesson: Occurrence) => boolean,
): GroupToRead[] {
	const allTimes = passesOf(cgi);
	const groups = new Map<string, GroupToRead>();
	for (const { branch, lesson } of lessons) {
		for (const groupId of lesson.group_ids) {
			const key = keyOf(branch, groupId);
			const needsAllTimes = !wasReadBefore(lesson) || groups.get(key)?.passes === allTimes;
			groups.set(key, { branch, groupId, passes: needsAllTimes ? allTimes : ONLY_TODAY });
		}
	}
	return [...groups.values()];
}

/**
 * Begins tasks in their order, `AT_ONCE` at a time, as long as there is time. The first `least`
 * tasks are done even without time.
 */
async function doSideBySide(
	tasks: ReadonlyArray<() => Promise<void>>,
	{ least, hasTime }: { least: number; hasTime: () => boolean },
): Promise<void> {
	let begunCount = 0;
	const mayBeginNext = () => begunCount < tasks.length && (begunCount < least || hasTime());
	const doNext = async (): Promise<void> => {
		while (mayBeginNext()) {
			const task = tasks[begunCount];
			begunCount += 1;
			await task();
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, doNext));
}
