import { DateTime } from 'luxon';

import { mail } from './rows';
import type { Job } from './types';

export const paymentReceipt: Job = {
	name: 'payment-receipt',
	play: async (start, side, { sandbox }) => {
		const stage = await start(side);
		const customer = (name: string, email: string[], branch: number) =>
			sandbox.store.insert('customer', { name, is_study: 1, email, branch_ids: [branch] }).id;
		const mia = customer('Орлова Мия', ['mia@example.org'], 1);
		const yan = customer('Орлов Ян', ['yan@example.org', 'second@example.org'], 2);
		const silent = customer('Тихий Том', [], 1);
		const none = customer('Без Адреса', ['нет'], 1);
		await stage.baseline();
		/** Of a document, as AlfaCRM writes it. */
		const daysAgo = (days: number) => DateTime.fromISO(stage.today).minus({ days }).toFormat('dd.MM.yyyy');
		const pay = (customer_id: number, branch_id: number, income: string, more = {}) =>
			sandbox.store.insert('pay', {
				...{ customer_id, branch_id, income, pay_type_id: 1, pay_account_id: 1, payer_name: 'Орлова А.' },
				...{ document_date: daysAgo(0), created_at: `${stage.today} 11:00:00`, ...more },
			});
		const receipt = (toEmail: string, sum: string, name: string, date = daysAgo(0)) =>
			mail(
				toEmail,
				'Оплата получена',
				`Здравствуйте! Мы получили оплату ${sum} ₽ от ${date} (${name}). Спасибо!`,
			);

		pay(mia, 1, '5000.00');
		pay(silent, 1, '100.00');
		pay(none, 1, '200.00');
		pay(mia, 1, '800.00', { pay_type_id: 2 });
		pay(mia, 1, '900.00', { is_confirmed: 0 });
		// Money that came from no customer.
		sandbox.store.patch('pay', pay(mia, 1, '950.00').id, { customer_id: null });
		// The payments of last year are brought into AlfaCRM only now: nobody is thanked for those.
		pay(mia, 1, '7100.00', { document_date: daysAgo(330) });
		pay(mia, 1, '7200.00', { document_date: daysAgo(4) });
		pay(mia, 1, '7300.00', { document_date: '' });
		expect(stage.sent(await stage.news())).toEqual([receipt('mia@example.org', '5000.00', 'Орлова Мия')]);

		// Paid on Friday, noted on Monday.
		pay(yan, 2, '4200', { document_date: daysAgo(3) });
		expect(stage.sent(await stage.news())).toEqual([
			receipt('yan@example.org', '4200.00', 'Орлов Ян', daysAgo(3)),
		]);
	},
	more: {
		'thanks all others, then says who could not be thanked': async (start, { sandbox }) => {
			const stage = await start('package');
			const payer = (name: string) =>
				sandbox.store.insert('customer', {
					...{ name, is_study: 1, email: [`${name}@example.org`], branch_ids: [1] },
				}).id;
			const [gone, mia] = [payer('gone'), payer('mia')];
			await stage.baseline();
			for (const customer_id of [gone, mia])
				sandbox.store.insert('pay', {
					...{ customer_id, branch_id: 1, income: '5000.00', pay_type_id: 1, pay_account_id: 1 },
					document_date: DateTime.fromISO(stage.today).toFormat('dd.MM.yyyy'),
					created_at: `${stage.today} 11:00:00`,
				});
			sandbox.store.remove('customer', gone);
			await expect(stage.news()).rejects.toThrow(`in "Not Sent": Не отправлено: клиент ${gone} (`);
			expect(await stage.lastSent()).toMatchObject([{ toEmail: 'mia@example.org' }]);
		},
		'thanks also where AlfaCRM fails for a moment': async (start, { sandbox }) => {
			const stage = await start('package');
			const mia = sandbox.store.insert('customer', {
				...{ name: 'Орлова Мия', is_study: 1, email: ['mia@example.org'], branch_ids: [1] },
			}).id;
			await stage.baseline();
			sandbox.store.insert('pay', {
				...{ customer_id: mia, branch_id: 1, income: '5000.00', pay_type_id: 1, pay_account_id: 1 },
				document_date: DateTime.fromISO(stage.today).toFormat('dd.MM.yyyy'),
				created_at: `${stage.today} 11:00:00`,
			});
			// The node asks once more, then without a page size, and gives up.
			const match = { entity: 'customer', bodyContains: `"id":${mia}` };
			sandbox.faults.add({ kind: 'status', status: 500, times: 3, match });
			expect(stage.sent(await stage.news())).toMatchObject([{ toEmail: 'mia@example.org' }]);
			expect(sandbox.journal.filter(({ status }) => status === 500)).toHaveLength(3);
		},
	},
};
