import type { JsonObject } from '../../../sandbox';
import type { Example } from '../support/example';
import { addClientWithPhone, watchNewPayments } from './schoolRows';
import type { Job } from './types';

const PATH = '/webhook/yookassa-payment';
/** One of those that YooKassa says it calls from. */
const YOOKASSA = '77.75.156.35';

/** A notification of a payment as YooKassa sends it. */
const notice = (id: string, value: string, phone: string | undefined, more: JsonObject = {}) => ({
	type: 'notification',
	event: 'payment.succeeded',
	object: {
		...{ id, status: 'succeeded', paid: true, amount: { value, currency: 'RUB' } },
		...{ description: 'Оплата [17]', captured_at: '2026-03-02T21:30:00.000Z', metadata: { phone } },
		...more,
	},
});

/** Calls it from an address, which n8n's proxy tells; gives the status of the answer. */
async function caller(example: Example) {
	const address = await example.publishWebhook(PATH);
	return async (body: object, from = YOOKASSA): Promise<number> => {
		const headers = { 'content-type': 'application/json', 'x-forwarded-for': from };
		return (await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) })).status;
	};
}

export const paymentYookassa: Job = {
	name: 'payment-yookassa',
	play: async (start, side, { sandbox }) => {
		const example = await start(side);
		const mia = addClientWithPhone(sandbox, '+7(900)000-77-22');
		const yan = addClientWithPhone(sandbox, '+7(900)000-77-33', { branch_ids: [2] });
		const entered = watchNewPayments(sandbox);
		const call = await caller(example);
		const answered = async (...bodies: object[]) =>
			await example.waitForRunStartedBy(async () => {
				const answers = await Promise.all(bodies.map(async (body) => await call(body)));
				expect(answers).toEqual(bodies.map(() => 200));
			});

		const paid = notice('2f1a-0001', '3872.70', '79000007722');
		await answered(paid, paid);
		await answered(paid);
		const first = { customer_id: mia, branch_id: 1, pay_type_id: 1, note: '[ID 2f1a-0001] ЮKassa' };
		// The day is that of Moscow, where it was the 3rd already.
		const day = '03.03.2026';
		expect(entered()).toMatchObject([{ ...first, income: '3872.70', document_date: day }]);

		// Another payment of the same sum, and one of somebody in another branch.
		await answered(notice('2f1a-0002', '3872.70', '+7 900 000-77-22'));
		await answered(notice('2f1a-0003', '100.00', '8 (900) 000-77-33'));
		expect(entered()).toMatchObject([
			{ customer_id: mia },
			{ customer_id: mia, note: '[ID 2f1a-0002] ЮKassa' },
			{ customer_id: yan, branch_id: 2, income: '100.00' },
		]);

		// What is not paid, and what is no notification, is answered and passed over.
		sandbox.clearJournal();
		const held = notice('2f1a-0004', '5.00', '79000007722', { status: 'waiting_for_capture' });
		await answered({ ...held, event: 'payment.waiting_for_capture' });
		await answered(held);
		await answered({ ...notice('2f1a-0005', '5.00', '79000007722'), event: 'refund.succeeded' });
		await answered({});
		expect(sandbox.journal).toEqual([]);

		// Nor does anybody else report payments.
		const forged = notice('2f1a-0006', '9000.00', '79000007722');
		for (const address of ['203.0.113.7', '77.75.156.36', `${YOOKASSA}, 203.0.113.7`])
			expect(await call(forged, address)).toBe(403);
		expect(sandbox.journal).toEqual([]);
		expect(entered()).toHaveLength(3);
		await example.unpublish();
	},
	otherPromises: {
		'is called again for a payment that could not be entered, until it can': async (start, { sandbox }) => {
			const example = await start('package');
			const entered = watchNewPayments(sandbox);
			const call = await caller(example);
			const paid = notice('2f1a-0007', '500.00', '79000007744');
			const refused = example.waitForRunStartedBy(async () => expect(await call(paid)).toBe(500));
			await expect(refused).rejects.toThrow('AlfaCRM has no customer with this phone');
			const unnamed = notice('2f1a-0008', '500.00', undefined);
			const empty = example.waitForRunStartedBy(async () => expect(await call(unnamed)).toBe(500));
			await expect(empty).rejects.toThrow('error in "Take Payment"');
			expect(entered()).toEqual([]);
			const eva = addClientWithPhone(sandbox, '+7(900)000-77-44');
			await example.waitForRunStartedBy(async () => expect(await call(paid)).toBe(200));
			expect(entered()).toMatchObject([{ customer_id: eva, income: '500.00' }]);
			await example.unpublish();
		},
	},
};
