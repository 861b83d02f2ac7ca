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
 * Finds the existing payment that a new payment would repeat. If the new payment has an external
 * ID, only the ID is compared. Otherwise the existing payment must have the same values in the
 * fields that the user has filled.
 *
 * @returns undefined if there is none
 * @throws NodeOperationError if a payment may be the same, but nothing proves it
 */
export async function findExistingPayment(
	newPayment: Addition,
	externalId?: ExternalId,
): Promise<IDataObject | undefined> {
	if (externalId === undefined) return await findEqualPayment(newPayment);

	const existing = await findPaymentWithId(newPayment, externalId);
	if (existing === undefined) return undefined;

	assertSameAmount(newPayment, externalId, existing);
	assertCloseDate(newPayment, externalId, existing);
	return existing;
}

/**
 * Finds the payment with the external ID: first among the payments of the customer, then among the
 * payments of all customers.
 */
async function findPaymentWithId(
	newPayment: Addition,
	externalId: ExternalId,
): Promise<IDataObject | undefined> {
	const result = await searchCustomerRecords(newPayment, {
		filters: makeFilters(newPayment),
		// The staff may have entered the payment in a branch that the customer has left since.
		searchesAllBranches: true,
		isRepeated: (payment) =>
			hasExternalId(payment, externalId) && haveMatchingTypes(payment, newPayment.body, externalId),
	});
	if ('existing' in result) return result.existing;

	const existing = await findAmongAllPayments(newPayment, externalId);
	if (existing !== undefined) return existing;

	assertNoneEnteredByHand(newPayment, externalId, result.otherRecords);
	return undefined;
}

/** Finds the customer's payment that has the same values in the fields that the user has filled. */
async function findEqualPayment(newPayment: Addition): Promise<IDataObject | undefined> {
	// A payment with an external ID may be another payment of the same day and amount. It is
	// certainly the same one only if the user has filled the note, because then both payments have
	// the same note.
	const isNoteCompared = !isEmpty(newPayment.body.note);
	const isCertainlySame = (payment: IDataObject) => isNoteCompared || !hasAnyIdInNote(payment);

	const result = await searchCustomerRecords(newPayment, {
		filters: makeFilters(newPayment),
		isRepeated: (payment) => isEqualPayment(payment, newPayment) && isCertainlySame(payment),
	});
	if ('existing' in result) return result.existing;

	assertNoEqualPaymentHasId(newPayment, result.otherRecords);
	return undefined;
}

/**
 * Makes the filters for AlfaCRM's list of payments. The type is always among them, because in some
 * accounts a list without it may show incomes only. API notes 5.16.
 */
function makeFilters({ body }: Addition): IDataObject {
	return { customer_id: body.customer_id, pay_type_id: body.pay_type_id };
}
