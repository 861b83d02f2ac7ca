import type { Days, Finding, Names } from './finding';
import type { GroupSize } from './schoolRecords';
import { capitalize } from './wording';

/**
 * Finds the groups that have too few members today.
 *
 * @param minMembers the number of members below which a group is small
 */
export function findSmallGroups(
	groupSizes: readonly GroupSize[],
	minMembers: number,
	{ today }: Days,
): Finding[] {
	const smallGroups = groupSizes.filter(({ memberCount }) => memberCount < minMembers);
	return smallGroups.map(({ id, branch, memberCount }) => {
		const describe = (names: Names) => {
			const members = describeMemberCount(memberCount);
			return `${describeGroup(id, names)} has ${members}, fewer than ${minMembers}.`;
		};
		return {
			check: 'smallGroup',
			date: today,
			branch: branch ?? null,
			groupIds: [id],
			describe,
		};
	});
}

/** Writes `Group Robotics`, or `Group 41` for a group whose name is unknown. */
function describeGroup(id: number, names: Names): string {
	const name = names.group(id);
	const nameById = `Group ${id}`;
	// If the name is unknown, `names` returns `group 41`, so the word "Group" is not added again.
	const hasWordGroup = capitalize(name) === nameById;
	return hasWordGroup ? nameById : `Group ${name}`;
}

/** Writes `no members`, `1 member`, `2 members`. */
function describeMemberCount(memberCount: number): string {
	if (memberCount === 0) return 'no members';
	return memberCount === 1 ? '1 member' : `${memberCount} members`;
}
