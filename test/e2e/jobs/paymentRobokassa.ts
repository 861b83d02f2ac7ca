import crypto from 'node:crypto';

import type { Workflow } from '../../../scripts/lib/n8n/types';
import { PAY_TYPE } from '../../support/codes';
import { CENTRAL_BRANCH, NORTHERN_BRANCH } from './demoSchool';
import type { HttpAnswer } from './paymentSchool';
import { PaymentSchool } from './paymentSchool';
import type { Job } from './types';

const PATH = '/webhook/robokassa-result';
const SECOND_PASSWORD = 'second-of-a-test';
const PHONE_OF_MIA = '79000007722';
const PHONE_OF_YAN = '79000007733';

/** Robokassa sends a notification again unless the answer begins with OK. */
const REFUSED = { status: 500, text: expect.not.stringContaining('OK') as string };

export const paymentRobokassa: Job = {
	name: 'payment-robokassa',
	play: async (importExample, side) => {
		const school = await PaymentSchool.open(await importExample(side, setSecondPassword), PATH);

		await expectPaymentEnteredOnce(school);
		await expectPaymentOfOtherBranch(school);
		await expectNothingEnteredForFalseNotifications(school);
		await expectUnknownPayerRefused(school);

		await school.example.unpublish();
	},
};

/** Robokassa may send a notification twice at once, and again later. It may write the hash in small letters. */
async function expectPaymentEnteredOnce(school: PaymentSchool): Promise<void> {
	const payment = sign({ InvId: '17', OutSum: '3872.700000', phone: PHONE_OF_MIA });
	const lowerCaseHash = payment.SignatureValue.toLowerCase();

	const answers = await school.sendAtOnce(makeRequest(payment), makeRequest(payment));
	const laterAnswer = await notify(school, payment);
	const answerToLowerCase = await notify(school, { ...payment, SignatureValue: lowerCaseHash });

	expect(answers).toEqual([
		{ status: 200, text: 'OK17' },
		{ status: 200, text: 'OK17' },
	]);
	expect(laterAnswer).toEqual({ status: 200, text: 'OK17' });
	expect(answerToLowerCase).toEqual({ status: 200, text: 'OK17' });
	expect(school.readNewPayments()).toMatchObject([
		{
			customer_id: school.mia,
			branch_id: CENTRAL_BRANCH,
			income: '3872.70',
			pay_type_id: PAY_TYPE.income,
			note: '[ID robokassa-17]',
		},
	]);
}

/** The number 1 is the beginning of 17, which was entered before. */
async function expectPaymentOfOtherBranch(school: PaymentSchool): Promise<void> {
	const answer = await notify(school, sign({ InvId: '1', OutSum: '100', phone: PHONE_OF_YAN }));

	expect(answer).toEqual({ status: 200, text: 'OK1' });
	expect(school.readNewPayments()).toMatchObject([
		{ customer_id: school.mia },
		{
			customer_id: school.yan,
			branch_id: NORTHERN_BRANCH,
			income: '100.00',
			note: '[ID robokassa-1]',
		},
	]);
}

async function expectNothingEnteredForFalseNotifications(school: PaymentSchool): Promise<void> {
	const payment = { InvId: '18', OutSum: '5.00', phone: PHONE_OF_MIA };
	const genuine = sign(payment);
	const { SignatureValue, ...unsigned } = genuine;
	school.sandbox.clearJournal();

	expect(await notify(school, sign(payment, 'a-foreign-password'))).toEqual(REFUSED);
	expect(await notify(school, { ...genuine, OutSum: '9000.00' })).toEqual(REFUSED);
	expect(await notify(school, { ...genuine, InvId: '19' })).toEqual(REFUSED);
	expect(await notify(school, { ...genuine, Shp_phone: PHONE_OF_YAN })).toEqual(REFUSED);
	expect(await notify(school, unsigned)).toEqual(REFUSED);
	expect(await notify(school, { ...unsigned, SignatureValue: '' })).toEqual(REFUSED);
	expect(await notify(school, { SignatureValue })).toEqual(REFUSED);

	// The execution fails. Otherwise a school with a wrong password in n8n would not notice that all payments are refused.
	const withOtherSum = makeRequest({ ...genuine, OutSum: '9000.00' });
	await school.expectFailedExecution(withOtherSum, 'error in "Not Entered": Не записано');
	expect(school.sandbox.journal).toEqual([]);
}

async function expectUnknownPayerRefused(school: PaymentSchool): Promise<void> {
	const answer = await notify(school, sign({ InvId: '20', OutSum: '5.00', phone: '79000007799' }));

	expect(answer).toEqual(REFUSED);
	expect(school.readNewPayments()).toHaveLength(2);
}

/** Fills in the password that Robokassa signs its notifications with. */
function setSecondPassword(workflow: Workflow): Workflow {
	const text = JSON.stringify(workflow).replaceAll('Password #2', SECOND_PASSWORD);
	return JSON.parse(text) as Workflow;
}

interface Payment {
	InvId: string;
	OutSum: string;
	phone: string;
}

/** Makes the fields that Robokassa sends about a payment, signed with the second password. */
function sign({ InvId, OutSum, phone }: Payment, password = SECOND_PASSWORD) {
	const signedText = [OutSum, InvId, password, `Shp_phone=${phone}`].join(':');
	const hash = crypto.createHash('md5').update(signedText).digest('hex');
	return {
		OutSum,
		InvId,
		SignatureValue: hash.toUpperCase(),
		Shp_phone: phone,
		Fee: '0.00',
		EMail: 'mia@example.org',
	};
}

async function notify(school: PaymentSchool, fields: Record<string, string>): Promise<HttpAnswer> {
	return await school.send(makeRequest(fields));
}

function makeRequest(fields: Record<string, string>): RequestInit {
	return { body: new URLSearchParams(fields) };
}
