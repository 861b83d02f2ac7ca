import type { IDataObject } from 'n8n-workflow';

import { recordKey } from '../../../nodes/AlfaCrm/operations/execution/execution';
import type { Item } from '../../../nodes/AlfaCrm/operations/execution/item';
import type { ItemRequest } from '../../../nodes/AlfaCrm/operations/execution/itemRequest';
import { incompleteListError } from '../../../nodes/AlfaCrm/operations/records/readList';
import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { indexRows, isLate, WriteCache } from '../../../nodes/AlfaCrm/operations/execution/writeCache';
import { deskOf } from './support';

describe('what items share', () => {
	const counting = () => {
		let count = 0;
		return async () => await Promise.resolve(++count);
	};

	it('is read once, each kind and name by itself', async () => {
		const { run } = deskOf();
		const read = counting();
		expect([await run.cached('a', 'x', read), await run.cached('a', 'x', read)]).toEqual([1, 1]);
		expect([await run.cached('a', 'y', read), await run.cached('b', 'x', read)]).toEqual([2, 3]);
		expect(await run.cached('a', 'x', read)).toBe(1);
	});

	it('is waited for by those who need it at the same moment, and tried again if that fails', async () => {
		const { run } = deskOf();
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

	it('is read again where it is not to be kept', async () => {
		const { run } = deskOf();
		const read = counting();
		const isKept = (value: number) => value > 1;
		expect(await run.cached('a', 'x', read, isKept)).toBe(1);
		expect(await run.cached('a', 'x', read, isKept)).toBe(2);
		expect(await run.cached('a', 'x', read, isKept)).toBe(2);
	});

	it('is read again after another execution has written to that kind, not after its own writes', async () => {
		const [mine, other] = [deskOf().run, deskOf().run];
		const read = counting();
		await mine.readCredential();
		await other.readCredential();
		await mine.cached('shared-a', 'x', read);
		mine.noteWrite([['shared-a']]);
		other.noteWrite([['shared-b']]);
		expect(await mine.cached('shared-a', 'x', read)).toBe(1);
		other.noteWrite([['shared-a']]);
		expect(await mine.cached('shared-a', 'x', read)).toBe(2);
	});

	it('is read again after a write of which nobody knows whether it was carried out', async () => {
		const { run } = deskOf();
		const read = counting();
		await run.cached('a', 'x', read);
		await run.cached('b', 'x', read);
		run.forget({ path: 'a' });
		expect([await run.cached('a', 'x', read), await run.cached('b', 'x', read)]).toEqual([3, 2]);
		// Also one that was under way meanwhile.
		await run.cached('c', 'x', async () => {
			run.forget({ path: 'd' });
			return await read();
		});
		expect(await run.cached('c', 'x', read)).toBe(5);
	});
});

describe('what was written', () => {
	const call = { action: 'update', body: { note: 'b' }, query: { id: 7 }, branch: 1 };

	it('stands in for what a late list shows, until another execution writes the record', async () => {
		const [mine, other] = [deskOf().run, deskOf().run];
		await mine.readCredential();
		await other.readCredential();
		const path = 'own-copy';
		mine.writeCacheOf(path).note(call, {}, mine.version(), { id: 7, note: 'a' });
		expect(mine.writeCacheOf('elsewhere').get(7)).toBeUndefined();
		expect(mine.cachedCopy({ path }, 7)?.row).toEqual({ id: 7, note: 'b' });
		expect(mine.cachedCopy({ path }, 7, { id: 7, note: 'a' })?.row.note).toBe('b');
		expect(mine.cachedCopy({ path }, 7, { id: 7, note: 'b' })).toBeUndefined();
		expect(mine.cachedCopy({ path }, 8)).toBeUndefined();
		other.noteWrite([recordKey({ path }, 8)]);
		expect(mine.cachedCopy({ path }, 7)?.row.note).toBe('b');
		other.noteWrite([recordKey({ path }, 7)]);
		expect(mine.cachedCopy({ path }, 7)).toBeUndefined();
	});

	it('is forgotten where nobody knows whether it was carried out', () => {
		const { run } = deskOf();
		run.writeCacheOf('a').note(call, {}, 0, { id: 7 });
		run.forget({ path: 'a', query: { id: 8 } });
		run.forget({ path: 'a' });
		expect(run.writeCacheOf('a').get(7)).toBeDefined();
		run.forget({ path: 'a', query: { id: '7' } });
		expect(run.writeCacheOf('a').get(7)).toBeUndefined();
	});
});

it('an execution is cancelled only by its signal', () => {
	const controller = new AbortController();
	const { run } = deskOf(undefined, { signal: controller.signal });
	expect([run.isCancelled, deskOf().run.isCancelled]).toEqual([false, false]);
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
		const desk = deskOf(() => answer);
		return { ...desk, model: await desk.item.save(call, [], { confirms }) };
	};

	it('gives the record as AlfaCRM holds it, which is then known to have been saved', async () => {
		const { model, item, run } = await saved({ success: true, model: { id: 7, name: 'Мия', custom_a: 1 } });
		expect(model).toEqual({ id: 7, name: 'Мия', custom_a: 1 });
		expect(item.hasSaved).toBe(true);
		expect(item.savedNote()).toBe('Saved before: create the customer.');
		expect(item.failed('No', 'Look there.')).toMatchObject({
			description: 'Look there. Saved before: create the customer.',
		});
		expect(run.writeCacheOf('customer').get(7)?.row).toEqual({ id: 7, name: 'Мия', custom_a: 1 });
	});

	it('tells both that were saved', async () => {
		const { item } = await saved({ success: true, model: { id: 7 } });
		await item.save(UPDATE, []);
		const both = 'Saved before: create the customer; update customer 7.';
		expect([item.savedNote(), item.effectNote()]).toEqual([both, both]);
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
		const { item, run } = deskOf(() => answer);
		await expect(item.save(call, [])).rejects.toMatchObject({
			message: `AlfaCRM answered but did not confirm that it could ${call.task}`,
			description: 'Look in AlfaCRM whether it was saved before you run this again.',
		});
		expect(item.hasSaved).toBe(false);
		expect(run.writeCacheOf('customer').get(7)).toBeUndefined();
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
		expect((await saved({ success: true, model })).hints()).toEqual(hints);
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
			const { item } = deskOf(() => ({ items: [], total: 0 }));
			expect(item.effectNote()).toBe('Nothing was sent to AlfaCRM.');
			await send(item);
			expect(item.effectNote()).toBe('Nothing was saved.');
		}
	});

	it('names a parameter that is no JSON object', () => {
		const declared = { displayName: 'JSON', name: 'json', default: '{}' };
		const objectOf = (json: unknown) =>
			deskOf(undefined, { parameters: json === undefined ? {} : { json: json as string } }).item.object(
				declared,
			);
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
		const { item } = deskOf(undefined, { parameters: { options: { a: 'y' } } });
		const options = item.collection(declared);
		expect([options.has('a'), options.text(options.parameter('a'))]).toEqual([true, 'y']);
		expect(() => options.parameter('b')).toThrow(`'Options' has no "b"`);
		const empty = deskOf().item.collection(declared);
		expect([empty.has('a'), empty.text(empty.parameter('a'))]).toEqual([false, 'x']);
		const strange = deskOf(undefined, { parameters: { options: { a: 'y', b: 1 } } }).item;
		expect(() => strange.collection(declared)).toThrow(`'Options' has no "b"`);
		expect(() => strange.collection(declared)).toThrow(
			expect.objectContaining({
				description: 'Remove it, or correct its name. Nothing was sent to AlfaCRM.',
			}),
		);
	});
});

