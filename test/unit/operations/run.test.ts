import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import type { Item } from '../../../nodes/AlfaCrm/run/item';
import type { ItemRequest } from '../../../nodes/AlfaCrm/run/itemCalls';
import { incompleteListError } from '../../../nodes/AlfaCrm/run/readList';
import { CachedList } from '../../../nodes/AlfaCrm/store/cachedList';
import { makeAnswerError } from '../../support/nodeErrors';
import { openExecution } from './support';

const CREATE_CUSTOMER: ItemRequest = {
	path: 'customer',
	action: 'create',
	branch: 1,
	body: { name: 'Мия', custom_a: 1 },
	task: 'create the customer',
};
const UPDATE_CUSTOMER: ItemRequest = {
	path: 'customer',
	action: 'update',
	branch: 1,
	query: { id: 7 },
	body: { name: 'Мия', custom_a: 1 },
	task: 'update customer 7',
};

afterEach(() => {
	jest.useRealTimers();
});

/** `Execution.cached` reads a value by the given function, unless the execution has read it before. */
describe('Execution.cached', () => {
	/** What `countReadings` returns when it is called for the first and for the second time. */
	const FIRST_READING = 1;
	const SECOND_READING = 2;

	it('an execution reads a value once', async () => {
		const { run: execution } = openExecution();
		const countReadings = makeReadingCounter();

		const first = await execution.cached('room', 'all', countReadings);
		const second = await execution.cached('room', 'all', countReadings);

		expect([first, second]).toEqual([FIRST_READING, FIRST_READING]);
	});

	it('an execution keeps two values of an entity apart by their names', async () => {
		const { run: execution } = openExecution();
		const countReadings = makeReadingCounter();

		const all = await execution.cached('room', 'all', countReadings);
		const newest = await execution.cached('room', 'newest', countReadings);
		const allAgain = await execution.cached('room', 'all', countReadings);

		expect([all, newest, allAgain]).toEqual([FIRST_READING, SECOND_READING, FIRST_READING]);
	});

	it('an execution keeps the values of two entities apart, although they have the same name', async () => {
		const { run: execution } = openExecution();
		const countReadings = makeReadingCounter();

		const rooms = await execution.cached('room', 'all', countReadings);
		const subjects = await execution.cached('subject', 'all', countReadings);
		const roomsAgain = await execution.cached('room', 'all', countReadings);

		expect([rooms, subjects, roomsAgain]).toEqual([FIRST_READING, SECOND_READING, FIRST_READING]);
	});

	it('an execution reads a value once for three items that need it at the same moment', async () => {
		const { run: execution } = openExecution();
		const countReadings = makeReadingCounter();

		const values = await Promise.all([
			execution.cached('room', 'all', countReadings),
			execution.cached('room', 'all', countReadings),
			execution.cached('room', 'all', countReadings),
		]);

		expect(values).toEqual([FIRST_READING, FIRST_READING, FIRST_READING]);
	});

	it('an execution reads a value once more for the two waiting items when the reading of the first one fails', async () => {
		const { run: execution } = openExecution();
		const countReadings = makeReadingCounter();
		const failFirstReading = async () => {
			const reading = await countReadings();
			if (reading === FIRST_READING) throw new Error('Not now');
			return reading;
		};

		const outcomes = await Promise.allSettled([
			execution.cached('room', 'all', failFirstReading),
			execution.cached('room', 'all', failFirstReading),
			execution.cached('room', 'all', failFirstReading),
		]);

		expect(outcomes).toMatchObject([
			{ status: 'rejected' },
			{ status: 'fulfilled', value: SECOND_READING },
			{ status: 'fulfilled', value: SECOND_READING },
		]);
	});

	it('an execution keeps a value after it has written to the entity itself', async () => {
		const { run: execution } = openExecution();
		await execution.readCredential();
		const countReadings = makeReadingCounter();
		await execution.cached('room', 'all', countReadings);

		execution.noteWrite('room', []);

		expect(await execution.cached('room', 'all', countReadings)).toBe(FIRST_READING);
	});

	it('an execution keeps a value after another execution has written to another entity', async () => {
		const { execution, otherExecution } = await openTwoExecutions();
		const countReadings = makeReadingCounter();
		await execution.cached('room', 'all', countReadings);

		otherExecution.noteWrite('subject', []);

		expect(await execution.cached('room', 'all', countReadings)).toBe(FIRST_READING);
	});

	it('an execution reads a value again after another execution has written to the entity', async () => {
		const { execution, otherExecution } = await openTwoExecutions();
		const countReadings = makeReadingCounter();
		await execution.cached('room', 'all', countReadings);

		otherExecution.noteWrite('room', []);

		expect(await execution.cached('room', 'all', countReadings)).toBe(SECOND_READING);
	});

	it('an execution reads a value again after another execution and then itself have written to the entity', async () => {
		const { execution, otherExecution } = await openTwoExecutions();
		const countReadings = makeReadingCounter();
		await execution.cached('room', 'all', countReadings);

		otherExecution.noteWrite('room', []);
		execution.noteWrite('room', []);

		expect(await execution.cached('room', 'all', countReadings)).toBe(SECOND_READING);
	});

	it('an execution reads a value again after it has forgotten the entity', async () => {
		const { run: execution } = openExecution();
		const countReadings = makeReadingCounter();
		await execution.cached('room', 'all', countReadings);

		execution.forget('room');

		expect(await execution.cached('room', 'all', countReadings)).toBe(SECOND_READING);
	});

	it('an execution keeps the values of an entity when it forgets another one', async () => {
		const { run: execution } = openExecution();
		const countReadings = makeReadingCounter();
		await execution.cached('subject', 'all', countReadings);

		execution.forget('room');

		expect(await execution.cached('subject', 'all', countReadings)).toBe(FIRST_READING);
	});

	it('an execution reads a value again when it has forgotten the entity during the first reading', async () => {
		const { run: execution } = openExecution();
		const countReadings = makeReadingCounter();

		await execution.cached('room', 'all', async () => {
			execution.forget('room');
			return await countReadings();
		});

		expect(await execution.cached('room', 'all', countReadings)).toBe(SECOND_READING);
	});

	it('an execution keeps a value while a write whose answer was lost may still be under way', async () => {
		jest.useFakeTimers();
		const { run: execution, item } = openExecution(() => {
			throw makeAnswerError(504);
		});
		await loseAnswerOfWrite(item, 'room');
		const countReadings = makeReadingCounter();

		const first = await execution.cached('room', 'all', countReadings);
		const second = await execution.cached('room', 'all', countReadings);

		expect([first, second]).toEqual([FIRST_READING, FIRST_READING]);
	});

	it('an execution reads a value again once AlfaCRM must be done with a write whose answer was lost', async () => {
		jest.useFakeTimers();
		const { run: execution, item } = openExecution(() => {
			throw makeAnswerError(504);
		});
		await loseAnswerOfWrite(item, 'room');
		const countReadings = makeReadingCounter();
		await execution.cached('room', 'all', countReadings);

		await jest.runAllTimersAsync();

		expect(await execution.cached('room', 'all', countReadings)).toBe(SECOND_READING);
		expect(await execution.cached('room', 'all', countReadings)).toBe(SECOND_READING);
	});

	/** Makes a function that stands for a reading and returns how often it has been called: 1, then 2, 3 … */
	function makeReadingCounter() {
		let count = 0;
		return async () => {
			await Promise.resolve();
			count += 1;
			return count;
		};
	}

	/**
	 * Opens two executions of one account. They hear of each other's writes after they have read the
	 * credential.
	 */
	async function openTwoExecutions() {
		const { run: execution } = openExecution();
		const { run: otherExecution } = openExecution();
		await execution.readCredential();
		await otherExecution.readCredential();
		return { execution, otherExecution };
	}

	/** Sends a write to a server that answers 504, so that nobody knows whether it was carried out. */
	async function loseAnswerOfWrite(item: Item, path: string): Promise<void> {
		const write = item.send({ path, action: 'create', task: 'create the room' }, []);
		await Promise.all([
			expect(write).rejects.toMatchObject({ httpCode: '504' }),
			jest.advanceTimersByTimeAsync(10),
		]);
	}
});

