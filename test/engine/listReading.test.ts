import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { CUSTOMER_TYPE, LESSON_STATUS, RECORD_STATUS } from '../support/codes';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

/**
 * Tests how lists come through the whole node. `properties/api/lists` tests lists that change while they are read.
 * `unit/api/lists`, `unit/operations/lists` and `unit/operations/returnAll` test each part.
 */
const school = useSchool({ customers: 300 });
const { addArchivedClient, addClient, addLead, addRecord, changeSettings, readRecords, run, runToEnd } =
	frontDeskOf(school);

const TRIAL_STAGE = 2;

describe('Get Many with Return All', () => {
	it('Get Many returns each customer of two branches once', async () => {
		const form = allCustomersForm({ branchId: '={{ $json.branch }}' });

		const { items } = await runToEnd(form, { items: [{ branch: 1 }, { branch: 2 }] });

		const customersOfFirstItem = findOutputOfItem(items, 0);
		const customersOfSecondItem = findOutputOfItem(items, 1);
		expect(sortIds(customersOfFirstItem)).toEqual(readCustomerIdsOfBranch(1));
		expect(sortIds(customersOfSecondItem)).toEqual(readCustomerIdsOfBranch(2));
	});

	it('Get Many reads each page of 20 customers once', async () => {
		const pageCount = Math.ceil(readCustomerIdsOfBranch(1).length / 20);

		await run(allCustomersForm());

		expect(readBodies('customer/index')).toHaveLength(pageCount);
		expect(pageCount).toBeGreaterThan(5);
	});
});

describe('a request for a list', () => {
	it('an API Call asks for no page size, because it sends only what is written', async () => {
		await run({
			resource: 'apiCall',
			operation: 'send',
			callBranch: '1',
			callPath: 'customer',
			callAction: 'index',
			callBody: '{"is_study": 2, "removed": 1}',
			allPages: true,
		});

		expect(readPageSizes('customer/index')).toEqual(new Set([undefined]));
	});

	it('a dropdown asks for pages of 500 records', async () => {
		changeSettings({ bodyPageSize: 'honoured' });

		await school.engine.loadOptions('subjects', allCustomersForm());

		expect(readPageSizes('subject/index')).toEqual(new Set([500]));
	});

	it('a picker asks for pages of 100 records', async () => {
		changeSettings({ bodyPageSize: 'honoured' });

		const { results } = await school.engine.searchPicker('customers', allCustomersForm(), '', undefined);

		expect(results).toHaveLength(100);
		expect(readPageSizes('customer/index')).toEqual(new Set([100]));
	});
});

describe('Get Many in a branch with few records', () => {
	/** A new branch, which has only the records of the test. */
	let branch: number;

	beforeEach(() => {
		branch = addRecord('branch', { name: 'Восточный', is_active: 1 });
	});

	it('Get Many returns active leads and clients when the form does not choose', async () => {
		const { lead, client } = addCustomersOfEachKind(branch);

		const customers = await run(getManyForm('customer', { branchId: branch }));

		expect(sortIds(customers)).toEqual([lead, client]);
	});

	it('Get Many returns only active leads when Type is Leads', async () => {
		const { lead } = addCustomersOfEachKind(branch);

		const customers = await run(getManyForm('customer', { branchId: branch, is_study: CUSTOMER_TYPE.lead }));

		expect(sortIds(customers)).toEqual([lead]);
	});

	it('Get Many returns only active clients when Type is Clients', async () => {
		const { client } = addCustomersOfEachKind(branch);

		const customers = await run(
			getManyForm('customer', { branchId: branch, is_study: CUSTOMER_TYPE.client }),
		);

		expect(sortIds(customers)).toEqual([client]);
	});

	it('Get Many returns only archived leads and clients when Status is Archived', async () => {
		const { archivedLead, archivedClient } = addCustomersOfEachKind(branch);

		const customers = await run(
			getManyForm('customer', { branchId: branch, removed: RECORD_STATUS.archived }),
		);

		expect(sortIds(customers)).toEqual([archivedLead, archivedClient]);
	});

	it('Get Many returns lessons of all statuses when none is chosen', async () => {
		const { planned, cancelled, held } = addLessonOfEachStatus(branch);

		const lessons = await run(getManyForm('lesson', { branchId: branch, status: [], simplify: false }));

		expect(sortIds(lessons)).toEqual([planned, cancelled, held]);
	});

	it('Get Many returns only lessons of the chosen statuses', async () => {
		const { planned, cancelled } = addLessonOfEachStatus(branch);

		const lessons = await run(
			getManyForm('lesson', {
				branchId: branch,
				status: [LESSON_STATUS.planned, LESSON_STATUS.cancelled],
				simplify: false,
			}),
		);

		expect(sortIds(lessons)).toEqual([planned, cancelled]);
	});
});

