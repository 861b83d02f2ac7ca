import type { IDataObject } from 'n8n-workflow';

import { CachedList } from '../../../nodes/AlfaCrm/store/cachedList';
import type { Item } from '../../../nodes/AlfaCrm/run/item';
import type { ItemRequest } from '../../../nodes/AlfaCrm/run/itemCalls';
import { incompleteListError } from '../../../nodes/AlfaCrm/run/readList';
import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { makeAnswerError } from '../../support/nodeErrors';
import { openExecution } from './support';

describe('what items share', () => {
	const counting = () => {
		let count = 0;
		return async () => await Promise.resolve(++count);
	};

	it('is read once, each kind and name by itself', async () => {
		const { run } = openExecution();
		const read = counting();
		expect([await run.cached('a', 'x', read), await run.cached('a', 'x', read)]).toEqual([1, 1]);
		expect([await run.cached('a', 'y', read), await run.cached('b', 'x', read)]).toEqual([2, 3]);
		expect(await run.cached('a', 'x', read)).toBe(1);
	});

	it('is waited for by those who need it at the same moment, and tried again if that fails', async () => {
		const { run } = openExecution();
		let count = 0;
		const read = async () => {
			await Promise.resolve();
			count += 1;
			if (count === 1) throw new Error('Not now');
			return count;
		};
		const all = await Promise.allSettled([1, 2, 3].map(async () => await run.cached('a', 'x', read)));
		expect(all.map((one) => (one.status === 'fulfilled' ? one.value : 'failed'))).toEqual(['failed', 2, 2]);
	});

	it('is read again after another execution has written to that kind, not after its own writes', async () => {
		const [mine, other] = [openExecution().run, openExecution().run];
		const read = counting();
		await mine.readCredential();
		await other.readCredential();
		await mine.cached('shared-a', 'x', read);
		mine.noteWrite('shared-a', []);
		other.noteWrite('shared-b', []);
		expect(await mine.cached('shared-a', 'x', read)).toBe(1);
		other.noteWrite('shared-a', []);
		// What it writes itself does not hide that.
		mine.noteWrite('shared-a', []);
		expect(await mine.cached('shared-a', 'x', read)).toBe(2);
	});

	it('is read again after a write of which nobody knows whether it was carried out', async () => {
		const { run } = openExecution();
		const read = counting();
		await run.cached('a', 'x', read);
		await run.cached('b', 'x', read);
		run.forget('a');
		expect([await run.cached('a', 'x', read), await run.cached('b', 'x', read)]).toEqual([3, 2]);
		// Also one that was under way meanwhile.
		await run.cached('c', 'x', async () => {
			run.forget('c');
			return await read();
		});
		expect(await run.cached('c', 'x', read)).toBe(5);
	});

	it('is read again when AlfaCRM must be done with a write whose answer did not come in time', async () => {
		jest.useFakeTimers();
		const { item, run } = openExecution(() => {
			throw makeAnswerError(504);
		});
		const lost = item.send({ path: 'a', action: 'create', task: 'create it' }, []).catch(() => 'lost');
		await jest.advanceTimersByTimeAsync(10);
		expect(await lost).toBe('lost');
		const read = counting();
		expect([await run.cached('a', 'x', read), await run.cached('a', 'x', read)]).toEqual([1, 1]);
		await jest.runAllTimersAsync();
		expect([await run.cached('a', 'x', read), await run.cached('a', 'x', read)]).toEqual([2, 2]);
		jest.useRealTimers();
	});
});

it('an execution is cancelled only by its signal', () => {
	const controller = new AbortController();
	const { run } = openExecution(undefined, { signal: controller.signal });
	expect([run.isCancelled, openExecution().run.isCancelled]).toEqual([false, false]);
	controller.abort();
	expect(run.isCancelled).toBe(true);
});