describe('Execution', () => {
	it('an execution counts as cancelled once its signal is aborted', () => {
		const controller = new AbortController();
		const { run: execution } = openExecution(undefined, { signal: controller.signal });
		expect(execution.isCancelled).toBe(false);

		controller.abort();

		expect(execution.isCancelled).toBe(true);
	});

	it('an execution without a signal never counts as cancelled', () => {
		const { run: execution } = openExecution();

		expect(execution.isCancelled).toBe(false);
	});
});

describe('Item.save', () => {
	it('save returns the record of the answer and notes that it was saved', async () => {
		const { item } = openExecution(() => ({
			success: true,
			model: { id: 7, name: 'Мия', custom_a: 1 },
		}));

		const record = await item.save(CREATE_CUSTOMER, [], {});

		expect(record).toEqual({ id: 7, name: 'Мия', custom_a: 1 });
		expect(item.hasSaved).toBe(true);
	});

	it('an error of an item says what the item has saved before', async () => {
		const { item } = openExecution(() => ({ success: true, model: { id: 7 } }));

		await item.save(CREATE_CUSTOMER, [], {});

		expect(item.error('No').description).toBe('Saved before: create the customer.');
		expect(item.apiError('No', 'Look there.')).toMatchObject({
			description: 'Look there. Saved before: create the customer.',
		});
	});

	it('an error of an item lists everything that the item has saved before', async () => {
		const { item } = openExecution(() => ({ success: true, model: { id: 7 } }));

		await item.save(CREATE_CUSTOMER, [], {});
		await item.save(UPDATE_CUSTOMER, [], {});

		expect(item.error('No').description).toBe('Saved before: create the customer; update customer 7.');
		expect(incompleteListError(item, 'payments', 'that this payment is new')).toMatchObject({
			message: "AlfaCRM's list of payments did not come whole, so it is not sure that this payment is new",
			description: 'Run it again. Saved before: create the customer; update customer 7.',
		});
	});

	it.each<{ problem: string; answer: IDataObject; call: ItemRequest; message: string }>([
		{
			problem: 'a create shows the record but no success',
			answer: { model: { id: 7 } },
			call: CREATE_CUSTOMER,
			message: 'AlfaCRM answered but did not confirm that it could create the customer',
		},
		{
			problem: 'an update shows no success',
			answer: { id: 7 },
			call: UPDATE_CUSTOMER,
			message: 'AlfaCRM answered but did not confirm that it could update customer 7',
		},
		{
			problem: 'a create shows success but no ID of the new record',
			answer: { success: true, model: {} },
			call: CREATE_CUSTOMER,
			message: 'AlfaCRM answered but did not confirm that it could create the customer',
		},
		{
			problem: 'a create shows success but no record',
			answer: { success: true },
			call: CREATE_CUSTOMER,
			message: 'AlfaCRM answered but did not confirm that it could create the customer',
		},
	])('save fails when the answer to $problem', async ({ answer, call, message }) => {
		const { item } = openExecution(() => answer);

		await expect(item.save(call, [], {})).rejects.toMatchObject({
			message,
			description: 'Look in AlfaCRM whether it was saved before you run this again.',
		});
		expect(item.hasSaved).toBe(false);
	});

	it.each([true, 'true', 'True', 1, '1'])('save takes the success %j for a confirmation', async (success) => {
		const { item } = openExecution(() => ({ success, model: { id: 7 } }));

		await item.save(CREATE_CUSTOMER, [], {});

		expect(item.hasSaved).toBe(true);
	});

	it.each<{ shown: string; answer: IDataObject }>([
		{ shown: 'no record', answer: { success: true } },
		{ shown: 'an empty text as the record', answer: { success: true, model: '' } },
		{ shown: 'a list as the record', answer: { success: true, model: [] } },
		{ shown: 'a number as the record', answer: { success: true, model: 7 } },
	])('save returns an empty record when the answer to an update has $shown', async ({ answer }) => {
		const { item } = openExecution(() => answer);

		const record = await item.save(UPDATE_CUSTOMER, [], {});

		expect(record).toEqual({});
		expect(item.hasSaved).toBe(true);
	});
});

