/**
 * Searches the payments of all customers, in all branches, by external ID, such as the number
 * `inv-1` that a bank has given to a payment. The payments of one customer are not enough:
 *
 * - AlfaCRM may show a payment without its customer.
 * - The staff may have entered a payment for the wrong customer.
 * - A new refund may name no customer, only the ID of the payment that is refunded.
 */

import type { IDataObject } from 'n8n-workflow';

import { customFieldInput, externalIdInput, INCOME, pay } from '../../entities/pay';
import { quoted } from '../../fields/unreadable';
import { allBranches, searchUntilFound } from '../../run/branches';
import type { Item } from '../../run/item';
import type { FieldFilter } from '../../run/readList';
import { readFiltered } from '../../run/readList';
import type { Branch } from '../../store/located';
import { idsOf, readId } from '../../values/formats';
import type { Addition } from '../common/addition';
import type { ExternalId } from './externalId';
import {
	hasExternalId,
	haveMatchingTypes,
	mayBeIncome,
	mayBelongTo,
	normalizeId,
	toTag,
} from './externalId';
import { assertNoOtherCustomerHasId } from './externalIdConflicts';

/**
 * Asks for payments without a filter by type. In some accounts AlfaCRM then lists all payments, in
 * others perhaps only incomes: API notes 5.16 in docs/alfacrm-api.md.
 */
const NO_TYPE_FILTER: IDataObject = {};

/**
 * Finds the customer's payment with an external ID among the payments of all customers.
 *
 * @returns undefined if there is no such payment
 * @throws NodeOperationError if a payment of another customer has the ID
 */
export async function findAmongAllPayments(
	newPayment: Addition,
	externalId: ExternalId,
): Promise<IDataObject | undefined> {
	const { item, customerId, target, body } = newPayment;
	const type = readId(body.pay_type_id);
	// A list without a filter by type shows incomes in every account. Payments of another type are
	// requested by their type as well.
	const typeFilters = type === INCOME ? [NO_TYPE_FILTER] : [{ pay_type_id: type }, NO_TYPE_FILTER];
	const payments = await readPaymentsWithId(item, target.branch, externalId, typeFilters);

	const existingPayment = payments.find(
		(payment) => mayBelongTo(payment, customerId) && haveMatchingTypes(payment, body, externalId),
	);
	if (existingPayment !== undefined) return existingPayment;

	assertNoOtherCustomerHasId(newPayment, externalId, payments);
	return undefined;
}

/**
 * Finds the ID of the customer who made the payment with an external ID.
 *
 * @throws NodeOperationError if no payment has the ID, if payments of several customers have it, or
 * if AlfaCRM shows a payment with the ID but without its customer
 */
export async function findPayer(
	item: Item,
	branch: Branch,
	externalId: ExternalId,
): Promise<number> {
	const payments = await readPaymentsWithId(item, branch, externalId, [NO_TYPE_FILTER]);
	// Earlier refunds of the payment have the same ID.
	const incomes = payments.filter(mayBeIncome);

	// The ID is undefined for a payment whose customer AlfaCRM does not show.
	const payerIds = new Set(incomes.map((income) => readId(income.customer_id)));
	const [payerId] = payerIds;
	if (payerIds.size === 1 && payerId !== undefined) return payerId;

	throw unknownPayerError(item, externalId, incomes);
}

/**
 * Makes the error for an external ID whose payer is not known.
 *
 * @param incomes the payments with the ID that customers have made
 */
function unknownPayerError(
	item: Item,
	{ value }: ExternalId,
	incomes: readonly IDataObject[],
): Error {
	const advice = `Fill 'Customer'.`;
	if (incomes.length === 0) {
		return item.error(
			`AlfaCRM shows no payment with the External ID ${quoted(value)}, so its payer is not known`,
			advice,
		);
	}

	// Several branches may list the same payment.
	const incomeIds = [...new Set(idsOf(incomes))].sort((a, b) => a - b);
	return item.error(
		`The External ID ${quoted(value)} does not tell the payer: payments ${incomeIds.join(', ')}`,
		advice,
	);
}

/**
 * Reads the payments with an external ID, of all customers and in all branches. Leaves out branches
 * that the user of the credential may not see, except the branch of the item.
 *
 * @param branchOfItem the branch in which the new payment is entered; it is read first
 * @param typeFilters filters by the type of payment; the list of each branch is read once with each
 * of them
 * @throws NodeApiError if the branch of the item cannot be read
 */
async function readPaymentsWithId(
	item: Item,
	branchOfItem: Branch,
	externalId: ExternalId,
	typeFilters: readonly IDataObject[],
): Promise<IDataObject[]> {
	const branches = await allBranches(item, branchOfItem);
	const otherBranches = branches.filter((branch) => branch !== branchOfItem);

	const payments = await readPaymentsInBranch(item, branchOfItem, externalId, typeFilters);
	// `searchUntilFound` goes on to the next branch as long as this function returns undefined, so
	// all branches are read.
	const addPaymentsOf = async (branch: Branch): Promise<undefined> => {
		const paymentsInBranch = await readPaymentsInBranch(item, branch, externalId, typeFilters);
		payments.push(...paymentsInBranch);
	};
	await searchUntilFound(item, otherBranches, addPaymentsOf);
	return payments;
}

/** Reads the payments of one branch that have an external ID. */
async function readPaymentsInBranch(
	item: Item,
	branch: Branch,
	externalId: ExternalId,
	typeFilters: readonly IDataObject[],
): Promise<IDataObject[]> {
	const list = {
		path: pay.path,
		branch,
		// `readFiltered` adds the filter by ID to the body.
		body: {},
		// The list is read once with each of these additions to the body.
		passes: typeFilters,
		// Completes an error: "AlfaCRM did not look for the same payment".
		task: 'look for the same payment',
	};
	const { rows } = await readFiltered(item, pay, list, makeIdFilter(item, externalId));
	return rows.filter((payment) => hasExternalId(payment, externalId));
}

/**
 * Makes the filter by the note or custom field that keeps the external ID. AlfaCRM returns all
 * payments whose field contains the text of the filter, so the caller has to compare the IDs.
 */
function makeIdFilter(item: Item, { value, customField }: ExternalId): FieldFilter {
	const fieldName = customField ?? 'note';
	const text = customField === undefined ? toTag(value) : value;

	return {
		fieldName,
		filterBody: { [fieldName]: text },
		mayMatch: (payment) => normalizeId(payment[fieldName]).includes(text),
		// If AlfaCRM does not store or show the field, no run would find the payment, and each run
		// would enter it again.
		fieldMissingError: () => fieldMissingError(item, fieldName),
	};
}

function fieldMissingError(item: Item, fieldName: string): Error {
	return item.error(
		`AlfaCRM's payments show no field "${fieldName}", so the '${externalIdInput.label}' would not be found again`,
		`Give one that they have as '${customFieldInput.label}': 'Get' with 'Simplify' off shows them.`,
	);
}
