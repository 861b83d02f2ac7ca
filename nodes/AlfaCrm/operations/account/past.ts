import type { IDataObject } from 'n8n-workflow';

import { formatDay, idsOf, readId, today } from '../../values/formats';
import { INCOME } from '../../entities/pay';
import type { Ask, Probe } from './probe';
import { sampleOf } from './sample';

/** What takes records that are over, or of a rarer type, and where to find such. */

/** So many groups and customers are looked through; each costs a call. */
const [MAX_GROUPS, MAX_CUSTOMERS] = [4, 7];
const MAX_TYPES = 3;

/** A day of a row as it can be compared. */
export const dayOf = (value: unknown): string => formatDay(value, 'iso', 'utc') ?? '';

/** What ended before this day has ended whichever clock counts: ours, or the one of the newest change. */
async function safelyPast(probe: Probe): Promise<string> {
	const { rows = [] } = await probe.ask(probe.whole('log'));
	const stamps = rows.map(({ date_time }) => dayOf(date_time)).filter((day) => day !== '');
	const [newest = ''] = stamps.sort().reverse();
	const now = today('iso', probe.zone);
	return newest !== '' && newest < now ? newest : now;
}

export const hasEnded = ({ e_date: end }: IDataObject, before: string): boolean =>
	dayOf(end) !== '' && dayOf(end) < before;

export const memberships = (group: unknown, body: IDataObject = {}): Ask => ({
	path: 'cgi',
	body,
	query: { group_id: group as number },
});

/** Memberships of any time. */
const allMemberships = (group: unknown): Ask =>
	memberships(group, { b_date: '01.01.2000', e_date: '31.12.2099' });

/** Groups, those that are over first: their members have left. */
async function someGroups(probe: Probe): Promise<unknown[]> {
	const groups = await probe.page('group');
	const end = ({ e_date }: IDataObject) => dayOf(e_date) || '9999';
	return [...groups]
		.sort((a, b) => end(a).localeCompare(end(b)))
		.slice(0, MAX_GROUPS)
		.map(({ id }) => id);
}

/** A membership that is over. */
export async function pastMembership(probe: Probe): Promise<IDataObject | undefined> {
	const before = await safelyPast(probe);
	for (const group of await someGroups(probe)) {
		const rows = await probe.rows(allMemberships(group));
		const past = rows.find((row) => hasEnded(row, before));
		if (past) return { ...past, group_id: group as number };
	}
	return undefined;
}

export const subscriptions = (customer: number, body: IDataObject): Ask => ({
	path: 'customer-tariff',
	body,
	query: { customer_id: customer },
});

/** Customers who are or were in groups: they have subscriptions if anybody has. */
async function* someMembers(probe: Probe): AsyncGenerator<number> {
	const seen = new Set<number>();
	for (const group of await someGroups(probe)) {
		for (const { customer_id } of await probe.rows(allMemberships(group))) {
			const id = readId(customer_id);
			if (id === undefined || seen.has(id)) continue;
			if (seen.size >= MAX_CUSTOMERS) return;
			seen.add(id);
			yield id;
		}
	}
}

/** A subscription that has ended, all of that customer, and the day before which it did. */
export async function endedSubscription(probe: Probe) {
	const before = await safelyPast(probe);
	for await (const customer of someMembers(probe)) {
		const rows = await probe.rows(subscriptions(customer, { dead: false }));
		const row = rows.find((one) => hasEnded(one, before));
		if (row) return { customer, row, rows, before };
	}
	return undefined;
}

/** Types of payments besides incomes. API notes 5.16. */
export async function otherPayTypes(probe: Probe): Promise<number[]> {
	return idsOf(await probe.page('pay-type'))
		.filter((id) => id !== INCOME)
		.slice(0, MAX_TYPES);
}

/** Payments that are no incomes. */
export async function otherPays(probe: Probe): Promise<IDataObject[]> {
	const isOther = ({ pay_type_id }: IDataObject) => readId(pay_type_id) !== INCOME;
	const shown = (await sampleOf(probe, 'pay')).filter(isOther);
	if (shown.length > 0) return shown;
	for (const type of await otherPayTypes(probe)) {
		const rows = (await probe.page('pay', { pay_type_id: type })).filter(isOther);
		if (rows.length > 0) return rows;
	}
	return [];
}
