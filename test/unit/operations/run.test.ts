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

describe('Execution.cached', () => {
	it('reads a value once', async () => {
		const { run } = openExecution();
		const read = makeCountingReading();

		const first = await run.cached('room', 'all', read);
		const second = await run.cached('room', 'all', read);

		expect([first, second]).toEqual([1, 1]);
	});

	it('keeps values of one entity apart by their names', async () => {
		const { run } = openExecution();
		const read = makeCountingReading();

		const all = await run.cached('room', 'all', read);
		const newest = await run.cached('room', 'newest', read);
		const allAgain = await run.cached('room', 'all', read);

		expect([all, newest, allAgain]).toEqual([1, 2, 1]);
	});

	it('keeps values of different entities apart', async () => {
		const { run } = openExecution();
		const read = makeCountingReading();

		const rooms = await run.cached('room', 'all', read);
		const subjects = await run.cached('subject', 'all', read);
		const roomsAgain = await run.cached('room', 'all', read);

		expect([rooms, subjects, roomsAgain]).toEqual([1, 2, 1]);
	});

	it('reads a value once for items that need it at the same moment', async () => {
		const { run } = openExecution();
		const read = makeCountingReading();

		const values = await Promise.all([
			run.cached('room', 'all', read),
			run.cached('room', 'all', read),
			run.cached('room', 'all', read),
		]);

		expect(values).toEqual([1, 1, 1]);
	});

	it('reads once more for the waiting items when the reading fails', async () => {
		const { run } = openExecution();
		const count = makeCountingReading();
		const failFirst = async () => {
			const reading = await count();
			if (reading === 1) throw new Error('Not now');
			return reading;
		};

		const outcomes = await Promise.allSettled([
			run.cached('room', 'all', failFirst),
			run.cached('room', 'all', failFirst),
			run.cached('room', 'all', failFirst),
		]);

		expect(outcomes).toMatchObject([
			{ status: 'rejected' },
			{ status: 'fulfilled', value: 2 },
			{ status: 'fulfilled', value: 2 },
		]);
	});

	it('keeps a value after a write of its own execution', async () => {
		const { run } = openExecution();
		await run.readCredential();
		const read = makeCountingReading();
		await run.cached('room', 'all', read);

		run.noteWrite('room', []);

		expect(await run.cached('room', 'all', read)).toBe(1);
	});

	it('keeps a value after another execution has written to another entity', async () => {
		const { run } = openExecution();
		const { run: otherExecution } = openExecution();
		await run.readCredential();
		await otherExecution.readCredential();
		const read = makeCountingReading();
		await run.cached('room', 'all', read);

		otherExecution.noteWrite('subject', []);

		expect(await run.cached('room', 'all', read)).toBe(1);
	});

	it('reads a value again after another execution has written to its entity', async () => {
		const { run } = openExecution();
		const { run: otherExecution } = openExecution();
		await run.readCredential();
		await otherExecution.readCredential();
		const read = makeCountingReading();
		await run.cached('room', 'all', read);

		otherExecution.noteWrite('room', []);

		expect(await run.cached('room', 'all', read)).toBe(2);
	});

	it('reads a value again when its own execution has written after another one', async () => {
		const { run } = openExecution();
		const { run: otherExecution } = openExecution();
		await run.readCredential();
		await otherExecution.readCredential();
		const read = makeCountingReading();
		await run.cached('room', 'all', read);

		otherExecution.noteWrite('room', []);
		run.noteWrite('room', []);

		expect(await run.cached('room', 'all', read)).toBe(2);
	});

	it('reads a value again after its entity was forgotten', async () => {
		const { run } = openExecution();
		const read = makeCountingReading();
		await run.cached('room', 'all', read);

		run.forget('room');

		expect(await run.cached('room', 'all', read)).toBe(2);
	});

	it('keeps the values of an entity when another one is forgotten', async () => {
		const { run } = openExecution();
		const read = makeCountingReading();
		await run.cached('subject', 'all', read);

		run.forget('room');

		expect(await run.cached('subject', 'all', read)).toBe(1);
	});

	it('reads a value again if its entity was forgotten during the first reading', async () => {
		const { run } = openExecution();
		const read = makeCountingReading();

		await run.cached('room', 'all', async () => {
			run.forget('room');
			return await read();
		});

		expect(await run.cached('room', 'all', read)).toBe(2);
	});

	it('keeps a value while a write whose answer was lost may still be under way', async () => {
		jest.useFakeTimers();
		const { run, item } = openExecution(() => {
			throw makeAnswerError(504);
		});
		await loseAnswerOfWrite(item, 'room');
		const read = makeCountingReading();

		const first = await run.cached('room', 'all', read);
		const second = await run.cached('room', 'all', read);

		expect([first, second]).toEqual([1, 1]);
	});

	it('reads a value again once AlfaCRM must be done with a write whose answer was lost', async () => {
		jest.useFakeTimers();
		const { run, item } = openExecution(() => {
			throw makeAnswerError(504);
		});
		await loseAnswerOfWrite(item, 'room');
		const read = makeCountingReading();
		await run.cached('room', 'all', read);

		await jest.runAllTimersAsync();

		expect(await run.cached('room', 'all', read)).toBe(2);
		expect(await run.cached('room', 'all', read)).toBe(2);
	});

	/** Makes a reading that returns how often it has been done. */
	function makeCountingReading() {
		let count = 0;
		return async () => {
			await Promise.resolve();
			count += 1;
			return count;
		};
	}

	/** Sends a write to a server that answers 504. */
	async function loseAnswerOfWrite(item: Item, path: string): Promise<void> {
		const write = item.send({ path, action: 'create', task: 'create the room' }, []);
		await Promise.all([
			expect(write).rejects.toMatchObject({ httpCode: '504' }),
			jest.advanceTimersByTimeAsync(10),
		]);
	}
});

