import type { Days, Finding } from './finding';
import type { GroupSize } from './schoolRecords';

/** Finds groups with too few members. */
export function findSmallGroups(
	groupSizes: readonly GroupSize[],
	fewestMembers: number,
	{ today }: Days,
): Finding[] {
	return groupSizes
		.filter(({ memberCount }) => memberCount < fewestMembers)
		.map(({ id, branch, memberCount }) => ({
			check: 'smallGroup',
			date: today,
			branch: branch ?? null,
			groupIds: [id],
			describe: (names) =>
				`Group ${names.group(id)} has ${describeCount(memberCount)}, fewer than ${fewestMembers}.`,
		}));
}

function describeCount(memberCount: number): string {
	if (memberCount === 0) return 'no members';
	return memberCount === 1 ? '1 member' : `${memberCount} members`;
}
