import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, lead, rows, run, set, stopped } = officeOf(school);

const pay = (customer: number, ctt_id: unknown, more: IDataObject = {}): INodeParameters => ({
	resource: 'customer',
	operation: 'takePayment',
	branchId: 1,
	id: pick(customer),
	income: 4500,
	pay_account_id: 1,
	additionalFields: { document_date: '2026-02-09', ctt_id: ctt_id as number, ...more },
});
const sell = (customer_id: number, e_date = '31.05.2035') =>
	add('customer-tariff', { customer_id, tariff_id: 1, b_date: '01.09.2025', e_date });
const paid = (customer: number) => rows('pay').filter((row) => row.customer_id === customer);

describe.each(['all', 'current'])(
	'a payment, where a plain list of subscriptions shows %s',
	(deadDefault) => {
		beforeEach(() => set({ deadDefault }));

		it.each(['31.05.2035', '31.05.2025'])(
			'is taken for a subscription of the customer until %s, once',
			async (end) => {
				const customer = lead({ is_study: 1 });
				const ctt_id = sell(customer, end);
				await run(pay(customer, ctt_id));
				await run(pay(customer, ctt_id));
				expect(paid(customer)).toMatchObject([{ ctt_id }]);
			},
		);

		it('is refused for the subscription of somebody else, before it is taken', async () => {
			const [customer, other] = [lead({ is_study: 1 }), lead({ is_study: 1 })];
			sell(customer);
			const ctt_id = sell(other);
			const error = await stopped(pay(customer, ctt_id));
			expect(error.message).toBe(`AlfaCRM lists no customer subscription ${ctt_id} of customer ${customer}`);
			expect(error.description).toBe(
				"Correct 'Customer', or 'Customer Subscription', or run it again if it was added a moment ago. Nothing was saved.",
			);
			expect(school.calls()).not.toContain('pay/create');
		});
	},
);

it('whose subscription AlfaCRM does not let the user see is taken', async () => {
	set({ forbiddenCalls: ['customer-tariff/index'] });
	const customer = lead({ is_study: 1 });
	await run(pay(customer, sell(customer)));
	expect(paid(customer)).toHaveLength(1);
});