describe('Item.save of a call that a field of the answer confirms', () => {
	const ADD_BONUS: ItemRequest = { ...UPDATE_CUSTOMER, path: 'bonus', task: 'add the bonus' };

	it('save returns the fields of an answer that has the confirming field', async () => {
		const { item } = openExecution(() => ({ errors: [], balance_bonus: 5 }));

		const record = await item.save(ADD_BONUS, [], { confirms: 'balance_bonus' });

		expect(record).toEqual({ balance_bonus: 5 });
	});

	it('save returns the other fields of an answer that has success in place of the confirming field', async () => {
		const { item } = openExecution(() => ({ success: true, note: 1 }));

		const record = await item.save(ADD_BONUS, [], { confirms: 'balance_bonus' });

		expect(record).toEqual({ note: 1 });
	});

	it('save returns the record of an answer that has one in place of the confirming field', async () => {
		const { item } = openExecution(() => ({ success: true, model: { id: 7 } }));

		const record = await item.save(ADD_BONUS, [], { confirms: 'balance_bonus' });

		expect(record).toEqual({ id: 7 });
	});

	it('save fails when the answer has neither success nor the confirming field', async () => {
		const { item } = openExecution(() => ({ note: 1 }));

		const saving = item.save(ADD_BONUS, [], { confirms: 'balance_bonus' });

		await expect(saving).rejects.toThrow('AlfaCRM answered but did not confirm that it could add the bonus');
	});
});

