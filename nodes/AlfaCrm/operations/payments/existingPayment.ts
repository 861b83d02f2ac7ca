/**
 * Finds the existing payment that a new payment would repeat.
 *
 * - A new payment with an external ID, such as the number `inv-1` that a bank has given to it, is
 *   compared by the ID alone.
 * - A new payment without an external ID is compared by its values.
 */

import type { IDataObject } from 'n8n-workflow';

import { isEmpty } from '../../fields/blank';
import type { Addition } from '../common/addition';
import { searchCustomerRecords } from '../common/additionSearch';
import { isEqualPayment } from './equalPayment';
import type { ExternalId } from './externalId';
import { hasAnyIdInNote, hasExternalId, haveMatchingTypes } from './externalId';
import {
	assertCloseDate,
	assertNoneEnteredByHand,
	assertNoEqualPaymentHasId,
	assertSameAmount,
} from './externalIdConflicts';
import { findAmongAllPayments } from './externalIdSearch';

/**
 * Finds the existing payment that a new payment would repeat.
 *
 * @returns undefined if AlfaCRM has no such payment
 * @throws NodeOperationError if it is not certain whether an existing payment is the new one. The
 * functions that decide this are in `externalIdConflicts.ts`.
 */
export async function findExistingPayment(
	newPayment: Addition,
	externalId?: ExternalId,
): Promise<IDataObject | undefined> {
	if (externalId === undefined) return await findEqualPayment(newPayment);

	const existing = await findPaymentWithId(newPayment, externalId);
	if (existing === undefined) return undefined;

	// Two payments can have the same ID by mistake: a bank uses a document number again next year.
	assertSameAmount(newPayment, externalId, existing);
	assertCloseDate(newPayment, externalId, existing);
	return existing;
}

/**
 * Finds the payment with the external ID: first among the payments of the customer, then among the
 * payments of all customers.
 *
 * @throws NodeOperationError if a payment of another customer has the ID, or if no payment has the
 * ID but the staff may have entered the new payment by hand, without the ID
 */
async function findPaymentWithId(
	newPayment: Addition,
	externalId: ExternalId,
): Promise<IDataObject | undefined> {
	const isSamePayment = (payment: IDataObject) =>
		hasExternalId(payment, externalId) && haveMatchingTypes(payment, newPayment.body, externalId);

	const result = await searchCustomerRecords(newPayment, {
		filters: makeFilters(newPayment),
		// The staff may have entered the payment in a branch that the customer has left since.
		searchesAllBranches: true,
		isSameRecord: isSamePayment,
	});
	if ('existing' in result) return result.existing;

	const existing = await findAmongAllPayments(newPayment, externalId);
	if (existing !== undefined) return existing;

	assertNoneEnteredByHand(newPayment, externalId, result.customerRecords);
	return undefined;
}

/**
 * Finds the customer's payment that has the same values in the fields that the user has filled.
 *
 * @throws NodeOperationError if such a payment has an external ID. The user has given none, so the
 * existing payment may be the new one or a different one.
 */
async function findEqualPayment(newPayment: Addition): Promise<IDataObject | undefined> {
	// If the user has filled the note, `isEqualPayment` compares the notes. The note of an equal
	// payment then has the same external IDs, so the payment is certainly the new one.
	const areNotesCompared = !isEmpty(newPayment.body.note);
	const isCertain = (payment: IDataObject) => areNotesCompared || !hasAnyIdInNote(payment);

	const result = await searchCustomerRecords(newPayment, {
		filters: makeFilters(newPayment),
		isSameRecord: (payment) => isEqualPayment(payment, newPayment) && isCertain(payment),
	});
	if ('existing' in result) return result.existing;

	assertNoEqualPaymentHasId(newPayment, result.customerRecords);
	return undefined;
}

/**
 * Makes the filters for AlfaCRM's list of payments. The filter by type is needed because in some
 * accounts a list without this filter shows only incomes: API notes 5.16 in docs/alfacrm-api.md.
 */
function makeFilters({ body }: Addition): IDataObject {
	return { customer_id: body.customer_id, pay_type_id: body.pay_type_id };
}
