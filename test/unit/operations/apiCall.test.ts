import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE, RECORD_STATUS, WORKING_HOUR_WEEKDAY } from '../../support/codes';
import { customerForm, OTHER_PHONE, PHONE, SmallSchool } from './school';

const CONTRACT_FIELD = 'custom_dogovor';

let school: SmallSchool;

beforeEach(() => {
	school = new SmallSchool();
});

/**
 * Makes the form of API Call. Its `branchId` is left over from another resource, and the node must ignore it.
 */
const apiCallForm = (callPath: string, callAction: string, parameters: object = {}): IDataObject => ({
	resource: 'apiCall',
	operation: 'send',
	branchId: 2,
	callPath,
	callAction,
	...parameters,
});

/** Makes the form of an API Call that updates a customer in branch 1. */
const updateCallForm = (customer: number, fields: object): IDataObject =>
	apiCallForm('customer', 'update', {
		callBranch: '1',
		callQuery: { id: customer },
		callBody: JSON.stringify(fields),
	});

/**
 * Makes the form of an API Call that creates a lead in branch 1. Without a name, AlfaCRM refuses the lead.
 */
const createCallForm = (name?: string): IDataObject =>
	apiCallForm('customer', 'create', {
		callBranch: '1',
		callBody: { name, is_study: CUSTOMER_TYPE.lead, legal_type: 1, branch_ids: [1] },
	});

describe('API Call', () => {
	it('API Call sends the call to the branch in Branch ID and returns the answer', async () => {
		const lead = school.addLead();

		const { json } = await school.run(updateCallForm(lead, { note: 'x' }));

		expect(school.requests).toMatchObject([
			{
				url: expect.stringMatching(/\/v2api\/1\/customer\/update$/) as string,
				query: { id: lead },
				body: { note: 'x' },
			},
		]);
		expect(json).toMatchObject([{ success: true, model: { id: lead, note: 'x' } }]);
	});

	it.each([
		{
			problem: 'an Entity that leaves the API',
			parameters: { callPath: '../auth' },
			message: "'Entity' is not a part of an API address",
		},
		{
			problem: 'a Body that is not JSON',
			parameters: { callBody: '{oops' },
			message: "'Body' is not a JSON object",
		},
		{
			problem: 'a Branch ID that is no number',
			parameters: { callBranch: 'x' },
			message: "'Branch ID' must be the number of a record",
		},
		{
			problem: 'a Branch ID whose expression finds nothing',
			parameters: { callBranch: null },
			message: "'Branch ID'",
		},
		{
			problem: 'undefined for Page Through All',
			parameters: { allPages: undefined },
			message: "'Page Through All'",
		},
		{
			problem: 'null for Page Through All',
			parameters: { allPages: null },
			message: "'Page Through All'",
		},
		{
			problem: 'an empty text for Page Through All',
			parameters: { allPages: '' },
			message: "'Page Through All'",
		},
		{
			problem: 'a word for Page Through All',
			parameters: { allPages: 'yes' },
			message: "'Page Through All'",
		},
	])('API Call refuses $problem before it sends anything', async ({ parameters, message }) => {
		const error = await school.expectRefusedUnsent(apiCallForm('customer', 'index', parameters));

		expect(error.message).toContain(message);
	});

	it.each([{ action: 'create' }, { action: 'teach' }, { action: 'bonus-add' }, { action: 'teacher' }])(
		'API Call refuses Page Through All for the action $action, which lists nothing',
		async ({ action }) => {
			const { message } = await school.expectRefusedUnsent(
				apiCallForm('customer', action, { allPages: true }),
			);

			expect(message).toBe(
				`'Page Through All' is for actions that list, and "${action}" is not known to be one`,
			);
		},
	);
});

describe('API Call beside other operations', () => {
	it('Create or Update finds a customer by a contract number that an API Call has just saved in another execution', async () => {
		school.addLead({ [CONTRACT_FIELD]: 'Д-1' });
		school.addLead({ [CONTRACT_FIELD]: 'Д-2' });
		const customer = school.addLead({ [CONTRACT_FIELD]: 'Д-3' });
		// Create or Update reads the list of customers for its first item. The other execution changes a
		// customer
		// when the second item is written, so that this list is out of date for the third item.
		school.onCall = async (call) => {
			if (call === 'customer/update' && school.readWrites().length === 2) {
				await school.run(updateCallForm(customer, { [CONTRACT_FIELD]: 'Д-9' }));
			}
		};

		const upsertForm = customerForm('upsert', {
			matchBy: 'customField',
			matchField: CONTRACT_FIELD,
			fieldsToSet: { name: 'Гость', note: 'Новое' },
		});
		const { json } = await school.run(upsertForm, {
			parametersByItem: [{ matchValue: 'Д-1' }, { matchValue: 'Д-2' }, { matchValue: 'Д-9' }],
			credential: { callsAtOnce: 1 },
		});

		expect(json[2]).toMatchObject({ id: customer, operationResult: 'updated' });
		expect(school.readRecords('customer')).toHaveLength(3);
	});

	it('an API Call does not write a customer while an Update is between reading and writing that customer', async () => {
		const customer = school.addLead({ phone: [PHONE] });
		// The other execution starts when Update reads the customer.
		let apiCall: Promise<unknown> | undefined;
		let writesWhileReading: string[] | undefined;
		school.onCall = async (call) => {
			if (apiCall === undefined && call === 'customer/index') {
				apiCall = school.run(updateCallForm(customer, { note: 'x' }));
				await giveOtherWorkTurns();
				writesWhileReading = school.readWrites();
			}
		};

		await school.run(
			customerForm('update', { id: customer, listMode: 'add', updateFields: { phone: [OTHER_PHONE] } }),
		);
		await apiCall;

		expect(writesWhileReading).toEqual([]);
		expect(school.readRecord('customer', customer)).toMatchObject({
			note: 'x',
			phone: [PHONE, OTHER_PHONE],
		});
	});

	/**
	 * Lets other work of this process go on for 50 turns, in which a call that does not wait would be sent.
	 */
	async function giveOtherWorkTurns(): Promise<void> {
		for (let turn = 0; turn < 50; turn++) {
			await new Promise(setImmediate);
		}
	}
});

