import type { IDataObject } from 'n8n-workflow';

import { formatDay, readId, today } from '../../api/formats';
import { cgi } from '../../entities/cgi';
import type { Action, Entity } from '../../entities/types';
import type { Item, LockKey } from '../context';
import { recordKey } from '../context';
import { surely } from '../matching/search';
import type { OperationResult } from '../report';
import { idOf, targetOf } from '../target';
import type { ActionKind } from './kind';
import { valuesOf } from './values';

/** How AlfaCRM refuses somebody who is in the group already. API notes 5.7. */
const IN_ALREADY = /уже состоит/i;

/** Days as `yyyy-mm-dd`, so that they compare as texts; a membership without an end goes on. */
const BEFORE_ALL = '0000-00-00';
const AFTER_ALL = '9999-99-99';

interface Membership {
	item: Item;
	branch?: number;
	customer: number;
	group: number;
	/** What else was given. */
	rest: IDataObject;
	lock: LockKey;
}

/** A customer joins a group. Who is in it already stays in it, until another day if one is given. */
export const joinGroup: ActionKind<'join'> = async (item, entity, action) => {
	const membership = read(item, entity, action);
	return await item.run.withLock([membership.lock], async () => {
		const known = await present(membership, false);
		if (known) return [await prolonged(membership, known)];
		return [await join(membership)];
	});
};

async function join(membership: Membership): Promise<IDataObject> {
	const { item, branch, customer, group, rest, lock } = membership;
	const query = { group_id: group };
	const body = { ...query, customer_id: customer, ...rest };
	const task = `add customer ${customer} to group ${group}`;
	try {
		const call = { path: cgi.path, action: 'create', branch, query, body, labels: LABELS, task };
		return joined({ ...body, ...(await item.save(call, [lock])) }, 'created', false);
	} catch (caught) {
		const error = item.asError(caught);
		if (!IN_ALREADY.test(error.message)) throw item.asError(error);
		const known = await present(membership, true);
		return known
			? await prolonged(membership, known)
			: joined({ customer_id: customer, group_id: group }, 'unchanged', true);
	}
}

/** The membership that goes on at the given days or later. */
async function present(membership: Membership, ever: boolean): Promise<IDataObject | undefined> {
	const { item, rest } = membership;
	const from = dayOf(item, rest.b_date) ?? today('iso', item.zone);
	const until = dayOf(item, rest.e_date) ?? AFTER_ALL;
	const rows = await list(membership, ever);
	return rows.find((row) => lastDay(item, row) >= from && firstDay(item, row) <= until);
}

/** Another last day, or an earlier first one, is given for a membership that is there. */
async function prolonged(membership: Membership, known: IDataObject): Promise<IDataObject> {
	const { item, branch, customer, group, rest, lock } = membership;
	const body: IDataObject = {};
	if (rest.e_date !== undefined && dayOf(item, rest.e_date) !== lastDay(item, known))
		body.e_date = rest.e_date;
	// One that ends today goes on, as if it had never been ended. API notes 5.7.
	if (rest.e_date === undefined && lastDay(item, known) === today('iso', item.zone)) body.e_date = null;
	// One that begins later is brought forward, or the customer would not be in the group.
	if ((dayOf(item, rest.b_date) ?? today('iso', item.zone)) < firstDay(item, known)) {
		body.b_date = rest.b_date ?? today('dotted', item.zone);
	}
	if (Object.keys(body).length === 0) return joined(known, 'unchanged', true);
	const query = { id: known.id, group_id: group };
	const task = `change the days of customer ${customer} in group ${group}`;
	const call = { path: cgi.path, action: 'update', branch, query, body, labels: LABELS, task };
	const keys = [lock, recordKey(cgi, Number(known.id))];
	return joined({ ...known, ...body, ...(await item.save(call, keys, { before: known })) }, 'updated', true);
}