describe('Item.save of a custom field', () => {
	it('save warns when the saved record lacks a custom field that was sent, and returns the field as null', async () => {
		const { item, hints } = openExecution(() => ({
			success: true,
			model: { id: 7, name: 'Мия', balance: '0.00' },
		}));

		const record = await item.save(CREATE_CUSTOMER, [], {});

		expect(record).toEqual({ id: 7, name: 'Мия', balance: '0.00', custom_a: null });
		expect(hints()).toEqual([
			'AlfaCRM shows no such custom field in the record that it saved, so its value was not kept. Check the name: custom_a',
		]);
	});

	it('save does not warn when the saved record shows the custom field as null', async () => {
		const { item, hints } = openExecution(() => ({
			success: true,
			model: { id: 7, balance: '0.00', custom_a: null },
		}));

		const record = await item.save(CREATE_CUSTOMER, [], {});

		expect(record).toEqual({ id: 7, balance: '0.00', custom_a: null });
		expect(hints()).toEqual([]);
	});

	it('save does not warn when the answer has no fields except the sent ones, as it may not show the whole record', async () => {
		const { item, hints } = openExecution(() => ({ success: true, model: { id: 7, name: 'Мия' } }));

		const record = await item.save(CREATE_CUSTOMER, [], {});

		expect(record).toEqual({ id: 7, name: 'Мия' });
		expect(hints()).toEqual([]);
	});

	it('save does not warn about a custom field when the answer shows only the ID', async () => {
		const { item, hints } = openExecution(() => ({ success: true, model: { id: 7 } }));

		const record = await item.save(CREATE_CUSTOMER, [], {});

		expect(record).toEqual({ id: 7 });
		expect(hints()).toEqual([]);
	});
});

describe('Item.error', () => {
	const LIST_CUSTOMERS: ItemRequest = {
		path: 'customer',
		action: 'index',
		task: 'list the customers',
	};

	it('an error of an item says that nothing was sent before the first call of the item', () => {
		const { item } = openExecution();

		expect(item.error('No').description).toBe('Nothing was sent to AlfaCRM.');
	});

	it.each<{ method: string; sendCall: (item: Item) => Promise<unknown> }>([
		{ method: 'collect', sendCall: async (item) => await item.collect(LIST_CUSTOMERS) },
		{ method: 'fetch', sendCall: async (item) => await item.fetch(LIST_CUSTOMERS) },
		{ method: 'send', sendCall: async (item) => await item.send(CREATE_CUSTOMER, []) },
	])('an error of an item says that nothing was saved after a call by Item.$method', async ({ sendCall }) => {
		const { item } = openExecution(() => ({ items: [], total: 0 }));

		await sendCall(item);

		expect(item.error('No').description).toBe('Nothing was saved.');
	});
});

describe('Item.object', () => {
	const JSON_PARAMETER = { displayName: 'JSON', name: 'json', default: '{}' };

	it.each<{ value: IDataObject | string; object: IDataObject }>([
		{ value: '{"a": 1}', object: { a: 1 } },
		{ value: { a: 1 }, object: { a: 1 } },
	])('object reads $object from the value $value', ({ value, object }) => {
		const { item } = openExecution(undefined, { parameters: { json: value } });

		expect(item.object(JSON_PARAMETER)).toEqual(object);
	});

	it('object reads an empty object from a blank text', () => {
		const { item } = openExecution(undefined, { parameters: { json: ' \n' } });

		expect(item.object(JSON_PARAMETER)).toEqual({});
	});

	it('object reads the default of a parameter that is missing from the form', () => {
		const { item } = openExecution(undefined, { parameters: {} });

		expect(item.object(JSON_PARAMETER)).toEqual({});
	});

	it.each<{ value: string | number | boolean | number[] }>([
		{ value: '[1]' },
		{ value: '{a}' },
		{ value: '12' },
		{ value: [1] },
		{ value: 12 },
		{ value: true },
	])('object refuses the value $value and says how to write an object', ({ value }) => {
		const { item } = openExecution(undefined, { parameters: { json: value } });

		expect(() => item.object(JSON_PARAMETER)).toThrow(
			expect.objectContaining({
				message: "'JSON' is not a JSON object",
				description:
					'Write it as {"name": "value"}, or use an expression that gives an object. Nothing was sent to AlfaCRM.',
			}),
		);
	});
});

