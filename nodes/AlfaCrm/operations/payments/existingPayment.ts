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

	// The same ID does not prove enough: banks and templates use an ID again.
	assertSameAmount(newPayment, externalId, existing);
	assertCloseDate(newPayment, externalId, existing);
	return existing;
}

/**
 * Finds the payment with the external ID: first among the payments of the customer, then among the
 * payments of all customers.
 *
 * @throws NodeOperationError if another customer's payment has the ID, or if no payment has it, but
 * the staff may have entered this payment without it
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
 * @throws NodeOperationError if such a payment has an external ID, so that it may be another one
 */
async function findEqualPayment(newPayment: Addition): Promise<IDataObject | undefined> {
	// If the user has filled the note, it is among the compared values. An equal payment then has the
	// same note, together with any external ID in it.
	const isNoteCompared = !isEmpty(newPayment.body.note);
	const isSamePayment = (payment: IDataObject) => {
		const mayBeAnotherPayment = hasAnyIdInNote(payment) && !isNoteCompared;
		return isEqualPayment(payment, newPayment) && !mayBeAnotherPayment;
	};

	const result = await searchCustomerRecords(newPayment, {
		filters: makeFilters(newPayment),
		isSameRecord: isSamePayment,
	});
	if ('existing' in result) return result.existing;

	assertNoEqualPaymentHasId(newPayment, result.customerRecords);
	return undefined;
}

/**
 * Makes the filters for AlfaCRM's list of payments. The type is always among them, because in some
 * accounts a list without it may show incomes only. API notes 5.16.
 */
function makeFilters({ body }: Addition): IDataObject {
	return { customer_id: body.customer_id, pay_type_id: body.pay_type_id };
}
