import type { IDataObject } from 'n8n-workflow';

import { externalId as idInput, externalIdField as customFieldInput, INCOME, pay } from '../../entities/pay';
import { isEmpty } from '../../fields/blank';
import { listOf } from '../../fields/field';
import { quoted } from '../../fields/unreadable';
import { idsOf, readId } from '../../values/formats';
import type { Item } from '../../run/item';
import { allBranches, findInBranches } from '../../run/branches';
import type { FieldFilter } from '../../run/readList';
import { readFiltered } from '../../run/readList';
import type { NewAddition } from './additions';
import type { ExternalId } from './externalId';
import { hasExternalId, haveMatchingTypes, mayBeIncome, normalizeId, toTag } from './externalId';
import type { Branch } from '../../store/located';

/** Lists payments without a filter by type. AlfaCRM then lists all types, or in some accounts perhaps incomes alone. API notes 5.16. */
const ANY_TYPE: IDataObject = {};

/**
 * Finds the customer's payment with an external ID among the payments of all customers. The customer's own lists may lack it:
 * AlfaCRM may show it without a customer, or in a branch that the customer has left.
 *
 * @throws NodeOperationError if another customer's payment has the ID
 */
export async function findAmongAllPayments(
	newPayment: NewAddition,
	externalId: ExternalId,
): Promise<IDataObject | undefined> {
	const { item, customerId, target, body } = newPayment;
	const type = readId(body.pay_type_id);
	const typeFilters = type === INCOME ? [ANY_TYPE] : [{ pay_type_id: type }, ANY_TYPE];
	const payments = await readPaymentsWithId(item, target.branch, externalId, typeFilters);

	const hasMatchingType = (payment: IDataObject) => haveMatchingTypes(payment, body, externalId);
	const ownPayments = payments.filter((payment) => mayBelongTo(customerId, payment));
	const samePayment = ownPayments.find(hasMatchingType);
	if (samePayment !== undefined) return samePayment;

	// A stranger's refund is no conflict: it may have the ID of the income that it gives back.
	const strangersPayment = payments.find(
		(payment) => !ownPayments.includes(payment) && (hasMatchingType(payment) || mayBeIncome(payment)),
	);
	if (strangersPayment !== undefined) throw wrongCustomerError(newPayment, externalId, strangersPayment);
	return undefined;
}

/** Whether a payment may be one of a customer. AlfaCRM may show a payment without its customer. */
function mayBelongTo(customerId: number, { customer_id: shownIds }: IDataObject): boolean {
	return shownIds === undefined || listOf(shownIds).some((id) => readId(id) === customerId);
}

function wrongCustomerError(
	{ item, customerId }: NewAddition,
	{ value }: ExternalId,
	payment: IDataObject,
): Error {
	const owner = isEmpty(payment.customer_id) ? 'nobody' : `customer ${String(payment.customer_id)}`;
	return item.error(
		`Payment ${String(payment.id)} of ${owner} has the External ID ${quoted(value)} already, so it was not entered for customer ${customerId}`,
		`Correct 'Customer' or '${idInput.label}'; if that payment is wrong, correct it in AlfaCRM.`,
	);
}

/**
 * Finds the customer who made the income with an external ID.
 *
 * @throws NodeOperationError if no income has the ID, or incomes of several customers have it
 */
export async function findPayer(item: Item, branch: Branch, externalId: ExternalId): Promise<number> {
	const payments = await readPaymentsWithId(item, branch, externalId, [ANY_TYPE]);
	const incomes = payments.filter(mayBeIncome);
	const [payerId, ...otherPayerIds] = new Set(incomes.map(({ customer_id }) => readId(customer_id)));
	if (payerId !== undefined && otherPayerIds.length === 0) return payerId;

	const id = quoted(externalId.value);
	const incomeIds = [...new Set(idsOf(incomes))].sort((a, b) => a - b);
	const reason =
		incomes.length === 0
			? `AlfaCRM shows no payment with the External ID ${id}, so its payer is not known`
			: `The External ID ${id} does not tell the payer: payments ${incomeIds.join(', ')}`;
	throw item.error(reason, `Fill 'Customer'.`);
}

/**
 * Reads the payments with an external ID, of all customers and in all branches. The branch of the call must be readable; other
 * branches that this user may not see are left out.
 *
 * @param typeFilters filters by payment type; each branch is read once with each of them
 */
async function readPaymentsWithId(
	item: Item,
	ownBranch: Branch,
	externalId: ExternalId,
	typeFilters: readonly IDataObject[],
): Promise<IDataObject[]> {
	const filter = makeIdFilter(item, externalId);
	const payments: IDataObject[] = [];
	const readBranch = async (branch: Branch): Promise<undefined> => {
		const list = { path: pay.path, branch, passes: typeFilters, body: {}, task: 'look for the same payment' };
		const { rows } = await readFiltered(item, pay, list, filter);
		payments.push(...rows.filter((payment) => hasExternalId(payment, externalId)));
	};

	const branches = await allBranches(item, ownBranch);
	await readBranch(ownBranch);
	// `readBranch` returns no result, so no branch ends the search.
	await findInBranches(
		item,
		branches.filter((branch) => branch !== ownBranch),
		readBranch,
	);
	return payments;
}

/** Makes the filter by the note or custom field that keeps the ID. AlfaCRM finds the ID as a part of longer texts, too. */
function makeIdFilter(item: Item, { value, customField }: ExternalId): FieldFilter {
	const fieldName = customField ?? 'note';
	const text = customField === undefined ? toTag(value) : value;
	return {
		fieldName,
		query: { [fieldName]: text },
		mayMatch: (payment) => normalizeId(payment[fieldName]).includes(text),
		// If AlfaCRM did not store or show the field, each run would enter the payment again.
		fieldMissingError: () =>
			item.error(
				`AlfaCRM's payments show no field "${fieldName}", so the '${idInput.label}' would not be found again`,
				`Give one that they have as '${customFieldInput.label}': 'Get' with 'Simplify' off shows them.`,
			),
	};
}
