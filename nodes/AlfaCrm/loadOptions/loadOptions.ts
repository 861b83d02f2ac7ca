import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { collect } from '../api/list';
import { formatDay, readId, readIds } from '../values/formats';
import { archivedFlag, isSwitchedOff } from '../entities/archive';
import { cgi } from '../entities/cgi';
import { customer } from '../entities/customer';
import { lesson } from '../entities/lesson';
import { listCall, passesOf } from '../entities/listCall';
import { entities, entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { LESSON_CUSTOMERS, listMethod } from '../entities/methodNames';
import { isPlain } from '../fields/blank';
import { listOf } from '../fields/field';
import { NONE } from '../fields/reference';
import { titleOf, toldApart } from '../fields/titles';
import { byWeight, chosenBranch, chosenId } from './chosen';
import { Names } from './names';

type Loader = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;

/** A dropdown for each entity, filled from the account. */
const ofEntities: Record<string, Loader> = Object.fromEntries(
	entities.map((entity) => [
		listMethod(entity),
		async function (this: ILoadOptionsFunctions) {
			const client = new ApiClient(this);
			const branch = await chosenBranch(this, client, entity);
			const rows = (await collect(client, listCall(entity, branch))).rows.sort(byWeight);
			const wholes = await namesOfWholes(rows, entity, client, branch);
			const { none: called } = entity.listed ?? {};
			const none = called === undefined ? [] : [{ name: called, value: NONE }];
			return toldApart([...none, ...rows.map((row) => toOption(row, entity, wholes))]);
		},
	]),
);

/** Who may have been at the lesson of the form: those who are put down for it, and the members of its groups on its day. */
const lessonCustomers: Record<string, Loader> = {
	async [LESSON_CUSTOMERS]() {
		const client = new ApiClient(this);
		const id = chosenId(
			this,
			{ type: 'record', entity: lesson.resource, name: 'id', label: lesson.label },
			client.zone,
		);
		if (id === undefined) return [];
		const branch = await chosenBranch(this, client, lesson);
		const row = await findLesson(client, branch, id);
		if (row === undefined) return [];
		const details = listOf(row.details).filter(isPlain);
		const named = [...listOf(row.customer_ids), ...details.map(({ customer_id }) => customer_id)];
		const ids = new Set([...readIds(named), ...(await membersOf(client, branch, row))]);
		const names = new Names(client, branch);
		await names.read(customer, [...ids]);
		const titled = [...ids].map((value) => ({
			name: names.of(customer.resource, value) ?? `Customer ${value}`,
			value,
		}));
		return toldApart(titled.sort((one, other) => one.name.localeCompare(other.name, 'ru')));
	},
};

export const loadOptions: Record<string, Loader> = { ...ofEntities, ...lessonCustomers };

/**
 * What the rows are parts of, by ID: one list more, where they are parts of several. A dropdown does without it where
 * the user may not read that list.
 */
async function namesOfWholes(
	rows: readonly IDataObject[],
	{ listed: { partOf } = {} }: Entity,
	client: ApiClient,
	branch: number | undefined,
): Promise<Map<number | undefined, string>> {
	if (!partOf || new Set(rows.flatMap((row) => readId(row[partOf.field]) ?? [])).size < 2) return new Map();
	const whole = entityOf(partOf.entity);
	const list = await collect(client, listCall(whole, branch)).catch(() => ({ rows: [] }));
	return new Map(list.rows.map((row) => [readId(row.id), titleOf(row, whole)]));
}

function toOption(
	row: IDataObject,
	entity: Entity,
	wholes: ReadonlyMap<number | undefined, string>,
): INodePropertyOptions {
	const off = isSwitchedOff(row) ? ' (inactive)' : '';
	const { partOf } = entity.listed ?? {};
	const whole = partOf && wholes.get(readId(row[partOf.field]));
	const details = [...(whole === undefined ? [] : [whole]), ...(archivedFlag(row) ? ['archived'] : [])];
	return { name: [titleOf(row, entity) + off, ...details].join(' · '), value: row.id as number };
}

/** The index shows one status at a time. API notes 5.11. */
async function findLesson(
	client: ApiClient,
	branch: number | undefined,
	id: number,
): Promise<IDataObject | undefined> {
	const list = { ...listCall(lesson, branch), body: { id } };
	const { rows } = await collect(client, list, {
		passes: passesOf(lesson),
		limit: 1,
		keep: (row) => readId(row.id) === id,
	});
	return rows[0];
}

/** Who may not see members still sees whom the lesson names. */
async function membersOf(client: ApiClient, branch: number | undefined, row: IDataObject): Promise<number[]> {
	const day = formatDay(row.time_from ?? row.date, 'dotted', client.zone);
	const body = day === undefined ? {} : { b_date: day, e_date: day };
	const lists = readIds(listOf(row.group_ids)).map(async (group_id) => {
		const list = { ...listCall(cgi, branch), query: { group_id }, body };
		const { rows } = await collect(client, list).catch(() => ({ rows: [] }));
		return readIds(rows.map(({ customer_id }) => customer_id));
	});
	return (await Promise.all(lists)).flat();
}
