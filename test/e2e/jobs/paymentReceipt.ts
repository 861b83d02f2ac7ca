import type { JsonObject, Row, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE, PAY_TYPE } from '../../support/codes';
import { dayPlus, toDottedDay } from '../../support/days';
import type { Example } from '../support/example';
import { importSendWorkflow, startMailServer, switchSendOn } from '../support/mail';
import { CENTRAL_BRANCH, NORTHERN_BRANCH } from './demoSchool';
import { messageTo } from './schoolRows';
import type { Job } from './types';

export const paymentReceipt: Job = {
	name: 'payment-receipt',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		const mia = addPayer(sandbox, { name: 'Орлова Мия', email: ['mia@example.org'] });
		const yan = addPayer(sandbox, {
			name: 'Орлов Ян',
			email: ['yan@example.org', 'second@example.org'],
			branch_ids: [NORTHERN_BRANCH],
		});
		await example.takeBaseline();

		// Only a new payment of a customer with an address gets a receipt.
		addPayment(example, mia);
		addPaymentsWithoutReceipt(example, mia);
		expect(example.readMessagesOf(await example.pollAgain())).toEqual([
			messageTo(
				'mia@example.org',
				'Оплата получена',
				`Здравствуйте! Мы получили оплату 5000.00 ₽ от ${toDottedDay(example.today)} (Орлова Мия). Спасибо!`,
			),
		]);

		// On Monday the school enters a payment of Friday. The first address of the payer gets the receipt.
		const threeDaysAgo = dottedDaysAgo(example, 3);
		addPayment(example, yan, {
			branch_id: NORTHERN_BRANCH,
			income: '4200',
			document_date: threeDaysAgo,
		});
		expect(example.readMessagesOf(await example.pollAgain())).toEqual([
			messageTo(
				'yan@example.org',
				'Оплата получена',
				`Здравствуйте! Мы получили оплату 4200.00 ₽ от ${threeDaysAgo} (Орлов Ян). Спасибо!`,
			),
		]);
	},
	otherPromises: {
		'thanks all other payers, then says which payer AlfaCRM did not return': async (
			importExample,
			{ sandbox },
		) => {
			const example = await importExample('package');
			const deletedPayer = addPayer(sandbox, { name: 'gone', email: ['gone@example.org'] });
			const mia = addPayer(sandbox, { name: 'mia', email: ['mia@example.org'] });
			await example.takeBaseline();
			addPayment(example, deletedPayer);
			addPayment(example, mia);
			sandbox.store.remove('customer', deletedPayer);

			const poll = example.pollAgain();

			await expect(poll).rejects.toThrow(`in "Not Sent": Не отправлено: клиент ${deletedPayer} (`);
			expect(await example.readLatestMessages()).toMatchObject([{ to: 'mia@example.org' }]);
		},
		'sends mail to all other payers, then says which address the mail server has refused': async (
			importExample,
			{ client, sandbox },
		) => {
			const mailServer = await startMailServer(['gone@example.org']);
			try {
				const sendWorkflow = await importSendWorkflow(client, mailServer.credential);
				const example = await importExample('package', switchSendOn('payment-receipt', sendWorkflow));
				const mia = addPayer(sandbox, { name: 'mia', email: ['mia@example.org'] });
				const payerWithoutMailbox = addPayer(sandbox, { name: 'gone', email: ['gone@example.org'] });
				const yan = addPayer(sandbox, { name: 'yan', email: ['yan@example.org'] });
				await example.takeBaseline();
				addPayment(example, mia);
				addPayment(example, payerWithoutMailbox);
				addPayment(example, yan);

				const poll = example.pollAgain();

				await expect(poll).rejects.toThrow(
					/^error in "Not Sent": Не отправлено: gone@example\.org \([^()]*<gone@example\.org>: no such mailbox/,
				);
				expect(mailServer.received).toEqual(['mia@example.org', 'yan@example.org']);
			} finally {
				await mailServer.close();
			}
		},
		'thanks a payer although AlfaCRM fails twice when asked for the payer': async (
			importExample,
			{ sandbox },
		) => {
			const example = await importExample('package');
			const mia = addPayer(sandbox, { name: 'mia', email: ['mia@example.org'] });
			await example.takeBaseline();
			addPayment(example, mia);
			// The node does not repeat a failed call, but n8n tries the node three times.
			sandbox.faults.add({
				kind: 'status',
				status: 500,
				times: 2,
				match: { entity: 'customer', bodyContains: `"id":${mia}` },
			});

			const messages = example.readMessagesOf(await example.pollAgain());

			expect(messages).toMatchObject([{ to: 'mia@example.org' }]);
			expect(sandbox.journal.filter(({ status }) => status === 500)).toHaveLength(2);
		},
	},
};

/** Adds payments that nobody is thanked for. */
function addPaymentsWithoutReceipt(example: Example, payer: number): void {
	const { sandbox } = example;
	const payerWithoutEmail = addPayer(sandbox, { name: 'Тихий Том', email: [] });
	const payerWithInvalidEmail = addPayer(sandbox, { name: 'Без Адреса', email: ['нет'] });
	addPayment(example, payerWithoutEmail);
	addPayment(example, payerWithInvalidEmail);

	addPayment(example, payer, { income: '800.00', pay_type_id: PAY_TYPE.refund });
	addPayment(example, payer, { income: '900.00', is_confirmed: 0 });
	const paymentOfNobody = addPayment(example, payer);
	sandbox.store.patch('pay', paymentOfNobody.id, { customer_id: null });

	// The school enters payments that it got long ago, or at an unknown time.
	addPayment(example, payer, { document_date: dottedDaysAgo(example, 330) });
	addPayment(example, payer, { document_date: dottedDaysAgo(example, 4) });
	addPayment(example, payer, { document_date: '' });
}

function addPayer({ store }: Sandbox, payer: JsonObject): number {
	return store.insert('customer', {
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [CENTRAL_BRANCH],
		...payer,
	}).id;
}

/** Adds a payment of 5,000 roubles that the school has got and entered today. */
function addPayment({ sandbox, today }: Example, payer: number, changes: JsonObject = {}): Row {
	return sandbox.store.insert('pay', {
		customer_id: payer,
		branch_id: CENTRAL_BRANCH,
		income: '5000.00',
		pay_type_id: PAY_TYPE.income,
		pay_account_id: 1,
		document_date: toDottedDay(today),
		created_at: `${today} 11:00:00`,
		payer_name: 'Орлова А.',
		...changes,
	});
}

/** Writes the day some days before today as AlfaCRM does, such as "07.03.2026". */
function dottedDaysAgo({ today }: Example, days: number): string {
	return toDottedDay(dayPlus(today, -days));
}
