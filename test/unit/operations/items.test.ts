import { sleep } from 'n8n-workflow';

import { CUSTOMER_TYPE, RECORD_STATUS } from '../../support/codes';
import { EMAIL, ItemsSchool, makeItems, upsertByEmailForm } from './itemsSchool';
import { customerForm, OTHER_PHONE, PHONE, upsertByPhoneForm } from './school';

const CREATE_SUBJECT = customerForm('create', { resource: 'subject', name: 'Шахматы' });
/** A setting of the credential with which items run one after the other. */
const ONE_CALL_AT_ONCE = { callsAtOnce: 1 };

let school: ItemsSchool;

beforeEach(() => {
	school = new ItemsSchool();
});

afterEach(() => {
	jest.useRealTimers();
});

describe('an execution of several items', () => {
	it('an execution of three items sends a call for each item, and returns their output in order', async () => {
		const { json } = await school.runToEnd(CREATE_SUBJECT, { items: makeItems(3) });

		expect(json).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }]);
		expect(school.calls).toHaveLength(3);
	});

	it('an execution returns the output in the order of the items although AlfaCRM answers the last item first', async () => {
		let releaseSecondItem = () => {};
		const thirdItemIsAnswered = new Promise<void>((resolve) => {
			releaseSecondItem = resolve;
		});
		school.onCall = async (_call, { body }) => {
			if (body.name === 'второй') await thirdItemIsAnswered;
			if (body.name === 'третий') void sleep(5).then(releaseSecondItem);
			return undefined;
		};

		const { json } = await school.run(CREATE_SUBJECT, {
			parametersByItem: [{ name: 'первый' }, { name: 'второй' }, { name: 'третий' }],
			credential: { callsAtOnce: 5 },
		});

		// The IDs show that AlfaCRM has created the third subject before the second one.
		expect(json).toMatchObject([
			{ id: 1, name: 'первый' },
			{ id: 3, name: 'второй' },
			{ id: 2, name: 'третий' },
		]);
	});

	it('an execution begins no other item after item 3 has failed, and the error names items 0 to 2 as carried out', async () => {
		school.refuseCreatesOfItems([3]);

		const { error } = await school.runToEnd(CREATE_SUBJECT, { items: makeItems(9) });

		expect(error?.message).toBe('AlfaCRM did not create the subject: Name – Нет');
		expect(error?.context.itemIndex).toBe(3);
		expect(error?.description).toMatch(
			/^Correct 'Name' \(name\) and run it again\. Of this item nothing was saved\. Carried out: items 0 to 2/,
		);
		expect(school.calls.length).toBeLessThan(9);
	});

	it('the error of an execution says that nothing was saved when item 0 fails', async () => {
		school.refuseCreatesOfItems([0]);

		const { error } = await school.runToEnd(CREATE_SUBJECT, {
			items: makeItems(3),
			credential: ONE_CALL_AT_ONCE,
		});

		expect(error?.description).toBe("Correct 'Name' (name) and run it again. Nothing was saved.");
		expect(school.calls).toEqual(['subject/create']);
	});

	it('the error of an execution names item 0 as carried out when item 1 fails', async () => {
		school.refuseCreatesOfItems([1]);

		const { error } = await school.runToEnd(CREATE_SUBJECT, {
			items: makeItems(3),
			credential: ONE_CALL_AT_ONCE,
		});

		expect(error?.description).toBe(
			"Correct 'Name' (name) and run it again. Of this item nothing was saved. Carried out: item 0.",
		);
		expect(school.calls).toEqual(['subject/create', 'subject/create']);
	});

	it('the error of an execution says which items succeeded and failed that were under way when item 2 failed', async () => {
		school.refuseCreatesOfItems([2, 4]);
		school.answerOnceAllHaveBegun(5);

		const { error } = await school.runToEnd(CREATE_SUBJECT, {
			items: makeItems(5),
			credential: { callsAtOnce: 4 },
		});

		expect(error?.context.itemIndex).toBe(2);
		expect(error?.description).toBe(
			"Correct 'Name' (name) and run it again. Of this item nothing was saved. Carried out: items 0 to 1, 3. Item 4 failed as well: AlfaCRM did not create the subject: Name – Нет. Correct 'Name' (name) and run it again. Nothing was saved.",
		);
	});

	it("an execution carries out item 2 although item 1 fails when 'On Error' is 'Continue'", async () => {
		school.refuseCreatesOfItems([1]);

		const { json, error } = await school.runToEnd(CREATE_SUBJECT, {
			items: makeItems(3),
			continueOnFail: true,
		});

		expect(error).toBeUndefined();
		expect(json).toMatchObject([
			{ id: 1 },
			{
				error: 'AlfaCRM did not create the subject: Name – Нет',
				message: "Correct 'Name' (name) and run it again. Nothing was saved. HTTP 422",
			},
			{ id: 2 },
		]);
	});

	it("an execution ends when the user cancels it, although 'On Error' is 'Continue'", async () => {
		const controller = new AbortController();
		const cancelExecution = () => controller.abort();
		school.onCall = () => {
			cancelExecution();
			return undefined;
		};

		const { error } = await school.runToEnd(CREATE_SUBJECT, {
			items: makeItems(3),
			continueOnFail: true,
			signal: controller.signal,
			credential: ONE_CALL_AT_ONCE,
		});

		expect(error?.message).toBe('The execution was cancelled');
		expect(school.calls).toEqual(['subject/create']);
	});

	it('an execution sends API Calls one after the other, because it cannot know whether they depend on each other', async () => {
		school.answerAfter({ milliseconds: 5 });
		const listSubjectsByApiCall = {
			resource: 'apiCall',
			operation: 'send',
			callPath: 'subject',
			callAction: 'index',
			callBranch: 1,
		};

		await school.run(listSubjectsByApiCall, { items: makeItems(4), credential: { callsAtOnce: 4 } });

		expect(school.calls).toHaveLength(4);
		expect(school.readMostCallsAtOnce()).toBe(1);
	});

	it('an execution sends the calls of Get Many at the same time', async () => {
		school.answerAfter({ milliseconds: 5 });
		const getSubjects = { resource: 'subject', operation: 'getAll', branchId: 1, returnAll: true };

		await school.run(getSubjects, { items: makeItems(4), credential: { callsAtOnce: 4 } });

		expect(school.readMostCallsAtOnce()).toBeGreaterThan(1);
	});
});

