import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { asNodeError } from '../../api/errors';
import { formatDay, readId } from '../../api/formats';
import { allRows } from '../legacyClient';
import { cgi } from '../../entities/cgi';
import type { Action, Entity } from '../../entities/types';
import { valuesOf } from '../fields/actionValues';
import type { OperationResult } from '../report';
import { save } from '../save';
import { idOf, targetOf } from '../target';

/** Without days AlfaCRM shows only the memberships of today. API notes 5.7. */
const EVER = { b_date: '01.01.2000', e_date: '31.12.2099' };
/** How AlfaCRM refuses somebody who is in the group already. API notes 5.7. */
const IN_ALREADY = /уже состоит/i;

interface Membership {
	context: IExecuteFunctions;
	itemIndex: number;
	branch?: number;
	customer: number;
	group: number;
	/** What else was given. */
	rest: IDataObject;
}

/** A customer joins a group. Who is in it already stays in it. */
export async function joinGroup(
	context: IExecuteFunctions,
	entity: Entity,
	action: Action,
	itemIndex: number,
): Promise<IDataObject[]> {
	const membership = read(context, entity, action, itemIndex);
	const { branch, customer, group, rest } = membership;
	const start = isoDay(membership, rest.b_date ?? new Date());
	const isIn = (row: IDataObject) => endsOnOrAfter(membership, row, start);
	const present = (await list(membership, {})).find(isIn);
	if (present) return [joined(present, true)];

	const task = `add customer ${customer} to group ${group}`;
	const query = { group_id: group };
	const body = { ...query, customer_id: customer, ...rest };
	try {
		const model = await save(context, {
			path: cgi.path,
			action: 'create',
			branch,
			query,
			body,
			task,
			itemIndex,
		});
		return [joined({ ...body, ...model }, false)];
	} catch (caught) {
		const error = asNodeError(context.getNode(), caught, itemIndex);
		if (!IN_ALREADY.test(error.message)) throw error;
		const known = (await list(membership, EVER)).find(isIn);
		return [joined(known ?? { customer_id: customer, group_id: group }, true)];
	}
}

/** A customer leaves a group: on a day, or as if it had never been there. Who is not in it has left it. */
export async function leaveGroup(
	context: IExecuteFunctions,
	entity: Entity,
	action: Action,
	itemIndex: number,
): Promise<IDataObject[]> {
	const membership = read(context, entity, action, itemIndex);
	const { branch, customer, group, rest } = membership;
	const deletes = rest.leave_by === 'delete';
	const lastDay = isoDay(membership, rest.e_date ?? new Date());
	const all = [...(await list(membership, {})), ...(await list(membership, EVER))];
	const rows = [...new Map(all.map((row) => [row.id, row])).values()].filter((row) =>
		deletes ? endsOnOrAfter(membership, row, lastDay) : !endsBy(membership, row, lastDay),
	);
	if (rows.length === 0) return [left({ customer_id: customer, group_id: group }, 'unchanged', true)];

	const result: IDataObject[] = [];
	for (const row of rows) {
		const query = { id: row.id, group_id: group };
		const call = {
			path: cgi.path,
			branch,
			query,
			itemIndex,
			task: `take customer ${customer} out of group ${group}`,
		};
		const change = deletes
			? { ...call, action: 'delete' }
			: { ...call, action: 'update', body: { e_date: rest.e_date } };
		result.push(left({ ...row, ...(await save(context, change)) }, deletes ? 'deleted' : 'updated', false));
	}
	return result;
}

function read(context: IExecuteFunctions, entity: Entity, action: Action, itemIndex: number): Membership {
	const { branch } = targetOf(context, entity, itemIndex);
	const customer = idOf(context, entity, itemIndex);
	const { group_id: group, ...rest } = valuesOf(context, itemIndex, branch, action.body);
	return { context, itemIndex, branch, customer, group: group as number, rest };
}

async function list(membership: Membership, body: IDataObject): Promise<IDataObject[]> {
	const { context, itemIndex, branch, customer, group } = membership;
	const query = { customer_id: customer };
	const task = `list the groups of customer ${customer}`;
	const call = { path: cgi.path, action: 'customer', branch, query, body, task, itemIndex };
	return (await allRows(context, call)).filter((row) => readId(row.group_id) === group);
}

function isoDay({ context }: Membership, value: unknown): string {
	return formatDay(value, 'iso', context.getTimezone()) ?? '';
}

/** A membership without an end goes on. */
function endsOnOrAfter(membership: Membership, { e_date }: IDataObject, day: string): boolean {
	const end = isoDay(membership, e_date);
	return end === '' || end >= day;
}

function endsBy(membership: Membership, { e_date }: IDataObject, day: string): boolean {
	const end = isoDay(membership, e_date);
	return end !== '' && end <= day;
}

function joined(row: IDataObject, alreadyMember: boolean): IDataObject {
	const operationResult: OperationResult = alreadyMember ? 'unchanged' : 'created';
	return { ...row, operationResult, alreadyMember };
}

function left(row: IDataObject, operationResult: OperationResult, alreadyLeft: boolean): IDataObject {
	return { ...row, operationResult, alreadyLeft };
}
