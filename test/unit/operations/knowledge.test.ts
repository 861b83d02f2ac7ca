import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { forgetAccounts } from '../../../nodes/AlfaCrm/api/accountKnowledge';
import { HOUR_MS, MINUTE_MS } from '../../../nodes/AlfaCrm/values/time';
import type { Settings } from '../../../sandbox';
import { depth, seed } from '../../support/depth';
import { customerForm, findByPhoneForm, PHONE, SmallSchool, upsertByPhoneForm } from './school';

/**
 * Each run of the school is an execution of its own. These tests show what an execution does differently because an earlier
 * execution has learnt something about the account.
 */
let school: SmallSchool;

beforeEach(() => {
	jest.useFakeTimers({ now: new Date('2026-02-10T09:00:00Z'), advanceTimers: true });
	school = new SmallSchool();
});

afterEach(() => {
	jest.useRealTimers();
});

// Phones that nobody has yet.
const NEW_PHONE = '8 900 777 41 11';
/** The texts by which the node searches for this phone when it does not know how AlfaCRM compares phones. */
const SPELLINGS_OF_NEW_PHONE = ['07774111', '4111', '41-11', '41 11'];
const SECOND_NEW_PHONE = '8 900 777 41 12';
const THIRD_NEW_PHONE = '8 900 777 41 13';

describe('Create or Update of a new phone, after an execution found a phone in another spelling', () => {
	it.each([
		{ branches: 1, calls: ['customer/index', 'customer/create'] },
		{ branches: 3, calls: ['customer/index', 'customer/index', 'customer/index', 'customer/create'] },
	])(
		'Create or Update searches once for each branch and creates the lead when their number is $branches',
		async ({ branches, calls }) => {
			setBranchCount(branches);
			await findPhoneInAnotherSpelling();

			const execution = await runAndReadCalls(createLeadForm(NEW_PHONE));

			expect(execution.json).toMatchObject([{ operationResult: 'created' }]);
			expect(execution.calls).toEqual(calls);
		},
	);

	it('Create or Update searches once even for the third new phone', async () => {
		setBranchCount(1);
		await findPhoneInAnotherSpelling();
		await school.run(createLeadForm(NEW_PHONE));
		await school.run(createLeadForm(SECOND_NEW_PHONE));

		const { calls } = await runAndReadCalls(createLeadForm(THIRD_NEW_PHONE));

		expect(calls).toEqual(['customer/index', 'customer/create']);
	});

	it('Create or Update reads the branches again after a minute', async () => {
		setBranchCount(1);
		await findPhoneInAnotherSpelling();
		jest.advanceTimersByTime(MINUTE_MS + 1);

		const { calls } = await runAndReadCalls(createLeadForm(NEW_PHONE));

		expect(calls).toEqual(['branch/index', 'customer/index', 'customer/create']);
	});

	it('Create or Update searches for every spelling of a phone again after an hour', async () => {
		setBranchCount(1);
		await findPhoneInAnotherSpelling();
		jest.advanceTimersByTime(HOUR_MS + 1);
		school.requests.length = 0;

		await school.run(createLeadForm(NEW_PHONE));

		expect(readSearchedPhones()).toEqual(SPELLINGS_OF_NEW_PHONE);
	});
});

describe('Create or Update of a new phone', () => {
	it('Create or Update learns from a stranger with the same last four digits that one spelling is enough', async () => {
		school.addLead({ phone: ['+7(911)222-41-11'] });

		await school.run(createLeadForm(NEW_PHONE));

		// The second search finds the stranger in branch 1, so branch 2 is searched only once.
		expect(readSearchedPhones()).toEqual(['07774111', '4111', '07774111']);
	});

	it('Create or Update never lists all customers, although thirty of them have the same last four digits', async () => {
		addThirtyStrangersWithLastFourDigits();

		await school.run(
			{},
			{
				parametersByItem: [createLeadForm(NEW_PHONE), createLeadForm(SECOND_NEW_PHONE)],
				credential: { callsAtOnce: 1 },
			},
		);

		expect(readSearchedPhones()).not.toContain(ALL_CUSTOMERS);
	});

	/** Adds leads whose phones end in 41-11, as the new phone does. */
	function addThirtyStrangersWithLastFourDigits(): void {
		for (let number = 10; number < 40; number++) {
			school.addLead({ phone: [`+7(911)2${number}-41-11`] });
		}
	}
});

