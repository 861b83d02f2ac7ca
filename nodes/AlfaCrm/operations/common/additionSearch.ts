/*
 * Searches AlfaCRM for the existing record of an addition: a record that the addition would repeat,
 * such as the payment that an earlier run of the workflow has added.
 */

import type { IDataObject } from 'n8n-workflow';

import type { ListQuery } from '../../api/pages';
import { passesOf } from '../../entities/listCall';
import type { Entity } from '../../entities/types';
import { listOf } from '../../fields/field';
import { allBranches, searchUntilFound } from '../../run/branches';
import type { Item } from '../../run/item';
import { readWholeList, readWholeListOnce } from '../../run/readList';
import type { Branch } from '../../store/located';
import { readIds } from '../../values/formats';
import type { Addition } from './addition';
import { nounOf } from './addition';

/** How to search a customer's records for the existing record. */
interface AdditionSearch {
	/** Filters for AlfaCRM's list. The query of `Addition.target` is sent in any case. */
	filters?: IDataObject;
	/** Whether AlfaCRM lists the records of all customers. Such a list is read once for all items. */
	isListOfAllCustomers?: boolean;
	/** Whether to search every branch of the account, and not only the branches of the customer. */
	searchesAllBranches?: boolean;
	/** Tells whether a record is the existing record. */
	isSameRecord: (record: IDataObject) => boolean;
}

/**
 * The result of a search: the existing record or, if none was found, all records of the customer.
 * Among these the caller can look for a record that is similar to the new record.
 */
type SearchResult = { existing: IDataObject } | { customerRecords: IDataObject[] };

/**
 * Searches a customer's records for the existing record: first in the likely branches, then in the
 * other branches that the customer is or was in. An earlier run may have added the record before
 * the customer moved to the present branch.
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

	// `searchUntilFound` skips branches that the credential's user may not see.
	const otherBranches = await listOtherBranches(addition, search);
	const existing = await searchUntilFound(addition.item, otherBranches, searchBranch);
	return existing === undefined ? { customerRecords } : { existing };
}

/** Lists the branches to search after the likely branches. */
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
		// `target.query` names the customer. Some lists of AlfaCRM take the customer from the query,
		// and others from the body, so both have it.
		body: { ...target.query, ...filters },
		// AlfaCRM leaves some records, such as archived subscriptions, out of a plain list. The list is
		// read once with each pass: an addition to the body that makes AlfaCRM list such records.
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
