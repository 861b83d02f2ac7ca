import type { IDataObject } from 'n8n-workflow';

import { passesOf } from '../../entities/listCall';
import { listOf } from '../../fields/field';
import { allBranches, findInBranches } from '../../run/branches';
import { readWholeList, readWholeListOnce } from '../../run/readList';
import type { Branch } from '../../store/located';
import { readId } from '../../values/formats';
import type { Addition } from './addition';
import { nounOf } from './addition';

/** How to search a customer's records for one that is the same as an addition. */
interface AdditionSearch {
	/** Filters for AlfaCRM's list, besides the keys of the entity. */
	filters?: IDataObject;
	/** Whether the list holds the records of all customers. It is then read once for all items. */
	isListOfAllCustomers?: boolean;
	/** Whether to search every branch of the account, and not only those of the customer. */
	searchesAllBranches?: boolean;
	isSame: (record: IDataObject) => boolean;
}

/** The record that is the same as the addition; if there is none, the customer's other records, all of which were compared. */
type SearchResult = { existing: IDataObject } | { otherRecords: IDataObject[] };

/**
 * Searches a customer's records for one that is the same as an addition: first in the branches into which the addition may go,
 * then in the other branches that the customer is or was in. The customer may have moved since an earlier run.
 *
 * @throws NodeApiError if a list did not come whole, since the same record may be missing in it
 */
export async function searchCustomerRecords(
	addition: Addition,
	search: AdditionSearch,
): Promise<SearchResult> {
	const otherRecords: IDataObject[] = [];
	const searchBranch = async (branch: Branch) => {
		const records = await readCustomerRecords(addition, search, branch);
		const existing = records.find(search.isSame);
		if (existing === undefined) otherRecords.push(...records);
		return existing;
	};

	for (const branch of addition.ownBranches) {
		const existing = await searchBranch(branch);
		if (existing !== undefined) return { existing };
	}

	const otherBranches = await listOtherBranches(addition, search);
	const existing = await findInBranches(addition.item, otherBranches, searchBranch);
	return existing === undefined ? { otherRecords } : { existing };
}

/** Lists the branches in which the same record may be, apart from those into which the addition may go. */
async function listOtherBranches(
	{ item, target, ownBranches, customerBranches }: Addition,
	{ searchesAllBranches }: AdditionSearch,
): Promise<Branch[]> {
	const accountBranches = searchesAllBranches ? await allBranches(item, target.branch) : [];
	const branches = new Set([...customerBranches, ...accountBranches]);
	return [...branches].filter((branch) => !ownBranches.includes(branch));
}

/** Reads those of a customer's records in a branch among which the same one would be. */
async function readCustomerRecords(
	{ item, entity, target, customerId, customerField }: Addition,
	{ filters, isListOfAllCustomers }: AdditionSearch,
	branch: Branch,
): Promise<IDataObject[]> {
	const list = {
		...target,
		branch,
		body: { ...target.query, ...filters },
		passes: passesOf(entity),
		task: `look for the same ${nounOf(entity)}`,
	};
	const records = isListOfAllCustomers
		? (await readWholeListOnce(item, entity, list)).rows
		: await readWholeList(item, entity, list);

	// AlfaCRM may ignore the filter by customer.
	return records.filter((record) => listOf(record[customerField]).some((id) => readId(id) === customerId));
}
