import type { IDataObject } from 'n8n-workflow';

import { INCOME } from '../../../entities/pay';
import type { LocatedRecord } from '../../../store/located';
import { formatDay, readId } from '../../../values/formats';
import type { Days, Finding } from './finding';

/**
 * Finds the payments of the checked day that should belong to a customer but do not. Day and type
 * of each payment are checked here, because AlfaCRM may ignore the filters of `readPayments`.
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
 * Whether the type of a payment is income. A payment that shows no type counts as income.
 *
 * Only payments of this type are known to need a customer. A cash collection never has a customer,
 * and nothing is known about other types (docs/alfacrm-api.md 5.16).
 */
const isIncome = ({ pay_type_id }: IDataObject): boolean =>
	(readId(pay_type_id) ?? INCOME) === INCOME;

/**
 * Writes `Payment 1200 of 4500.00 from Anna Orlova`. A payment without a customer can have the name
 * of the person who paid, if the staff have typed it in.
 */
function describePayment({ id, income: amount, payer_name }: IDataObject): string {
	const hasPayerName = typeof payer_name === 'string' && payer_name !== '';
	const fromPayer = hasPayerName ? ` from ${payer_name}` : '';
	return `Payment ${String(id)} of ${String(amount)}${fromPayer}`;
}