describe('Execution', () => {
	it('counts as cancelled once its signal is aborted', () => {
		const controller = new AbortController();
		const { run } = openExecution(undefined, { signal: controller.signal });
		expect(run.isCancelled).toBe(false);

		controller.abort();

		expect(run.isCancelled).toBe(true);
	});

	it('never counts as cancelled without a signal', () => {
		const { run } = openExecution();

		expect(run.isCancelled).toBe(false);
	});
});

describe('Item.save', () => {
	it('returns the record of the answer and notes that it was saved', async () => {
		const { item } = openExecution(() => ({
			success: true,
			model: { id: 7, name: 'Мия', custom_a: 1 },
		}));

		const record = await item.save(CREATE_CUSTOMER, [], {});

		expect(record).toEqual({ id: 7, name: 'Мия', custom_a: 1 });
		expect(item.hasSaved).toBe(true);
	});

	it('lets later errors of the item say what was saved', async () => {
		const { item } = openExecution(() => ({ success: true, model: { id: 7 } }));

		await item.save(CREATE_CUSTOMER, [], {});

		expect(item.error('No').description).toBe('Saved before: create the customer.');
		expect(item.apiError('No', 'Look there.')).toMatchObject({
			description: 'Look there. Saved before: create the customer.',
		});
	});

	it('lets later errors of the item list all saved writes', async () => {
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
	])('fails when the answer to $problem', async ({ answer, call, message }) => {
		const { item } = openExecution(() => answer);

		await expect(item.save(call, [], {})).rejects.toMatchObject({
			message,
			description: 'Look in AlfaCRM whether it was saved before you run this again.',
		});
		expect(item.hasSaved).toBe(false);
	});

	it.each([true, 'true', 'True', 1, '1'])('takes the success %j for a confirmation', async (success) => {
		const { item } = openExecution(() => ({ success, model: { id: 7 } }));

		await item.save(CREATE_CUSTOMER, [], {});

		expect(item.hasSaved).toBe(true);
	});

	it.each<{ shown: string; answer: IDataObject }>([
		{ shown: 'no record', answer: { success: true } },
		{ shown: 'an empty text as the record', answer: { success: true, model: '' } },
		{ shown: 'a list as the record', answer: { success: true, model: [] } },
		{ shown: 'a number as the record', answer: { success: true, model: 7 } },
	])('returns an empty record when the answer to an update has $shown', async ({ answer }) => {
		const { item } = openExecution(() => answer);

		const record = await item.save(UPDATE_CUSTOMER, [], {});

		expect(record).toEqual({});
		expect(item.hasSaved).toBe(true);
	});
});

