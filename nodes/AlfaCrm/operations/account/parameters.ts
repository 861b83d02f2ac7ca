import type { IDataObject } from 'n8n-workflow';

import { digitsIn } from '../../fields/phones';
import type { Check } from './check';
import { oneOf } from './check';
import type { Probe } from './probe';
import { areAmong } from './probe';

/** Two customers where a customer is found by the ID: if not, other ways to give IDs tell nothing. */
async function foundById(probe: Probe): Promise<IDataObject[]> {
	const customers = await probe.page('customer');
	if (customers.length < 3) return [];
	const wanted = customers.slice(-2);
	const found = await probe.page('customer', { id: wanted[0].id });
	return found.length === 1 && areAmong(found, wanted) ? wanted : [];
}

const idList = oneOf({
	check: 'list of IDs in a filter',
	subject: 'customer.id',
	expected: 'understood',
	needs: 'three customers, and a filter by ID that works',
	find: async (probe) => {
		const wanted = await foundById(probe);
		if (wanted.length === 0) return undefined;
		const rows = await probe.page('customer', { id: wanted.map(({ id }) => id) });
		return rows.length === 2 && areAmong(rows, wanted) ? 'understood' : 'not understood';
	},
	meanings: {
		understood: "The filter 'IDs' finds several customers with one request.",
		'not understood':
			"The filter 'IDs' does not narrow the list down: the node reads all of it and picks them out.",
	},
});

/** Enough of a number to be nobody else's; a stored one has strokes in between. */
const END_OF_NUMBER = 7;

const phoneSearch = oneOf({
	check: 'search by phone',
	subject: 'customer.phone',
	expected: 'by digits',
	needs: 'a phone with strokes or brackets',
	find: async (probe) => {
		const customers = await probe.page('customer');
		const phones = customers.flatMap(({ phone }) => (Array.isArray(phone) ? phone : [phone])).map(String);
		const phone = phones.find((one) => {
			const digits = digitsIn(one);
			return digits.length > END_OF_NUMBER && !one.includes(digits.slice(-END_OF_NUMBER));
		});
		if (phone === undefined || customers.length < 2) return undefined;
		const holds = (row: IDataObject) => JSON.stringify(row.phone ?? '').includes(phone);
		const whole = await probe.page('customer', { phone });
		if (whole.length > 0 && !whole.every(holds)) return 'filter ignored';
		const end = await probe.page('customer', { phone: digitsIn(phone).slice(-END_OF_NUMBER) });
		if (end.some(holds)) return 'by digits';
		return whole.length > 0 ? 'as it is written' : undefined;
	},
	meanings: {
		'by digits': 'A phone is found in any spelling with one request.',
		'as it is written':
			'A phone is found in the spelling that AlfaCRM stores; the node tries the usual ones.',
		'filter ignored': 'The node has to read all customers to find one by phone.',
	},
});

export const parameterChecks: readonly Check[] = [idList, phoneSearch];