describe('Find by phone, when AlfaCRM compares phones as texts', () => {
	const STORED_WITH_SIGNS = '+7(900)555-00-01';
	const STORED_AS_DIGITS = '89005550002';

	beforeEach(() => {
		school.settings.phoneSearch = 'text';
	});

	it.each([
		{ storedPhone: STORED_WITH_SIGNS, searchedPhone: '8 900 555 00 01' },
		{ storedPhone: STORED_AS_DIGITS, searchedPhone: '+7 900 555-00-02' },
	])(
		'Find finds $storedPhone by $searchedPhone again after two executions have found both phones',
		async ({ storedPhone, searchedPhone }) => {
			school.addLead({ phone: [STORED_WITH_SIGNS] });
			school.addLead({ phone: [STORED_AS_DIGITS] });
			await school.run(findByPhoneForm({}, '8 900 555 00 01'));
			await school.run(findByPhoneForm({}, '+7 900 555-00-02'));

			const { json } = await school.run(findByPhoneForm({}, searchedPhone));

			expect(json).toMatchObject([{ phone: [storedPhone] }]);
		},
	);

	it('Find searches for every spelling again in the next execution, as one spelling is not enough', async () => {
		setBranchCount(1);
		school.addLead({ phone: [STORED_WITH_SIGNS] });
		await school.run(findByPhoneForm({}, '8 900 555 00 01'));
		school.requests.length = 0;

		await school.run(findByPhoneForm({}, '8 900 555 00 01'));

		expect(readSearchedPhones()).toEqual(['05550001', '0001', '00-01', '00 01']);
	});

	it.each([
		{ found: 'nobody', otherPhones: [], foundCount: 0 },
		{ found: 'one customer among all', otherPhones: ['+7(900)555-07-77'], foundCount: 1 },
	])(
		'Find finds a phone in another spelling after an execution that met an ignored filter and found $found',
		async ({ otherPhones, foundCount }) => {
			const customer = school.addLead({ phone: [STORED_WITH_SIGNS] });
			addStrangers(30);
			for (const phone of otherPhones) {
				school.addLead({ phone: [phone] });
			}
			// AlfaCRM ignores the filter by phone in the first execution, and obeys it in the second one.
			const ignoredFilters = school.settings.ignoredFilters;
			school.settings.ignoredFilters = [...ignoredFilters, 'customer.phone'];
			const earlierExecution = await school.run(findByPhoneForm({}, '89005550777'));
			school.settings.ignoredFilters = ignoredFilters;

			const { json } = await school.run(findByPhoneForm({}, '89005550001'));

			expect(earlierExecution.json).toHaveLength(foundCount);
			expect(json).toMatchObject([{ id: customer }]);
			expect(readSearchedPhones().at(-1)).not.toBe(ALL_CUSTOMERS);
		},
	);
});

it('thirty messages of new customers at the same moment cost five calls each', async () => {
	const MESSAGES = 30;
	const CALLS_FOR_MESSAGE = 5;
	setBranchCount(1);
	school.addRecord('user', { name: 'A', email: 'api@school.example' });
	await findPhoneInAnotherSpelling();
	school.calls.length = 0;

	await Promise.all(
		Array.from({ length: MESSAGES }, async (_, index) => {
			const { json } = await school.run(createLeadForm(`8 900 777 41 ${10 + index}`));
			const [{ id }] = json;
			await school.run(commentForm(id, `Сообщение ${index}`));
		}),
	);

	// The lead that was found in another spelling is there as well.
	expect(school.readRecords('customer')).toHaveLength(MESSAGES + 1);
	expect(school.readRecords('communication')).toHaveLength(MESSAGES);
	// One more call looks up the user of the credential, once for all messages.
	expect(school.calls).toHaveLength(MESSAGES * CALLS_FOR_MESSAGE + 1);
});