describe('Item.save of a call that a field of the answer confirms', () => {
	const ADD_BONUS: ItemRequest = { ...UPDATE_CUSTOMER, path: 'bonus', task: 'add the bonus' };

	it('returns the fields of an answer that has the confirming field', async () => {
		const { item } = openExecution(() => ({ errors: [], balance_bonus: 5 }));

		const record = await item.save(ADD_BONUS, [], { confirms: 'balance_bonus' });

		expect(record).toEqual({ balance_bonus: 5 });
	});

	it('returns the other fields of an answer that has success instead', async () => {
		const { item } = openExecution(() => ({ success: true, note: 1 }));

		const record = await item.save(ADD_BONUS, [], { confirms: 'balance_bonus' });

		expect(record).toEqual({ note: 1 });
	});

	it('returns the record of an answer that has one', async () => {
		const { item } = openExecution(() => ({ success: true, model: { id: 7 } }));

		const record = await item.save(ADD_BONUS, [], { confirms: 'balance_bonus' });

		expect(record).toEqual({ id: 7 });
	});

	it('fails when the answer has neither success nor the confirming field', async () => {
		const { item } = openExecution(() => ({ note: 1 }));

		const saving = item.save(ADD_BONUS, [], { confirms: 'balance_bonus' });

		await expect(saving).rejects.toThrow('AlfaCRM answered but did not confirm that it could add the bonus');
	});
});

