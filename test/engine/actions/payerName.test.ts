import type { INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, row, run, whole } = officeOf(school);

const LONG = 'Общество с ограниченной ответственностью «Ромашка и партнёры»';

const form = (
	operation: string,
	customer: number,
	additionalFields: INodeParameters = {},
): INodeParameters => ({
	resource: 'pay',
	operation,
	branchId: 1,
	customer_id: pick(customer),
	document_date: '2026-02-05',
	income: 100,
	pay_account_id: 1,
	pay_type_id: 1,
	additionalFields,
});
const customer = (values: object = {}) =>
	add('customer', { name: 'Орлова Мия', branch_ids: [1], is_study: 1, e_date: '2030-12-31', ...values });

describe.each(['create', 'createCorrection'])('a payment by %s', (operation) => {
	it.each<[payer: string, values: object]>([
		['Орлова Мия', {}],
		['Орлова Анна', { legal_name: 'Орлова Анна' }],
		['Орлова Мия', { legal_name: '' }],
		['Орлова Мия', { is_study: 0, e_date: '2020-01-31' }],
		[`${LONG.slice(0, 49)}…`, { legal_name: LONG }],
	])('is paid by %s of a customer with %j, if nobody is named', async (payer, values) => {
		const [{ id }] = await run(form(operation, customer(values)));
		expect(row('pay', id).payer_name).toBe(payer);
	});

	it('is paid by whom it says', async () => {
		const [{ id }] = await run(form(operation, customer(), { payer_name: 'Иванов' }));
		expect(row('pay', id).payer_name).toBe('Иванов');
	});

	it('is left to AlfaCRM where the customer may not be seen', async () => {
		const id = customer();
		school.sandbox.faults.add({
			kind: 'status',
			status: 403,
			times: 99,
			match: { entity: 'customer' },
		} as never);
		const { error } = await whole(form(operation, id));
		expect(error?.message).toContain('Payer Name');
		expect(school.entries('pay/create')).toHaveLength(1);
	});
});