/** A customer leaves a group: on a day, or as if it had never been there. Who is not in it has left it. */
export const leaveGroup: ActionKind<'leave'> = async (item, entity, action) => {
	const membership = read(item, entity, action);
	const { branch, customer, group, rest, lock } = membership;
	const day = dayOf(item, rest.e_date) ?? today('iso', item.zone);
	return await item.run.withLock([lock], async () => {
		const all = [...(await list(membership, false)), ...(await list(membership, true))];
		const rows = [...new Map(all.map((row) => [row.id, row])).values()].filter((row) =>
			rest.leave_by === 'delete' ? lastDay(item, row) >= day : lastDay(item, row) > day,
		);
		if (rows.length === 0) return [left({ customer_id: customer, group_id: group }, 'unchanged', true)];
		const begun = rows.find(
			(row) => firstDay(item, row) > day && firstDay(item, row) <= today('iso', item.zone),
		);
		if (rest.leave_by !== 'delete' && begun) {
			throw item.refused(
				`'Last Day' must not be before the membership began, on ${firstDay(item, begun)}`,
				"Give a later day, or set 'How' to Delete It. Nothing was saved.",
			);
		}

		const result: IDataObject[] = [];
		for (const row of rows) {
			const task = `take customer ${customer} out of group ${group} (membership ${String(row.id)})`;
			const call = { path: cgi.path, branch, query: { id: row.id, group_id: group }, labels: LABELS, task };
			// One that has not begun by then cannot end then.
			const isDeleted = rest.leave_by === 'delete' || firstDay(item, row) > day;
			const change = isDeleted
				? { ...call, action: 'delete' }
				: { ...call, action: 'update', body: { e_date: rest.e_date } };
			const keys = [lock, recordKey(cgi, Number(row.id))];
			const model = await item.save(change, keys, { before: row });
			result.push(left({ ...row, ...model }, isDeleted ? 'deleted' : 'updated', false));
		}
		return result;
	});
};

const LABELS = Object.fromEntries(
	[...cgi.fields, ...(cgi.keys ?? [])].map(({ name, label }) => [name, label]),
);

function read(item: Item, entity: Entity, action: Action): Membership {
	const { branch } = targetOf(item, entity);
	const customer = idOf(item, entity);
	const { group_id, ...rest } = valuesOf(item, action.body, branch);
	const group = group_id as number;
	return { item, branch, customer, group, rest, lock: [cgi.path, customer, group] };
}

/** @param ever with past and future ones, which AlfaCRM shows only if asked for their days. API notes 5.7 */
async function list({ item, branch, customer, group }: Membership, ever: boolean): Promise<IDataObject[]> {
	const query = { customer_id: customer };
	const [body = {}] = ever ? (cgi.hidden ?? []) : [];
	const task = `list the groups of customer ${customer}`;
	const call = { path: cgi.path, action: 'customer', branch, query, body, labels: LABELS, task };
	const rows = await surely(item, cgi, call);
	const written = item.run.writtenTo(cgi.path);
	const shown = rows.filter((row) => readId(row.group_id) === group && !written.isGone(Number(row.id)));
	return await Promise.all(
		shown.map(async (row) => (await item.run.ownCopy(cgi, Number(row.id), row))?.row ?? row),
	);
}

function dayOf(item: Item, value: unknown): string | undefined {
	return formatDay(value, 'iso', item.zone);
}

function firstDay(item: Item, { b_date }: IDataObject): string {
	return dayOf(item, b_date) ?? BEFORE_ALL;
}

function lastDay(item: Item, { e_date }: IDataObject): string {
	return dayOf(item, e_date) ?? AFTER_ALL;
}

function joined(row: IDataObject, operationResult: OperationResult, alreadyMember: boolean): IDataObject {
	return { ...row, operationResult, alreadyMember };
}

function left(row: IDataObject, operationResult: OperationResult, alreadyLeft: boolean): IDataObject {
	return { ...row, operationResult, alreadyLeft };
}
