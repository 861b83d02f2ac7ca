import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

/** Values that come from AlfaCRM, not from whoever runs the node: they must neither stop a job nor double it. */
const school = useSchool({ customers: 40 });
const { add, lead, patch, row, rows, run } = officeOf(school);

const job = (
	operation: string,
	id: unknown,
	top: IDataObject,
	additionalFields: IDataObject = {},
): INodeParameters =>
	({
		resource: 'customer',
		operation,
		branchId: 1,
		id: pick(id),
		...top,
		additionalFields,
	}) as INodeParameters;
const of = (path: string, customer: unknown) => rows(path).filter((one) => one.customer_id === customer);

describe('the payer of a payment, if none is given,', () => {
	const LONG = 'Общество с ограниченной ответственностью «Солнечный город детства»';

	it.each<[string, IDataObject, string]>([
		['has a long name', { legal_name: LONG }, 'Общество с ограниченной ответственностью «Солнечн…'],
		['would end with a blank', { legal_name: `${'Я'.repeat(48)} ${'Я'.repeat(9)}` }, `${'Я'.repeat(48)}…`],
		['is a long name of the customer', { name: '😀'.repeat(60) }, `${'😀'.repeat(49)}…`],
		['is blank', { legal_name: ' \u200b ' }, 'Орлова Мия'],
	])('is one that AlfaCRM takes where it %s', async (_what, fields, payer_name) => {
		const id = lead({ is_study: 1, ...fields });
		const payment = job('takePayment', id, { income: 500, pay_account_id: 1 });
		expect(await run(payment)).toMatchObject([{ operationResult: 'created' }]);
		expect(await run(payment)).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(of('pay', id)).toMatchObject([{ payer_name, income: '500.00' }]);
	});
});

describe('a lesson that holds something odd', () => {
	it.each<[string, IDataObject]>([
		['no room, as a 0', { room_id: 0 }],
		['no subject, as a 0', { subject_id: 0 }],
		['no customer, as a 0', { customer_ids: [0] }],
	])('can be updated, and keeps it: %s', async (_what, odd) => {
		const id = add('lesson', {
			branch_id: 1,
			date: '2026-03-03',
			time_from: '2026-03-03 17:00:00',
			time_to: '2026-03-03 18:30:00',
			lesson_type_id: 2,
			status: 1,
			subject_id: 3,
			room_id: null,
			teacher_ids: [1],
			customer_ids: [1],
			group_ids: [1],
			...odd,
		});
		const before = structuredClone(row('lesson', id));
		const updateFields = { homework: 'Читать' };
		await run({ resource: 'lesson', operation: 'update', branchId: 1, id: String(id), updateFields });
		const { updated_at, ...after } = row('lesson', id);
		expect(after).toEqual({ ...before, homework: 'Читать', updated_at: undefined });
		expect(updated_at).toBeDefined();
	});
});

it.each([null, ''])('a switch that is off and shown as %j is the same one', async (shown) => {
	const id = lead({ is_study: 1 });
	const sale = job('sellSubscription', id, { tariff_id: 1 }, { is_separate_balance: false });
	const [{ id: sold }] = await run(sale);
	patch('customer-tariff', sold, { is_separate_balance: shown });
	expect(await run(sale)).toMatchObject([{ id: sold, operationResult: 'unchanged' }]);
	expect(of('customer-tariff', id)).toHaveLength(1);
	// Switched on, it is another one.
	await run(job('sellSubscription', id, { tariff_id: 1 }, { is_separate_balance: true }));
	expect(of('customer-tariff', id)).toHaveLength(2);
});

it.each([
	['is_done', true],
	['is_done', 'true'],
	['is_done', '1'],
	['is_archive', true],
])('a task whose %s is shown as %j is over, so another one is created', async (name, shown) => {
	const id = lead();
	const task = job('createTask', id, { title: 'Перезвонить' });
	const [{ id: first }] = await run(task);
	patch('task', first, { [name]: shown });
	const [second] = await run(task);
	expect(second.operationResult).toBe('created');
	expect(second.id).not.toBe(first);
	expect(await run(task)).toMatchObject([{ id: second.id, operationResult: 'unchanged' }]);
});
