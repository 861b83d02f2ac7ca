import type { IDataObject } from 'n8n-workflow';

import { text } from '../../../nodes/AlfaCrm/entities/fields';
import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import type { ResentField } from '../../../nodes/AlfaCrm/entities/types';
import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { bodyOf, changesOf, withResentFields } from '../../../nodes/AlfaCrm/operations/records/body';
import { added, differences } from '../../../nodes/AlfaCrm/operations/records/diff';
import { branchesOf } from '../../../nodes/AlfaCrm/operations/records/target';
import { deskOf } from './support';

let { item } = deskOf();
const customer = entityOf('customer');

const FIELDS: Field[] = [
	{ type: 'text', name: 'name', label: 'Name', required: true },
	{ type: 'number', name: 'sum', label: 'Sum' },
	{ type: 'date', format: 'dotted', name: 'day', label: 'Day', fallback: 'today' },
	{ type: 'integer', name: 'count', label: 'Count', fallback: 3 },
	{ type: 'references', entity: 'branch', name: 'branch_ids', label: 'Branch', fromBranch: true },
];

describe('a new record', () => {
	beforeEach(() => jest.useFakeTimers({ now: new Date('2026-02-10T22:30:00Z') }));
	afterEach(() => jest.useRealTimers());

	it.each<[IDataObject, number | undefined, IDataObject]>([
		[{ name: ' Мия ' }, 1, { name: 'Мия', day: '11.02.2026', count: 3, branch_ids: [1] }],
		[{ name: 'Мия', sum: '', day: null, count: '' }, undefined, { name: 'Мия', day: '11.02.2026', count: 3 }],
		[
			{ name: 'Мия', sum: 5, day: '2026-01-02', count: 0, branch_ids: '2, 3', custom_a: 'x', custom_b: '' },
			1,
			{ name: 'Мия', sum: 5, day: '02.01.2026', count: 0, branch_ids: [2, 3], custom_a: 'x' },
		],
		// What is neither a field nor a custom one is not sent.
		[{ name: 'Мия', other: 1, day: '2026-01-02' }, undefined, { name: 'Мия', day: '02.01.2026', count: 3 }],
	])('of %j in branch %j is sent as %j', (given, branch, body) => {
		expect(bodyOf(item, FIELDS, given, branch)).toEqual(body);
	});

	it('lacks nothing that AlfaCRM requires', () => {
		const missing = () => bodyOf(item, FIELDS, { name: ' ', sum: 5 });
		expect(missing).toThrow("'Name' is empty, but AlfaCRM requires it");
		expect(missing).toThrow(
			expect.objectContaining({
				description: "Fill 'Name', or check the expression in it. Nothing was sent to AlfaCRM.",
			}),
		);
	});
});

describe('a text that is longer than AlfaCRM takes', () => {
	const fields = [text('name', 'Name', { longest: 5 })];
	const entity = { ...customer, fields };
	const bodies: Array<[string, (name: string, shortens?: boolean) => IDataObject]> = [
		['new record', (name, shortens) => bodyOf(item, fields, { name }, 1, shortens)],
		['change', (name, shortens) => changesOf(item, entity, { name }, false, shortens)],
	];

	it.each(bodies)('is refused by its label in a %s, and says what can be done', (_what, read) => {
		const refusal = (shortens?: boolean) => {
			try {
				return read('Ксения', shortens);
			} catch (caught) {
				return caught;
			}
		};
		expect(refusal()).toMatchObject({
			message: "'Name' has 6 characters; AlfaCRM accepts at most 5",
			description: 'Shorten it. Nothing was sent to AlfaCRM.',
		});
		expect(refusal(false)).toMatchObject({
			description: "Shorten it, or turn on 'Shorten Long Texts' in 'Options'. Nothing was sent to AlfaCRM.",
		});
	});

	it.each(bodies)('is shortened in a %s where that is wanted, which a hint tells', (_what, read) => {
		const desk = deskOf();
		({ item } = desk);
		expect(read('Мария Орлова', true)).toEqual({ name: 'Мари…' });
		expect(read('Мия Орлова', true)).toEqual({ name: 'Мия…' });
		expect(desk.hints()).toEqual([
			"Texts that are longer than AlfaCRM takes were shortened: 'Name' to 5 characters",
		]);
	});

	it.each(bodies)('is none in a %s as long as people count no more characters', (_what, read) => {
		for (const name of ['Мария', '  Мария  ', '👍🏽👍🏽M']) expect(read(name)).toEqual({ name: name.trim() });
	});

	it('is no matter where a record holds it and it is only sent along', () => {
		const resent = { resentOnUpdate: fields };
		expect(withResentFields(item, resent, { name: 'Мария Орлова' }, { note: 'x' })).toEqual({
			name: 'Мария Орлова',
			note: 'x',
		});
	});
});

