import type { IDataObject } from 'n8n-workflow';

import { dayBefore, dotted, today } from '../../values/formats';
import { cgi } from '../../entities/cgi';
import { findOrCreate } from '../execution/findOrCreate';
import { recordKey } from '../execution/execution';
import type { Item } from '../execution/item';
import { firstDay, lastDay } from '../records/periods';
import type { ActionKind } from './kind';
import type { Membership } from './membership';
import {
	changeOf,
	listMemberships,
	membershipSchema,
	outcomeOf,
	readDay,
	readMembership,
} from './membership';

/** How AlfaCRM refuses somebody who is in the group already. API notes 5.7. */
const IN_ALREADY = /уже состоит/i;

/** A customer joins a group for some days. Who is in it on one of them stays in it, on the others too. */
export const joinGroup: ActionKind<'joinGroup'> = {
	form: () => ({}),
	async execute(item, entity, action) {
		const membership = readMembership(item, entity, action);
		const days = daysOf(membership);
		return await item.withLock([membership.lock], async () => {
			const { found, created } = await findOrCreate(
				item,
				async () => planned(item, await listMemberships(membership), days),
				async () => await join(membership, days),
			);
			return created ?? (await carryOut(membership, found));
		});
	},
	output: () => membershipSchema('alreadyMember'),
};

/** The days that somebody is to be in the group: to an end, or open, with the days that are to be covered in any case. */
interface Days {
	from: string;
	to: string;
	isOpen: boolean;
}

function daysOf({ item, rest }: Membership): Days {
	const now = today('iso', item.zone);
	const from = readDay(item, rest.b_date) ?? now;
	const end = readDay(item, rest.e_date);
	const to = end ?? (from > now ? from : now);
	if (to < from) {
		throw item.refused(
			`'End Date' must not be before ${rest.b_date === undefined ? 'today' : "'Start Date'"}`,
			"Give a later day, or use 'Remove From Group'. Nothing was sent to AlfaCRM.",
		);
	}
	return { from, to, isOpen: end === undefined };
}

/** The memberships that are to cover the days, and what is to change in them. */
interface Plan {
	rows: readonly IDataObject[];
	changes: ReadonlyMap<IDataObject, IDataObject>;
	alreadyMember: boolean;
}

/** How the memberships that are there can cover the days, without one upon another. Undefined if a new one is needed. */
function planned(item: Item, all: readonly IDataObject[], { from, to, isOpen }: Days): Plan | undefined {
	const inOrder = [...all].sort((one, other) =>
		firstDay(one, item.zone) < firstDay(other, item.zone) ? -1 : 1,
	);
	const within = inOrder.filter((row) => lastDay(row, item.zone) >= from && firstDay(row, item.zone) <= to);
	const next = inOrder.find((row) => firstDay(row, item.zone) > to);
	// With an open end a later one would be in the way of a new one, so that is brought forward.
	const rows = within.length === 0 && isOpen && next !== undefined ? [next] : within;
	if (rows.length === 0) return undefined;

	const changes = new Map<IDataObject, IDataObject>();
	const change = (row: IDataObject, days: IDataObject) => changes.set(row, { ...changes.get(row), ...days });
	if (firstDay(rows[0], item.zone) > from) change(rows[0], { b_date: dotted(from) });
	let longest = rows[0];
	for (const row of rows.slice(1)) {
		const begin = firstDay(row, item.zone);
		const isApart = begin > lastDay(longest, item.zone) && dayBefore(begin) !== lastDay(longest, item.zone);
		if (isApart) change(longest, { e_date: dotted(dayBefore(begin)) });
		if (lastDay(row, item.zone) > lastDay(longest, item.zone)) longest = row;
	}
	const last = lastDay(longest, item.zone);
	if (!isOpen && last !== to) change(longest, { e_date: dotted(to) });
	// One that ends now goes on, as if it had never been ended, until the next one. API notes 5.7.
	if (isOpen && last <= to) {
		const before = next && dayBefore(firstDay(next, item.zone));
		if (before !== last) change(longest, { e_date: before === undefined ? null : dotted(before) });
	}
	return { rows, changes, alreadyMember: within.length > 0 };
}

async function carryOut(
	membership: Membership,
	{ rows, changes, alreadyMember }: Plan,
): Promise<IDataObject[]> {
	const { item, customer, group, lock } = membership;
	if (changes.size === 0) return [outcomeOf(rows[0], 'unchanged', { alreadyMember })];
	const result: IDataObject[] = [];
	for (const [row, body] of changes) {
		const task = `change the days of customer ${customer} in group ${group} (membership ${String(row.id)})`;
		const call = { ...changeOf(membership, row), action: 'update', body, task };
		const model = await item.save(call, [lock, recordKey(cgi, Number(row.id))]);
		result.push(outcomeOf({ ...row, ...body, ...model }, 'updated', { alreadyMember }));
	}
	return result;
}

async function join(membership: Membership, days: Days): Promise<IDataObject[]> {
	const { item, customer, group, rest, lock } = membership;
	const body = { group_id: group, customer_id: customer, ...rest };
	const task = `add customer ${customer} to group ${group}`;
	let row: IDataObject;
	try {
		const call = { ...changeOf(membership), action: 'create', body, task };
		row = { ...body, ...(await item.save(call, [lock])) };
	} catch (caught) {
		const error = item.asError(caught);
		if (!IN_ALREADY.test(error.message)) throw item.asError(error);
		const all = await listMemberships(membership);
		const plan = planned(item, all, days);
		if (plan) return await carryOut(membership, plan);
		// A membership of other days is not the one that was asked for.
		if (all.length > 0) throw item.asError(error);
		return [outcomeOf({ customer_id: customer, group_id: group }, 'unchanged', { alreadyMember: true })];
	}
	// Without an end AlfaCRM takes that of the group, which may be over: then the next run would find nobody in it.
	const plan = planned(item, [row], days);
	if (!days.isOpen || plan === undefined) return [outcomeOf(row, 'created', { alreadyMember: false })];
	const [changed] = await carryOut(membership, plan);
	return [outcomeOf(changed, 'created', { alreadyMember: false })];
}