describe('Item.collection', () => {
	const OPTIONS = {
		displayName: 'Options',
		name: 'options',
		default: {},
		options: [{ displayName: 'A', name: 'a', type: 'string' as const, default: 'x' }],
	};

	it('a collection returns a value that the user has added', () => {
		const { item } = openExecution(undefined, { parameters: { options: { a: 'y' } } });

		const options = item.collection(OPTIONS);

		expect(options.has('a')).toBe(true);
		expect(options.text(options.parameter('a'))).toBe('y');
	});

	it('a collection returns the default of a value that the user has not added', () => {
		const { item } = openExecution();

		const options = item.collection(OPTIONS);

		expect(options.has('a')).toBe(false);
		expect(options.text(options.parameter('a'))).toBe('x');
	});

	it('a collection refuses to return a parameter that it does not declare', () => {
		const { item } = openExecution(undefined, { parameters: { options: { a: 'y' } } });

		const options = item.collection(OPTIONS);

		expect(() => options.parameter('b')).toThrow(`'Options' has no "b"`);
	});

	it('a collection is refused when the form has a value that the collection does not declare', () => {
		const { item } = openExecution(undefined, { parameters: { options: { a: 'y', b: 1 } } });

		expect(() => item.collection(OPTIONS)).toThrow(
			expect.objectContaining({
				message: `'Options' has no "b"`,
				description: 'Remove it, or correct its name. Nothing was sent to AlfaCRM.',
			}),
		);
	});
});

