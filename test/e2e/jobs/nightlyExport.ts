import type { IDataObject } from 'n8n-workflow';

import type { Job } from './types';

const TABLE = 'alfacrm_customers';

export const nightlyExport: Job = {
	name: 'nightly-export',
	play: async (start, side, { sandbox }) => {
		const stage = await start(side);
		await stage.tables.drop(TABLE);
		const expected = () =>
			sandbox.store.rows('customer').map((row) => ({
				customer_id: row.id,
				name: row.name,
				is_client: row.is_study === 1,
				phone: (row.phone as string[]).join(', '),
				email: (row.email as string[]).join(', '),
				branch_ids: (row.branch_ids as number[]).join(', '),
				balance: Number(row.balance),
				archived_on: row.e_date === '2030-12-31' ? '' : row.e_date,
				updated_at: row.updated_at,
			}));
		const stored = async () => ((await stage.tables.rows(TABLE)) ?? []).sort(byCustomer);

		await stage.run();
		const first = await stored();
		expect(first).toMatchObject(expected());
		expect(first).toHaveLength(expected().length);

		sandbox.store.patch('customer', 7, { name: 'Теперь Иначе', balance: '150.50' });
		sandbox.store.remove('customer', 9);
		await stage.run();
		const second = await stored();
		expect(second.filter(({ customer_id }) => customer_id !== 9)).toMatchObject(expected());
		expect(second).toHaveLength(first.length);
		// Who is gone keeps the time of the last export that saw it.
		const times = new Set(second.map(({ exported_at }) => exported_at));
		expect(times.size).toBe(2);
		const [gone] = second.filter(({ customer_id }) => customer_id === 9);
		expect(second.filter(({ exported_at }) => exported_at === gone.exported_at)).toEqual([gone]);
	},
};

const byCustomer = (a: IDataObject, b: IDataObject) => Number(a.customer_id) - Number(b.customer_id);
