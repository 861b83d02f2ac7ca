import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Addition } from '../common/addition';
import { hasSameValues } from '../common/addition';

/**
 * Whether a payment has the same values as a new one in the fields that the user has filled.
 * Whether the payment is confirmed does not matter.
 */
export function isEqualPayment(payment: IDataObject, newPayment: Addition): boolean {
	// The staff may have confirmed the payment after it was entered. It is still the same payment.
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
	// Without an expenditure the amount is null. If it were undefined, it would count as equal to any
	// amount, because `hasSameValues` skips fields that AlfaCRM does not show.
	const refundAmount = payment.expenditure ?? null;
	const paymentAsRefund = { ...payment, income: refundAmount };
	return hasSameValues(paymentAsRefund, newPayment, comparedFields);
}