const PHONE: Field = { type: 'phones', name: 'phone', label: 'Phone' };
const NAME: Field = { type: 'text', name: 'name', label: 'Name' };
const create = (body: object) => ({ action: 'create', body: { ...body }, branch: 1 });
const update = (id: unknown, body: object, branch = 1) => ({
	action: 'update',
	body: { ...body },
	branch,
	query: { id: id as number },
});
const remove = (id: number) => ({ action: 'delete', branch: 1, query: { id } });

const ids = (records: WriteCache, field: Field, value: unknown) =>
	records.having(field, value).map(({ row }) => row.id);

describe('what an execution has written', () => {
	it('is a new record with what was sent and what AlfaCRM made of it', () => {
		const records = new WriteCache();
		records.note(create({ name: 'Мия', removed: 1 }), { id: 7, name: 'МИЯ', balance: '0.00' }, 3);
		const row = { id: 7, name: 'МИЯ', balance: '0.00', removed: 1 };
		expect(records.get(7)).toEqual({ row, branch: 1, version: 3, was: new Map() });
		expect(records.get(8)).toBeUndefined();
	});

	it('holds what was sent where the answer leaves that empty', () => {
		const records = new WriteCache();
		records.note(create({ phone: ['1'], note: '' }), { id: 7, phone: [], note: null, web: [] }, 0);
		expect(records.get(7)?.row).toEqual({ id: 7, phone: ['1'], note: null, web: [] });
	});

	it('is a changed record only where it is known what it was', () => {
		const records = new WriteCache();
		records.note(update(7, { name: 'Мия' }), { id: 7 }, 0);
		expect(records.get(7)).toBeUndefined();
		records.note(update(7, { name: 'Мия' }), {}, 1, { id: 7, name: 'Ия', note: 'x' });
		expect(records.get(7)?.row).toEqual({ id: 7, name: 'Мия', note: 'x' });
		// Now it is known.
		records.note(update('7', { note: 'y' }, 2), {}, 2);
		expect(records.get(7)).toMatchObject({ row: { id: 7, name: 'Мия', note: 'y' }, branch: 2, version: 2 });
	});

	it('says nothing of the archive after a change, for whether the flag was taken shows elsewhere', () => {
		const records = new WriteCache();
		records.note(update(7, { removed: 1, name: 'Мия' }), {}, 0, { id: 7 });
		expect(records.get(7)?.row).toEqual({ id: 7, name: 'Мия' });
	});

	it('is nothing without an ID', () => {
		const records = new WriteCache();
		records.note(create({ name: 'Мия' }), {}, 0);
		records.note({ action: 'update', body: { name: 'Мия' } }, { id: 7 }, 0, { id: 7 });
		expect(ids(records, NAME, 'Мия')).toEqual([]);
	});

	it('is gone after a deletion, whatever lists show', () => {
		const records = new WriteCache();
		records.note(create({ name: 'Мия' }), { id: 7 }, 0);
		expect(records.get(7)?.row).toStrictEqual({ id: 7, name: 'Мия' });
		expect(records.isGone(7)).toBe(false);
		records.note(remove(7), {}, 1, { id: 7 });
		expect(records.isGone(7)).toBe(true);
		expect(records.get(7)).toBeUndefined();
		expect(ids(records, NAME, 'Мия')).toEqual([]);
	});

	it('is asked for anew once it is forgotten', () => {
		const records = new WriteCache();
		records.note(create({ name: 'Мия' }), { id: 7 }, 0);
		expect(ids(records, NAME, 'Мия')).toEqual([7]);
		records.forget(7);
		expect(records.get(7)).toBeUndefined();
		expect(records.isGone(7)).toBe(false);
		expect(ids(records, NAME, 'Мия')).toEqual([]);
	});

	it('is found by each value of a field in any spelling, once, also what comes later', () => {
		const records = new WriteCache();
		records.note(create({ phone: ['8 900 555 00 01', '8 900 555 00 02'] }), { id: 7 }, 0);
		expect(ids(records, PHONE, '+7(900)555-00-02')).toEqual([7]);
		records.note(create({ phone: ['+79005550002'], name: 'Мия' }), { id: 8 }, 0);
		expect(ids(records, PHONE, '+7(900)555-00-02')).toEqual([7, 8]);
		expect(ids(records, PHONE, '+7(900)555-00-01')).toEqual([7]);
		expect(ids(records, PHONE, '+7(900)555-00-03')).toEqual([]);
		expect(ids(records, NAME, 'мия')).toEqual([8]);
		expect(ids(records, NAME, '')).toEqual([]);
		records.note(update(7, { phone: ['+7(900)555-00-03'] }), {}, 1);
		expect(ids(records, PHONE, '8 900 555 00 03')).toEqual([7]);
	});
});

