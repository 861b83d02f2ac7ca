import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { Engine } from '../support/engine';
import { officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, customer, lead, refused, row, run } = officeOf(school);

const byUrl = (value: string): INodeParameters => ({ __rl: true, mode: 'url', value });
const here = (page: string, id: unknown) => `${school.sandbox.url}/company/1/${page}/view?id=${String(id)}`;

describe('an address that is not the page of the record', () => {
	const WRONG: Array<[string, (id: number) => string]> = [
		['another school', (id) => `https://other-school.s20.online/company/1/customer/view?id=${id}`],
		['another site', (id) => `https://example.com/?id=${id}`],
		['another site with the same path', (id) => `https://example.com/company/1/customer/view?id=${id}`],
		['a lesson', (id) => here('lesson', id)],
		['a group', (id) => here('group', id)],
		['a page whose first number is the branch', () => `${school.sandbox.url}/company/1/customer`],
		['a list with a filter', (id) => `${school.sandbox.url}/company/1/customer/index?id=${id}`],
		['no page of a branch', (id) => `${school.sandbox.url}/customer/view?id=${id}`],
		['the fragment', (id) => `${school.sandbox.url}/company/1/customer/view#?id=${id}`],
		['a part of the number', (id) => `${school.sandbox.url}/company/1/customer/view?id=${id}a`],
		['two numbers', (id) => `${school.sandbox.url}/company/1/customer/view?id=${id}&id=1`],
		[
			'a host before which ours stands as a user',
			(id) => `${school.sandbox.url}@example.com/company/1/customer/view?id=${id}`,
		],
	];

	it.each(WRONG)('is refused by Delete: %s', async (_what, url) => {
		const id = lead();
		await refused(
			{ resource: 'customer', operation: 'delete', branchId: 1, id: byUrl(url(id)) },
			"'Customer'",
		);
	});

	it.each(WRONG)('is refused by Take Payment, also as a plain text: %s', async (_what, url) => {
		const id = lead({ is_study: 1 });
		const given = { __rl: true, mode: 'id', value: url(id) };
		await refused(
			{
				resource: 'customer',
				operation: 'takePayment',
				branchId: 1,
				id: given,
				income: 100,
				pay_account_id: 1,
				additionalFields: {},
			},
			"'Customer'",
		);
	});

	it.each<[string, string, (id: number) => INodeParameters]>([
		['a list of IDs', "'Customer'", (id) => ({ customer_ids: `1, ${here('group', id)}` })],
		[
			'another school in a list',
			"'Customer'",
			() => ({
				customer_ids: 'https://other-school.s20.online/company/1/customer/view?id=1',
			}),
		],
		['a dropdown', "'Room'", (id) => ({ room_id: here('customer', id) })],
	])('is refused in a field: %s', async (_what, label, fields) => {
		const id = add('lesson', { lesson_type_id: 1, subject_id: 1, status: 1, branch_id: 1 });
		await refused(
			{ resource: 'lesson', operation: 'update', branchId: 1, id: String(id), updateFields: fields(id) },
			label,
		);
	});

	it('is refused in a row', async () => {
		const values = [
			{ customer_id: 'https://other-school.s20.online/company/1/customer/view?id=1', is_attend: true },
		];
		await refused(
			{
				resource: 'lesson',
				operation: 'complete',
				branchId: 1,
				id: '1',
				details: { values },
				additionalFields: {},
			},
			"'Customer'",
		);
	});

	it('is refused as a filter', async () => {
		const filters = { id: 'https://other-school.s20.online/company/1/customer/view?id=1' };
		await refused(
			{ resource: 'customer', operation: 'getAll', branchId: 1, returnAll: true, filters },
			"'ID'",
		);
	});

	it.each(['branchId', 'id'])('is refused where AlfaCRM has no such page: %s', async (name) => {
		const parameters = { resource: 'pay', operation: 'delete', branchId: 1, id: '1' };
		await refused(
			{ ...parameters, [name]: here('customer', 1) },
			name === 'id' ? "'Payment ID'" : "'Branch'",
		);
	});
});

describe('the page of the record itself', () => {
	it.each(['customer', 'lead'])('names a customer: %s', async (page) => {
		const [id, other] = [lead(), lead()];
		await run({
			resource: 'customer',
			operation: 'delete',
			branchId: 1,
			id: byUrl(` ${here(page, id)}&tab=2#x `),
		});
		expect([customer(id), customer(other)]).toMatchObject([undefined, { id: other }]);
	});

	it('names several customers, in any branch', async () => {
		const [one, two] = [lead({ is_study: 1 }), lead({ is_study: 1 })];
		const [lesson] = school.sandbox.store.rows('lesson').filter(({ status }) => status === 1);
		const present_ids = [here('customer', one), here('customer', two).replace('/1/', '/2/')].join(', ');
		await run({
			resource: 'lesson',
			operation: 'complete',
			branchId: lesson.branch_id as number,
			id: String(lesson.id),
			present_ids,
			absent_ids: '',
			if_completed: 'refuse',
			additionalFields: {},
		});
		const details = school.sandbox.store.where('lesson-details', 'lesson_id', lesson.id);
		expect(details.map(({ customer_id }) => customer_id)).toEqual(expect.arrayContaining([one, two]));
	});

	it('names a group, however the host of the credential is spelt', async () => {
		const id = add('group', { name: 'Шахматы', branch_ids: [1] });
		const credential = { ...school.credential, hostname: `${school.sandbox.url.toUpperCase()}/company/1` };
		school.engine = new Engine(credential);
		await run({
			resource: 'group',
			operation: 'update',
			branchId: 1,
			id: byUrl(here('group', id)),
			updateFields: { name: 'Шашки' } as IDataObject as INodeParameters,
		});
		expect(row('group', id)).toMatchObject({ name: 'Шашки' });
	});
});
