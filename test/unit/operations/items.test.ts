import { sleep } from 'n8n-workflow';

import { EMAIL, ItemsSchool, makeItems, upsertByEmailForm } from './itemsSchool';
import { customerForm, OTHER_PHONE, PHONE, upsertByPhoneForm } from './school';

const CREATE_SUBJECT = customerForm('create', { resource: 'subject', name: 'Шахматы' });

let school: ItemsSchool;

beforeEach(() => {
	school = new ItemsSchool();
});

afterEach(() => {
	jest.useRealTimers();
});

describe('an execution of several items', () => {
	it('returns the output of each item in the order of the items', async () => {
		const { json, desk } = await school.runToEnd(CREATE_SUBJECT, { items: makeItems(3) });

		expect(json).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }]);
		expect(desk.sent).toHaveLength(3);
	});

	it('returns the output in the order of the items although AlfaCRM answers the last one first', async () => {
		let answerSecondItem = () => {};
		const thirdItemIsAnswered = new Promise<void>((resolve) => {
			answerSecondItem = resolve;
		});
		school.onCall = async (_call, { body }) => {
			if (body.name === 'второй') await thirdItemIsAnswered;
			if (body.name === 'третий') void sleep(5).then(answerSecondItem);
			return undefined;
		};

		const { json } = await school.run(CREATE_SUBJECT, {
			parametersByItem: [{ name: 'первый' }, { name: 'второй' }, { name: 'третий' }],
			credential: { callsAtOnce: 5 },
		});

		expect(json).toMatchObject([
			{ id: 1, name: 'первый' },
			{ id: 3, name: 'второй' },
			{ id: 2, name: 'третий' },
		]);
	});

	it('begins no other item after a failure, and says which items were carried out', async () => {
		school.refuseCreatesOfItems([3]);

		const { error } = await school.runToEnd(CREATE_SUBJECT, { items: makeItems(9) });

		expect(error?.message).toBe('AlfaCRM did not create the subject: Name – Нет');
		expect(error?.context.itemIndex).toBe(3);
		expect(error?.description).toMatch(
			/^Correct 'Name' \(name\) and run it again\. Of this item nothing was saved\. Carried out: items 0 to 2/,
		);
		expect(school.calls.length).toBeLessThan(9);
	});

	it('says that nothing was saved when the first item fails', async () => {
		school.refuseCreatesOfItems([0]);

		const { error } = await school.runToEnd(CREATE_SUBJECT, {
			items: makeItems(3),
			credential: { callsAtOnce: 1 },
		});

		expect(error?.description).toBe("Correct 'Name' (name) and run it again. Nothing was saved.");
		expect(school.calls).toEqual(['subject/create']);
	});

	it('names the only item that was carried out when the second one fails', async () => {
		school.refuseCreatesOfItems([1]);

		const { error } = await school.runToEnd(CREATE_SUBJECT, {
			items: makeItems(3),
			credential: { callsAtOnce: 1 },
		});

		expect(error?.description).toBe(
			"Correct 'Name' (name) and run it again. Of this item nothing was saved. Carried out: item 0.",
		);
		expect(school.calls).toEqual(['subject/create', 'subject/create']);
	});

	it('says what became of the items that were under way when one failed', async () => {
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

	it('goes on after a failure when the node continues on errors', async () => {
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

	it('ends when it is cancelled although the node continues on errors', async () => {
		const controller = new AbortController();
		school.onCall = () => {
			controller.abort();
			return undefined;
		};

		const { error } = await school.runToEnd(CREATE_SUBJECT, {
			items: makeItems(3),
			continueOnFail: true,
			signal: controller.signal,
			credential: { callsAtOnce: 1 },
		});

		expect(error?.message).toBe('The execution was cancelled');
		expect(school.calls).toEqual(['subject/create']);
	});

	it('sends API Calls one after the other, because nobody knows what they do', async () => {
		school.answerAfter(5);
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

	it('sends the calls of Get Many at the same time', async () => {
		school.answerAfter(5);
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
		/** Creates customers in a time that moves only while all wait for it, so that a busy machine changes nothing. */
		async function createThirtyCustomers(): Promise<void> {
			jest.useFakeTimers({ now: new Date('2026-02-10T09:00:00Z') });
			const parametersByItem = makeItems(30).map((_, index) => ({ name: `Лунная Вера ${index}` }));
			const credential = { hostname: `far${roundTripMs}`, requestsPerSecond: 5 };
			const form = customerForm('create', { is_study: 0, legal_type: 1 });

			await Promise.all([school.run(form, { parametersByItem, credential }), jest.runAllTimersAsync()]);
		}

		it(`sends up to ${callsAtOnce} calls at once, as many as the rate needs`, async () => {
			school.answerAfter(roundTripMs);

			await createThirtyCustomers();

			expect(school.readMostCallsAtOnce()).toBe(callsAtOnce);
		});

		it('sends at most 5 calls within any second', async () => {
			school.answerAfter(roundTripMs);

			await createThirtyCustomers();

			expect(school.readMostCallsInASecond()).toBeLessThanOrEqual(5);
		});
	},
);

describe('Create or Update when another execution changes the customer that it has found', () => {
	let customer: number;

	beforeEach(() => {
		// A last day in the future does not tell whether the customer is archived.
		customer = school.addLead({ phone: [PHONE], note: 'a', e_date: '2100-01-01' });
	});

	it('reads the customer again and leaves out what the other execution has saved already', async () => {
		const { json } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'b', legal_name: 'x' }),
			customerForm('update', { id: customer, updateFields: { note: 'b' } }),
		);

		expect(json).toMatchObject([
			{ operationResult: 'updated', changedFields: ['legal_name'], note: 'b', legal_name: 'x' },
		]);
		expect(school.readRecord('customer', customer)).toMatchObject({ note: 'b', legal_name: 'x' });
	});

	it('creates a customer when the other execution changes the phone', async () => {
		const { json } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'b', name: 'Мия' }),
			customerForm('update', { id: customer, updateFields: { phone: OTHER_PHONE } }),
		);

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(school.readRecords('customer')).toMatchObject([
			{ id: customer, note: 'a', phone: [OTHER_PHONE] },
			{ note: 'b', phone: [PHONE] },
		]);
	});

	it('creates a customer when the other execution archives the found one and archived ones do not count', async () => {
		const { json } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'b', name: 'Мия' }, { ifArchived: 'create' }),
			customerForm('archive', { id: customer }),
		);

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(school.readRecords('customer')).toMatchObject([
			{ id: customer, note: 'a' },
			{ note: 'b', phone: [PHONE] },
		]);
	});

	it('skips the customer when the other execution archives it and archived ones are skipped', async () => {
		const { json } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'b', name: 'Мия' }, { ifArchived: 'skip' }),
			customerForm('archive', { id: customer }),
		);

		expect(json).toMatchObject([{ operationResult: 'skipped' }]);
		expect(school.readRecords('customer')).toMatchObject([{ id: customer, note: 'a' }]);
	});

	it('changes the customer in the archive when archived ones are updated', async () => {
		const { json } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'b' }, { ifArchived: 'update' }),
			customerForm('archive', { id: customer }),
		);

		expect(json).toMatchObject([{ operationResult: 'updated', changedFields: ['note'], note: 'b' }]);
	});

	it('restores the customer from the archive when archived ones are restored', async () => {
		const { json } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'b' }, { ifArchived: 'restore' }),
			customerForm('archive', { id: customer }),
		);

		expect(json).toMatchObject([
			{ operationResult: 'updated', changedFields: ['removed', 'note'], note: 'b' },
		]);
	});

	it('changes nothing when the list of archived customers does not come whole any more', async () => {
		let readingsOfArchive = 0;
		school.onCall = (call, request) => {
			const readsArchive = call === 'customer/index' && request.body.removed === 2;
			if (!readsArchive) return undefined;
			readingsOfArchive += 1;
			return readingsOfArchive > 1 ? school.answerWithUnstableList(request) : undefined;
		};

		const { error } = await school.runWhileOtherExecutionRuns(
			upsertByPhoneForm({ note: 'b' }, { ifArchived: 'restore' }),
			customerForm('update', { id: customer, updateFields: { legal_name: 'x' } }),
		);

		expect(error?.message).toBe(
			"AlfaCRM's list of archived customers did not come whole, so it is not sure whether customer 1 is archived",
		);
		expect(school.readRecord('customer', customer)).toMatchObject({ note: 'a', legal_name: 'x' });
	});
});

describe('Create or Update when an earlier item changes the customer that it has found', () => {
	it('searches again and creates a customer when the found one no longer has the phone', async () => {
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

	it('fails when it has changed another customer before, and says which', async () => {
		const older = school.addLead({ phone: [PHONE], email: [EMAIL], note: 'a' });
		const newer = school.addLead({ phone: [PHONE], note: 'a' });

		const { error } = await school.runOverlappingItems(
			upsertByEmailForm({ phone: OTHER_PHONE }, { listMode: 'replace' }),
			upsertByPhoneForm({ note: 'b' }, { ifSeveral: 'all' }),
		);

		expect(error?.message).toBe('Customer 1 was changed meanwhile, so that it does not match any more');
		expect(error?.description).toBe('Run it again. Saved before: update customer 2. Carried out: item 1.');
		expect(school.readRecord('customer', older)).toMatchObject({ note: 'a', phone: [OTHER_PHONE] });
		expect(school.readRecord('customer', newer)).toMatchObject({ note: 'b' });
	});
});