describe('Find after an execution that has read the branches', () => {
	beforeEach(async () => {
		school.addLead({ phone: [PHONE] });
		await school.run(findByPhoneForm());
	});

	it('Find does not search a branch that was opened since the branches were read less than a minute ago', async () => {
		addLeadInNewBranch(NEW_PHONE);

		const { json } = await school.run(findByPhoneForm({}, NEW_PHONE));

		expect(json).toEqual([]);
	});

	it('Find searches a new branch when the branches were read more than a minute ago', async () => {
		const customer = addLeadInNewBranch(NEW_PHONE);
		jest.advanceTimersByTime(MINUTE_MS + 1);

		const { json } = await school.run(findByPhoneForm({}, NEW_PHONE));

		expect(json).toMatchObject([{ id: customer }]);
	});

	it('Find searches a branch at once when an API Call has opened it', async () => {
		await school.run({
			resource: 'apiCall',
			operation: 'send',
			callPath: 'branch',
			callAction: 'create',
			callBranch: '',
			callQuery: '{}',
			callBody: '{ "name": "Новый", "is_active": 1 }',
		});
		const customer = school.addLead({ phone: [NEW_PHONE], branch_ids: [NEW_BRANCH] });

		const { json } = await school.run(findByPhoneForm({}, NEW_PHONE));

		expect(json).toMatchObject([{ id: customer }]);
	});
});

describe('Find after an execution that could not read the branches', () => {
	beforeEach(async () => {
		// An execution has read the branches, but more than a minute ago.
		school.addLead({ phone: [PHONE] });
		await school.run(findByPhoneForm());
		jest.advanceTimersByTime(MINUTE_MS + 1);
	});

	it('Find searches all branches when the execution before was not allowed to list them', async () => {
		// AlfaCRM forbids the list of branches during one execution.
		school.settings.forbiddenCalls = ['branch/index'];
		await school.run(findByPhoneForm());
		school.settings.forbiddenCalls = [];
		const customer = addLeadInNewBranch(NEW_PHONE);

		const { json } = await school.run(findByPhoneForm({}, NEW_PHONE));

		expect(json).toMatchObject([{ id: customer }]);
	});

	it('Find searches all branches when the execution before got an empty list of them', async () => {
		// AlfaCRM returns no branches during one execution.
		school.onCall = (call) => (call === 'branch/index' ? { items: [] } : undefined);
		await school.run(findByPhoneForm());
		school.onCall = () => undefined;
		const customer = addLeadInNewBranch(NEW_PHONE);

		const { json } = await school.run(findByPhoneForm({}, NEW_PHONE));

		expect(json).toMatchObject([{ id: customer }]);
	});

	it('Find searches all branches when the execution before got an incomplete list of them', async () => {
		// The list of branches does not come whole during one execution.
		school.onCall = (call, request) =>
			call === 'branch/index' ? school.answerWithUnstableList(request) : undefined;
		await school.runToEnd(findByPhoneForm());
		school.onCall = () => undefined;
		const customer = addLeadInNewBranch(NEW_PHONE);

		const { json } = await school.run(findByPhoneForm({}, NEW_PHONE));

		expect(json).toMatchObject([{ id: customer }]);
	});
});

describe('Get of a lead in a stage', () => {
	const UNKNOWN_STAGE = 99;
	const form = customerForm('get', { id: 1, simplify: true });

	beforeEach(async () => {
		const stage = school.addRecord('lead-status', { name: 'Новый', is_enabled: 1 });
		school.addLead({ lead_status_id: stage });
		await school.run(form);
	});

	it('Get shows the name of the stage without reading the stages again', async () => {
		const { json, calls } = await runAndReadCalls(form);

		expect(json).toMatchObject([{ lead_status_name: 'Новый' }]);
		expect(calls).not.toContain('lead-status/index');
	});

	it('Get reads the stages again when the lead is in a stage that was added since', async () => {
		const addedStage = school.addRecord('lead-status', { name: 'Пробный', is_enabled: 1 });
		school.changeRecord('customer', 1, { lead_status_id: addedStage });

		const { json, calls } = await runAndReadCalls(form);

		expect(json).toMatchObject([{ lead_status_name: 'Пробный' }]);
		expect(countCalls(calls, 'lead-status/index')).toBe(1);
	});

	it('Get reads the stages once for two leads in a stage that AlfaCRM does not list', async () => {
		school.changeRecord('customer', 1, { lead_status_id: UNKNOWN_STAGE });

		const { json, calls } = await runAndReadCalls({}, [form, form]);

		expect(json).toMatchObject([{ lead_status_name: null }, { lead_status_name: null }]);
		expect(countCalls(calls, 'lead-status/index')).toBe(1);
	});
});

