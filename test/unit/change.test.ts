import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { changeNames } from '../../nodes/AlfaCrm/entities/events';
import type { Change } from '../../nodes/AlfaCrm/trigger/change';
import { hasChanged, readChange } from '../../nodes/AlfaCrm/trigger/change';
import { depth, seed } from '../support/depth';

/** Makes the body of a webhook that tells of a change of a customer. */
function customerWebhook(values: object = {}): object {
	return { event: 'update', entity: 'Customer', entity_id: 5, ...values };
}

/** Reads the change of a customer from the body of a webhook, which must not be refused. */
function readCustomerChange(values: object): Change {
	const change = readChange(customerWebhook(values));
	if (typeof change === 'string') throw new Error(change);
	return change;
}

describe('readChange', () => {
	it('readChange returns null or an empty map for each optional value that the body lacks', () => {
		const change = readCustomerChange({});

		expect(change).toEqual({
			event: 'update',
			entity: 'Customer',
			entity_id: 5,
			branch_id: null,
			user_id: null,
			datetime: null,
			fields_old: {},
			fields_new: {},
			fields_rel: {},
		});
	});

	it('readChange leaves out unknown values of the body, and returns the fields of a change in a fixed order', () => {
		const change = readCustomerChange({ api_key: 'x', 0: 1 });

		expect(Object.keys(change)).toEqual([
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

	it.each([
		{ description: 'nothing', body: undefined },
		{ description: 'null', body: null },
		{ description: 'a text', body: 'update' },
		{ description: 'a list', body: [{ event: 'update', entity: 'Customer', entity_id: 5 }] },
	])('readChange refuses $description as body', ({ body }) => {
		expect(readChange(body)).toBe('The body is not a JSON object');
	});

	it('readChange refuses an empty body', () => {
		expect(readChange({})).toBe('event is not the name of an event');
	});

	it.each([
		{ description: 'a missing event', event: undefined },
		{ description: 'an event of blanks', event: ' ' },
		{ description: 'a number as event', event: 2 },
		{ description: 'an object as event', event: { name: 'update' } },
	])('readChange refuses $description', ({ event }) => {
		expect(readChange(customerWebhook({ event }))).toBe('event is not the name of an event');
	});

	it.each([
		{ description: 'a missing entity', entity: undefined },
		{ description: 'an entity of blanks', entity: ' ' },
		{ description: 'an object as entity', entity: { name: 'Pay' } },
	])('readChange refuses $description', ({ entity }) => {
		expect(readChange(customerWebhook({ entity }))).toBe('entity is not the name of a class');
	});

	it.each([
		{ entity_id: null },
		{ entity_id: 0 },
		{ entity_id: -5 },
		{ entity_id: 5.5 },
		{ entity_id: '5a' },
		{ entity_id: [5] },
	])('readChange refuses the record ID $entity_id', ({ entity_id }) => {
		expect(readChange(customerWebhook({ entity_id }))).toBe('entity_id is not the number of a record');
	});

	it('readChange removes the blanks and line breaks around the name of the event', () => {
		expect(readCustomerChange({ event: ' delete\n' }).event).toBe('delete');
	});

	it('readChange reads the ID of a record from a text', () => {
		expect(readCustomerChange({ entity_id: '5' }).entity_id).toBe(5);
	});

	it('readChange reads the branch from a text', () => {
		expect(readCustomerChange({ branch_id: '7' }).branch_id).toBe(7);
	});

	it('readChange returns null for the branch 0', () => {
		expect(readCustomerChange({ branch_id: 0 }).branch_id).toBeNull();
	});

	it('readChange returns the user 0', () => {
		expect(readCustomerChange({ user_id: 0 }).user_id).toBe(0);
	});

	it('readChange returns null for a user who is no number', () => {
		expect(readCustomerChange({ user_id: 'admin' }).user_id).toBeNull();
	});

	it.each([
		{ datetime: '0000-00-00 00:00:00', result: '0000-00-00 00:00:00' },
		{ datetime: '2026-02-10T11:59:00+03:00', result: '2026-02-10T11:59:00+03:00' },
		{ datetime: 1_770_713_940, result: '1770713940' },
	])('readChange returns the time $datetime as the text $result', ({ datetime, result }) => {
		expect(readCustomerChange({ datetime }).datetime).toBe(result);
	});

	it.each([
		{ description: 'an empty text', datetime: '' },
		{ description: 'a text of blanks', datetime: ' \n' },
		{ description: 'null', datetime: null },
		{ description: '0', datetime: 0 },
		{ description: 'an object', datetime: {} },
		{ description: 'a list', datetime: ['2026-02-10 11:59:00'] },
		{ description: 'true', datetime: true },
	])('readChange returns no time for $description', ({ datetime }) => {
		expect(readCustomerChange({ datetime }).datetime).toBeNull();
	});

	it('readChange returns a complete change for every body that it does not refuse', () => {
		const webhookLikeBody = fc.record(
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
		const anyBody = fc.oneof(webhookLikeBody, fc.anything());

		fc.assert(
			fc.property(anyBody, (body) => {
				const change = readChange(body);
				return typeof change === 'string' ? change.length > 0 : isComplete(change);
			}),
			{ numRuns: depth.deliveries, seed },
		);
	});

	/** Whether all fields of a change have the types that the other code relies on. */
	function isComplete(change: Change): boolean {
		return (
			change.event.trim() !== '' &&
			change.entity.trim() !== '' &&
			Number.isSafeInteger(change.entity_id) &&
			change.entity_id > 0 &&
			(change.branch_id === null || change.branch_id > 0) &&
			isMap(change.fields_old) &&
			isMap(change.fields_new) &&
			isMap(change.fields_rel)
		);
	}

	function isMap(value: unknown): boolean {
		return typeof value === 'object' && !Array.isArray(value);
	}
});

describe.each([{ name: 'fields_old' }, { name: 'fields_new' }, { name: 'fields_rel' }] as const)(
	'readChange of the map $name',
	({ name }) => {
		it(`readChange reads ${name} from an object`, () => {
			const change = readCustomerChange({ [name]: { status: 3, group_ids: [40] } });

			expect(change[name]).toEqual({ status: 3, group_ids: [40] });
		});

		it(`readChange reads ${name} from a JSON text`, () => {
			const change = readCustomerChange({ [name]: '{"status":3,"group_ids":null}' });

			expect(change[name]).toEqual({ status: 3, group_ids: null });
		});

		// PHP writes a map with the keys 0 and 1 as a list.
		it(`readChange reads ${name} from a list, whose positions become the keys`, () => {
			const change = readCustomerChange({ [name]: ['Орлова', 5] });

			expect(change[name]).toEqual({ 0: 'Орлова', 1: 5 });
		});

		it.each([
			{ description: 'an empty list', value: [] },
			{ description: 'an empty text', value: '' },
			{ description: 'an empty list as JSON', value: '[]' },
			{ description: 'an empty map as JSON', value: '{}' },
			{ description: 'null as JSON', value: 'null' },
			{ description: 'null', value: null },
			{ description: 'a missing value', value: undefined },
			{ description: '0', value: 0 },
			{ description: 'false', value: false },
			{ description: 'a text that is no JSON', value: 'no JSON' },
			{ description: 'a number as JSON', value: '5' },
			{ description: 'a text as JSON', value: '"text"' },
			{ description: 'JSON that is cut off', value: '{"status":3' },
		])(`readChange returns no ${name} for $description`, ({ value }) => {
			const change = readCustomerChange({ [name]: value });

			expect(change[name]).toEqual({});
		});
	},
);

describe('readChange with a field named __proto__', () => {
	const fields_new = JSON.parse('{"__proto__":{"polluted":true}}') as object;

	it('readChange reads a field named __proto__ as any other field', () => {
		const change = readCustomerChange({ fields_new });

		expect(Object.keys(change.fields_new)).toEqual(['__proto__']);
	});

	it('readChange changes no other object when a field is named __proto__', () => {
		readCustomerChange({ fields_new });

		expect({}).not.toHaveProperty('polluted');
	});
});

/** Bodies with very deep lists would make other code fail. */
describe('readChange of a body with nested lists', () => {
	/** Writes nested lists as JSON: "[[[]]]" for three levels. */
	function nestedLists(levels: number): string {
		return `${'['.repeat(levels)}${']'.repeat(levels)}`;
	}

	// The fields themselves are the first level.
	it('readChange accepts 100 levels of lists in the fields', () => {
		const fields = { x: JSON.parse(nestedLists(99)) as unknown[] };

		expect(readCustomerChange({ fields_new: fields }).fields_new).toEqual(fields);
	});

	it('readChange refuses 101 levels of lists in the fields', () => {
		const fields = { x: JSON.parse(nestedLists(100)) as unknown[] };

		expect(readChange(customerWebhook({ fields_new: fields }))).toBe('The body is nested too deeply');
	});

	it('readChange refuses 100,000 levels of lists in fields that come as a JSON text', () => {
		const fields = `{"x":${nestedLists(100_000)}}`;

		expect(readChange(customerWebhook({ fields_rel: fields }))).toBe('The body is nested too deeply');
	});

	it('readChange refuses 100,000 levels of lists outside of the fields', () => {
		const elsewhere = JSON.parse(nestedLists(100_000)) as unknown[];

		expect(readChange(customerWebhook({ elsewhere }))).toBe('The body is nested too deeply');
	});
});

describe('hasChanged', () => {
	/** Makes an update from the old values to the new ones. */
	function makeUpdate(fields_old: IDataObject, fields_new: IDataObject): Change {
		return readCustomerChange({ fields_old, fields_new });
	}

	it('hasChanged finds a change within a map', () => {
		const change = makeUpdate({ phone: { 1: '+79005550001' } }, { phone: { 1: '+79005550002' } });

		expect(hasChanged(change, 'phone')).toBe(true);
	});

	it('hasChanged finds a change within a list of maps', () => {
		const change = makeUpdate({ prices: [{ sum: 100 }] }, { prices: [{ sum: 200 }] });

		expect(hasChanged(change, 'prices')).toBe(true);
	});

	it('hasChanged finds no change in a map whose keys have another order', () => {
		const change = makeUpdate({ contact: { a: 1, b: 2 } }, { contact: { b: 2, a: 1 } });

		expect(hasChanged(change, 'contact')).toBe(false);
	});

	it('hasChanged finds no change when AlfaCRM sends the numbers of a list as texts', () => {
		const change = makeUpdate({ branch_ids: [1, 2] }, { branch_ids: ['1', '2'] });

		expect(hasChanged(change, 'branch_ids')).toBe(false);
	});

	it('hasChanged finds no change from a missing value to an empty list', () => {
		const change = makeUpdate({}, { branch_ids: [] });

		expect(hasChanged(change, 'branch_ids')).toBe(false);
	});

	it('hasChanged finds that every field of a new record has changed', () => {
		const change = readCustomerChange({ event: 'create', fields_new: { name: 'Орлова Мия' } });

		expect(hasChanged(change, 'phone')).toBe(true);
	});
});
