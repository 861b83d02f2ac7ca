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
 * Returns one item for each customer that is found, with everything that matters about the customer
 * from several lists. `overviewForm` reads the form, `overviewLists` and `overviewNames` make the
 * calls, and `overviewFields` works out the fields.
 */
export const overview: ActionKind<'overview'> = {
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
	/** Whether the customer is archived; undefined if the search does not show that. */
	archived?: boolean;
}

/**
 * Finds the customers that the form asks for. If the form gives an ID, a single call may be enough.
 * A search makes several.
 */
async function findCustomers(item: Item, request: FindRequest): Promise<FoundCustomer[]> {
	const customer = await findWithSingleCall(item, request);
	if (customer !== undefined) return [customer];

	return await findRecords(item, request);
}

/**
 * Looks a customer up by ID in the branch of the form, with a single call.
 *
 * @returns undefined if a search is needed: the customer is in another branch, the branch of the
 * form is not one of those in 'Search in Branch', or archived customers should not be found. A
 * single call may not show whether a customer is archived.
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

/** Reads the lists and the names side by side, and works out the overview of one customer. */
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
 * that the customer's record names. If the user has chosen branches in 'Search in Branch', only
 * these are listed.
 */
function listOtherBranches(
	{ row: customer, branch: foundIn }: LocatedRecord,
	chosenBranches: readonly Branch[],
): Branch[] {
	// Calls without a branch are answered from the branches that AlfaCRM itself chooses, so there are
	// no others to ask.
	if (foundIn === undefined) return [];

	const branchesOfCustomer = new Set(readIds(listOf(customer.branch_ids)));
	const otherBranches = [...branchesOfCustomer].filter((branch) => branch !== foundIn);
	if (chosenBranches.length === 0) return otherBranches;

	return otherBranches.filter((branch) => chosenBranches.includes(branch));
}
