import { shownBranches } from '../../entities/branch';
import { customer as customerEntity } from '../../entities/customer';
import { group as groupEntity } from '../../entities/group';
import { listOf } from '../../fields/field';
import { allBranches, findInBranches } from '../../run/branches';
import type { Item } from '../../run/item';
import { findRecordInBranch } from '../../run/records';
import type { Branch } from '../../store/located';
import { readIds } from '../../values/formats';
import type { MembershipForm } from './membership';

/**
 * Returns the form with a branch of the group, so that the calls go to that branch.
 *
 * If the user has chosen no branch, the form has the branch in which the customer was found, and
 * the group may be in another one. AlfaCRM finds memberships by their group, so the calls have to
 * name a branch of the group (API notes 5.7). If the group is in several other branches, the form
 * gets a branch to which the customer's card belongs, too. A branch that the user has chosen stays.
 *
 * The branch also stays if AlfaCRM shows the group in no branch. AlfaCRM then answers the next call
 * with what is wrong with the group.
 *
 * @throws NodeOperationError if the group is in several branches and the card belongs to none of
 * them
 */
export async function useBranchOfGroup(form: MembershipForm): Promise<MembershipForm> {
	const { item, branch, customerId, groupId } = form;
	// Otherwise the user has chosen the branch, or it is the only one of the account.
	const isBranchOfCustomer = item.place?.hasRecord === true;
	if (!isBranchOfCustomer) return form;

	const groupBranches = await readGroupBranches(item, groupId, branch);
	const isGroupInBranch = groupBranches.some((groupBranch) => groupBranch === branch);
	if (isGroupInBranch || groupBranches.length === 0) return form;
	if (groupBranches.length === 1) return { ...form, branch: groupBranches[0] };

	const cardBranches = await readCardBranches(form);
	const sharedBranch = groupBranches.find((groupBranch) => cardBranches.includes(groupBranch));
	if (sharedBranch !== undefined) return { ...form, branch: sharedBranch };
	throw item.error(
		`Group ${groupId} is in the branches ${groupBranches.join(', ')}, and customer ${customerId} was found in branch ${branch}`,
		`Choose one of the group's branches in 'Branch'.`,
	);
}

/** Reads the branches to which the customer's card belongs. */
async function readCardBranches({ item, branch, customerId }: MembershipForm): Promise<number[]> {
	const target = { path: customerEntity.path, query: {}, labels: {}, branch };
	const card = await findRecordInBranch(item, customerEntity, customerId, target);
	return card === undefined ? [] : shownBranches(card.row);
}

/**
 * Reads the branches of a group, once for all items that look for it first in the same branch.
 *
 * @param firstBranch the branch in which the group is looked for first. It is a part of the cache
 * name, because it decides the result if the group names no branches.
 * @returns no branches if AlfaCRM shows the group in none
 */
async function readGroupBranches(
	item: Item,
	groupId: number,
	firstBranch: Branch,
): Promise<number[]> {
	const cacheName = JSON.stringify(['branches of', groupId, firstBranch]);
	return await item.execution.cached(groupEntity.path, cacheName, async () => {
		const branches = await allBranches(item, firstBranch);
		const group = await findInBranches(item, branches, async (branch) => {
			const target = { path: groupEntity.path, query: {}, labels: {}, branch };
			return await findRecordInBranch(item, groupEntity, groupId, target);
		});

		// A group whose row names no branches belongs to the branch in which it was found.
		const namedBranches = readIds(listOf(group?.row.branch_ids));
		if (namedBranches.length > 0) return namedBranches;
		return group?.branch === undefined ? [] : [group.branch];
	});
}
