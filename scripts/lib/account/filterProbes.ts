import type { IDataObject } from 'n8n-workflow';
import { digitsIn } from '../../../nodes/AlfaCrm/fields/phones';
import { readIds } from '../../../nodes/AlfaCrm/values/formats';
import { makeFilterFinding, makeValueFinding, type Probe } from './probe';

/**
 * Makes a probe that finds out whether a list honours a filter by IDs. It asks for an ID that only
 * some rows have: if other rows come as well, the filter is ignored.
 */
export function makeFilterProbe(
	path: string,
	filter: string,
	{ field = filter, body = {} }: { field?: string; body?: IDataObject } = {},
): Probe {
	const name = `${path}.${filter}`;
	return {
		setting: 'ignoredFilters',
		subject: name,
		examine: async (account) => {
			const allRows = await account.readRows(path, body);
			const rareId = findRarestId(allRows, field);
			if (rareId === undefined) return undefined;

			const filteredRows = await account.readRows(path, { ...body, [filter]: rareId });
			if (filteredRows.length === 0) return undefined;
			const isHonoured = filteredRows.every((row) => readFieldIds(row, field).includes(rareId));
			return makeFilterFinding([name], { isHonoured });
		},
	};
}

/** Finds the ID that the fewest rows have. Returns undefined if all rows have each ID. */
function findRarestId(rows: readonly IDataObject[], field: string): number | undefined {
	const rowCounts = new Map<number, number>();
	for (const row of rows) {
		for (const id of new Set(readFieldIds(row, field))) {
			rowCounts.set(id, (rowCounts.get(id) ?? 0) + 1);
		}
	}

	const [rarest] = [...rowCounts].sort(([, countA], [, countB]) => countA - countB);
	if (!rarest) return undefined;
	const [id, rowCount] = rarest;
	return rowCount < rows.length ? id : undefined;
}

/** Reads the IDs of a field that holds one ID or a list of them. */
function readFieldIds(row: IDataObject, field: string): number[] {
	return readIds([row[field]].flat());
}

/** So many last digits identify a phone. A stored phone has other characters among them. */
const LAST_DIGITS_LENGTH = 7;

/**
 * Finds out whether the filter by phone compares digits or text. It looks for a phone with other
 * characters between its last digits, such as +7(900)123-45-67, and asks for its last digits.
 */
export const phoneSearch: Probe = {
	setting: 'phoneSearch',
	examine: async (account) => {
		const customers = await account.readRows('customer');
		const phones = customers.flatMap((customer) => [customer.phone].flat().map(String));
		const phone = phones.find(hasSeparatedLastDigits);
		if (phone === undefined || customers.length < 2) return undefined;

		const hasPhone = (customer: IDataObject) => JSON.stringify(customer.phone ?? '').includes(phone);
		const foundByPhone = await account.readRows('customer', { phone });
		if (!foundByPhone.every(hasPhone)) return makeFilterFinding(['customer.phone'], { isHonoured: false });

		const foundByDigits = await account.readRows('customer', { phone: lastDigitsOf(phone) });
		if (foundByDigits.some(hasPhone)) return makeValueFinding('phoneSearch', 'digits');
		return foundByPhone.length > 0 ? makeValueFinding('phoneSearch', 'text') : undefined;
	},
};

function hasSeparatedLastDigits(phone: string): boolean {
	const lastDigits = lastDigitsOf(phone);
	return lastDigits.length === LAST_DIGITS_LENGTH && !phone.includes(lastDigits);
}

function lastDigitsOf(phone: string): string {
	return digitsIn(phone).slice(-LAST_DIGITS_LENGTH);
}
