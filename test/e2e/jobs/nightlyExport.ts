import type { IDataObject } from 'n8n-workflow';

import type { Job } from './types';

const TABLE = 'alfacrm_customers';

export const nightlyExport: Job = {
	name: 'nightly-export',
	play: async (start, side, { sandbox }) => {
		const { store } = sandbox;
		const example = await start(side);
		await example.tables.dropTable(TABLE);
		// One of two branches comes twice.
		store.patch('customer', 11, { branch_ids: [1, 2] });
		const expected = () =>
			store.rows('customer').map((row) => ({
				customer_id: row.id,
				name: row.name,
				is_study: row.is_study === 1,
				phone: JSON.stringify(row.phone),
				email: JSON.stringify(row.email),
				branch_ids: JSON.stringify(row.branch_ids),
				balance: row.balance,
				e_date: row.e_date ?? '',
				updated_at: row.updated_at,
			}));
		const stored = async () => ((await example.tables.readRows(TABLE)) ?? []).sort(byCustomer);

		await example.runManually();
		const first = await stored();
		expect(first).toMatchObject(expected());
		expect(first).toHaveLength(expected().length);

		// What is the same is not written again.
		const idle = await example.runManually();
		expect(idle.outputs('Upsert Row')).toEqual([]);
		expect(await stored()).toEqual(first);

		// Whatever of a card has changed, though its time has not.
		store.patch('customer', 7, { name: 'Теперь Иначе', balance: '150.50' });
		store.patch('customer', 8, { phone: ['+7(900)000-77-22', '+7(900)000-77-33'], email: [] });
		store.patch('customer', 10, { e_date: '2026-01-15' });
		store.remove('customer', 9);
		const { id } = store.insert('customer', { name: 'Новая Ия', is_study: 0, branch_ids: [2] });
		const changed = await example.runManually();
		const second = await stored();
		expect(second.filter(({ customer_id }) => customer_id !== 9)).toMatchObject(expected());
		expect(second).toHaveLength(first.length + 1);
		const before = new Map(first.map((row) => [row.customer_id, row]));
		const written = second.filter((row) => row.updatedAt !== before.get(row.customer_id)?.updatedAt);
		expect(written.map(({ customer_id }) => customer_id)).toEqual([7, 8, 10, id]);
		// Who is gone keeps the row, and is named.
		expect(changed.outputs('Compare')).toMatchObject([{ customer_id: 9 }]);
	},
};

const byCustomer = (a: IDataObject, b: IDataObject) => Number(a.customer_id) - Number(b.customer_id);
