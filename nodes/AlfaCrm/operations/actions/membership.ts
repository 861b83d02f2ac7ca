import type { IDataObject } from 'n8n-workflow';

import { formatDay, readId } from '../../values/formats';
import { cgi } from '../../entities/cgi';
import type { Action, Entity } from '../../entities/types';
import type { LockKey } from '../execution/execution';
import type { Item } from '../execution/item';
import { passesOf } from '../records/findById';
import { readWholeList } from '../records/readList';
import type { OperationResult } from '../output/report';
import type { ObjectSchema } from '../output/recordSchema';
import { objectOf, recordSchema, STRING } from '../output/recordSchema';
import { idOf, labelsOf, targetOf } from '../records/target';
import { readBody } from './fields';

/** A customer and a group, and what else was given. */
export interface Membership {
	item: Item;
	branch?: number;
	customer: number;
	group: number;
	/** What else was given. */
	rest: IDataObject;
	/** What the form calls its fields. */
	labels: Record<string, string>;
	lock: LockKey;
}

export function readMembership(item: Item, entity: Entity, action: Action): Membership {
	const { branch } = targetOf(item, entity);
	const customer = idOf(item, entity);
	const { group_id, ...rest } = readBody(item, action.body, branch);
	const group = group_id as number;
	const labels = labelsOf([...cgi.fields, ...(cgi.keys ?? []), ...(action.body ?? [])]);
	return { item, branch, customer, group, rest, labels, lock: [cgi.path, customer, group] };
}

/** All memberships of the customer in the group, past and future ones too. */
export async function listMemberships(membership: Membership): Promise<IDataObject[]> {
	const { item, branch, customer, group, labels } = membership;
	const query = { customer_id: customer };
	const task = `list the groups of customer ${customer}`;
	const call = { path: cgi.path, action: 'customer', branch, query, labels, task };
	const rows = new Map<number, IDataObject>();
	for (const body of passesOf(cgi)) {
		for (const row of await readWholeList(item, cgi, { ...call, body }))
			if (readId(row.group_id) === group) rows.set(Number(row.id), row);
	}
	return [...rows.values()];
}

/** A change of memberships of the group, as far as all have it in common. */
export const changeOf = ({ branch, group, labels }: Membership, row?: IDataObject) => ({
	...{ path: cgi.path, branch, labels },
	query: { ...(row && { id: row.id }), group_id: group },
});

/** What is told of a membership: what became of it, and whether it was so already. */
export function outcomeOf(
	row: IDataObject,
	operationResult: OperationResult,
	already: { alreadyMember: boolean } | { alreadyLeft: boolean },
): IDataObject {
	return { ...row, operationResult, ...already };
}

export function readDay(item: Item, value: unknown): string | undefined {
	return formatDay(value, 'iso', item.zone);
}

/** The shape of that. */
export function membershipSchema(flag: string): ObjectSchema {
	const { properties } = recordSchema(cgi);
	return objectOf({ ...properties, operationResult: STRING, [flag]: { type: 'boolean' } });
}
