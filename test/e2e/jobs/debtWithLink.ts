import { sleep } from 'n8n-workflow';

import { messageTo } from './schoolRows';
import type { Job } from './types';

/** The shortest time after which the trigger looks through the clients again. */
const MINUTE_MS = 60_000;

export const debtWithLink: Job = {
	name: 'debt-with-link',
	play: async (start, side, { sandbox }) => {
		const { store } = sandbox;
		const example = await start(side, (workflow) => {
			const nodes = workflow.nodes.map((node) =>
				node.name === 'In Debt'
					? { ...node, parameters: { ...node.parameters, options: { firstPoll: 'due', lookEvery: 1 } } }
					: node,
			);
			return { ...workflow, nodes };
		});
		for (const { id } of store.rows('customer')) store.patch('customer', id, { balance: '0.00' });
		const client = (name: string, balance: string, email: string[], more = {}) =>
			store.insert('customer', { name, balance, email, is_study: 1, branch_ids: [1], ...more }).id;
		const mia = client('Орлова Мия', '-1500.50', ['mia@example.org', 'second@example.org']);
		const yan = client('Орлов Ян', '-200.00', [], { branch_ids: [2] });
		const tom = client('Тихий Том', '-1.00', ['нет']);
		client('Лид Рита', '-900.00', ['rita@example.org'], { is_study: 0 });
		client('Бывший Лев', '-900.00', ['lev@example.org'], { e_date: '2026-01-01' });
		client('Пока Роза', '0.00', ['rosa@example.org']);
		const told = (to: string, id: number, name: string, sum: string) =>
			messageTo(
				to,
				'Оплата обучения',
				`Здравствуйте! На счёте (${name}) не хватает ${sum} ₽. Оплатить можно по ссылке:\nhttps://example.org/pay?client=${id}&sum=${sum}`,
			);

		const sent = example.readMessagesOf(
			await example.waitForRunStartedBy(async () => await example.publish()),
		);
		const looked = Date.now();
		expect(sent).toHaveLength(3);
		expect(sent).toEqual(
			expect.arrayContaining([
				told('mia@example.org', mia, 'Орлова Мия', '1500.50'),
				// Whoever has no email is not left out: the office hears of the debt.
				told('office@example.org', yan, 'Орлов Ян', '200.00'),
				told('office@example.org', tom, 'Тихий Том', '1.00'),
			]),
		);

		// The same debts again, and a new one.
		await example.unpublish();
		store.patch('customer', mia, { balance: '-3000.00' });
		const eva = client('Новая Ева', '-300.00', ['eva@example.org']);
		await sleep(looked + MINUTE_MS - Date.now());
		const second = example.readMessagesOf(
			await example.waitForRunStartedBy(async () => await example.publish()),
		);
		expect(second).toEqual([told('eva@example.org', eva, 'Новая Ева', '300.00')]);
		await example.unpublish();
	},
};
