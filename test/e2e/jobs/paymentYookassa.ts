import type { JsonObject } from '../../../sandbox';
import { PAY_TYPE } from '../../support/codes';
import { CENTRAL_BRANCH, NORTHERN_BRANCH } from './demoSchool';
import { PaymentSchool } from './paymentSchool';
import { addClientWithPhone } from './schoolRows';
import type { Job } from './types';

const PATH = '/webhook/yookassa-payment';
/** An address from which YooKassa sends its notifications. It publishes a list of them. */
const YOOKASSA_ADDRESS = '77.75.156.35';

export const paymentYookassa: Job = {
	name: 'payment-yookassa',
	play: async (importExample, side) => {
		const school = await PaymentSchool.open(await importExample(side), PATH);

		await expectPaymentEnteredOnce(school);
		await expectOtherPaymentsEntered(school);
		await expectOtherNotificationsPassedOver(school);
		await expectStrangersRefused(school);

		await school.example.unpublish();
	},
	otherPromises: {
		'refuses the payment of an unknown payer, and enters it when YooKassa repeats it later': async (
			importExample,
		) => {
			const school = await PaymentSchool.open(await importExample('package'), PATH);
			const payment = makeRequest(paymentOf('2f1a-0007', '500.00', '79000007744'));

			await school.expectFailedExecution(payment, 'AlfaCRM has no customer with this phone');
			expect(school.readNewPayments()).toEqual([]);

			const eva = addClientWithPhone(school.sandbox, '+7(900)000-77-44');
			await expectAccepted(school, payment);
			expect(school.readNewPayments()).toMatchObject([{ customer_id: eva, income: '500.00' }]);
			await school.example.unpublish();
		},
		'refuses a payment without a phone': async (importExample) => {
			const school = await PaymentSchool.open(await importExample('package'), PATH);
			const payment = makeRequest(paymentOf('2f1a-0008', '500.00', undefined));

			await school.expectFailedExecution(payment, 'error in "Take Payment"');

			expect(school.readNewPayments()).toEqual([]);
			await school.example.unpublish();
		},
	},
};

/** YooKassa may send a notification twice at once, and again later. */
async function expectPaymentEnteredOnce(school: PaymentSchool): Promise<void> {
	const payment = makeRequest(paymentOf('2f1a-0001', '3872.70', '79000007722'));

	await expectAccepted(school, payment, payment);
	await expectAccepted(school, payment);

	expect(school.readNewPayments()).toMatchObject([
		{
			customer_id: school.mia,
			branch_id: CENTRAL_BRANCH,
			income: '3872.70',
			pay_type_id: PAY_TYPE.income,
			// The notification has the time in UTC. In Moscow it was the 3rd already.
			document_date: '03.03.2026',
			note: '[ID 2f1a-0001] ЮKassa',
		},
	]);
}

/** Mia pays the same sum once more, and a client of another branch pays. */
async function expectOtherPaymentsEntered(school: PaymentSchool): Promise<void> {
	await expectAccepted(school, makeRequest(paymentOf('2f1a-0002', '3872.70', '+7 900 000-77-22')));
	await expectAccepted(school, makeRequest(paymentOf('2f1a-0003', '100.00', '8 (900) 000-77-33')));

	expect(school.readNewPayments()).toMatchObject([
		{ customer_id: school.mia },
		{ customer_id: school.mia, note: '[ID 2f1a-0002] ЮKassa' },
		{ customer_id: school.yan, branch_id: NORTHERN_BRANCH, income: '100.00' },
	]);
}

/** A payment that is not captured yet, a refund and an empty notification are accepted, but nothing is entered. */
async function expectOtherNotificationsPassedOver(school: PaymentSchool): Promise<void> {
	const waitingPayment = paymentOf('2f1a-0004', '5.00', '79000007722', { status: 'waiting_for_capture' });
	const refund = paymentOf('2f1a-0005', '5.00', '79000007722');
	school.sandbox.clearJournal();

	await expectAccepted(school, makeRequest({ ...waitingPayment, event: 'payment.waiting_for_capture' }));
	await expectAccepted(school, makeRequest(waitingPayment));
	await expectAccepted(school, makeRequest({ ...refund, event: 'refund.succeeded' }));
	await expectAccepted(school, makeRequest({}));

	expect(school.sandbox.journal).toEqual([]);
}

async function expectStrangersRefused(school: PaymentSchool): Promise<void> {
	const payment = paymentOf('2f1a-0006', '9000.00', '79000007722');
	const fromStranger = makeRequest(payment, '203.0.113.7');
	const fromNeighbour = makeRequest(payment, '77.75.156.36');
	// A stranger can write any address in front of the one that n8n's proxy adds.
	const fromForgedAddress = makeRequest(payment, `${YOOKASSA_ADDRESS}, 203.0.113.7`);

	expect(await school.send(fromStranger)).toMatchObject({ status: 403 });
	expect(await school.send(fromNeighbour)).toMatchObject({ status: 403 });
	expect(await school.send(fromForgedAddress)).toMatchObject({ status: 403 });

	expect(school.sandbox.journal).toEqual([]);
	expect(school.readNewPayments()).toHaveLength(3);
}

/** Makes YooKassa's notification that a payment has succeeded. */
function paymentOf(id: string, value: string, phone: string | undefined, changes: JsonObject = {}) {
	return {
		type: 'notification',
		event: 'payment.succeeded',
		object: {
			id,
			status: 'succeeded',
			paid: true,
			amount: { value, currency: 'RUB' },
			description: 'Оплата [17]',
			captured_at: '2026-03-02T21:30:00.000Z',
			metadata: { phone },
			...changes,
		},
	};
}

/** Makes the request that brings a notification. The proxy in front of n8n adds the header with the sender's address. */
function makeRequest(notification: object, senderAddress = YOOKASSA_ADDRESS): RequestInit {
	return {
		headers: { 'content-type': 'application/json', 'x-forwarded-for': senderAddress },
		body: JSON.stringify(notification),
	};
}

/** Sends requests at the same moment, expects the status 200, and waits for the end of the workflow. */
async function expectAccepted(school: PaymentSchool, ...requests: RequestInit[]): Promise<void> {
	await school.example.waitForRunStartedBy(async () => {
		for (const { status } of await school.sendAtOnce(...requests)) {
			expect(status).toBe(200);
		}
	});
}
