import type { INodeParameters } from 'n8n-workflow';

import { CUSTOMER_TYPE, RECORD_STATUS } from '../support/codes';
import { Engine } from './support/engine';
import { upsertByPhoneForm } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { countMostInOneSecond, useSchool } from './support/school';

/**
 * The items of one execution. Each succeeds or fails by itself, and as many are under way at once as
 * AlfaCRM's distance and rate limit allow.
 */
const school = useSchool({ customers: 60 });
const { addLead, changeSettings, readCustomer, readRecords, run, runToEnd } = frontDeskOf(school);

/** Creates a customer with the name of the item, in the branch of the item. */
const CREATE_CUSTOMER: INodeParameters = {
	resource: 'customer',
	operation: 'create',
	branchId: '={{ $json.branch ?? 1 }}',
	name: '={{ $json.name }}',
	additionalFields: {},
};

/** Finds the customers with a name. */
const readCustomersNamed = (name: string) =>
	readRecords('customer').filter((customer) => customer.name === name);

describe('An execution of several items', () => {
	const THREE_ITEMS_WITH_ONE_UNNAMED = [
		{ branch: 1, name: 'Первый', note: 'a' },
		{ branch: 1, name: '', note: 'b' },
		{ branch: 2, name: 'Третий', note: 'c' },
	];

	it('an output item is paired with the input item from which it comes', async () => {
		const listTwoSubjects = { resource: 'subject', operation: 'getAll', branchId: 1, limit: 2 };

		const { items } = await runToEnd(listTwoSubjects, { items: [{}, {}] });

		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 0 },
			{ item: 1 },
			{ item: 1 },
		]);
	});

	it('an item without a name goes to the error output with its input and the error', async () => {
		const { errorItems } = await runToEnd(CREATE_CUSTOMER, {
			items: THREE_ITEMS_WITH_ONE_UNNAMED,
			onError: 'continueErrorOutput',
		});

		expect(errorItems).toMatchObject([
			{
				json: {
					note: 'b',
					error: "'Name' is empty, but it is required",
					message: expect.stringContaining('Nothing was sent') as string,
				},
			},
		]);
	});

	it('Create creates the customers of the other items when one item has no name', async () => {
		const { items } = await runToEnd(CREATE_CUSTOMER, {
			items: THREE_ITEMS_WITH_ONE_UNNAMED,
			onError: 'continueErrorOutput',
		});

		expect(items).toMatchObject([
			{ json: { name: 'Первый' }, pairedItem: { item: 0 } },
			{ json: { name: 'Третий' }, pairedItem: { item: 2 } },
		]);
		expect(readCustomersNamed('Первый')).toMatchObject([{ branch_ids: [1] }]);
		expect(readCustomersNamed('Третий')).toMatchObject([{ branch_ids: [2] }]);
	});
});

describe('Get Many from an AlfaCRM that is far away', () => {
	// The node remembers how far away each AlfaCRM is, and that of the other tests is near.
	const farSchool = useSchool({ customers: 0, settings: { latencyMs: 150 } });
	const farFrontDesk = frontDeskOf(farSchool);
	const LIST_ALL_CUSTOMERS: INodeParameters = {
		resource: 'customer',
		operation: 'getAll',
		branchId: 1,
		returnAll: true,
		is_study: CUSTOMER_TYPE.all,
		removed: RECORD_STATUS.all,
		simplify: false,
	};
	let engine: Engine;

	/** Reads how many calls were under way at the same moment. */
	const readMostUnderWay = () => Math.max(...farSchool.sandbox.journal.map(({ underWay }) => underWay));

	// A page has 20 customers, so these are seven pages.
	beforeEach(() => {
		for (let number = 1; number <= 130; number++) {
			farFrontDesk.addLead({ name: `Солнечная Вера ${number}` });
		}
		// At this rate and distance the node sends three calls at once.
		engine = new Engine({ ...farSchool.credential, requestsPerSecond: 20 });
	});

	it('Get Many reads seven pages of a distant AlfaCRM at the same time, each page once', async () => {
		const { json, hints } = await engine.run({ parameters: LIST_ALL_CUSTOMERS });

		expect(json).toHaveLength(130);
		expect(new Set(json.map(({ id }) => id)).size).toBe(130);
		expect(hints).toEqual([]);
		expect(readMostUnderWay()).toBeGreaterThan(1);
		expect(farSchool.readJournal('customer/index')).toHaveLength(7);
	});

	it('Get Many reads only the three pages that a limit of 50 customers needs', async () => {
		const { json } = await engine.run({
			parameters: { ...LIST_ALL_CUSTOMERS, returnAll: false, limit: 50 },
		});

		expect(json).toHaveLength(50);
		expect(readMostUnderWay()).toBeGreaterThan(1);
		expect(farSchool.readJournal('customer/index')).toHaveLength(3);
	});
});

describe('Executions of one credential', () => {
	it('four executions of one credential send at most 5 requests a second and never get a 429', async () => {
		changeSettings({ rateLimit: 5 });
		const engine = new Engine({ ...school.credential, requestsPerSecond: 5 });
		const parameters = { resource: 'customer', operation: 'getAll', branchId: 2, limit: 30 };

		await Promise.all([
			engine.run({ parameters }),
			engine.run({ parameters }),
			engine.run({ parameters }),
			engine.run({ parameters }),
		]);

		const { journal } = school.sandbox;
		expect(journal.length).toBeGreaterThan(7);
		expect(countMostInOneSecond(journal)).toBeLessThanOrEqual(5);
		expect(journal.filter(({ status }) => status === 429)).toEqual([]);
	});
});