describe('Get Many with a filter', () => {
	it('Get Many finds a customer by a part of the phone', async () => {
		const lead = addLead({ phone: ['+7(900)555-00-01'] });

		const customers = await run(allCustomersForm({ filters: { phone: '5550001' } }));

		expect(customers).toMatchObject([{ id: lead }]);
	});

	it('Get Many sends the filter in the body, beside the type and the status', async () => {
		await run(allCustomersForm({ filters: { lead_status_id: TRIAL_STAGE } }));

		expect(readBodies('customer/index')[0]).toEqual({
			page: 0,
			pageSize: 500,
			is_study: CUSTOMER_TYPE.all,
			removed: RECORD_STATUS.all,
			lead_status_id: TRIAL_STAGE,
		});
	});

	it('Get Many sends the digits of a phone as they are given', async () => {
		await run(allCustomersForm({ filters: { phone: '5550001' } }));

		expect(readBodies('customer/index')[0]).toMatchObject({ page: 0, phone: '5550001' });
	});

	it('Get Many returns only customers of the chosen stage', async () => {
		const customers = await run(allCustomersForm({ filters: { lead_status_id: TRIAL_STAGE } }));

		const stages = new Set(customers.map(({ lead_status_id }) => lead_status_id));
		expect(stages).toEqual(new Set([TRIAL_STAGE]));
	});
});

it('Get Many returns each discount once, with one call, when AlfaCRM shows all discounts on every page', async () => {
	changeSettings({ discountPages: 'ignored', pageSize: 2 });
	const branch = addRecord('branch', { name: 'Восточный', is_active: 1 });
	const firstDiscount = addDiscount(branch);
	const secondDiscount = addDiscount(branch);
	const thirdDiscount = addDiscount(branch);
	const form = getManyForm('referenceList', { list: 'discount', branchId: branch, simplify: false });

	const discounts = await run(form);

	expect(sortIds(discounts)).toEqual([firstDiscount, secondDiscount, thirdDiscount]);
	expect(school.readJournal('discount/index')).toHaveLength(1);
});

/** Finds the records that the node has returned for one input item. */
function findOutputOfItem(items: readonly INodeExecutionData[], index: number): IDataObject[] {
	const outputItems = items.filter(({ pairedItem }) => (pairedItem as { item: number }).item === index);
	return outputItems.map(({ json }) => json);
}

/** Fills the form of Get Many with Return All in branch 1. */
function getManyForm(resource: string, parameters: INodeParameters = {}): INodeParameters {
	return { resource, operation: 'getAll', branchId: 1, returnAll: true, ...parameters };
}

/** Fills the form of Get Many for all customers: leads and clients, active and archived ones. */
function allCustomersForm(parameters: INodeParameters = {}): INodeParameters {
	return getManyForm('customer', {
		is_study: CUSTOMER_TYPE.all,
		removed: RECORD_STATUS.all,
		...parameters,
	});
}

/** Adds a lead, a client, an archived lead and an archived client to a branch. */
function addCustomersOfEachKind(branch: number) {
	const branch_ids = [branch];
	return {
		lead: addLead({ branch_ids }),
		client: addClient({ branch_ids }),
		archivedLead: addArchivedClient({ branch_ids, is_study: CUSTOMER_TYPE.lead }),
		archivedClient: addArchivedClient({ branch_ids }),
	};
}

/** Adds a planned, a cancelled and a held lesson to a branch. */
function addLessonOfEachStatus(branch: number) {
	const lesson = {
		branch_id: branch,
		lesson_type_id: 1,
		subject_id: 1,
		date: '2026-02-10',
		time_from: '2026-02-10 17:00:00',
		time_to: '2026-02-10 18:00:00',
	};
	return {
		planned: addRecord('lesson', { ...lesson, status: LESSON_STATUS.planned }),
		cancelled: addRecord('lesson', { ...lesson, status: LESSON_STATUS.cancelled }),
		held: addRecord('lesson', { ...lesson, status: LESSON_STATUS.held }),
	};
}

/** Adds a discount of ten percent to a branch. */
function addDiscount(branch: number): number {
	return addRecord('discount', {
		branch_id: branch,
		customer_id: 1,
		discount_type: 1,
		amount: 10,
		begin: '01.09.2025',
		end: '31.12.2025',
		subject_ids: [],
		lesson_type_ids: [],
		note: null,
	});
}

/** Reads the IDs of all customers of a branch, in ascending order. */
function readCustomerIdsOfBranch(branch: number): number[] {
	const customers = readRecords('customer').filter(({ branch_ids }) =>
		(branch_ids as number[]).includes(branch),
	);
	return sortIds(customers);
}

/** Returns the IDs of records in ascending order. */
function sortIds(records: readonly IDataObject[]): number[] {
	return records.map(({ id }) => Number(id)).sort((a, b) => a - b);
}

/** Reads the bodies of the calls so far to one action, such as "customer/index". */
function readBodies(call: string): IDataObject[] {
	return school.readJournal(call).map(({ body }) => body as IDataObject);
}

/** Reads the page sizes that the calls so far have asked for. */
function readPageSizes(call: string): Set<unknown> {
	return new Set(readBodies(call).map(({ pageSize }) => pageSize));
}
