import fc from 'fast-check';

import { changeNames } from '../../nodes/AlfaCrm/entities/events';
import { readChange } from '../../nodes/AlfaCrm/trigger/change';

const PLAIN = { event: 'create', entity: 'Pay', entity_id: 1200 };
const read = (more: object) => readChange({ ...PLAIN, ...more });

describe('the fields of a delivery', () => {
	const NAMES = ['fields_old', 'fields_new', 'fields_rel'] as const;
	it.each<[given: unknown, fields: object]>([
		[[], {}],
		['', {}],
		['[]', {}],
		['{}', {}],
		['null', {}],
		[null, {}],
		[undefined, {}],
		[0, {}],
		[false, {}],
		['no JSON', {}],
		['5', {}],
		['"text"', {}],
		['{"status":3', {}],
		[
			{ status: 3, group_ids: [40] },
			{ status: 3, group_ids: [40] },
		],
		['{"status":3,"group_ids":null}', { status: 3, group_ids: null }],
		[['Орлова', 5], { 0: 'Орлова', 1: 5 }],
		[
			{ customer_id: '501', income: '5000' },
			{ customer_id: '501', income: '5000' },
		],
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

it.each<[name: 'branch_id' | 'user_id', given: unknown, number: number | null]>([
	['branch_id', '7', 7],
	['branch_id', 7, 7],
	['branch_id', 0, null],
	['branch_id', '', null],
	['branch_id', [7], null],
	['branch_id', undefined, null],
	['user_id', '4', 4],
	['user_id', 0, 0],
	['user_id', null, null],
	['user_id', 'admin', null],
])('%s %j becomes %j', (name, given, number) => {
	expect(read({ [name]: given })).toHaveProperty(name, number);
});

it.each<[given: string, event: string]>([
	['update', 'update'],
	['restore', 'restore'],
	['Update', 'Update'],
	[' delete\n', 'delete'],
	['constructor', 'constructor'],
])('the event %j is taken as %j', (given, event) => {
	expect(read({ event: given })).toHaveProperty('event', event);
});

it('what else a body holds is left out', () => {
	expect(Object.keys(read({ api_key: 'x', 0: 1 }))).toEqual([
		'event',
		'entity',
		'entity_id',
		'branch_id',
		'user_id',
		'datetime',
		'fields_old',
		'fields_new',
		'fields_rel',
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
		{ numRuns: 2_000, seed: 1 },
	);
});