describe('a change', () => {
	const entity = { ...customer, fields: FIELDS };

	it.each<[IDataObject, boolean, IDataObject]>([
		[{ name: 'Мия', sum: '' }, false, { name: 'Мия' }],
		[
			{ name: 'Мия', sum: '', day: null, custom_a: '' },
			true,
			{ name: 'Мия', sum: null, day: null, custom_a: '' },
		],
		[{ sum: undefined, custom_a: undefined, custom_b: 1 }, true, { custom_b: 1 }],
		[{ custom_a: '', custom_b: 'x', other: 1 }, false, { custom_b: 'x' }],
		[{ branch_ids: [2] }, true, { branch_ids: [2] }],
		[{ name: '', branch_ids: [] }, false, {}],
	])('of %j, with empty values: %j, is %j', (given, overwriteWithEmpty, body) => {
		expect(changesOf(item, entity, given, overwriteWithEmpty)).toEqual(body);
	});

	it('empties nothing without which the record would be lost', () => {
		expect(() => changesOf(item, entity, { name: '' }, true)).toThrow(
			"'Name' is empty, but AlfaCRM requires it",
		);
		expect(() => changesOf(item, entity, { branch_ids: [] }, true)).toThrow(
			"'Branch' is empty, but a record in no branch would be shown nowhere",
		);
	});
});

describe('an update', () => {
	const resentOnUpdate: ResentField[] = [
		{ type: 'date', format: 'dotted', name: 'day', label: 'Day', shownAs: 'b_date' },
		{ type: 'id', name: 'room_id', label: 'Room' },
		{ type: 'time', name: 'until', label: 'Until', exceptWith: 'duration' },
	];
	const complete = (record: IDataObject, changes: IDataObject) =>
		withResentFields(item, { resentOnUpdate }, record, changes);

	it('sends only the changes where nothing has to stay with them', () => {
		expect(withResentFields(item, {}, { room_id: 1, custom_a: 'x' }, { note: 'y' })).toEqual({ note: 'y' });
	});

	it('names what would be lost, as the record shows it', () => {
		const record = {
			b_date: '2026-02-10',
			room_id: 0,
			until: '2026-02-10 18:00:00',
			custom_a: 'x',
			note: 'a',
		};
		expect(complete(record, { note: 'b' })).toEqual({
			note: 'b',
			day: '10.02.2026',
			// Nobody gave it, so it stays as odd as it is.
			room_id: 0,
			until: '18:00',
			custom_a: 'x',
		});
		expect(
			complete({ ...record, room_id: null }, { custom_a: 'z', until: '19:00', day: '11.02.2026' }),
		).toEqual({
			custom_a: 'z',
			until: '19:00',
			day: '11.02.2026',
		});
	});

	it('leaves out what another change stands for', () => {
		const record = { until: '18:00' };
		expect(complete(record, { duration: 60 })).toEqual({ duration: 60 });
		expect(complete(record, { duration: 60, until: '19:00' })).toEqual({ duration: 60, until: '19:00' });
	});
});