describe('API Call with Page Through All', () => {
	const CLIENT = 1;
	const GROUP = 1;
	const TEACHER = 1;

	/** Adds 25 records to each list. AlfaCRM shows 20 records on a page. */
	function addTwoPagesOfRecords(): void {
		school.addLead({ id: CLIENT, is_study: CUSTOMER_TYPE.client });
		school.addRecord('group', { id: GROUP, name: 'A', branch_ids: [1] });
		school.addRecord('teacher', { id: TEACHER, name: 'A', branch_ids: [1] });
		const hours = {
			teacher_id: TEACHER,
			branch_id: 1,
			weekday: WORKING_HOUR_WEEKDAY.monday,
			time_from: '10:00',
			time_to: '11:00',
		};
		for (let index = 0; index < 25; index++) {
			school.addLead();
			school.addRecord('cgi', {
				customer_id: CLIENT,
				group_id: GROUP,
				branch_id: 1,
				b_date: '01.01.2026',
				e_date: '31.12.2035',
			});
			school.addRecord('working-hour', hours);
			school.addRecord('teacher-rate', hours);
		}
	}

	/**
	 * Lists with forms that ask for them. `records` names the records in the sandbox, and `totalWithoutHidden`
	 * is the number of rows when one of them is hidden.
	 */
	const MEMBERSHIPS = {
		list: 'cgi/customer',
		form: apiCallForm('cgi', 'customer', {
			allPages: true,
			callBranch: 1,
			callQuery: { customer_id: CLIENT },
		}),
		records: 'cgi',
		address: '/v2api/1/cgi/customer',
		total: 25,
		totalWithoutHidden: 24,
	};
	const WORKING_HOURS = {
		list: 'teacher/working-hour',
		form: apiCallForm('teacher', 'working-hour', { allPages: true, callBranch: 1 }),
		records: 'working-hour',
		address: '/v2api/1/teacher/working-hour',
		total: 25,
		totalWithoutHidden: 24,
	};
	const RATES = {
		list: 'teacher/teacher-rate',
		form: apiCallForm('teacher', 'teacher-rate', { allPages: true, callBranch: 1 }),
		records: 'teacher-rate',
		address: '/v2api/1/teacher/teacher-rate',
		total: 25,
		totalWithoutHidden: 24,
	};
	const CUSTOMERS = {
		list: 'customer/index',
		form: apiCallForm('customer', 'index', {
			allPages: true,
			callBody: { is_study: CUSTOMER_TYPE.all, removed: RECORD_STATUS.all },
		}),
		records: 'customer',
		address: '/v2api/customer/index',
		total: 26,
		totalWithoutHidden: 25,
	};
	const LISTS = [MEMBERSHIPS, WORKING_HOURS, RATES, CUSTOMERS];

	it.each(LISTS)(
		'API Call with Page Through All returns all $total rows of $list without a hint',
		async ({ form, total }) => {
			addTwoPagesOfRecords();

			const { json, hints } = await school.run(form);

			expect(json).toHaveLength(total);
			expect(hints).toEqual([]);
		},
	);

	it.each(LISTS)(
		'API Call with Page Through All sends the calls for $list to $address',
		async ({ form, address }) => {
			addTwoPagesOfRecords();

			await school.run(form);

			expect(school.requests.at(-1)?.url).toMatch(new RegExp(`${address}$`));
		},
	);

	it.each(LISTS)(
		'API Call with Page Through All warns when AlfaCRM counts a row of $list that it does not show',
		async ({ form, records, totalWithoutHidden }) => {
			addTwoPagesOfRecords();
			// AlfaCRM counts the record with the ID 1, but no page shows it.
			school.store.hide(records, 1, 'counted');

			const { json, hints } = await school.run(form);

			expect(json).toHaveLength(totalWithoutHidden);
			expect(hints).toHaveLength(1);
		},
	);
});

describe('API Call in an item that fails', () => {
	it('an item of API Call that fails says which items before it were carried out', async () => {
		// AlfaCRM refuses the third lead, which has no name.
		const { error } = await school.runToEnd(
			{},
			{
				parametersByItem: [
					createCallForm('Анна'),
					createCallForm('Борис'),
					createCallForm(),
					createCallForm('Вера'),
				],
			},
		);

		expect(error?.description).toMatch(/Of this item nothing was saved\. Carried out: items 0 to 1\.$/);
		expect(school.readRecords('customer')).toMatchObject([{ name: 'Анна' }, { name: 'Борис' }]);
	});

	it('an item of API Call that fails says that nothing was sent when the item before it has only listed records', async () => {
		const { error } = await school.runToEnd(
			{},
			{
				parametersByItem: [
					apiCallForm('customer', 'index', { callBranch: '1', callBody: {} }),
					apiCallForm('customer', 'index', { callBranch: '1', callBody: 'x' }),
				],
			},
		);

		expect(error?.description).toMatch(/Nothing was sent to AlfaCRM\.$/);
		expect(school.readRecords('customer')).toEqual([]);
	});
});
