import type { IDataObject } from 'n8n-workflow';

import type { Row, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import type { Example } from '../support/example';
import { CENTRAL_BRANCH, NORTHERN_BRANCH } from './demoSchool';
import type { Job } from './types';

const TABLE = 'alfacrm_customers';

export const nightlyExport: Job = {
	name: 'nightly-export',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		await example.tables.dropTable(TABLE);
		// AlfaCRM lists this customer in both branches, but the table should have one row.
		sandbox.store.patch('customer', 11, { branch_ids: [CENTRAL_BRANCH, NORTHERN_BRANCH] });

		const firstRows = await expectAllCustomersInTable(example, sandbox);
		await expectNothingWrittenAgain(example, firstRows);
		await expectOnlyChangesWritten(example, sandbox, firstRows);
	},
};

/** Exports for the first time, and returns the rows of the table. */
async function expectAllCustomersInTable(example: Example, { store }: Sandbox): Promise<IDataObject[]> {
	await example.runManually();

	const rows = await readTable(example);
	const customers = store.rows('customer');
	expect(rows).toMatchObject(customers.map(toTableRow));
	expect(rows).toHaveLength(customers.length);
	return rows;
}

async function expectNothingWrittenAgain(example: Example, rowsBefore: IDataObject[]): Promise<void> {
	const execution = await example.runManually();

	expect(execution.outputs('Upsert Row')).toEqual([]);
	expect(await readTable(example)).toEqual(rowsBefore);
}

/** AlfaCRM keeps the time of a card's last change, but the rows must follow changes that leave this time as it was. */
async function expectOnlyChangesWritten(
	example: Example,
	{ store }: Sandbox,
	rowsBefore: IDataObject[],
): Promise<void> {
	store.patch('customer', 7, { name: 'Теперь Иначе', balance: '150.50' });
	store.patch('customer', 8, { phone: ['+7(900)000-77-22', '+7(900)000-77-33'], email: [] });
	store.patch('customer', 10, { e_date: '2026-01-15' });
	store.remove('customer', 9);
	const newLead = store.insert('customer', {
		name: 'Новая Ия',
		is_study: CUSTOMER_TYPE.lead,
		branch_ids: [NORTHERN_BRANCH],
	});

	const execution = await example.runManually();

	const rows = await readTable(example);
	const rowsOfPresentCustomers = rows.filter(({ customer_id }) => customer_id !== 9);
	expect(rowsOfPresentCustomers).toMatchObject(store.rows('customer').map(toTableRow));
	expect(listWrittenCustomers(rows, rowsBefore)).toEqual([7, 8, 10, newLead.id]);

	// The removed customer keeps the row and is reported.
	expect(rows).toHaveLength(rowsBefore.length + 1);
	expect(execution.outputs('Compare')).toMatchObject([{ customer_id: 9 }]);
}

/** Makes the row that the table should have for a customer. */
function toTableRow(customer: Row): IDataObject {
	return {
		customer_id: customer.id,
		name: customer.name,
		is_study: customer.is_study === CUSTOMER_TYPE.client,
		phone: JSON.stringify(customer.phone),
		email: JSON.stringify(customer.email),
		branch_ids: JSON.stringify(customer.branch_ids),
		balance: customer.balance,
		e_date: customer.e_date ?? '',
		updated_at: customer.updated_at,
	} as IDataObject;
}

/** Reads the rows of the table, in the order of the customers. */
async function readTable({ tables }: Example): Promise<IDataObject[]> {
	const rows = (await tables.readRows(TABLE)) ?? [];
	return rows.sort((a, b) => Number(a.customer_id) - Number(b.customer_id));
}

/** Lists the customers whose rows n8n has written since the table had the rows `rowsBefore`. */
function listWrittenCustomers(rows: IDataObject[], rowsBefore: IDataObject[]): unknown[] {
	const timesBefore = new Map(rowsBefore.map(({ customer_id, updatedAt }) => [customer_id, updatedAt]));
	const writtenRows = rows.filter(({ customer_id, updatedAt }) => updatedAt !== timesBefore.get(customer_id));
	return writtenRows.map(({ customer_id }) => customer_id);
}
