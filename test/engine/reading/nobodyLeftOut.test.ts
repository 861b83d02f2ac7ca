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

describe('Get Many', () => {
	it('returns a lead without a stage where AlfaCRM leaves it out of those that are not archived', async () => {
		office.set({ removedZero: 'hidesUnsorted' });
		const id = office.lead({ lead_status_id: null });
		const rows = await office.run(many('customer', {}, { is_study: 0, removed: 0 }));
		expect(rows.map((row) => row.id)).toContain(id);
	});

	it('returns all records where the total is one too low', async () => {
		const have = (await office.run(many('customer', {}, { is_study: 0, removed: 0 }))).length;
		office.set({ total: 'oneTooLow', pageSize: 20 });
		const fill = 20 - (have % 20) + 1 + 20;
		for (let i = 0; i < fill; i++) office.lead({ name: `Проба ${i}` });
		const rows = await office.run(many('customer', {}, { is_study: 0, removed: 0 }));
		expect(rows).toHaveLength(have + fill);
	});
});
