import { CUSTOMER_TYPE, RECORD_STATUS } from '../../support/codes';
import { SmallSchool } from './school';

let school: SmallSchool;

beforeEach(() => {
	school = new SmallSchool();
});

describe('API Call with Page Through All', () => {
	const LEADS = 23;

	it('API Call reads every page, although AlfaCRM counts only the rows of one page as the total', async () => {
		school.settings.total = 'pageSize';
		school.settings.bodyPageSize = 'honoured';
		for (let number = 1; number <= LEADS; number++) {
			school.addLead();
		}

		const { json, hints } = await school.run({
			resource: 'apiCall',
			operation: 'send',
			callBranch: '1',
			callPath: 'customer',
			callAction: 'index',
			allPages: true,
			callBody: { is_study: CUSTOMER_TYPE.all, removed: RECORD_STATUS.all, pageSize: 5 },
		});

		const distinctIds = new Set(json.map(({ id }) => id));
		expect(distinctIds.size).toBe(LEADS);
		expect(json).toHaveLength(LEADS);
		expect(hints).toEqual([]);
	});
});

describe('Get Many when a list does not come whole', () => {
	it('Get Many counts a missing customer once in its hint, although it searches by several spellings of a phone', async () => {
		// AlfaCRM counts two customers, and lists one of them.
		const listedCustomers = [{ id: 5, phone: ['+7(900)555-00-01'] }];
		school.onCall = (_call, { body }) => ({ total: 2, items: body.page === 0 ? listedCustomers : [] });

		const { json, hints } = await school.run({
			resource: 'customer',
			operation: 'getAll',
			branchId: 1,
			returnAll: true,
			simplify: false,
			is_study: CUSTOMER_TYPE.all,
			removed: RECORD_STATUS.all,
			filters: { phone: '8 900 555 00 01' },
		});

		expect(json).toHaveLength(1);
		expect(hints).toEqual([expect.stringContaining('AlfaCRM reported 2 customers, 1 came, 1 missing')]);
	});
});