describe.each([
	{ roundTripMs: 201, callsAtOnce: 2 },
	{ roundTripMs: 1_500, callsAtOnce: 5 },
])(
	'an execution that may send 5 calls a second to an AlfaCRM that answers after $roundTripMs ms',
	({ roundTripMs, callsAtOnce }) => {
		/** Creates customers by a fake clock, which moves only while everything waits, so that a slow machine changes nothing. */
		async function createThirtyCustomers(): Promise<void> {
			jest.useFakeTimers({ now: new Date('2026-02-10T09:00:00Z') });
			const parametersByItem = makeItems(30).map((_, index) => ({ name: `Лунная Вера ${index}` }));
			const credential = { hostname: `far${roundTripMs}`, requestsPerSecond: 5 };
			const form = customerForm('create', { is_study: CUSTOMER_TYPE.lead, legal_type: 1 });

			await Promise.all([school.run(form, { parametersByItem, credential }), jest.runAllTimersAsync()]);
		}

		it(`an execution sends ${callsAtOnce} calls at once to reach 5 calls a second when each answer takes ${roundTripMs} ms`, async () => {
			school.answerAfter({ milliseconds: roundTripMs });

			await createThirtyCustomers();

			expect(school.readMostCallsAtOnce()).toBe(callsAtOnce);
		});

		it(`an execution sends at most 5 calls within any second when each answer takes ${roundTripMs} ms`, async () => {
			school.answerAfter({ milliseconds: roundTripMs });

			await createThirtyCustomers();

			expect(school.readMostCallsInASecond()).toBeLessThanOrEqual(5);
		});
	},
);

