import crypto from 'node:crypto';

import { addClientWithPhone, watchNewPayments } from './schoolRows';
import type { Job } from './types';

const PATH = '/webhook/robokassa-result';
const SECOND = 'second-of-a-test';

/** What Robokassa sends to the ResultURL. */
function signed(InvId: string, OutSum: string, phone: string, password = SECOND): Record<string, string> {
	const text = [OutSum, InvId, password, `Shp_phone=${phone}`].join(':');
	const SignatureValue = crypto.createHash('md5').update(text).digest('hex').toUpperCase();
	return { OutSum, InvId, SignatureValue, Shp_phone: phone, Fee: '0.00', EMail: 'mia@example.org' };
}

export const paymentRobokassa: Job = {
	name: 'payment-robokassa',
	play: async (start, side, { sandbox }) => {
		const example = await start(side, (workflow) => {
			const text = JSON.stringify(workflow).replaceAll('Password #2', SECOND);
			return JSON.parse(text) as typeof workflow;
		});
		const mia = addClientWithPhone(sandbox, '+7(900)000-77-22');
		const yan = addClientWithPhone(sandbox, '+7(900)000-77-33', { branch_ids: [2] });
		const entered = watchNewPayments(sandbox);
		const address = await example.publishWebhook(PATH);
		const call = async (fields: Record<string, string>, code = 200) => {
			const answer = await fetch(address, { method: 'POST', body: new URLSearchParams(fields) });
			expect(answer.status).toBe(code);
			return await answer.text();
		};

		const first = signed('17', '3872.700000', '79000007722');
		expect(await Promise.all([call(first), call(first)])).toEqual(['OK17', 'OK17']);
		expect(await call(first)).toBe('OK17');
		// Its hash is as good in small letters.
		expect(await call({ ...first, SignatureValue: first.SignatureValue.toLowerCase() })).toBe('OK17');
		const note = '[ID robokassa-17]';
		expect(entered()).toMatchObject([
			{ customer_id: mia, branch_id: 1, income: '3872.70', pay_type_id: 1, note },
		]);
		expect(await call(signed('1', '100', '79000007733'))).toBe('OK1');
		expect(entered()).toMatchObject([
			{ customer_id: mia },
			{ customer_id: yan, branch_id: 2, income: '100.00', note: '[ID robokassa-1]' },
		]);

		// Nobody else reports payments, and what is signed is what is entered.
		sandbox.clearJournal();
		const genuine = signed('18', '5.00', '79000007722');
		const { SignatureValue, ...unsigned } = genuine;
		for (const forged of [
			signed('18', '5.00', '79000007722', 'a-foreign-password'),
			{ ...genuine, OutSum: '9000.00' },
			{ ...genuine, InvId: '19' },
			{ ...genuine, Shp_phone: '79000007733' },
			unsigned,
			{ ...unsigned, SignatureValue: '' },
			{ SignatureValue },
		])
			expect(await call(forged, 500)).not.toContain('OK');
		// Nor is one dropped without a word, as with a wrong password each would be.
		const unsaid = example.waitForRunStartedBy(
			async () => await call({ ...genuine, OutSum: '9000.00' }, 500),
		);
		await expect(unsaid).rejects.toThrow('error in "Not Entered": Не записано');
		expect(sandbox.journal).toEqual([]);

		// A payer who is not found is no success.
		expect(await call(signed('20', '5.00', '79000007799'), 500)).not.toContain('OK');
		expect(entered()).toHaveLength(2);
		await example.unpublish();
	},
};
