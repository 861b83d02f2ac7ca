import type { IDataObject } from 'n8n-workflow';

import { byId } from '../../entities/common';
import { listOf } from '../../fields/field';
import type { Item } from '../../run/item';
import type { ActionKind } from '../../run/operation';
import { findRecordInBranch } from '../../run/records';
import type { Branch, LocatedRecord } from '../../store/located';
import { readIds, wallClock } from '../../values/formats';
import type { FindRequest } from '../common/find';
import { findRecords, makeNoMatchOutput } from '../common/find';
import { overviewSchema, toOverview } from './overviewFields';
import type { OverviewRequest } from './overviewForm';
import { overviewForm, readOverviewRequest } from './overviewForm';
import type { OverviewSubject } from './overviewLists';
import { readOverviewLists } from './overviewLists';
import { readGroupNames, readOverviewNames } from './overviewNames';

/**
 * The action *Get Overview*. It finds customers, and returns one item for each: the overview, with
 * the most important facts about the customer from several lists of AlfaCRM.
 *
 * - `overviewForm.ts` declares and reads the form.
 * - `overviewLists.ts` and `overviewNames.ts` read the lists and the names from AlfaCRM.
 * - `overviewFacts.ts` chooses the rows to show, such as the next lesson.
 * - `overviewFields.ts` makes the fields of the overview.
 */
export const overview: ActionKind<'overview'> = {
	// The next lesson depends on the current time.
	dependsOnTimeZone: () => true,
	form: overviewForm,

	async execute(item, entity) {
		const request = readOverviewRequest(item, entity);
		const customers = await findCustomers(item, request.find);
		if (customers.length === 0) return makeNoMatchOutput(request.find);

		const overviews = customers.map(
			async (customer) => await makeOverview(item, customer, request),
		);
		return await Promise.all(overviews);
	},

	output: overviewSchema,
	onlyReads: true,
};

interface FoundCustomer extends LocatedRecord {
	/** Whether the customer is archived. Undefined if a single call has found the customer. */
	archived?: boolean;
}

/**
 * Finds the customers that the form asks for: with a single call if possible, because a search
 * needs several calls.
 */
async function findCustomers(item: Item, request: FindRequest): Promise<FoundCustomer[]> {
	const customer = await findWithSingleCall(item, request);
	if (customer !== undefined) return [customer];

	return await findRecords(item, request);
}

/**
 * Looks a customer up by ID in the branch of the form, with a single call. Returns undefined if
 * that is not possible, and a search is needed:
 *
 * - The form does not ask for an ID, or has no branch.
 * - The customer is in another branch, or 'Search in Branch' does not have the branch of the form.
 * - Archived customers must be left out: one call may not show whether a customer is archived.
 */
async function findWithSingleCall(
	item: Item,
	{ entity, key, search, target, returnsArchived, chosenBranches }: FindRequest,
): Promise<FoundCustomer | undefined> {
	const { branch } = target;
	const isSearchedById = key.name === byId.name;
	if (!isSearchedById || branch === undefined || !returnsArchived) return undefined;

	const isBranchLeftOut = chosenBranches.length > 0 && !chosenBranches.includes(branch);
	if (isBranchLeftOut) return undefined;

	return await findRecordInBranch(item, entity, Number(search.matchValues.id), target);
}

/** Reads the lists and the names of one customer at the same time, and makes the overview. */
async function makeOverview(
	item: Item,
	customer: FoundCustomer,
	request: OverviewRequest,
): Promise<IDataObject> {
	// `yyyy-mm-dd hh:mm`
	const now = wallClock(item.zone);
	const [today] = now.split(' ');
	const otherBranches = listOtherBranches(customer, request.find.chosenBranches);
	const subject: OverviewSubject = {
		customerId: Number(customer.row.id),
		branches: [customer.branch, ...otherBranches],
		today,
	};

	const [lists, names] = await Promise.all([
		readOverviewLists(item, subject, request),
		readOverviewNames(item, customer, request),
	]);
	const groupNames = await readGroupNames(item, subject.branches, lists.groupIds);

	return toOverview(customer.row, {
		customerId: subject.customerId,
		branch: customer.branch,
		wasFoundArchived: customer.archived,
		origin: item.origin,
		zone: item.zone,
		now,
		recentCount: request.recentCount,
		leftOutFields: request.leftOutFields,
		lists,
		names: { ...names, groups: groupNames },
	});
}

/**
 * Lists the other branches in which the customer may have lessons, payments and tasks: the branches
 * in the customer's record. If the user has chosen branches in 'Search in Branch', lists only
 * those.
 */
function listOtherBranches(
	{ row: customer, branch: branchOfSearch }: LocatedRecord,
	chosenBranches: readonly Branch[],
): Branch[] {
	// If the call has no branch, AlfaCRM itself chooses the branches from which it answers.
	if (branchOfSearch === undefined) return [];

	const branchesOfCustomer = new Set(readIds(listOf(customer.branch_ids)));
	const otherBranches = [...branchesOfCustomer].filter((branch) => branch !== branchOfSearch);
	if (chosenBranches.length === 0) return otherBranches;

	return otherBranches.filter((branch) => chosenBranches.includes(branch));
}
