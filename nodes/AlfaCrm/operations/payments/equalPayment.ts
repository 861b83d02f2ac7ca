import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Addition } from '../common/addition';
import { hasSameValues } from '../common/addition';

/** Whether a payment has the same values as a new one in the fields that the user has filled. */
export function isEqualPayment(payment: IDataObject, newPayment: Addition): boolean {
	// The staff may confirm a payment after it was entered. It is the same payment nevertheless.
	const lastingFields = newPayment.comparedFields.filter(({ name }) => name !== 'is_confirmed');
	return hasSamePaymentValues(payment, newPayment, lastingFields);
}

/** Whether a payment has the same values as a new one in some fields. */
export function hasSamePaymentValues(
	payment: IDataObject,
	newPayment: Addition,
	comparedFields: readonly Field[],
): boolean {
	if (hasSameValues(payment, newPayment, comparedFields)) return true;

	// AlfaCRM may show the amount of a refund as `expenditure` in place of `income`. API notes 5.16.
	// If there is no expenditure, the amount is set to null. With undefined it would count as equal
	// to any amount, since `hasSameValues` skips fields that AlfaCRM does not show.
	const paymentByExpenditure = { ...payment, income: payment.expenditure ?? null };
	return hasSameValues(paymentByExpenditure, newPayment, comparedFields);
}
