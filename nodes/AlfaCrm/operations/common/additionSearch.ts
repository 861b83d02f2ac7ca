import type { IDataObject } from 'n8n-workflow';

import { passesOf } from '../../entities/listCall';
import { listOf } from '../../fields/field';
import { allBranches, findInBranches } from '../../run/branches';
import { readWholeList, readWholeListOnce } from '../../run/readList';
import type { Branch } from '../../store/located';
import { readId } from '../../values/formats';
import type { Addition } from './addition';
import { nounOf } from './addition';

/** How to search a customer's records for one that an addition would repeat. */
interface AdditionSearch {
	/** Filters for AlfaCRM's list, besides the keys of the entity. */
	filters?: IDataObject;
	/** Whether the list holds the records of all customers. It is then read once for all items. */
	isListOfAllCustomers?: boolean;
	/** Whether to search every branch of the account, and not only those of the customer. */
	searchesAllBranches?: boolean;
	/** Tells whether the addition would repeat a record. */
	isRepeated: (record: IDataObject) => boolean;
}

/**
 * The record that the addition would repeat; if there is none, the customer's other records, all of
 * which were compared.
 */
type SearchResult = { existing: IDataObject } | { otherRecords: IDataObject[] };

/**
 * Searches a customer's records for one that an addition would repeat: first in the likely
 * branches, then in the other ones that the customer is or was in, since the customer may have
 * moved after an earlier run.
 *
 * @throws NodeOperationError if a list did not come whole, since the existing record may be missing
 * in it
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

/** Reads the records of the customer in a branch that pass the filters. */
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
	return records.filter((record) =>
		listOf(record[customerField]).some((id) => readId(id) === customerId),
	);
}