describe('a call that writes', () => {
	const CREATE: ItemRequest = {
		path: 'customer',
		action: 'create',
		branch: 1,
		body: { name: 'Мия', custom_a: 1 },
		task: 'create the customer',
	};
	const UPDATE: ItemRequest = { ...CREATE, action: 'update', query: { id: 7 }, task: 'update customer 7' };
	const saved = async (answer: IDataObject, call: ItemRequest = CREATE, confirms?: string) => {
		const desk = openExecution(() => answer);
		return { ...desk, model: await desk.item.save(call, [], { confirms }) };
	};

	it('gives the record as AlfaCRM holds it, which is then known to have been saved', async () => {
		const { model, item } = await saved({ success: true, model: { id: 7, name: 'Мия', custom_a: 1 } });
		expect(model).toEqual({ id: 7, name: 'Мия', custom_a: 1 });
		expect(item.hasSaved).toBe(true);
		expect(item.error('No').description).toBe('Saved before: create the customer.');
		expect(item.apiError('No', 'Look there.')).toMatchObject({
			description: 'Look there. Saved before: create the customer.',
		});
	});

	it('tells both that were saved', async () => {
		const { item } = await saved({ success: true, model: { id: 7 } });
		await item.save(UPDATE, []);
		const both = 'Saved before: create the customer; update customer 7.';
		expect(item.error('No').description).toBe(both);
		expect(incompleteListError(item, 'payments', 'that this payment is new')).toMatchObject({
			message: "AlfaCRM's list of payments did not come whole, so it is not sure that this payment is new",
			description: `Run it again. ${both}`,
		});
	});

	it.each<[string, IDataObject, ItemRequest]>([
		['does not say so', { model: { id: 7 } }, CREATE],
		['says nothing of success', { id: 7 }, UPDATE],
		['gives no ID to a new record', { success: true, model: {} }, CREATE],
		['gives no record at all', { success: true }, CREATE],
	])('is doubtful where the answer %s', async (_what, answer, call) => {
		const { item } = openExecution(() => answer);
		await expect(item.save(call, [])).rejects.toMatchObject({
			message: `AlfaCRM answered but did not confirm that it could ${call.task}`,
			description: 'Look in AlfaCRM whether it was saved before you run this again.',
		});
		expect(item.hasSaved).toBe(false);
	});

	it.each([true, 'true', 'True', 1, '1'])('is believed where success is %j', async (success) => {
		const { item } = await saved({ success, model: { id: 7 } } as IDataObject);
		expect(item.hasSaved).toBe(true);
	});

	it.each<[string, IDataObject]>([
		['none', { success: true }],
		['an empty text', { success: true, model: '' }],
		['a list', { success: true, model: [] }],
		['a number', { success: true, model: 7 }],
	])('of a change needs no record in its answer: %s', async (_what, answer) => {
		expect((await saved(answer, UPDATE)).model).toEqual({});
	});

	it('is confirmed by what else shows that', async () => {
		const bonus = { ...UPDATE, path: 'bonus' };
		const { model } = await saved({ errors: [], balance_bonus: 5 }, bonus, 'balance_bonus');
		expect(model).toEqual({ balance_bonus: 5 });
		expect((await saved({ success: true, note: 1 }, bonus, 'balance_bonus')).model).toEqual({ note: 1 });
		expect((await saved({ success: true, model: { id: 7 } }, bonus, 'balance_bonus')).model).toEqual({
			id: 7,
		});
		await expect(saved({ note: 1 }, bonus, 'balance_bonus')).rejects.toThrow('did not confirm');
	});

	const LOST =
		'AlfaCRM shows no such custom field in the record that it saved, so its value was not kept. Check the name: custom_a';

	it.each<[IDataObject, string[]]>([
		[{ id: 7, name: 'Мия', balance: '0.00' }, [LOST]],
		[{ id: 7, balance: '0.00', custom_a: null }, []],
		// What only repeats what was sent is no record.
		[{ id: 7, name: 'Мия' }, []],
		[{ id: 7 }, []],
	])('that answers with %j tells of the custom fields that it lost: %j', async (model, hints) => {
		const answer = await saved({ success: true, model });
		expect(answer.hints()).toEqual(hints);
		expect(answer.model).toEqual({ ...model, ...(hints.length > 0 ? { custom_a: null } : {}) });
	});
});

