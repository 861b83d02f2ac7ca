import type { IDataObject } from 'n8n-workflow';

import { INCOME } from '../../../entities/pay';
import type { LocatedRecord } from '../../../store/located';
import { formatDay, readId } from '../../../values/formats';
import type { Days, Finding } from './finding';

/** Finds incomes of the day that belong to no customer. */
export function findPaymentsWithoutPayer(
	payments: readonly LocatedRecord[],
	{ day, zone }: Days,
): Finding[] {
	return payments
		.filter(({ row: payment }) => formatDay(payment.document_date, 'iso', zone) === day)
		.filter(({ row: payment }) => isIncome(payment) && readId(payment.customer_id) === undefined)
		.map(({ row: payment, branch }) => ({
			check: 'noPayer',
			date: day,
			branch: readId(payment.branch_id) ?? branch ?? null,
			paymentId: readId(payment.id),
			describe: () =>
				`Payment ${String(payment.id)} of ${String(payment.income)}${fromPayer(payment)} on ${day} has no customer.`,
		}));
}

/**
 * Whether a payment is an income; a payment that shows no type counts as one. Only an income is
 * known to need a customer: a cash collection never has one, and nothing is known of other types.
 * API notes 5.16.
 */
const isIncome = ({ pay_type_id }: IDataObject): boolean =>
	(readId(pay_type_id) ?? INCOME) === INCOME;

/** Adds the name of the payer that the staff has typed in. */
const fromPayer = ({ payer_name }: IDataObject): string =>
	typeof payer_name === 'string' && payer_name !== '' ? ` from ${payer_name}` : '';
