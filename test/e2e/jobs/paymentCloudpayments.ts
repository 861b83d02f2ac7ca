import crypto from 'node:crypto';

import { PAY_TYPE } from '../../support/codes';
import { CREDENTIAL_NAMES, saveCredentialAs } from '../support/credentials';
import { CENTRAL_BRANCH, NORTHERN_BRANCH } from './demoSchool';
import { PaymentSchool } from './paymentSchool';
import type { Job } from './types';

const PATH = '/webhook/cloudpayments-pay';
const SECRET = 'an-api-secret-of-a-test';

/** CloudPayments takes a notification for delivered only if the answer is this code. */
const CODE_0 = /^\{\s*"code":\s*0\s*\}$/;
const ACCEPTED = { status: 200, text: expect.stringMatching(CODE_0) as string };
const REFUSED = { status: 500, text: expect.not.stringMatching(CODE_0) as string };

/** The data that a school's site adds to a payment of Mia. */
const DATA_OF_MIA = JSON.stringify({ phone: '+7 (900) 000-77-22', cloudPayments: {} });

export const paymentCloudpayments: Job = {
	name: 'payment-cloudpayments',
	play: async (importExample, side, { client }) => {
		await saveCredentialAs(client, CREDENTIAL_NAMES.crypto, 'crypto', { hmacSecret: SECRET });
		const school = await PaymentSchool.open(await importExample(side), PATH);

		await expectPaymentEnteredOnce(school);
		await expectPaymentFoundByAccountId(school);
		await expectNothingEnteredForFalseNotifications(school);
		await expectUnknownPayerRefused(school);

		await school.example.unpublish();
	},
};

/** CloudPayments may send a notification twice at once, and again later. */
async function expectPaymentEnteredOnce(school: PaymentSchool): Promise<void> {
	const payment = paymentFields('504', '3872.70', { Data: DATA_OF_MIA, AccountId: 'user@example.org' });
	const notification = sign(payment);

	const answers = await school.sendAtOnce(notification, notification);
	const laterAnswer = await school.send(notification);

	expect(answers).toEqual([ACCEPTED, ACCEPTED]);
	expect(laterAnswer).toEqual(ACCEPTED);
	expect(school.readNewPayments()).toMatchObject([
		{
			customer_id: school.mia,
			branch_id: CENTRAL_BRANCH,
			income: '3872.70',
			pay_type_id: PAY_TYPE.income,
			// The notification has the time in UTC. In Moscow it was the 3rd already.
			document_date: '03.03.2026',
			note: '[ID 504] CloudPayments',
		},
	]);
}

/** The number 50 is the beginning of 504, which was entered before. */
async function expectPaymentFoundByAccountId(school: PaymentSchool): Promise<void> {
	const answer = await school.send(sign(paymentFields('50', '10', { AccountId: '89000007733' })));

	expect(answer).toEqual(ACCEPTED);
	expect(school.readNewPayments()).toMatchObject([
		{ customer_id: school.mia },
		{
			customer_id: school.yan,
			branch_id: NORTHERN_BRANCH,
			income: '10.00',
			note: '[ID 50] CloudPayments',
		},
	]);
}

async function expectNothingEnteredForFalseNotifications(school: PaymentSchool): Promise<void> {
	const payment = paymentFields('505', '9000.00', { Data: DATA_OF_MIA });
	const genuine = sign(payment);
	const genuineOfOneRouble = sign({ ...payment, Amount: '1.00' });
	const withForeignSecret = sign(payment, 'a-foreign-secret');
	const withOtherAmount = { ...genuine, body: genuineOfOneRouble.body };
	const withoutSignature = { ...genuine, headers: { 'content-type': genuine.headers['content-type'] } };
	const withEmptySignature = { ...genuine, headers: { ...genuine.headers, 'content-hmac': '' } };
	// The bank only holds this money, and may give it back.
	const ofHeldMoney = sign(paymentFields('506', '5.00', { Data: DATA_OF_MIA, Status: 'Authorized' }));
	school.sandbox.clearJournal();

	expect(await school.send(withForeignSecret)).toEqual(REFUSED);
	expect(await school.send(withOtherAmount)).toEqual(REFUSED);
	expect(await school.send(withoutSignature)).toEqual(REFUSED);
	expect(await school.send(withEmptySignature)).toEqual(REFUSED);
	expect(await school.send(ofHeldMoney)).toEqual(REFUSED);

	// The execution fails. Otherwise a school with a wrong secret in n8n would not notice that all payments are refused.
	await school.expectFailedExecution(withForeignSecret, 'error in "Not Entered": Не записано');
	expect(school.sandbox.journal).toEqual([]);
}

/** CloudPayments sends a refused notification again later, when the school may know the payer. */
async function expectUnknownPayerRefused(school: PaymentSchool): Promise<void> {
	const answer = await school.send(sign(paymentFields('507', '5.00', { AccountId: '+79000007799' })));

	expect(answer).toEqual(REFUSED);
	expect(school.readNewPayments()).toHaveLength(2);
}

/** Makes the fields of a notification about a payment. */
function paymentFields(
	TransactionId: string,
	Amount: string,
	otherFields: Record<string, string>,
): Record<string, string> {
	return {
		TransactionId,
		Amount,
		Currency: 'RUB',
		Status: 'Completed',
		OperationType: 'Payment',
		DateTime: '2026-03-02 21:30:00',
		Name: 'ОРЛОВА МИЯ',
		...otherFields,
	};
}

/** Makes the request that CloudPayments sends: a form that is signed with the secret of its API. */
function sign(fields: Record<string, string>, secret = SECRET) {
	const body = new URLSearchParams(fields).toString();
	const signature = crypto.createHmac('sha256', secret).update(body).digest('base64');
	const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-hmac': signature };
	return { headers, body };
}
