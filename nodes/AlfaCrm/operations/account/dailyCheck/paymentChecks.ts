import type { IDataObject } from 'n8n-workflow';

import { INCOME } from '../../../entities/pay';
import type { LocatedRecord } from '../../../store/located';
import { formatDay, readId } from '../../../values/formats';
import type { Days, Finding } from './finding';

/** Finds payments of the type income on the checked day that belong to no customer. */
export function findPaymentsWithoutCustomer(
	payments: readonly LocatedRecord[],
	{ checkedDay, zone }: Days,
): Finding[] {
	return payments
		.filter(({ row: payment }) => formatDay(payment.document_date, 'iso', zone) === checkedDay)
		.filter(({ row: payment }) => isIncome(payment) && readId(payment.customer_id) === undefined)
		.map(({ row: payment, branch }) => ({
			check: 'noPayer',
			date: checkedDay,
			branch: readId(payment.branch_id) ?? branch ?? null,
			paymentId: readId(payment.id),
			describe: () =>
				`Payment ${String(payment.id)} of ${String(payment.income)}${describePayer(payment)} on ${checkedDay} has no customer.`,
		}));
}

/**
 * Whether a payment is of the type income; a payment that shows no type counts as one. Only
 * payments of this type are known to need a customer: a cash collection never has one, and nothing
 * is known of other types (API notes 5.16).
 */
const isIncome = ({ pay_type_id }: IDataObject): boolean =>
	(readId(pay_type_id) ?? INCOME) === INCOME;

/** Writes ` from Anna Orlova` if the staff has typed in the name of the payer. */
const describePayer = ({ payer_name }: IDataObject): string =>
	typeof payer_name === 'string' && payer_name !== '' ? ` from ${payer_name}` : '';
