import type { IDataObject } from 'n8n-workflow';

import { passesOf } from '../../entities/listCall';
import { listOf } from '../../fields/field';
import { allBranches, findInBranches } from '../../run/branches';
import { readWholeList, readWholeListOnce } from '../../run/readList';
import type { Branch } from '../../store/located';
import { readId } from '../../values/formats';
import type { Addition } from './addition';
import { nounOf } from './addition';

/** How to search a customer's records for the existing record that an addition would repeat. */
interface AdditionSearch {
	/** Filters for AlfaCRM's list, besides the query of `Addition.target`, which is always sent. */
	filters?: IDataObject;
	/** Whether the list holds the records of all customers. It is then read once for all items. */
	isListOfAllCustomers?: boolean;
	/** Whether to search every branch of the account, and not only those of the customer. */
	searchesAllBranches?: boolean;
	/** Tells whether a record is the one that the addition would repeat. */
	isRepeated: (record: IDataObject) => boolean;
}

/**
 * What a search has found: the existing record that the addition would repeat or, if there is none,
 * all other records of the customer, so that the caller can look at them again.
 */
type SearchResult = { existing: IDataObject } | { otherRecords: IDataObject[] };

/**
 * Searches a customer's records for one that an addition would repeat. It begins with
 * `Addition.likelyBranches`. The other branches that the customer is or was in come last: an
 * earlier run may have added the record there before the customer moved.
 *
 * @throws NodeOperationError if rows of a list are missing, because the existing record may be
 * among them
 */
export async function searchCustomerRecords(
	addition: Addition,
	search: AdditionSearch,
): Promise<SearchResult> {
	const otherRecords: IDataObject[] = [];
	const searchBranch = async (branch: Branch) => {
		const records = await readCustomerRecords(addition, search, branch);
		const existing = records.find(search.isRepeated);
		if (existing === undefined) otherRecords.push(...records);
		return existing;
	};

	for (const branch of addition.likelyBranches) {
		const existing = await searchBranch(branch);
		if (existing !== undefined) return { existing };
	}

	const otherBranches = await listOtherBranches(addition, search);
	const existing = await findInBranches(addition.item, otherBranches, searchBranch);
	return existing === undefined ? { otherRecords } : { existing };
}

/** Lists the branches to search after the likely ones. */
async function listOtherBranches(
	{ item, target, likelyBranches, customerBranches }: Addition,
	{ searchesAllBranches }: AdditionSearch,
): Promise<Branch[]> {
	const accountBranches = searchesAllBranches ? await allBranches(item, target.branch) : [];
	const branches = new Set([...customerBranches, ...accountBranches]);
	return [...branches].filter((branch) => !likelyBranches.includes(branch));
}

/** Reads the customer's records in one branch. */
async function readCustomerRecords(
	{ item, entity, target, customerId, customerField }: Addition,
	{ filters, isListOfAllCustomers }: AdditionSearch,
	branch: Branch,
): Promise<IDataObject[]> {
	const list = {
		...target,
		branch,
		body: { ...target.query, ...filters },
		// The list is read once for each of these bodies, since AlfaCRM hides some records otherwise.
		passes: passesOf(entity),
		task: `look for the same ${nounOf(entity)}`,
	};
	const records = isListOfAllCustomers
		? (await readWholeListOnce(item, entity, list)).rows
		: await readWholeList(item, entity, list);

	// A list may hold other customers' records: AlfaCRM may ignore the filter by customer.
	return records.filter((record) =>
		listOf(record[customerField]).some((id) => readId(id) === customerId),
	);
}
