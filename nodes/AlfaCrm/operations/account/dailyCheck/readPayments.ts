import type { IDataObject } from 'n8n-workflow';

import { INCOME, pay } from '../../../entities/pay';
import type { LocatedRecord } from '../../../store/located';
import { formatDay } from '../../../values/formats';
import type { CheckName } from './finding';
import type { SchoolReader } from './schoolReader';

/** The checks of *Account → Daily Check* that need payments. */
const CHECKS_OF_PAYMENTS: readonly CheckName[] = ['noPayer'];

/** Reads the payments of the checked day whose type is income: a customer has paid. */
export async function readPayments(schoolReader: SchoolReader): Promise<LocatedRecord[]> {
	if (!schoolReader.isAnyCheckChosen(CHECKS_OF_PAYMENTS)) return [];

	const { checkedDay, zone } = schoolReader.form.days;
	// AlfaCRM takes a day in this filter as `2026.02.09`.
	const filterDay = formatDay(checkedDay, 'isoDotted', zone);
	const body = { pay_type_id: INCOME, date_from: filterDay, date_to: filterDay };
	// AlfaCRM may ignore the filter and list the payments of many years, so only the payments of the
	// checked day are kept. See docs/alfacrm-api.md 5.16.
	const isOfCheckedDay = (payment: IDataObject) =>
		formatDay(payment.document_date, 'iso', zone) === checkedDay;
	return await schoolReader.readRecordsInAllBranches(CHECKS_OF_PAYMENTS, pay, {
		body,
		keep: isOfCheckedDay,
	});
}