describe('Add Comment', () => {
	beforeEach(() => {
		school.addLead({ id: 1 });
	});

	it('Add Comment looks up the user of the credential and makes this user the author', async () => {
		const user = school.addRecord('user', { name: 'A', email: 'api@school.example' });

		const { calls } = await runAndReadCalls(commentForm(1, 'Раз'));

		expect(calls).toContain('user/index');
		expect(school.readRecords('communication')).toMatchObject([{ user_id: user }]);
	});

	it('Add Comment does not look up the user again in the next execution', async () => {
		const user = school.addRecord('user', { name: 'A', email: 'api@school.example' });
		await school.run(commentForm(1, 'Раз'));

		const { calls } = await runAndReadCalls(commentForm(1, 'Два'));

		expect(calls).not.toContain('user/index');
		expect(school.readRecords('communication')).toMatchObject([{ user_id: user }, { user_id: user }]);
	});

	it('Add Comment looks up the user again after an execution that was not allowed to list users', async () => {
		// AlfaCRM forbids the list of users during one execution.
		school.settings.forbiddenCalls = ['user/index'];
		await school.runToEnd(commentForm(1, 'Раз'));
		school.settings.forbiddenCalls = [];
		const user = school.addRecord('user', { name: 'A', email: 'api@school.example' });

		await school.run(commentForm(1, 'Раз'));

		expect(school.readRecords('communication').at(-1)).toMatchObject({ user_id: user });
	});
});

/** The node sends days as 10.02.2026 first. If AlfaCRM refuses them, it sends ISO days: 2026-02-10. */
describe('Create of a group, when AlfaCRM takes only ISO days', () => {
	const form = {
		resource: 'group',
		operation: 'create',
		branchId: 1,
		name: 'Роботы',
		simplify: false,
		b_date: '2026-02-10',
		additionalFields: { b_date: '2026-02-10' },
		options: {},
	};

	beforeEach(() => {
		school.settings.dateFormats = { 'group.b_date': 'iso' };
	});

	it('Create sends a group once more, with an ISO day, when AlfaCRM has refused a dotted day', async () => {
		const { calls } = await runAndReadCalls(form);

		expect(countCalls(calls, 'group/create')).toBe(2);
		expect(school.readRecords('group')).toHaveLength(1);
	});

	it('Create sends the next group with an ISO day at once', async () => {
		await school.run(form);

		const { calls } = await runAndReadCalls(form);

		expect(countCalls(calls, 'group/create')).toBe(1);
	});

	it('Create tries a dotted day again after an hour', async () => {
		await school.run(form);
		jest.advanceTimersByTime(HOUR_MS);

		const { calls } = await runAndReadCalls(form);

		expect(countCalls(calls, 'group/create')).toBe(2);
	});
});

