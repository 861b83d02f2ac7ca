import { DateTime } from 'luxon';

import type { JsonObject, Sandbox } from '../../../sandbox';
import { importSendWorkflow, startMailServer, switchSendOn } from '../support/mail';
import { messageTo } from './schoolRows';
import type { Job } from './types';

export const paymentReceipt: Job = {
	name: 'payment-receipt',
	play: async (start, side, { sandbox }) => {
		const example = await start(side);
		const mia = payer(sandbox, 'Орлова Мия', { email: ['mia@example.org'] });
		const yan = payer(sandbox, 'Орлов Ян', {
			email: ['yan@example.org', 'second@example.org'],
			branch_ids: [2],
		});
		const silent = payer(sandbox, 'Тихий Том', { email: [] });
		const none = payer(sandbox, 'Без Адреса', { email: ['нет'] });
		await example.takeBaseline();
		const daysAgo = (days: number) => DateTime.fromISO(example.today).minus({ days }).toFormat('dd.MM.yyyy');
		const paid = (id: number, more: JsonObject = {}) => pay(sandbox, id, example.today, more);
		const receipt = (to: string, sum: string, name: string, date = daysAgo(0)) =>
			messageTo(
				to,
				'Оплата получена',
				`Здравствуйте! Мы получили оплату ${sum} ₽ от ${date} (${name}). Спасибо!`,
			);

		paid(mia);
		paid(silent);
		paid(none);
		paid(mia, { income: '800.00', pay_type_id: 2 });
		paid(mia, { income: '900.00', is_confirmed: 0 });
		// Money that came from no customer.
		sandbox.store.patch('pay', paid(mia).id, { customer_id: null });
		// The payments of last year are brought into AlfaCRM only now: nobody is thanked for those.
		for (const document_date of [daysAgo(330), daysAgo(4), '']) paid(mia, { document_date });
		expect(example.readMessagesOf(await example.pollAgain())).toEqual([
			receipt('mia@example.org', '5000.00', 'Орлова Мия'),
		]);

		// Paid on Friday, noted on Monday.
		paid(yan, { branch_id: 2, income: '4200', document_date: daysAgo(3) });
		expect(example.readMessagesOf(await example.pollAgain())).toEqual([
			receipt('yan@example.org', '4200.00', 'Орлов Ян', daysAgo(3)),
		]);
	},
	otherPromises: {
		'thanks all others, then says who could not be thanked': async (start, { sandbox }) => {
			const example = await start('package');
			const [gone, mia] = ['gone', 'mia'].map((name) => payer(sandbox, name));
			await example.takeBaseline();
			for (const id of [gone, mia]) pay(sandbox, id, example.today);
			sandbox.store.remove('customer', gone);
			await expect(example.pollAgain()).rejects.toThrow(`in "Not Sent": Не отправлено: клиент ${gone} (`);
			expect(await example.readLatestMessages()).toMatchObject([{ to: 'mia@example.org' }]);
		},
		'writes by "Send" to all others, then says whom the mail server has refused': async (
			start,
			{ client, sandbox },
		) => {
			const server = await startMailServer(['gone@example.org']);
			try {
				const send = await importSendWorkflow(client, server.credential);
				const example = await start('package', switchSendOn('payment-receipt', send));
				const payers = ['mia', 'gone', 'yan'].map((name) => payer(sandbox, name));
				await example.takeBaseline();
				for (const id of payers) pay(sandbox, id, example.today);
				await expect(example.pollAgain()).rejects.toThrow(
					/^error in "Not Sent": Не отправлено: gone@example\.org \([^()]*<gone@example\.org>: no such mailbox/,
				);
				expect(server.received).toEqual(['mia@example.org', 'yan@example.org']);
			} finally {
				await server.close();
			}
		},
		'thanks also where AlfaCRM fails for a moment': async (start, { sandbox }) => {
			const example = await start('package');
			const mia = payer(sandbox, 'mia');
			await example.takeBaseline();
			pay(sandbox, mia, example.today);
			// The node gives up at once, and n8n tries it three times.
			const match = { entity: 'customer', bodyContains: `"id":${mia}` };
			sandbox.faults.add({ kind: 'status', status: 500, times: 2, match });
			expect(example.readMessagesOf(await example.pollAgain())).toMatchObject([{ to: 'mia@example.org' }]);
			expect(sandbox.journal.filter(({ status }) => status === 500)).toHaveLength(2);
		},
	},
};

const payer = ({ store }: Sandbox, name: string, more: JsonObject = {}) =>
	store.insert('customer', {
		...{ name, is_study: 1, email: [`${name}@example.org`], branch_ids: [1], ...more },
	}).id;

/** A payment of 5,000, as AlfaCRM writes it on a day. */
const pay = ({ store }: Sandbox, customer_id: number, today: string, more: JsonObject = {}) =>
	store.insert('pay', {
		...{ customer_id, branch_id: 1, income: '5000.00', pay_type_id: 1, pay_account_id: 1 },
		document_date: DateTime.fromISO(today).toFormat('dd.MM.yyyy'),
		...{ created_at: `${today} 11:00:00`, payer_name: 'Орлова А.', ...more },
	});
