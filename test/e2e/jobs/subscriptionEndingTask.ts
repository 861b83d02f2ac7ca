import { DateTime } from 'luxon';

import type { JsonObject, Row } from '../../../sandbox';
import type { Job } from './types';

export const subscriptionEndingTask: Job = {
	name: 'subscription-ending-task',
	play: async (start, side, { sandbox }) => {
		const example = await start(side);
		const inDays = (days: number) => DateTime.fromISO(example.today).plus({ days }).toFormat('dd.MM.yyyy');
		const client = (name: string, days: number | null, more = {}) => {
			const { id } = sandbox.store.insert('customer', { name, is_study: 1, branch_ids: [1], ...more });
			const e_date = days === null ? null : inDays(days);
			sandbox.store.insert('customer-tariff', {
				customer_id: id,
				tariff_id: 1,
				b_date: '01.09.2026',
				e_date,
			});
			return id;
		};
		const mia = client('Орлова Мия', 7, { assigned_id: 3 });
		// Two that end on the same day are one task.
		sandbox.store.insert('customer-tariff', {
			...{ customer_id: mia, tariff_id: 2, b_date: '01.10.2026', e_date: inDays(7) },
		});
		const yan = client('Орлов Ян', 0);
		client('Ещё Не Скоро', 8);
		client('Уже Кончился', -1);
		client('Без Срока', null);
		client('Лид Рита', 5, { is_study: 0 });
		// That of a client in whose number this one's stands is not hers.
		sandbox.store.insert('task', {
			title: 'Продлить абонемент',
			customer_ids: [Number(`1${mia}`)],
			branch_ids: [1],
			due_date: inDays(7),
		});
		const before = sandbox.store.rows('task').length;
		const task = (id: number, name: string, due_date: string, assigned_ids: number[]) => ({
			title: 'Продлить абонемент',
			text: `Абонемент клиента ${name} действует до ${due_date}.`,
			customer_ids: [id],
			branch_ids: [1],
			due_date,
			assigned_ids,
		});
		const both = [task(mia, 'Орлова Мия', inDays(7), [3]), task(yan, 'Орлов Ян', inDays(0), [])];
		const created = () => sandbox.store.rows('task').slice(before);

		await example.runManually();
		expect(created()).toHaveLength(2);
		expect(created()).toEqual(
			expect.arrayContaining(both.map((one) => expect.objectContaining(one) as unknown)),
		);

		// A task that is done is not created again either, nor one that the manager has put off or that was to be done earlier.
		const [first, second] = created();
		// It is not certain how AlfaCRM shows the day of a task.
		const due_date = DateTime.fromFormat(String(second.due_date), 'dd.MM.yyyy').toISODate();
		const patches: Array<[Row, JsonObject]> = [
			[first, { is_done: 1 }],
			[second, { due_date: `${due_date} 00:00:00` }],
			[first, { due_date: inDays(12) }],
			[second, { due_date: inDays(2) }],
			[first, { due_date: inDays(-3) }],
		];
		for (const [{ id }, patch] of patches) {
			sandbox.store.patch('task', id, patch);
			await example.runManually();
			expect(created()).toHaveLength(2);
		}
	},
};
