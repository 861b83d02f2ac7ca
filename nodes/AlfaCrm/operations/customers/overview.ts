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
	decidesByTime: () => true,
	form: overviewForm,

	async execute(item, entity) {
		const request = readOverviewRequest(item, entity);
		const customers = await findCustomers(item, request.find);
		if (customers.length === 0) return makeNoMatchOutput(request.find);

		return await Promise.all(
			customers.map(async (customer) => await makeOverview(item, customer, request)),
		);
	},

	output: overviewSchema,
	onlyReads: true,
};

interface FoundCustomer extends LocatedRecord {
	/** Whether the customer is archived; undefined if the search does not show that. */
	archived?: boolean;
}

/**
 * Finds the customers that the form asks for. If the form gives an ID, a single call may be enough;
 * a search makes several.
 */
async function findCustomers(item: Item, request: FindRequest): Promise<FoundCustomer[]> {
	return (await findWithSingleCall(item, request)) ?? (await findRecords(item, request));
}

/**
 * Looks a customer up by ID in the branch of the form, with a single call.
 *
 * @returns undefined if a search is needed: the customer is in another branch, the branch of the
 * form is not among the chosen ones, or only active customers may be found, which a single call may
 * not prove
 */
async function findWithSingleCall(
	item: Item,
	{ entity, key, search, target, takesArchived, chosenBranches }: FindRequest,
): Promise<FoundCustomer[] | undefined> {
	const { branch } = target;
	if (key.name !== byId.name || branch === undefined || !takesArchived) return undefined;
	if (chosenBranches.length > 0 && !chosenBranches.includes(branch)) return undefined;

	const customer = await findRecordInBranch(item, entity, Number(search.matchValues.id), target);
	return customer && [customer];
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
	const subject: OverviewSubject = {
		customerId: Number(customer.row.id),
		branches: [customer.branch, ...otherBranchesOf(customer, request.find.chosenBranches)],
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
 * Finds the other branches in which the customer may have lessons, payments and tasks: the branches
 * that the card names. If the user has chosen branches, only these are returned.
 */
function otherBranchesOf(
	{ row: card, branch }: LocatedRecord,
	chosenBranches: readonly Branch[],
): Branch[] {
	// Calls without a branch are answered from the branches that AlfaCRM itself chooses, so there are
	// no others to ask.
	if (branch === undefined) return [];

	const branchesOfCard = new Set(readIds(listOf(card.branch_ids)));
	const otherBranches = [...branchesOfCard].filter((id) => id !== branch);
	if (chosenBranches.length === 0) return otherBranches;
	return otherBranches.filter((id) => chosenBranches.includes(id));
}
