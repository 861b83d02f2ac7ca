import type { IDataObject } from 'n8n-workflow';

import type { ListQuery } from '../../api/pages';
import { passesOf } from '../../entities/listCall';
import type { Entity } from '../../entities/types';
import { listOf } from '../../fields/field';
import { allBranches, findInBranches } from '../../run/branches';
import type { Item } from '../../run/item';
import { readWholeList, readWholeListOnce } from '../../run/readList';
import type { Branch } from '../../store/located';
import { readIds } from '../../values/formats';
import type { Addition } from './addition';
import { nounOf } from './addition';

/** How to search a customer's records for the existing record that a new record would repeat. */
interface AdditionSearch {
	/** Filters for AlfaCRM's list, besides the query of `Addition.target`, which is always sent. */
	filters?: IDataObject;
	/** Whether the list holds the records of all customers. It is then read once for all items. */
	isListOfAllCustomers?: boolean;
	/** Whether to search every branch of the account, and not only those of the customer. */
	searchesAllBranches?: boolean;
	/** Tells whether a record is the one that the new record would repeat. */
	isSameRecord: (record: IDataObject) => boolean;
}

/**
 * The result of a search: the existing record or, if there is none, all records of the customer,
 * so that the caller can look for one that might be the same.
 */
type SearchResult = { existing: IDataObject } | { customerRecords: IDataObject[] };

/**
 * Searches a customer's records for one that the new record would repeat. The search begins with
 * the branches in which it is most likely. The other branches that the customer is or was in come
 * last: an earlier run may have added the record there before the customer moved.
 *
 * @throws NodeOperationError if rows of a list are missing, because the existing record may be
 * among them
 */
export async function searchCustomerRecords(
	addition: Addition,
	search: AdditionSearch,
): Promise<SearchResult> {
	const customerRecords: IDataObject[] = [];
	const searchBranch = async (branch: Branch) => {
		const records = await readCustomerRecords(addition, search, branch);
		customerRecords.push(...records);
		return records.find(search.isSameRecord);
	};

	for (const branch of addition.likelyBranches) {
		const existing = await searchBranch(branch);
		if (existing !== undefined) return { existing };
	}

	// Branches that the user of the credential may not see are left out from here on.
	const otherBranches = await listOtherBranches(addition, search);
	const existing = await findInBranches(addition.item, otherBranches, searchBranch);
	return existing === undefined ? { customerRecords } : { existing };
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
		// Some lists take the customer from the query, as some sources say, and others from the body.
		body: { ...target.query, ...filters },
		// AlfaCRM leaves some records out of a plain list. The list is read once more for each pass,
		// which asks for such records.
		passes: passesOf(entity),
		task: `look for the same ${nounOf(entity)}`,
	};
	const records = isListOfAllCustomers
		? await readListOfAllCustomers(item, entity, list)
		: await readWholeList(item, entity, list);

	// AlfaCRM may ignore the filter by customer, and list other customers' records.
	return records.filter((record) => {
		const customerIds = readIds(listOf(record[customerField]));
		return customerIds.includes(customerId);
	});
}

/** Reads a list that is the same for every customer: once, for all items of the execution. */
async function readListOfAllCustomers(
	item: Item,
	entity: Entity,
	list: ListQuery & { passes: readonly IDataObject[] },
): Promise<readonly IDataObject[]> {
	const { rows } = await readWholeListOnce(item, entity, list);
	return rows;
}
