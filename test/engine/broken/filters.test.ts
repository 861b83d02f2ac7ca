import type { INodeParameters } from 'n8n-workflow';

import { officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool();
const office = officeOf(school);

const many = (resource: string, filters: INodeParameters, more: INodeParameters = {}): INodeParameters => ({
	resource,
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	simplify: false,
	filters,
	...more,
});

const paid = () => {
	const { id, ...row } = office.rows('pay').find(({ branch_id }) => branch_id === 1)!;
	return row;
};

describe('Get Many: rows that AlfaCRM rightly found', () => {
	it('returns leads without a stage though removed: 0 hides them', async () => {
		office.set({ removedZero: 'hidesUnsorted' });
		const id = office.lead({ lead_status_id: null });
		const rows = await office.run(many('customer', {}, { is_study: 0, removed: 0 }));
		expect(rows.map((r) => r.id)).toContain(id);
	});

	it('returns all rows where the total is one too low', async () => {
		const have = (await office.run(many('customer', {}, { is_study: 0, removed: 0 }))).length;
		office.set({ total: 'oneTooLow', pageSize: 20 });
		const fill = 20 - (have % 20) + 1 + 20;
		for (let i = 0; i < fill; i++) office.lead({ name: `Проба ${i}` });
		const rows = await office.run(many('customer', {}, { is_study: 0, removed: 0 }));
		expect(rows.length).toBe(have + fill);
	});
	it('returns payments of all types', async () => {
		office.set({ payDefault: 'income' });
		const p = office.add('pay', { ...paid(), pay_type_id: 5 });
		const rows = await office.run(many('pay', {}));
		expect(rows.map((r) => r.id)).toContain(p);
	});
	it('returns payments of a day where AlfaCRM wants points', async () => {
		office.set({
			ignoredFilters: [],
			dateFormats: { 'pay.date_from': 'points', 'pay.date_to': 'points' },
			wrongFilterValue: 'matchesNothing',
		});
		const rows = await office.run(many('pay', { date_from: '2026-01-01' }));
		expect(rows.length).toBeGreaterThan(0);
	});
});
