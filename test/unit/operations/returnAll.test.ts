import type { IDataObject } from 'n8n-workflow';

import { SmallSchool } from './school';

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

const many = (resource: string, more: IDataObject = {}): IDataObject => ({
	resource,
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	simplify: false,
	...more,
});
const everybody = many('customer', { is_study: 2, removed: 1 });
const leads = (count: number) => Array.from({ length: count }, () => school.addLead());
const ids = (rows: readonly IDataObject[]) => rows.map(({ id }) => Number(id)).sort((a, b) => a - b);
it('Page Through All of an API Call reads on past a page of the size that the body asks for, which its total counts', async () => {
	Object.assign(school.settings, { total: 'pageSize', bodyPageSize: 'honoured' });
	const call = { callBranch: '1', callPath: 'customer', callAction: 'index', allPages: true };
	const callBody = { is_study: 2, removed: 1, pageSize: 5 };
	const all = leads(23);
	const { json, hints } = await school.run({ resource: 'apiCall', operation: 'send', ...call, callBody });
	expect([ids(json), hints]).toEqual([all, []]);
});

describe('the hint of a list that did not come whole', () => {
	it('counts the rows of one list, however many spellings of a phone were asked for', async () => {
		const items = [{ id: 5, phone: ['+7(900)555-00-01'] }];
		school.onCall = (_call, { body }) => ({ total: 2, items: body.page === 0 ? items : [] });
		const { json, hints } = await school.run({ ...everybody, filters: { phone: '8 900 555 00 01' } });
		expect(json).toHaveLength(1);
		expect(hints).toEqual([expect.stringMatching(/AlfaCRM reported 2 customers, 1 came, 1 missing/)]);
	});
});