describe('Create or Update when another execution changes the customer that it has found', () => {
	let customer: number;

	beforeEach(() => {
		// The node cannot see from a last day in the future whether AlfaCRM lists the customer as archived.
		customer = school.addLead({ phone: [PHONE], note: 'old', e_date: '2100-01-01' });
	});

	it('Create or Update saves only the other field when another execution has saved the note after the search', async () => {
		const { json } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'new', legal_name: 'Орлов Иван' }),
			customerForm('update', { id: customer, updateFields: { note: 'new' } }),
		);

		expect(json).toMatchObject([
			{ operationResult: 'updated', changedFields: ['legal_name'], note: 'new', legal_name: 'Орлов Иван' },
		]);
		expect(school.readRecord('customer', customer)).toMatchObject({ note: 'new', legal_name: 'Орлов Иван' });
	});

	it('Create or Update creates a customer when another execution has changed the phone of the found one after the search', async () => {
		const { json } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'new', name: 'Мия' }),
			customerForm('update', { id: customer, updateFields: { phone: OTHER_PHONE } }),
		);

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(school.readRecords('customer')).toMatchObject([
			{ id: customer, note: 'old', phone: [OTHER_PHONE] },
			{ note: 'new', phone: [PHONE] },
		]);
	});

	it("Create or Update with 'Create a New One' creates a customer when another execution has archived the found one after the search", async () => {
		const { json } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'new', name: 'Мия' }, { ifArchived: 'create' }),
			customerForm('archive', { id: customer }),
		);

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(school.readRecords('customer')).toMatchObject([
			{ id: customer, note: 'old' },
			{ note: 'new', phone: [PHONE] },
		]);
	});

	it("Create or Update with 'Skip' saves nothing when another execution has archived the found customer after the search", async () => {
		const { json } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'new', name: 'Мия' }, { ifArchived: 'skip' }),
			customerForm('archive', { id: customer }),
		);

		expect(json).toMatchObject([{ operationResult: 'skipped' }]);
		expect(school.readRecords('customer')).toMatchObject([{ id: customer, note: 'old' }]);
	});

	it("Create or Update with 'Update' changes the found customer although another execution has archived it after the search", async () => {
		const { json } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'new' }, { ifArchived: 'update' }),
			customerForm('archive', { id: customer }),
		);

		expect(json).toMatchObject([{ operationResult: 'updated', changedFields: ['note'], note: 'new' }]);
	});

	it("Create or Update with 'Restore and Update' restores the found customer when another execution has archived it after the search", async () => {
		const { json } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'new' }, { ifArchived: 'restore' }),
			customerForm('archive', { id: customer }),
		);

		expect(json).toMatchObject([
			{ operationResult: 'updated', changedFields: ['removed', 'note'], note: 'new' },
		]);
	});

	it('Create or Update changes nothing when it has to read the list of archived customers again and the list does not come whole', async () => {
		// The list comes whole for the search, but not after another execution has changed the found customer.
		let readingsOfArchive = 0;
		school.onCall = (call, request) => {
			const readsArchive = call === 'customer/index' && request.body.removed === RECORD_STATUS.archived;
			if (!readsArchive) return undefined;
			readingsOfArchive += 1;
			return readingsOfArchive > 1 ? school.answerWithUnstableList(request) : undefined;
		};

		const { error } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'new' }, { ifArchived: 'restore' }),
			customerForm('update', { id: customer, updateFields: { legal_name: 'Орлов Иван' } }),
		);

		expect(error?.message).toBe(
			`AlfaCRM's list of archived customers did not come whole, so it is not sure whether customer ${customer} is archived`,
		);
		expect(school.readRecord('customer', customer)).toMatchObject({
			note: 'old',
			legal_name: 'Орлов Иван',
		});
	});
});

describe('Create or Update when an earlier item changes the customer that it has found', () => {
	it('an item creates a customer when an earlier item takes the phone from the customer whom it has found', async () => {
		const customer = school.addLead({ phone: [PHONE], email: [EMAIL] });

		const { json, error } = await school.runOverlappingItems(
			upsertByEmailForm({ phone: OTHER_PHONE }, { listMode: 'replace' }),
			upsertByPhoneForm({ name: 'Мия' }),
		);

		expect(error).toBeUndefined();
		expect(json).toMatchObject([
			{ id: customer, operationResult: 'updated', phone: OTHER_PHONE },
			{ operationResult: 'created', name: 'Мия', phone: PHONE },
		]);
		expect(school.readRecords('customer')).toHaveLength(2);
		expect(school.countSearchesByPhone()).toBe(2);
	});

	it('an item that updates two customers fails, and names the updated one, when an earlier item takes the phone from the other', async () => {
		const older = school.addLead({ phone: [PHONE], email: [EMAIL], note: 'old' });
		const newer = school.addLead({ phone: [PHONE], note: 'old' });

		const { error } = await school.runOverlappingItems(
			upsertByEmailForm({ phone: OTHER_PHONE }, { listMode: 'replace' }),
			upsertByPhoneForm({ note: 'new' }, { ifSeveral: 'all' }),
		);

		expect(error?.message).toBe(
			`Customer ${older} was changed meanwhile, so that it does not match any more`,
		);
		expect(error?.description).toBe(
			`Run it again. Saved before: update customer ${newer}. Carried out: item 1.`,
		);
		expect(school.readRecord('customer', older)).toMatchObject({ note: 'old', phone: [OTHER_PHONE] });
		expect(school.readRecord('customer', newer)).toMatchObject({ note: 'new' });
	});
});