describe('a refusal of an item', () => {
	it('says what was sent so far', async () => {
		const call = { path: 'customer', action: 'index', task: 'list the customers' };
		for (const send of [
			async (item: Item) => await item.collect(call),
			async (item: Item) => await item.fetch(call),
			async (item: Item) => await item.send({ ...call, action: 'create' }, []),
		]) {
			const { item } = openExecution(() => ({ items: [], total: 0 }));
			expect(item.error('No').description).toBe('Nothing was sent to AlfaCRM.');
			await send(item);
			expect(item.error('No').description).toBe('Nothing was saved.');
		}
	});

	it('names a parameter that is no JSON object', () => {
		const declared = { displayName: 'JSON', name: 'json', default: '{}' };
		const objectOf = (json: unknown) =>
			openExecution(undefined, {
				parameters: json === undefined ? {} : { json: json as string },
			}).item.object(declared);
		for (const value of ['{"a": 1}', { a: 1 }]) expect(objectOf(value)).toEqual({ a: 1 });
		for (const value of [' \n', undefined]) expect(objectOf(value)).toEqual({});
		for (const value of ['[1]', '{a}', '12', [1], 12, true]) {
			expect(() => objectOf(value)).toThrow("'JSON' is not a JSON object");
		}
		expect(() => objectOf('{a}')).toThrow(
			expect.objectContaining({
				description:
					'Write it as {"name": "value"}, or use an expression that gives an object. Nothing was sent to AlfaCRM.',
			}),
		);
	});

	it('names what a collection does not have', () => {
		const declared = {
			displayName: 'Options',
			name: 'options',
			default: {},
			options: [{ displayName: 'A', name: 'a', type: 'string' as const, default: 'x' }],
		};
		const { item } = openExecution(undefined, { parameters: { options: { a: 'y' } } });
		const options = item.collection(declared);
		expect([options.has('a'), options.text(options.parameter('a'))]).toEqual([true, 'y']);
		expect(() => options.parameter('b')).toThrow(`'Options' has no "b"`);
		const empty = openExecution().item.collection(declared);
		expect([empty.has('a'), empty.text(empty.parameter('a'))]).toEqual([false, 'x']);
		const strange = openExecution(undefined, { parameters: { options: { a: 'y', b: 1 } } }).item;
		expect(() => strange.collection(declared)).toThrow(`'Options' has no "b"`);
		expect(() => strange.collection(declared)).toThrow(
			expect.objectContaining({
				description: 'Remove it, or correct its name. Nothing was sent to AlfaCRM.',
			}),
		);
	});
});

describe('a list that is read once for all items', () => {
	const PHONE: Field = { type: 'phones', name: 'phone', label: 'Phone' };
	const rows = [
		{ id: 1, phone: ['8 900 555 00 01', '+7(900)555-00-01'] },
		{ id: 2, phone: '89005550001', removed: 0 },
		{ id: 3, phone: [] },
		{ id: 4 },
		{ id: 5, phone: ['нет', '8 900 555 00 02'] },
		{ phone: ['8 900 555 00 01'] },
	];
	const opened = () => new CachedList(rows, ({ branch_ids }, branch) => branch === 1 || branch_ids === 1);
	const idsIn = (list: CachedList, phone: unknown) => list.findCandidates(PHONE, phone).map(({ id }) => id);

	it('finds rows by each value of a field in any spelling, once', () => {
		const list = opened();
		expect(idsIn(list, '+7 900 555-00-01')).toEqual([1, 2]);
		expect(idsIn(list, '79005550002')).toEqual([5]);
		expect(idsIn(list, 'нет')).toEqual([]);
		expect(list.rows.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
	});

	it('shows what is written meanwhile: a new record, a change, and none that is deleted', () => {
		const list = opened();
		expect(idsIn(list, '79005550009')).toEqual([]);
		const body = { phone: ['8 900 555 00 09'] };
		list.noteWrite({ action: 'create', branch: 1, body }, { id: '7', note: 'x' });
		expect(list.findCandidates(PHONE, '79005550009')).toEqual([{ ...body, id: '7', note: 'x' }]);
		list.noteWrite({ action: 'update', branch: 1, body, query: { id: '3' } }, {});
		expect(idsIn(list, '79005550009')).toEqual(['7', 3]);
		list.noteWrite({ action: 'delete', branch: 1, query: { id: 3 } }, {});
		expect(idsIn(list, '79005550009')).toEqual(['7']);
		list.noteWrite({ action: 'create', branch: 1, body }, {});
		expect(list.rows).toHaveLength(5);
	});

	it('shows a record only where it belongs', () => {
		const list = opened();
		list.noteWrite({ action: 'create', branch: 2, body: {} }, { id: 7 });
		list.noteWrite({ action: 'create', branch: 2, body: { branch_ids: 1 } }, { id: 8 });
		list.noteWrite({ action: 'update', branch: 2, body: {}, query: { id: 1 } }, {});
		expect(list.rows.map(({ id }) => id)).toEqual([2, 3, 4, 5, 8]);
	});

	it('does not say that the flag of the archive was taken, unless AlfaCRM shows it', () => {
		const list = opened();
		const archived = (model: IDataObject) => {
			list.noteWrite({ action: 'update', branch: 1, body: { removed: 1 }, query: { id: 2 } }, model);
			return list.rows.find(({ id }) => id === 2)?.removed;
		};
		expect([archived({}), archived({ removed: 1 })]).toEqual([undefined, 1]);
	});
});
