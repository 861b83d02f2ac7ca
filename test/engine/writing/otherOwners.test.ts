import type { INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, lead, row, run, set, stopped } = officeOf(school);

/** A record of one owner, and another owner that has none. */
const KINDS: Array<
	[string, () => { id: number; path: string; own: INodeParameters; other: INodeParameters }]
> = [
	[
		'cgi',
		() => {
			const [group, other] = ['Шахматы', 'Шашки'].map((name) => add('group', { name, branch_ids: [1] }));
			const id = add('cgi', {
				customer_id: lead(),
				group_id: group,
				b_date: '01.09.2024',
				e_date: '31.05.2025',
			});
			return { id, path: 'cgi', own: { group_id: pick(group) }, other: { group_id: pick(other) } };
		},
	],
	[
		'customerTariff',
		() => {
			const [customer, other] = [lead({ is_study: 1 }), lead({ is_study: 1 })];
			const id = add('customer-tariff', { customer_id: customer, tariff_id: 1, e_date: '01.02.2035' });
			return {
				id,
				path: 'customer-tariff',
				own: { customer_id: pick(customer) },
				other: { customer_id: pick(other) },
			};
		},
	],
];

describe.each(KINDS)('a record of another owner than the one that is named: %s', (resource, make) => {
	// Some accounts look at the ID alone.
	beforeEach(() => set({ optionalParams: ['cgi/update.group_id', 'cgi/delete.group_id'] }));
	const updateFields = { e_date: '2030-01-31' };

	it.each(['delete', 'update'])('is left alone by %s', async (operation) => {
		const { id, other } = make();
		await stopped({ resource, operation, branchId: 1, id: String(id), updateFields, ...other });
	});

	it('is changed and deleted where the right one is named', async () => {
		const { id, path, own } = make();
		const parameters = { resource, branchId: 1, id: String(id), ...own };
		await run({ ...parameters, operation: 'update', updateFields });
		expect(row(path, id)).toMatchObject({ e_date: '31.01.2030' });
		await run({ ...parameters, operation: 'delete' });
		expect(row(path, id)).toBeUndefined();
	});
});

describe('an update of a membership that names its customer', () => {
	const membership = (customer: number) =>
		add('cgi', { customer_id: customer, group_id: 1, b_date: '01.09.2025', e_date: '31.05.2026' });
	const update = (id: number, customer: unknown): INodeParameters => ({
		resource: 'cgi',
		operation: 'update',
		branchId: 1,
		id: String(id),
		group_id: pick(1),
		updateFields: { customer_id: pick(customer), e_date: '2026-02-28' },
	});

	it('does not hand it to somebody else', async () => {
		const [customer, other] = [lead(), lead()];
		const id = membership(customer);
		const { message } = await stopped(update(id, other));
		expect(message).toBe(`Group Member ${id} is that of customer ${customer}, not of customer ${other}`);
	});

	it('changes that of this customer', async () => {
		const customer = lead();
		const id = membership(customer);
		await run(update(id, customer));
		expect(row('cgi', id)).toMatchObject({ customer_id: customer, e_date: '28.02.2026' });
	});
});
