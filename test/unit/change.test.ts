import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { changeNames } from '../../nodes/AlfaCrm/entities/events';
import type { Change } from '../../nodes/AlfaCrm/trigger/change';
import { hasChanged, readChange } from '../../nodes/AlfaCrm/trigger/change';
import { depth, seed } from '../support/depth';

const PLAIN = { event: 'update', entity: 'Customer', entity_id: 5 };
const read = (more: object = {}) => readChange({ ...PLAIN, ...more });

it.each<[body: unknown]>([
	...[undefined, null, 'update', {}, [PLAIN]].map((body): [unknown] => [body]),
	...[undefined, ' ', 2, { name: 'update' }].map((event): [unknown] => [{ ...PLAIN, event }]),
	...[undefined, ' ', { name: 'Pay' }].map((entity): [unknown] => [{ ...PLAIN, entity }]),
	...[null, 0, -5, 5.5, '5a', [5]].map((entity_id): [unknown] => [{ ...PLAIN, entity_id }]),
])('%j is no change, for a reason', (body) => {
	expect(readChange(body)).toMatch(/^(The body|event|entity|entity_id) is not /);
});

describe('the fields of a delivery', () => {
	const NAMES = ['fields_old', 'fields_new', 'fields_rel'] as const;
	it.each<[given: unknown, fields: object]>([
		...[[], '', '[]', '{}', 'null', null, undefined, 0, false, 'no JSON', '5', '"text"', '{"status":3'].map(
			(given): [unknown, object] => [given, {}],
		),
		[
			{ status: 3, group_ids: [40] },
			{ status: 3, group_ids: [40] },
		],
		['{"status":3,"group_ids":null}', { status: 3, group_ids: null }],
		[['Орлова', 5], { 0: 'Орлова', 1: 5 }],
	])('that come as %j', (given, fields) => {
		for (const name of NAMES) expect(read({ [name]: given })).toHaveProperty(name, fields);
	});

	it('keep a key that would reach into other objects as a key', () => {
		const fields = JSON.parse('{"__proto__":{"polluted":true}}') as object;
		const delivery = read({ fields_new: fields }) as { fields_new: object };
		expect(Object.keys(delivery.fields_new)).toEqual(['__proto__']);
		expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
	});
});

describe('fields that are nested', () => {
	const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

	it.each<[what: string, fields: object]>([
		// The fields are the first level.
		['101 levels', { fields_new: { x: JSON.parse(nested(100)) as [] } }],
		['as many in a text', { fields_rel: `{"x":${nested(100_000)}}` }],
		['as many elsewhere', { elsewhere: JSON.parse(nested(100_000)) as [] }],
	])('%s deep are refused', (_what, fields) => {
		expect(read(fields)).toBe('The body is nested too deeply');
	});

	it('100 levels deep are taken', () => {
		const fields_new = { x: JSON.parse(nested(99)) as [] };
		expect(read({ fields_new })).toHaveProperty('fields_new', fields_new);
	});
});

it.each<[name: 'branch_id' | 'user_id' | 'event' | 'entity_id', given: unknown, read: unknown]>([
	['entity_id', '5', 5],
	['branch_id', '7', 7],
	['branch_id', 0, null],
	['user_id', 0, 0],
	['user_id', 'admin', null],
	['event', ' delete\n', 'delete'],
])('%s %j becomes %j', (name, given, value) => {
	expect(read({ [name]: given })).toHaveProperty(name, value);
});

it.each<[datetime: unknown, told: string | null]>([
	...['', ' \n', null, 0, {}, ['2026-02-10 11:59:00'], true].map((none): [unknown, null] => [none, null]),
	['0000-00-00 00:00:00', '0000-00-00 00:00:00'],
	['2026-02-10T11:59:00+03:00', '2026-02-10T11:59:00+03:00'],
	[1_770_713_940, '1770713940'],
])('the time %j is passed on as %j', (datetime, told) => {
	expect(read({ datetime })).toHaveProperty('datetime', told);
});

it('what else a body holds is left out', () => {
	expect(Object.keys(read({ api_key: 'x', 0: 1 }))).toEqual([
		...['event', 'entity', 'entity_id', 'branch_id', 'user_id', 'datetime'],
		...['fields_old', 'fields_new', 'fields_rel'],
	]);
});

it('whatever a body holds, it is either a full delivery or refused in words', () => {
	const loose = fc.record(
		{
			event: fc.oneof(fc.constantFrom(...changeNames.map(({ value }) => value)), fc.jsonValue()),
			entity: fc.oneof(fc.constantFrom('Customer', ''), fc.jsonValue()),
			entity_id: fc.oneof(fc.integer(), fc.double(), fc.string(), fc.jsonValue()),
			branch_id: fc.jsonValue(),
			fields_old: fc.jsonValue(),
			fields_new: fc.oneof(fc.json(), fc.jsonValue()),
			datetime: fc.jsonValue(),
		},
		{ requiredKeys: [] },
	);
	fc.assert(
		fc.property(fc.oneof(loose, fc.anything()), (body) => {
			const delivery = readChange(body);
			if (typeof delivery === 'string') return delivery.length > 0;
			const { event, entity, entity_id, branch_id, fields_old, fields_new, fields_rel } = delivery;
			return (
				event.trim() !== '' &&
				entity.trim() !== '' &&
				Number.isSafeInteger(entity_id) &&
				entity_id > 0 &&
				(branch_id === null || branch_id > 0) &&
				[fields_old, fields_new, fields_rel].every(
					(fields) => typeof fields === 'object' && !Array.isArray(fields),
				)
			);
		}),
		{ numRuns: depth.deliveries, seed },
	);
});

describe('hasChanged', () => {
	const makeChange = (fields_old: IDataObject, fields_new: IDataObject): Change => {
		const body = { event: 'update', entity: 'Customer', entity_id: 1, fields_old, fields_new };
		return readChange(body) as Change;
	};

	it('finds a change within a map', () => {
		const change = makeChange({ phone: { 1: '+79005550001' } }, { phone: { 1: '+79005550002' } });

		expect(hasChanged(change, 'phone')).toBe(true);
	});

	it('finds a change within a list of maps', () => {
		const change = makeChange({ prices: [{ sum: 100 }] }, { prices: [{ sum: 200 }] });

		expect(hasChanged(change, 'prices')).toBe(true);
	});

	it('finds no change in a map whose keys have another order', () => {
		const change = makeChange({ contact: { a: 1, b: 2 } }, { contact: { b: 2, a: 1 } });

		expect(hasChanged(change, 'contact')).toBe(false);
	});

	it('finds no change where a list of numbers comes as texts', () => {
		const change = makeChange({ branch_ids: [1, 2] }, { branch_ids: ['1', '2'] });

		expect(hasChanged(change, 'branch_ids')).toBe(false);
	});

	it('finds no change from a missing value to an empty list', () => {
		const change = makeChange({}, { branch_ids: [] });

		expect(hasChanged(change, 'branch_ids')).toBe(false);
	});
});
