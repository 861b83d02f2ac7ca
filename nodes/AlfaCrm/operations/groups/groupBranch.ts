import { shownBranches } from '../../entities/branch';
import { customer as customerEntity } from '../../entities/customer';
import { group as groupEntity } from '../../entities/group';
import { listOf } from '../../fields/field';
import { allBranches, searchUntilFound } from '../../run/branches';
import type { Item } from '../../run/item';
import { findRecordInBranch } from '../../run/records';
import type { Branch } from '../../store/located';
import { readIds } from '../../values/formats';
import type { MembershipForm } from './membership';

/**
 * Chooses the branch for the calls about a membership (the days on which a customer belongs to a
 * group). It has to be a branch of the group, because AlfaCRM finds memberships by their group
 * (docs/alfacrm-api.md 5.7).
 *
 * - *The user has chosen a branch, or the account has only one branch*: takes this branch.
 * - *The form has the branch in which the customer was found*: takes this branch if the group
 *   belongs to it. If not, takes the only branch of the group, or a branch to which both the group
 *   and the customer belong.
 * - *AlfaCRM shows the group in no branch*: takes the branch of the form. AlfaCRM then refuses the
 *   next call, and its message says what is wrong with the group.
 *
 * @throws NodeOperationError if the group is in several branches and the customer belongs to none
 * of them
 */
export async function chooseBranchOfGroup(form: MembershipForm): Promise<Branch> {
	const { item, branch, customerId, groupId } = form;
	// `place` is undefined if the user has chosen a branch. `hasRecord` is false if the branch is the
	// only branch of the account.
	const isBranchOfCustomer = item.place?.hasRecord === true;
	if (!isBranchOfCustomer) return branch;

	// The type `Branch` also has undefined, so that `includes` accepts an unknown branch.
	const groupBranches: readonly Branch[] = await readGroupBranches(item, groupId, branch);
	if (groupBranches.length === 0 || groupBranches.includes(branch)) return branch;
	if (groupBranches.length === 1) return groupBranches[0];

	const customerBranches: readonly Branch[] = await readCustomerBranches(form);
	const sharedBranch = groupBranches.find((groupBranch) => customerBranches.includes(groupBranch));
	if (sharedBranch !== undefined) return sharedBranch;
	throw item.error(
		`Group ${groupId} is in the branches ${groupBranches.join(', ')}, and customer ${customerId} was found in branch ${branch}`,
		`Choose one of the group's branches in 'Branch'.`,
	);
}

/** Reads the branches to which the customer belongs. */
async function readCustomerBranches(form: MembershipForm): Promise<number[]> {
	const { item, branch, customerId } = form;
	// A customer has no parent to name in the query, and reading needs no labels of fields.
	const target = { path: customerEntity.path, query: {}, labels: {}, branch };
	const customer = await findRecordInBranch(item, customerEntity, customerId, target);
	return customer === undefined ? [] : shownBranches(customer.row);
}

/**
 * Reads the branches of a group. Items with the same group and the same `firstBranch` share one
 * reading.
 *
 * @param firstBranch the branch in which the group is looked for first. It is a part of the cache
 * name, because the result depends on it if the group names no branches.
 * @returns an empty list if AlfaCRM shows the group in no branch
 */
async function readGroupBranches(
	item: Item,
	groupId: number,
	firstBranch: Branch,
): Promise<number[]> {
	const cacheName = JSON.stringify(['branches of', groupId, firstBranch]);
	return await item.execution.cached(
		groupEntity.path,
		cacheName,
		async () => await findGroupBranches(item, groupId, firstBranch),
	);
}

/** Looks for a group in one branch after the other, and returns the branches that its row names. */
async function findGroupBranches(
	item: Item,
	groupId: number,
	firstBranch: Branch,
): Promise<number[]> {
	const findInBranch = async (branch: Branch) => {
		// A group has no parent to name in the query, and reading needs no labels of fields.
		const target = { path: groupEntity.path, query: {}, labels: {}, branch };
		return await findRecordInBranch(item, groupEntity, groupId, target);
	};
	const branches = await allBranches(item, firstBranch);
	const group = await searchUntilFound(item, branches, findInBranch);
	if (group === undefined) return [];

	// A group whose row names no branches belongs to the branch in which it was found.
	const namedBranches = readIds(listOf(group.row.branch_ids));
	if (namedBranches.length > 0) return namedBranches;
	return group.branch === undefined ? [] : [group.branch];
}
