import type { IDataObject } from 'n8n-workflow';

import { INCOME } from '../../../entities/pay';
import type { LocatedRecord } from '../../../store/located';
import { formatDay, readId } from '../../../values/formats';
import type { Days, Finding } from './finding';

/**
 * Finds payments of the type income on the checked day that belong to no customer. `readPayments`
 * asks AlfaCRM for such payments only, but AlfaCRM may ignore filters, so each row is checked.
 */
export function findPaymentsWithoutCustomer(
	payments: readonly LocatedRecord[],
	{ checkedDay, zone }: Days,
): Finding[] {
	const incomesOfDay = payments.filter(({ row: payment }) => {
		const isOfDay = formatDay(payment.document_date, 'iso', zone) === checkedDay;
		return isOfDay && isIncome(payment);
	});
	const incomesWithoutCustomer = incomesOfDay.filter(
		({ row: payment }) => readId(payment.customer_id) === undefined,
	);

	return incomesWithoutCustomer.map(({ row: payment, branch }) => ({
		check: 'noPayer',
		date: checkedDay,
		branch: readId(payment.branch_id) ?? branch ?? null,
		paymentId: readId(payment.id),
		describe: () => `${describePayment(payment)} on ${checkedDay} has no customer.`,
	}));
}

/**
 * Whether a payment is of the type income; a payment that shows no type counts as one. Only
 * payments of this type are known to need a customer: a cash collection never has one, and nothing
 * is known of other types (API notes 5.16).
 */
const isIncome = ({ pay_type_id }: IDataObject): boolean =>
	(readId(pay_type_id) ?? INCOME) === INCOME;

/**
 * Writes `Payment 1200 of 4500.00 from Anna Orlova`. The staff may have typed in the name of the
 * person who paid, although the payment belongs to no customer.
 */
function describePayment({ id, income: amount, payer_name }: IDataObject): string {
	const hasPayerName = typeof payer_name === 'string' && payer_name !== '';
	const fromPayer = hasPayerName ? ` from ${payer_name}` : '';
	return `Payment ${String(id)} of ${String(amount)}${fromPayer}`;
}
