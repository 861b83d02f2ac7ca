/** Tells whether an existing payment has the same values as a new one. */

import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import { isEmpty } from '../../fields/blank';
import type { Addition } from '../common/addition';
import { hasSameValues } from '../common/addition';

/** Whether an existing payment has the same values in the fields that the user has filled. */
export function isEqualPayment(payment: IDataObject, newPayment: Addition): boolean {
	// The field 'Confirmed' is not compared: the staff may have confirmed the existing payment since
	// it was entered.
	const comparedFields = newPayment.comparedFields.filter(({ name }) => name !== 'is_confirmed');
	return hasSamePaymentValues(payment, newPayment, comparedFields);
}

/**
 * Whether an existing payment has the same values in `comparedFields`.
 *
 * A new refund has its amount in `income`. In an existing refund AlfaCRM may show the amount in
 * `income` or in `expenditure` (API notes 5.16 in docs/alfacrm-api.md), so both are compared.
 */
export function hasSamePaymentValues(
	payment: IDataObject,
	newPayment: Addition,
	comparedFields: readonly Field[],
): boolean {
	if (hasSameValues(payment, newPayment, comparedFields)) return true;
	if (isEmpty(payment.expenditure)) return false;

	const paymentWithExpenditureAsIncome = { ...payment, income: payment.expenditure };
	return hasSameValues(paymentWithExpenditureAsIncome, newPayment, comparedFields);
}
