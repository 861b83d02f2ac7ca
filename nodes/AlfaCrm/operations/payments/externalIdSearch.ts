/**
 * Searches the payments of all customers, in all branches, by external ID. Searching the payments
 * of one customer is not enough: AlfaCRM may show a payment without its customer, somebody may have
 * entered it for the wrong customer, and a refund may name no customer but only the external ID of
 * the income that it gives back.
 */

import type { IDataObject } from 'n8n-workflow';

import { customFieldInput, externalIdInput, INCOME, pay } from '../../entities/pay';
import { quoted } from '../../fields/unreadable';
import { allBranches, findInBranches } from '../../run/branches';
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
 * No filter by type: the list shows payments of all types, or in some accounts perhaps incomes
 * only. API notes 5.16.
 */
const ANY_TYPE: IDataObject = {};

/**
 * Finds the customer's payment with an external ID among the payments of all customers.
 *
 * @returns undefined if there is none
 * @throws NodeOperationError if another customer's payment has the ID
 */
export async function findAmongAllPayments(
	newPayment: Addition,
	externalId: ExternalId,
): Promise<IDataObject | undefined> {
	const { item, customerId, target, body } = newPayment;
	const type = readId(body.pay_type_id);
	// A list without a type shows the incomes in every account, but other types only in some. So the
	// list is read once more with another type.
	const typeFilters = type === INCOME ? [ANY_TYPE] : [{ pay_type_id: type }, ANY_TYPE];
	const payments = await readPaymentsWithId(item, target.branch, externalId, typeFilters);

	const isSamePayment = (payment: IDataObject) =>
		mayBelongTo(customerId, payment) && haveMatchingTypes(payment, body, externalId);
	const existing = payments.find(isSamePayment);
	if (existing !== undefined) return existing;

	assertNoOtherCustomerHasId(newPayment, externalId, payments);
	return undefined;
}

/**
 * Finds the customer who made the income with an external ID.
 *
 * @returns the ID of the customer
 * @throws NodeOperationError if no income has the ID, if incomes of several customers have it, or
 * if AlfaCRM shows an income without its customer
 */
export async function findPayer(
	item: Item,
	branch: Branch,
	externalId: ExternalId,
): Promise<number> {
	const payments = await readPaymentsWithId(item, branch, externalId, [ANY_TYPE]);
	const incomes = payments.filter(mayBeIncome);

	const payerIds = new Set(incomes.map(({ customer_id }) => readId(customer_id)));
	const [payerId] = payerIds;
	// An income whose customer AlfaCRM does not show has added undefined to the IDs.
	if (payerId !== undefined && payerIds.size === 1) return payerId;

	throw unknownPayerError(item, externalId, incomes);
}

/** Makes the error for an external ID of no income, or of incomes whose payer is not clear. */
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
 * Reads the payments with an external ID, of all customers and in all branches. Branches that the
 * user of the credential may not see are left out, except the branch of the item.
 *
 * @param branchOfItem the branch in which the new payment is entered; it is read first
 * @param typeFilters filters by payment type; each branch is read once with each of them
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
	const addPaymentsOf = async (branch: Branch): Promise<undefined> => {
		const morePayments = await readPaymentsInBranch(item, branch, externalId, typeFilters);
		payments.push(...morePayments);
	};
	// `findInBranches` stops at the first result. `addPaymentsOf` returns none, so all branches are
	// read.
	await findInBranches(item, otherBranches, addPaymentsOf);
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
		body: {},
		// The list is read once with each of these filters.
		passes: typeFilters,
		task: 'look for the same payment',
	};
	const filter = makeIdFilter(item, externalId);
	const { rows } = await readFiltered(item, pay, list, filter);
	return rows.filter((payment) => hasExternalId(payment, externalId));
}

/**
 * Makes the filter by the note or custom field that keeps the external ID. AlfaCRM also finds
 * longer texts that contain the ID, so the caller compares the IDs again.
 */
function makeIdFilter(item: Item, { value, customField }: ExternalId): FieldFilter {
	const fieldName = customField ?? 'note';
	const text = customField === undefined ? toTag(value) : value;

	return {
		fieldName,
		filterBody: { [fieldName]: text },
		// If many rows do not match, AlfaCRM has ignored the filter.
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
