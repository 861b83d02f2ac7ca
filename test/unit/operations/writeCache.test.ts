import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { indexRows, isLate, WriteCache } from '../../../nodes/AlfaCrm/operations/run/writeCache';

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
