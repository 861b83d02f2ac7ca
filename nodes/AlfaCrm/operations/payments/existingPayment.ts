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
	assertNoneEnteredWithId,
	assertSameAmount,
} from './externalIdConflicts';
import { findAmongAllPayments } from './externalIdSearch';

/**
 * Finds the existing payment that a new payment would repeat. If the new payment has an external
 * ID, the ID alone decides. Otherwise the existing payment must have the same values in the fields
 * that the user has filled.
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
 * Finds the payment with the external ID: among the customer's payments, then among those of all
 * customers.
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
	// An equal payment with an external ID may be another one. Only a note that both have proves that
	// it is the same.
	const hasNote = !isEmpty(newPayment.body.note);
	const isCertain = (payment: IDataObject) => hasNote || !hasAnyIdInNote(payment);

	const result = await searchCustomerRecords(newPayment, {
		filters: makeFilters(newPayment),
		isRepeated: (payment) => isEqualPayment(payment, newPayment) && isCertain(payment),
	});
	if ('existing' in result) return result.existing;

	assertNoneEnteredWithId(newPayment, result.otherRecords);
	return undefined;
}

/**
 * Makes the filters for AlfaCRM's list of payments. Without a type the list may show incomes only.
 * API notes 5.16.
 */
function makeFilters({ body }: Addition): IDataObject {
	return { customer_id: body.customer_id, pay_type_id: body.pay_type_id };
}