describe('Items that are under way at once', () => {
	const PHONE = '+7(900)111-22-33';
	const EMAIL = 'vera@school.example';
	/** The first item is done before the others begin, because only then the node knows the distance. */
	const FIRST_ITEM = { phone: '+7(900)999-88-77', name: 'Первая Анна' };

	/** Makes n8n with a credential that allows five calls at once. */
	const makeEngineWithFiveCallsAtOnce = () => new Engine({ ...school.credential, callsAtOnce: 5 });

	/** Fills Create or Update with the phone and the email of the item. */
	function upsertForm(fields: INodeParameters, options: INodeParameters = {}): INodeParameters {
		return {
			...upsertByPhoneForm('={{ $json.phone }}', fields, { searchBranches: [1], ...options }),
			matchBy: 'phoneOrEmail',
			email: '={{ $json.email }}',
		};
	}

	/** Leaves only branch 1 in the account. Then the node finds the branch if the form names none. */
	function removeOtherBranches(): void {
		school.sandbox.store.remove('branch', 2);
		school.sandbox.store.remove('branch', 3);
	}

	beforeEach(() => {
		changeSettings({ latencyMs: 15 });
	});

	it('Create or Update saves the note of the last item, although the item before it has to look up its branch', async () => {
		removeOtherBranches();
		const customer = addLead({ phone: [PHONE], name: 'Лунная Вера' });
		school.sandbox.faults.add({
			kind: 'delay',
			ms: 100,
			match: { entity: 'branch', action: 'index' },
		});
		const form = {
			...upsertForm({ note: '={{ $json.note }}', name: 'Вера' }),
			branchId: '={{ $json.branch }}',
		};

		const records = await run(form, {
			items: [
				{ ...FIRST_ITEM, branch: 1, note: '' },
				{ phone: PHONE, branch: '', note: 'старое' },
				{ phone: PHONE, branch: 1, note: 'новое' },
			],
		});

		expect(records).toMatchObject([
			{ operationResult: 'created' },
			{ operationResult: 'updated' },
			{ operationResult: 'updated' },
		]);
		expect(readCustomer(customer).note).toBe('новое');
	});

	it('Create or Update keeps the website that an earlier item has saved, although its answer was lost', async () => {
		const customer = addLead({ phone: [PHONE], email: [EMAIL], web: ['a.example'] });
		school.sandbox.faults.add({
			kind: 'reset',
			when: 'after',
			match: { bodyContains: 'b.example' },
		});
		const addWebsite = upsertForm(
			{ name: '={{ $json.name }}', web: '={{ [$json.web] }}' },
			{ listMode: 'add' },
		);

		const { json } = await makeEngineWithFiveCallsAtOnce().run({
			parameters: addWebsite,
			items: [
				{ ...FIRST_ITEM, web: 'x.example' },
				{ phone: PHONE, email: '', web: 'b.example', name: 'Лунная Вера' },
				{ phone: '', email: EMAIL, web: 'c.example', name: 'Лунная Вера 2' },
			],
			onError: 'continueRegularOutput',
		});

		expect(json).toMatchObject([
			{ operationResult: 'created' },
			{ error: expect.any(String) as string },
			{ operationResult: 'updated' },
		]);
		const websites = readCustomer(customer).web as string[];
		expect([...websites].sort()).toEqual(['a.example', 'b.example', 'c.example']);
	});

	it('Create or Update sends nothing for the items that wait for a failing item with the same phone', async () => {
		school.sandbox.faults.add({
			kind: 'reset',
			match: { entity: 'customer', action: 'create', bodyContains: 'Вера 1' },
		});

		const { error } = await makeEngineWithFiveCallsAtOnce().run({
			parameters: upsertForm({ name: '={{ $json.name }}' }),
			items: [
				FIRST_ITEM,
				{ phone: PHONE, name: 'Вера 1' },
				{ phone: PHONE, name: 'Вера 2' },
				{ phone: PHONE, name: 'Вера 3' },
				{ phone: PHONE, name: 'Вера 4' },
				{ phone: PHONE, name: 'Вера 5' },
				{ phone: PHONE, name: 'Вера 6' },
			],
		});

		expect(readCustomersNamed('Первая Анна')).toHaveLength(1);
		expect(school.readJournal('customer/create')).toHaveLength(2);
		expect(error).toMatchObject({ context: { itemIndex: 1 } });
		expect(error?.description).toMatch(/may have carried it out .* Carried out: item 0\.$/);
	});

	it('the error of a node names each failed item and says whether it may have been saved', async () => {
		school.sandbox.faults.add(
			{ kind: 'successFalse', match: { bodyContains: 'Вера 3' } },
			{ kind: 'status', when: 'after', match: { bodyContains: 'Вера 4' } },
		);

		const { error } = await makeEngineWithFiveCallsAtOnce().run({
			parameters: CREATE_CUSTOMER,
			items: [
				{ name: 'Вера 0' },
				{ name: 'Вера 1' },
				{ name: 'Вера 2' },
				{ name: 'Вера 3' },
				{ name: 'Вера 4' },
				{ name: 'Вера 5' },
				{ name: 'Вера 6' },
				{ name: 'Вера 7' },
			],
		});

		expect(readCustomersNamed('Вера 3')).toEqual([]);
		expect(readCustomersNamed('Вера 4')).toHaveLength(1);
		expect(error).toMatchObject({ context: { itemIndex: 3 } });
		expect(error?.description).toMatch(/Of this item nothing was saved\. Carried out: items 0 to 2/);
		expect(error?.description).toMatch(/Item 4 failed as well: .*may have carried it out all the same/);
	});
});