describe('Item.save of a custom field', () => {
	it('warns when the saved record lacks the field, and returns the field as null', async () => {
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

	it('does not warn when the saved record shows the field as null', async () => {
		const { item, hints } = openExecution(() => ({
			success: true,
			model: { id: 7, balance: '0.00', custom_a: null },
		}));

		const record = await item.save(CREATE_CUSTOMER, [], {});

		expect(record).toEqual({ id: 7, balance: '0.00', custom_a: null });
		expect(hints()).toEqual([]);
	});

	it('does not warn when the answer repeats only sent fields and may not be the whole record', async () => {
		const { item, hints } = openExecution(() => ({ success: true, model: { id: 7, name: 'Мия' } }));

		const record = await item.save(CREATE_CUSTOMER, [], {});

		expect(record).toEqual({ id: 7, name: 'Мия' });
		expect(hints()).toEqual([]);
	});

	it('does not warn when the answer shows only the ID', async () => {
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

	it('says that nothing was sent before the first call of the item', () => {
		const { item } = openExecution();

		expect(item.error('No').description).toBe('Nothing was sent to AlfaCRM.');
	});

	it.each<{ method: string; sendCall: (item: Item) => Promise<unknown> }>([
		{ method: 'collect', sendCall: async (item) => await item.collect(LIST_CUSTOMERS) },
		{ method: 'fetch', sendCall: async (item) => await item.fetch(LIST_CUSTOMERS) },
		{ method: 'send', sendCall: async (item) => await item.send(CREATE_CUSTOMER, []) },
	])('says that nothing was saved after a call by Item.$method', async ({ sendCall }) => {
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
	])('reads $object from the value $value', ({ value, object }) => {
		const { item } = openExecution(undefined, { parameters: { json: value } });

		expect(item.object(JSON_PARAMETER)).toEqual(object);
	});

	it('reads an empty object from a blank text', () => {
		const { item } = openExecution(undefined, { parameters: { json: ' \n' } });

		expect(item.object(JSON_PARAMETER)).toEqual({});
	});

	it('reads the default of a parameter that the node does not have', () => {
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
	])('refuses the value $value and says how to write an object', ({ value }) => {
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

	it('reads a value that the user has added', () => {
		const { item } = openExecution(undefined, { parameters: { options: { a: 'y' } } });

		const options = item.collection(OPTIONS);

		expect(options.has('a')).toBe(true);
		expect(options.text(options.parameter('a'))).toBe('y');
	});

	it('reads the default of a value that the user has not added', () => {
		const { item } = openExecution();

		const options = item.collection(OPTIONS);

		expect(options.has('a')).toBe(false);
		expect(options.text(options.parameter('a'))).toBe('x');
	});

	it('refuses to return a parameter that it does not declare', () => {
		const { item } = openExecution(undefined, { parameters: { options: { a: 'y' } } });

		const options = item.collection(OPTIONS);

		expect(() => options.parameter('b')).toThrow(`'Options' has no "b"`);
	});

	it('refuses a form with a value that it does not declare', () => {
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

	let list: CachedList;

	beforeEach(() => {
		const rows = [
			{ id: 1, phone: ['8 900 555 00 01', '+7(900)555-00-01'] },
			{ id: 2, phone: '89005550001', removed: 0 },
			{ id: 3, phone: [] },
			{ id: 4 },
			{ id: 5, phone: ['нет', '8 900 555 00 02'] },
			{ phone: ['8 900 555 00 01'] },
		];
		const isOfListedBranch = (row: IDataObject, branch?: number) =>
			branch === LISTED_BRANCH || row.branch_ids === LISTED_BRANCH;
		list = new CachedList(rows, isOfListedBranch);
	});

	it('leaves out rows without an ID', () => {
		expect(list.rows).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }, { id: 5 }]);
	});

	it('finds each row once by a phone in another spelling', () => {
		expect(list.findCandidates(PHONE_FIELD, '+7 900 555-00-01')).toMatchObject([{ id: 1 }, { id: 2 }]);
	});

	it('finds a row by its second phone', () => {
		expect(list.findCandidates(PHONE_FIELD, '79005550002')).toMatchObject([{ id: 5 }]);
	});

	it('finds no row by a text that is no phone', () => {
		expect(list.findCandidates(PHONE_FIELD, 'нет')).toEqual([]);
	});

	it('finds no row by a phone that nobody has', () => {
		expect(list.findCandidates(PHONE_FIELD, '79005550009')).toEqual([]);
	});

	it('finds a record that was created after the first search', () => {
		list.findCandidates(PHONE_FIELD, '79005550009');

		list.noteWrite(
			{ action: 'create', branch: LISTED_BRANCH, body: { phone: ['8 900 555 00 09'] } },
			{ id: '7', note: 'x' },
		);

		expect(list.findCandidates(PHONE_FIELD, '79005550009')).toEqual([
			{ id: '7', phone: ['8 900 555 00 09'], note: 'x' },
		]);
	});

	it('finds a record by a phone that it was given after the first search', () => {
		list.findCandidates(PHONE_FIELD, '79005550009');

		list.noteWrite(
			{
				action: 'update',
				branch: LISTED_BRANCH,
				query: { id: '3' },
				body: { phone: ['8 900 555 00 09'] },
			},
			{},
		);

		expect(list.findCandidates(PHONE_FIELD, '79005550009')).toEqual([{ id: 3, phone: ['8 900 555 00 09'] }]);
	});

	it('does not find a record that was deleted after the first search', () => {
		list.findCandidates(PHONE_FIELD, '79005550002');

		list.noteWrite({ action: 'delete', branch: LISTED_BRANCH, query: { id: 5 } }, {});

		expect(list.findCandidates(PHONE_FIELD, '79005550002')).toEqual([]);
		expect(list.rows).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }]);
	});

	it('ignores a created record whose ID the answer does not show', () => {
		list.noteWrite({ action: 'create', branch: LISTED_BRANCH, body: {} }, {});

		expect(list.rows).toHaveLength(5);
	});

	it('leaves out a record that was created in another branch', () => {
		list.noteWrite({ action: 'create', branch: OTHER_BRANCH, body: {} }, { id: 7 });

		expect(list.rows).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }, { id: 5 }]);
	});

	it('shows a record of its own branch that was created by a call to another branch', () => {
		list.noteWrite(
			{ action: 'create', branch: OTHER_BRANCH, body: { branch_ids: LISTED_BRANCH } },
			{ id: 8 },
		);

		expect(list.rows).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }, { id: 5 }, { id: 8 }]);
	});

	it('leaves out a record that was changed by a call to another branch', () => {
		list.noteWrite({ action: 'update', branch: OTHER_BRANCH, query: { id: 1 }, body: {} }, {});

		expect(list.rows).toMatchObject([{ id: 2 }, { id: 3 }, { id: 4 }, { id: 5 }]);
	});

	it('shows no archive flag after a write of the flag that the answer does not confirm', () => {
		list.noteWrite({ action: 'update', branch: LISTED_BRANCH, query: { id: 2 }, body: { removed: 1 } }, {});

		expect(list.findCandidates(PHONE_FIELD, '89005550001')).toMatchObject([
			{ id: 1 },
			{ id: 2, removed: undefined },
		]);
	});

	it('shows the archive flag after a write of the flag that the answer confirms', () => {
		list.noteWrite(
			{ action: 'update', branch: LISTED_BRANCH, query: { id: 2 }, body: { removed: 1 } },
			{ removed: 1 },
		);

		expect(list.findCandidates(PHONE_FIELD, '89005550001')).toMatchObject([{ id: 1 }, { id: 2, removed: 1 }]);
	});
});