describe('CachedList', () => {
	const PHONE_FIELD: Field = { type: 'phones', name: 'phone', label: 'Phone' };
	const LISTED_BRANCH = 1;
	const OTHER_BRANCH = 2;

	/** The IDs of the customers in the list. They tell which phones a customer has. */
	const TWO_SPELLINGS = 1;
	const ONE_SPELLING = 2;
	const EMPTY_PHONE = 3;
	const NO_PHONE = 4;
	const SECOND_PHONE = 5;
	/**
	 * Phones, in other spellings than in the list: two customers have the first one, and one has the second.
	 */
	const PHONE_OF_TWO = '+7 900 555-00-01';
	const PHONE_OF_ONE = '79005550002';
	/** A phone that nobody in the list has yet. */
	const NEW_PHONE = '8 900 555 00 09';
	const NEW_PHONE_AS_DIGITS = '79005550009';
	const ALL_CUSTOMERS = [
		{ id: TWO_SPELLINGS },
		{ id: ONE_SPELLING },
		{ id: EMPTY_PHONE },
		{ id: NO_PHONE },
		{ id: SECOND_PHONE },
	];

	let list: CachedList;

	beforeEach(() => {
		const customers = [
			{ id: TWO_SPELLINGS, phone: ['8 900 555 00 01', '+7(900)555-00-01'] },
			{ id: ONE_SPELLING, phone: '89005550001', removed: 0 },
			{ id: EMPTY_PHONE, phone: [] },
			{ id: NO_PHONE },
			{ id: SECOND_PHONE, phone: ['нет', '8 900 555 00 02'] },
			// A row without an ID, which the list leaves out.
			{ phone: ['8 900 555 00 01'] },
		];
		const isOfListedBranch = (row: IDataObject, branch?: number) =>
			branch === LISTED_BRANCH || row.branch_ids === LISTED_BRANCH;
		list = new CachedList(customers, isOfListedBranch);
	});

	it('a cached list leaves out a row without an ID', () => {
		expect(list.rows).toMatchObject(ALL_CUSTOMERS);
	});

	it('a cached list finds each customer once by a phone in another spelling', () => {
		expect(list.findCandidates(PHONE_FIELD, PHONE_OF_TWO)).toMatchObject([
			{ id: TWO_SPELLINGS },
			{ id: ONE_SPELLING },
		]);
	});

	it('a cached list finds a customer by the second of two phones', () => {
		expect(list.findCandidates(PHONE_FIELD, PHONE_OF_ONE)).toMatchObject([{ id: SECOND_PHONE }]);
	});

	it('a cached list finds nobody by a text that is no phone', () => {
		expect(list.findCandidates(PHONE_FIELD, 'нет')).toEqual([]);
	});

	it('a cached list finds nobody by a phone that nobody has', () => {
		expect(list.findCandidates(PHONE_FIELD, NEW_PHONE_AS_DIGITS)).toEqual([]);
	});

	it('a cached list finds a customer who was created after the first search', () => {
		list.findCandidates(PHONE_FIELD, NEW_PHONE_AS_DIGITS);

		list.noteWrite(
			{ action: 'create', branch: LISTED_BRANCH, body: { phone: [NEW_PHONE] } },
			{ id: '7', note: 'x' },
		);

		expect(list.findCandidates(PHONE_FIELD, NEW_PHONE_AS_DIGITS)).toEqual([
			{ id: '7', phone: [NEW_PHONE], note: 'x' },
		]);
	});

	it('a cached list finds a customer by a phone that was added after the first search', () => {
		list.findCandidates(PHONE_FIELD, NEW_PHONE_AS_DIGITS);

		list.noteWrite(
			{
				action: 'update',
				branch: LISTED_BRANCH,
				query: { id: String(EMPTY_PHONE) },
				body: { phone: [NEW_PHONE] },
			},
			{},
		);

		expect(list.findCandidates(PHONE_FIELD, NEW_PHONE_AS_DIGITS)).toEqual([
			{ id: EMPTY_PHONE, phone: [NEW_PHONE] },
		]);
	});

	it('a cached list does not find a customer who was deleted after the first search', () => {
		list.findCandidates(PHONE_FIELD, PHONE_OF_ONE);

		list.noteWrite({ action: 'delete', branch: LISTED_BRANCH, query: { id: SECOND_PHONE } }, {});

		expect(list.findCandidates(PHONE_FIELD, PHONE_OF_ONE)).toEqual([]);
		expect(list.rows).toMatchObject([
			{ id: TWO_SPELLINGS },
			{ id: ONE_SPELLING },
			{ id: EMPTY_PHONE },
			{ id: NO_PHONE },
		]);
	});

	it('a cached list ignores a new customer whose ID the answer does not show', () => {
		list.noteWrite({ action: 'create', branch: LISTED_BRANCH, body: {} }, {});

		expect(list.rows).toMatchObject(ALL_CUSTOMERS);
	});

	it('a cached list leaves out a customer who was created in another branch', () => {
		list.noteWrite({ action: 'create', branch: OTHER_BRANCH, body: {} }, { id: 7 });

		expect(list.rows).toMatchObject(ALL_CUSTOMERS);
	});

	it('a cached list shows a customer of its own branch who was created by a call to another branch', () => {
		list.noteWrite(
			{ action: 'create', branch: OTHER_BRANCH, body: { branch_ids: LISTED_BRANCH } },
			{ id: 8 },
		);

		expect(list.rows).toMatchObject([...ALL_CUSTOMERS, { id: 8 }]);
	});

	it('a cached list leaves out a customer who was changed by a call to another branch', () => {
		list.noteWrite({ action: 'update', branch: OTHER_BRANCH, query: { id: TWO_SPELLINGS }, body: {} }, {});

		expect(list.rows).toMatchObject([
			{ id: ONE_SPELLING },
			{ id: EMPTY_PHONE },
			{ id: NO_PHONE },
			{ id: SECOND_PHONE },
		]);
	});

	it('a cached list shows no archive flag after a write of the flag that AlfaCRM does not confirm', () => {
		list.noteWrite(
			{ action: 'update', branch: LISTED_BRANCH, query: { id: ONE_SPELLING }, body: { removed: 1 } },
			{},
		);

		expect(list.findCandidates(PHONE_FIELD, PHONE_OF_TWO)).toMatchObject([
			{ id: TWO_SPELLINGS },
			{ id: ONE_SPELLING, removed: undefined },
		]);
	});

	it('a cached list shows the archive flag after a write of the flag that AlfaCRM confirms', () => {
		list.noteWrite(
			{ action: 'update', branch: LISTED_BRANCH, query: { id: ONE_SPELLING }, body: { removed: 1 } },
			{ removed: 1 },
		);

		expect(list.findCandidates(PHONE_FIELD, PHONE_OF_TWO)).toMatchObject([
			{ id: TWO_SPELLINGS },
			{ id: ONE_SPELLING, removed: 1 },
		]);
	});
});
