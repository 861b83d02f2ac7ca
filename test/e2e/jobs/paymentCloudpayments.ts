import crypto from 'node:crypto';

import { CREDENTIAL_NAMES, saveCredentialAs } from '../support/credentials';
import { addClientWithPhone, watchNewPayments } from './schoolRows';
import type { Job } from './types';

const PATH = '/webhook/cloudpayments-pay';
const SECRET = 'an-api-secret-of-a-test';

/** A notification as CloudPayments sends it: a form, signed by the secret of its API. */
function signed(fields: Record<string, string>, secret = SECRET) {
	const body = new URLSearchParams(fields).toString();
	const signature = crypto.createHmac('sha256', secret).update(body).digest('base64');
	const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-hmac': signature };
	return { method: 'POST', headers, body };
}

const paid = (TransactionId: string, Amount: string, more: Record<string, string> = {}) => ({
	...{ TransactionId, Amount, Currency: 'RUB', Status: 'Completed', OperationType: 'Payment' },
	...{ DateTime: '2026-03-02 21:30:00', Name: 'ОРЛОВА МИЯ', ...more },
});

export const paymentCloudpayments: Job = {
	name: 'payment-cloudpayments',
	play: async (start, side, { client, sandbox }) => {
		await saveCredentialAs(client, CREDENTIAL_NAMES.crypto, 'crypto', { hmacSecret: SECRET });
		const example = await start(side);
		const mia = addClientWithPhone(sandbox, '+7(900)000-77-22');
		const yan = addClientWithPhone(sandbox, '+7(900)000-77-33', { branch_ids: [2] });
		const entered = watchNewPayments(sandbox);
		const address = await example.publishWebhook(PATH);
		const call = async (request: RequestInit, code = 200) => {
			const answer = await fetch(address, request);
			expect(answer.status).toBe(code);
			return await answer.text();
		};
		const CODE_0 = /^\{\s*"code":\s*0\s*\}$/;

		const phone = JSON.stringify({ phone: '+7 (900) 000-77-22', cloudPayments: {} });
		const first = signed(paid('504', '3872.70', { Data: phone, AccountId: 'user@example.org' }));
		for (const text of await Promise.all([call(first), call(first)])) expect(text).toMatch(CODE_0);
		expect(await call(first)).toMatch(CODE_0);
		// The day is that of Moscow, where it was the 3rd already.
		const payment = { pay_type_id: 1, document_date: '03.03.2026' };
		expect(entered()).toMatchObject([
			{ ...payment, customer_id: mia, branch_id: 1, income: '3872.70', note: '[ID 504] CloudPayments' },
		]);

		// A number that begins alike, and one without Data.
		expect(await call(signed(paid('50', '10', { AccountId: '89000007733' })))).toMatch(CODE_0);
		expect(entered()).toMatchObject([
			{ customer_id: mia },
			{ customer_id: yan, branch_id: 2, income: '10.00', note: '[ID 50] CloudPayments' },
		]);

		// Nobody else reports payments, and what is signed is what is entered.
		sandbox.clearJournal();
		const forged = paid('505', '9000.00', { Data: phone });
		const { body: other } = signed({ ...forged, Amount: '1.00' });
		const { headers, ...unsigned } = signed(forged);
		for (const request of [
			signed(forged, 'a-foreign-secret'),
			{ ...signed(forged), body: other },
			{ ...unsigned, headers: { 'content-type': headers['content-type'] } },
			{ ...unsigned, headers: { ...headers, 'content-hmac': '' } },
		])
			expect(await call(request, 500)).not.toMatch(CODE_0);
		// Nor is held money entered, which may be given back.
		const held = signed(paid('506', '5.00', { Data: phone, Status: 'Authorized' }));
		expect(await call(held, 500)).not.toMatch(CODE_0);
		// Nor is it dropped without a word, as with a wrong secret each would be.
		const unsaid = example.waitForRunStartedBy(
			async () => await call(signed(forged, 'a-foreign-secret'), 500),
		);
		await expect(unsaid).rejects.toThrow('error in "Not Entered": Не записано');
		expect(sandbox.journal).toEqual([]);

		// A payer who is not found is no success, so that it comes again.
		const strange = signed(paid('507', '5.00', { AccountId: '+79000007799' }));
		expect(await call(strange, 500)).not.toMatch(CODE_0);
		expect(entered()).toHaveLength(2);
		await example.unpublish();
	},
};