describe('what differs from the record', () => {
	it.each<[IDataObject, IDataObject, IDataObject]>([
		[{ name: 'Мия' }, { name: 'Мия' }, {}],
		[{ name: 'мия' }, { name: 'Мия' }, { name: 'Мия' }],
		[{}, { name: 'Мия' }, { name: 'Мия' }],
		[{ note: null }, { note: '' }, {}],
		[{}, { note: '', phone: [] }, {}],
		[{ note: 'a' }, { note: '' }, { note: '' }],
		[{ custom_a: '1' }, { custom_a: 1, custom_b: 2 }, { custom_b: 2 }],
		[{ custom_a: 'a', name: 'b' }, { custom_a: 'b', name: 'b' }, { custom_a: 'b' }],
		[{ phone: ['+7(900)555-00-01'] }, { phone: ['8 900 555 00 01'] }, {}],
		[{ phone: ['1234567'] }, { phone: ['7654321'] }, { phone: ['7654321'] }],
	])('%j, where %j is given, is %j', (record, wire, body) => {
		expect(differences(item, customer, record, wire, false)).toEqual(body);
	});

	it.each<[IDataObject, IDataObject, IDataObject]>([
		[{ phone: ['1234567'] }, { phone: ['7654321'] }, { phone: ['1234567', '7654321'] }],
		[{ phone: ['1234567', '7654321'] }, { phone: ['7654321'] }, {}],
		[{ phone: null }, { phone: ['7654321'] }, { phone: ['7654321'] }],
		[{ phone: ['1234567'] }, { phone: [] }, { phone: [] }],
		[{ teacher_ids: ['1'] }, { teacher_ids: [2] }, { teacher_ids: ['1', 2] }],
		[{ name: 'a' }, { name: 'b' }, { name: 'b' }],
		[{ custom_a: ['a'] }, { custom_a: ['b'] }, { custom_a: ['b'] }],
	])('%j, to whose lists %j is added, is %j', (record, wire, body) => {
		expect(differences(item, customer, record, wire, true)).toEqual(body);
	});

	it('is unknown where values are to join a list that AlfaCRM does not show, or shows by names', () => {
		const teachers = customer.fields.find(({ name }) => name === 'teacher_ids')!;
		const advice = {
			description:
				"Leave 'Teacher' out, or give all values that it is to hold and set 'Multi-Value Fields' to Replace All Values. Nothing was saved.",
		};
		const hidden = () => added(item, teachers, undefined, [1]);
		expect(hidden).toThrow("Nothing can be added to 'Teacher', because AlfaCRM does not show what is in it");
		expect(hidden).toThrow(expect.objectContaining(advice));
		const named = () => added(item, teachers, [1, 'Иванов'], [1]);
		expect(named).toThrow("Nothing can be added to 'Teacher', because AlfaCRM shows no IDs in it");
		expect(named).toThrow(expect.objectContaining(advice));
		// Emptied, or with texts in it, it needs no IDs.
		expect(added(item, teachers, undefined, [])).toEqual([]);
		const web = customer.fields.find(({ name }) => name === 'web')!;
		expect(added(item, web, ['a.example'], ['b.example'])).toEqual(['a.example', 'b.example']);
	});
});

it.each<[number | undefined, IDataObject, Array<number | undefined>]>([
	[1, {}, [1]],
	[1, { branch_ids: [1, '2', 3], other: [9] }, [1, 2, 3]],
	[1, { branch_ids: 2 }, [1, 2]],
	[1, { branch_ids: ['x', 2] }, [1, 2]],
	[undefined, { branch_ids: [2] }, [undefined]],
])('called in branch %j a record of %j is to be found in %j', (branch, given, branches) => {
	expect(branchesOf(branch, FIELDS, given)).toEqual(branches);
});