describe('a list is late', () => {
	const records = new WriteCache();
	records.note(update(7, { note: 'b', phone: ['1'] }), {}, 0, { id: 7, note: 'a', phone: [], name: 'Мия' });
	records.note(update(7, { note: 'c' }), {}, 1);
	const match = records.get(7)!;

	it.each<[object, boolean]>([
		[{ id: 7, note: 'a', phone: [], name: 'Мия' }, true],
		[{ id: 7, note: 'b', phone: ['1'], name: 'Мия' }, true],
		[{ id: 7, note: 'c', phone: [], name: 'Мия' }, true],
		[{ id: 7, note: 'c', phone: ['1'], name: 'Мия' }, false],
		// Somebody else has changed it since.
		[{ id: 7, note: 'd', phone: ['2'], name: 'Мия' }, false],
		// What was not written tells nothing.
		[{ id: 7, note: 'c', phone: ['1'], name: 'Ия' }, false],
	])('%j: %j', (row, wanted) => {
		expect(isLate(match, row as never)).toBe(wanted);
	});

	it('not where the record is new', () => {
		records.note(create({ note: 'a' }), { id: 8 }, 0);
		expect(isLate(records.get(8)!, { id: 8 })).toBe(false);
		expect(isLate({ row: { id: 9 }, version: 0 }, { id: 9, note: 'a' })).toBe(false);
	});

	it('also where it does not show a field that was empty before, and not after it was set back', () => {
		records.note(update(9, { note: 'b' }), {}, 0, { id: 9 });
		expect(isLate(records.get(9)!, { id: 9 })).toBe(true);
		records.note(update(9, { note: null }), {}, 0);
		expect(isLate(records.get(9)!, { id: 9, note: null })).toBe(false);
		records.note(update(10, { note: 'b' }), {}, 0, { id: 10, note: 'a' });
		records.note(update(10, { note: 'a' }), {}, 0);
		expect([
			isLate(records.get(10)!, { id: 10, note: 'a' }),
			isLate(records.get(10)!, { id: 10, note: 'b' }),
		]).toEqual([false, true]);
	});
});

it('rows are found by each value of a field, once for each', () => {
	const rows = [
		{ id: 1, phone: ['8 900 555 00 01', '+7(900)555-00-01'] },
		{ id: 2, phone: '89005550001' },
		{ id: 3, phone: [] },
		{ id: 4 },
		{ id: 5, phone: ['нет', '8 900 555 00 02'] },
	];
	const index = indexRows(PHONE, rows);
	expect([...index].map(([key, found]) => [key, found.map(({ id }) => id)])).toEqual([
		['79005550001', [1, 2]],
		['79005550002', [5]],
	]);
});
