import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Addition } from '../common/addition';
import { hasSameValues } from '../common/addition';

/** Whether a payment has the same values as a new one in the fields that the user has filled. */
export function isEqualPayment(payment: IDataObject, newPayment: Addition): boolean {
	// The staff may confirm the payment afterwards.
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

	// AlfaCRM may show the amount of a refund as its expenditure (API notes 5.16). A payment that
	// shows no expenditure has no amount there: null, since undefined would be equal to any amount.
	const paymentByExpenditure = { ...payment, income: payment.expenditure ?? null };
	return hasSameValues(paymentByExpenditure, newPayment, comparedFields);
}