describe('A series of Create or Update by phone', () => {
	interface SavedCustomer {
		phone: string;
		branch: number;
	}

	/** Four phones, each in four spellings. */
	const phones = fc
		.integer({ min: 1, max: 4 })
		.chain((n) =>
			fc.constantFrom(`+7(900)555-00-0${n}`, `8900555000${n}`, `8 900 555 00 0${n}`, `+7 900 555 00-0${n}`),
		);
	const customers = fc.array(fc.record({ phone: phones, branch: fc.constantFrom(1, 2) }), { maxLength: 3 });
	const searchedPhones = fc.array(phones, { minLength: 2, maxLength: 6 });
	const settings = fc.constantFrom<Partial<Settings>>(
		{},
		{ phoneSearch: 'text' },
		{ ignoredFilters: ['customer.phone'] },
		{ forbiddenBranches: [2] },
	);

	it('a series of Create or Update has the same results whether or not executions know what others have learnt', async () => {
		const property = fc.asyncProperty(
			settings,
			customers,
			searchedPhones,
			async (changedSettings, savedCustomers, phonesInTurn) => {
				const forgetfulSchool = makeSchool(changedSettings, savedCustomers);
				const resultsWithoutKnowledge = await runSeries(forgetfulSchool, phonesInTurn, forgetAccounts);
				const learningSchool = makeSchool(changedSettings, savedCustomers);
				const resultsWithKnowledge = await runSeries(learningSchool, phonesInTurn, () => {});

				expect(resultsWithKnowledge).toEqual(resultsWithoutKnowledge);
				expect(learningSchool.readRecords('customer')).toEqual(forgetfulSchool.readRecords('customer'));
				expect(learningSchool.calls.length).toBeLessThan(forgetfulSchool.calls.length);
			},
		);

		await fc.assert(property, { seed, numRuns: depth.sideBySide });
	});

	function makeSchool(changedSettings: Partial<Settings>, savedCustomers: SavedCustomer[]): SmallSchool {
		const newSchool = new SmallSchool(changedSettings);
		for (const { phone, branch } of savedCustomers) {
			newSchool.addLead({ phone: [phone], branch_ids: [branch] });
		}
		return newSchool;
	}

	/**
	 * Runs Create or Update for each phone in turn, and returns the error or the saved customers of each run.
	 */
	async function runSeries(
		schoolOfSeries: SmallSchool,
		phonesInTurn: string[],
		prepareRun: () => void,
	): Promise<unknown[]> {
		const results: unknown[] = [];
		for (const phone of phonesInTurn) {
			prepareRun();
			const form = upsertByPhoneForm({ name: 'Новый Лид' }, { ifSeveral: 'newest' }, phone);
			const { json, error } = await schoolOfSeries.runToEnd(form);
			results.push(error?.message ?? json.map(({ id, operationResult }) => ({ id, operationResult })));
		}
		return results;
	}
});

/** A new school has branches 1 and 2. */
const NEW_BRANCH = 3;

/** Adds a branch that the last execution does not know, and a lead in it. */
function addLeadInNewBranch(phone: string): number {
	school.addRecord('branch', { id: NEW_BRANCH, name: 'Новый', is_active: 1 });
	return school.addLead({ phone: [phone], branch_ids: [NEW_BRANCH] });
}

/** Gives the school a number of branches, with the IDs from 1 on. */
function setBranchCount(count: number): void {
	for (const { id } of school.readRecords('branch')) {
		school.store.remove('branch', Number(id));
	}
	for (let id = 1; id <= count; id++) {
		school.addRecord('branch', { id, name: `Филиал ${id}`, is_active: 1 });
	}
}

/** Adds leads whose phones have nothing in common with the phones of the tests. */
function addStrangers(count: number): void {
	for (let number = 0; number < count; number++) {
		school.addLead({ phone: [`+7(911)222-33-${10 + number}`] });
	}
}

/**
 * Lets an execution learn how AlfaCRM compares phones: it compares their digits, so that a search by one
 * spelling finds a phone in every spelling.
 */
async function findPhoneInAnotherSpelling(): Promise<void> {
	school.addLead({ phone: ['+7(900)555-00-01'] });
	await school.run(findByPhoneForm({}, '89005550001'));
}

/** Makes the form of Create or Update for a lead with a phone. */
function createLeadForm(phone: string): IDataObject {
	return upsertByPhoneForm({ name: 'Новый Лид' }, {}, phone);
}

/** Makes the form of Add Comment for a customer. */
function commentForm(customer: unknown, comment: string): IDataObject {
	return customerForm('addComment', { id: customer as number, comment, skipIfThere: true });
}

/** Runs a form, or one form for each item, and returns the output and the calls of this execution. */
async function runAndReadCalls(form: IDataObject, formsOfItems?: IDataObject[]) {
	// The clock moves only now and then. It must not show the moment at which the last execution began.
	jest.advanceTimersByTime(1);
	const callsBefore = school.calls.length;
	const { json } = await school.run(form, formsOfItems ? { parametersByItem: formsOfItems } : {});
	return { json, calls: school.calls.slice(callsBefore) };
}

/** Counts how often a call such as "user/index" is among the calls. */
function countCalls(calls: string[], call: string): number {
	return calls.filter((sentCall) => sentCall === call).length;
}

/** What `readSearchedPhones` has for a list without a filter by phone. */
const ALL_CUSTOMERS = undefined;

/** Reads the phones by which customers were listed, in the order of the calls. */
function readSearchedPhones(): unknown[] {
	return school.readRequests('customer/index').map(({ body }) => body.phone);
}
