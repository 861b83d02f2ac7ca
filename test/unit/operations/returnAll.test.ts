import { SmallSchool } from './school';

let school: SmallSchool;

beforeEach(() => {
	school = new SmallSchool();
});

describe('API Call with Page Through All', () => {
	it('reads on when a page has the size that the body asks for and the total counts that page alone', async () => {
		school.settings.total = 'pageSize';
		school.settings.bodyPageSize = 'honoured';
		for (let n = 0; n < 23; n++) {
			school.addLead();
		}

		const { json, hints } = await school.run({
			resource: 'apiCall',
			operation: 'send',
			callBranch: '1',
			callPath: 'customer',
			callAction: 'index',
			allPages: true,
			callBody: { is_study: 2, removed: 1, pageSize: 5 },
		});

		const distinctIds = new Set(json.map(({ id }) => id));
		expect(distinctIds.size).toBe(23);
		expect(json).toHaveLength(23);
		expect(hints).toEqual([]);
	});
});

describe('Get Many when a list does not come whole', () => {
	it('counts the missing rows of one list in its hint, although it asks for several spellings of the phone', async () => {
		const customers = [{ id: 5, phone: ['+7(900)555-00-01'] }];
		school.onCall = (_call, { body }) => ({ total: 2, items: body.page === 0 ? customers : [] });

		const { json, hints } = await school.run({
			resource: 'customer',
			operation: 'getAll',
			branchId: 1,
			returnAll: true,
			simplify: false,
			is_study: 2,
			removed: 1,
			filters: { phone: '8 900 555 00 01' },
		});

		expect(json).toHaveLength(1);
		expect(hints).toEqual([expect.stringContaining('AlfaCRM reported 2 customers, 1 came, 1 missing')]);
	});
});
