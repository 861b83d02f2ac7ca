import type { IDataObject } from 'n8n-workflow';

import { INCOME, pay } from '../../../entities/pay';
import type { LocatedRecord } from '../../../store/located';
import { formatDay } from '../../../values/formats';
import type { CheckName } from './finding';
import type { SchoolReader } from './schoolReader';

/** The checks that need payments. */
const CHECKS_OF_PAYMENTS: readonly CheckName[] = ['noPayer'];

/** Reads the payments of the type income of the checked day. */
export async function readPayments(schoolReader: SchoolReader): Promise<LocatedRecord[]> {
	if (!schoolReader.isAnyCheckChosen(CHECKS_OF_PAYMENTS)) return [];

	const { checkedDay, zone } = schoolReader.form.days;
	// The filter takes days as `2026.02.09`.
	const filterDay = formatDay(checkedDay, 'isoDotted', zone);
	const body = { pay_type_id: INCOME, date_from: filterDay, date_to: filterDay };
	// AlfaCRM may ignore the filter and list all payments of many years, so only those of the day are
	// kept. API notes 5.16.
	const isOfCheckedDay = (payment: IDataObject) =>
		formatDay(payment.document_date, 'iso', zone) === checkedDay;
	return await schoolReader.readRecordsInAllBranches(CHECKS_OF_PAYMENTS, pay, {
		body,
		keep: isOfCheckedDay,
	});
}
