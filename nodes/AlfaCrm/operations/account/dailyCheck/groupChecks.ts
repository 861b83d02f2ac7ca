import type { Days, Finding, Names } from './finding';
import type { GroupSize } from './schoolRecords';
import { capitalize } from './wording';

/** Finds the groups that have fewer members today than the user has set as the minimum. */
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
	// `names` already calls a group without a name by its ID.
	const isNameById = capitalize(name) === nameById;
	return isNameById ? nameById : `Group ${name}`;
}

/** Writes `no members`, `1 member`, `2 members`. */
function describeMemberCount(memberCount: number): string {
	if (memberCount === 0) return 'no members';
	return memberCount === 1 ? '1 member' : `${memberCount} members`;
}
