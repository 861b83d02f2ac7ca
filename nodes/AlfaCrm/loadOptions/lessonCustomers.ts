import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { collect } from '../api/list';
import { formatDay, readId, readIds } from '../values/formats';
import { cgi } from '../entities/cgi';
import { customer } from '../entities/customer';
import { lesson } from '../entities/lesson';
import { listCall, passesOf } from '../entities/listCall';
import { LESSON_CUSTOMERS } from '../entities/methodNames';
import { isPlain } from '../fields/blank';
import { listOf } from '../fields/field';
import { toldApart } from '../fields/titles';
import { Names } from './names';
import { chosenId } from './parent';
import { chosenBranch } from './rows';

type Loader = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;

/** Who may have been at the lesson of the form: those who are put down for it, and the members of its groups on its day. */
export const lessonCustomers: Record<string, Loader> = {
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
		const rows = [...ids].map((customer_id) => ({ customer_id }));
		await names.readFor(rows, cgi);
		const titled = [...ids].map((value) => ({
			name: names.of(customer.resource, value) ?? `Customer ${value}`,
			value,
		}));
		return toldApart(titled.sort((one, other) => one.name.localeCompare(other.name, 'ru')));
	},
};

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
