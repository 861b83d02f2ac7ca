import fc from 'fast-check';

import { customer } from '../../nodes/AlfaCrm/entities/customer';
import type { Field, ShownType, ApiValue } from '../../nodes/AlfaCrm/entities/fieldTypes';
import { lesson } from '../../nodes/AlfaCrm/entities/lesson';
import { entityOf, resourceEntities } from '../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../nodes/AlfaCrm/entities/types';
import { serialize } from '../../nodes/AlfaCrm/fields/field';
import { simplifiedSchema, makeSimplifier } from '../../nodes/AlfaCrm/output/simplified';
import { recordSchema } from '../../nodes/AlfaCrm/output/recordSchema';
import { sharedResources } from '../../nodes/AlfaCrm/operations/lists';
import { allSchemas } from '../../nodes/AlfaCrm/operations/schemas';
import { findAddedResource, searchesBeforeSaving, sendsAsDeclared } from '../support/actionKinds';
import { depth, seed } from '../support/depth';

interface Schema {
	type: string | readonly string[];
	properties?: Record<string, Schema>;
	items?: Schema;
}

/** `subject_name` beside `subject_id`, `teacher_names` beside `teacher_ids`, `status_name` beside a number of choices. */
function nameBeside(field: ShownType & { name: string }): string[] {
	const { name, type } = field;
	if (type === 'references') return [name.replace('_ids', '_names')];
	if (type === 'reference') return [name.replace('_id', '_name')];
	return type === 'choice' && typeof field.default === 'number' ? [`${name}_name`] : [];
}

const schemas = allSchemas() as Record<string, Schema>;
const TABLE = resourceEntities.map((entity): [string, Entity] => [entity.resource, entity]);
const namesIn = (schema: Schema) => Object.keys(schema.properties ?? {});

/** Everything in a schema that says of what type it is. */
const parts = (schema: Schema): Schema[] => [
	schema,
	...Object.values(schema.properties ?? {}).flatMap(parts),
	...(schema.items ? parts(schema.items) : []),
];

it('each operation and each action has one schema, and nothing else has', () => {
	const operations = resourceEntities.flatMap(({ resource, operations: usual, actions = [] }) =>
		[...usual, ...actions.map(({ name }) => name)].map((name) => `${resource}/${name}`),
	);
	expect(Object.keys(schemas).sort()).toEqual(
		[
			...operations,
			...[...sharedResources.keys()].map((list) => `${list}/getAll`),
			'account/check',
			'account/dailyCheck',
			'account/tryWrites',
		].sort(),
	);
});

it.each(Object.entries(schemas))('%s is an object whose parts all have a type', (_key, schema) => {
	expect(schema).toMatchObject({ type: 'object', properties: expect.any(Object) as object });
	for (const { type, items } of parts(schema)) {
		const types = [type].flat();
		expect(types.length).toBeGreaterThan(0);
		expect(['array', 'boolean', 'integer', 'object', 'string']).toEqual(expect.arrayContaining(types));
		expect(items !== undefined).toBe(type === 'array');
	}
});

describe.each(TABLE)('%s', (resource, entity) => {
	const { fields, outputFields = [], parentFields = [], simplifiedFields, operations, actions = [] } = entity;
	const of = (operation: string) => schemas[`${resource}/${operation}`];
	const returned = [...outputFields, ...parentFields, ...fields.filter(({ writeOnly }) => !writeOnly)];
	const byName = new Map([...fields, ...parentFields, ...outputFields].map((field) => [field.name, field]));
	const withNames = (names: readonly string[]) =>
		names.flatMap((name) => {
			const field = byName.get(name);
			return [name, ...(field === undefined ? [] : nameBeside(field))];
		});
	const link = entity.pages ? ['url'] : [];
	const own = entity.withoutId ? [] : ['id'];
	const full = [...new Set([...own, ...returned.map(({ name }) => name)])].sort();
	const saving = operations.filter((operation) => operation === 'create' || operation === 'update');
	const reading = operations.filter((operation) => ['find', 'get', 'getAll'].includes(operation));

	it('returns what it saves, without what is only written, simplified if it can be', () => {
		for (const operation of saving) {
			if (simplifiedFields) expect(namesIn(of(operation))).toEqual([...simplifiedFields, ...link]);
			else expect(namesIn(of(operation)).sort()).toEqual(full);
		}
	});

	it('returns what it reads, simplified if it can be', () => {
		for (const operation of reading) {
			if (simplifiedFields) expect(namesIn(of(operation))).toEqual([...withNames(simplifiedFields), ...link]);
			else expect(namesIn(of(operation)).sort()).toEqual([...new Set(withNames(full))].sort());
		}
	});

	it('has no lists of plain values where they are simplified', () => {
		if (!simplifiedFields) return;
		const lists = reading.flatMap((operation) =>
			Object.values(of(operation).properties ?? {}).filter(({ items }) => items && items.type !== 'object'),
		);
		expect(lists).toEqual([]);
	});

	it('returns what it creates or updates as it reads it, and what became of it', () => {
		if (!operations.includes('upsert')) return;
		const read = simplifiedFields ? [...simplifiedFields, ...link] : full;
		const names = namesIn(of('upsert'));
		expect(names.slice(0, 2)).toEqual(['id', 'operationResult']);
		expect([...names].sort()).toEqual([...read, 'changedFields', 'notSaved', 'operationResult'].sort());
		expect(of('upsert').properties).toMatchObject({
			operationResult: { type: 'string' },
			changedFields: { type: 'array', items: { type: 'string' } },
		});
	});

	it('returns the ID of what it deletes', () => {
		if (!operations.includes('delete')) return;
		expect(of('delete').properties).toEqual({ id: { type: 'integer' }, deleted: { type: 'boolean' } });
	});

	it('returns what an action declares, or what is written', () => {
		for (const { name, outputFields: own, kind, path } of actions) {
			if (!sendsAsDeclared(kind)) continue;
			const shown = (own ?? []).flatMap((field) => [field.name, ...nameBeside(field)]);
			if (own) expect(namesIn(of(name))).toEqual(shown);
			else if (kind === 'getMany') expect(of(name)).toEqual(of('getAll'));
			else if (kind === 'save' && path === undefined) expect(of(name)).toEqual(of('update'));
			else expect(namesIn(of(name))).toEqual([]);
		}
	});

	it('returns what an action that looks first came to, and the record it is about', () => {
		for (const action of actions) {
			const { name, kind } = action;
			// What an answer out of several lists holds is compared with what comes, where it is run.
			if (!searchesBeforeSaving(kind)) continue;
			const flag = { joinGroup: 'alreadyMember', leaveGroup: 'alreadyLeft' }[kind as string];
			const about = findAddedResource(action) ?? (flag ? 'cgi' : resource);
			const saved = entityOf(about);
			const read = namesIn(schemas[`${about}/getAll`]);
			const names = [...saved.fields, ...(saved.parentFields ?? []), ...(saved.outputFields ?? [])].flatMap(
				nameBeside,
			);
			const wanted = [
				...read.filter((field) => !names.includes(field)),
				// A message says with whom a lesson will be.
				flag ?? (kind === 'bookLesson' ? 'teacher_names' : 'changedFields'),
				'operationResult',
			];
			expect([name, namesIn(of(name)).sort()]).toEqual([name, wanted.sort()]);
		}
	});

	it('shows rows with all that is declared of them', () => {
		const { properties } = recordSchema(entity) as Schema;
		for (const shown of outputFields) {
			if (shown.type !== 'rows') continue;
			expect(Object.keys(properties?.[shown.name].items?.properties ?? {}).sort()).toEqual(
				shown.fields.map(({ name }) => name).sort(),
			);
		}
	});
});

const field = (name: string): Field => customer.fields.find((one) => one.name === name)!;
const read = (name: string, value: unknown) => serialize(field(name), value, 'UTC');
const text = (name: string, list: string[]) =>
	makeSimplifier(customer)({ [name]: list as ApiValue }, '')[name];

it.each([
	[['мама +7(900)555-00-01', 'папа +7(900)555-00-02'], 'мама +7(900)555-00-01, папа +7(900)555-00-02'],
	[['+7(900)555-00-01', 'папа, +7(900)555-00-02'], '["+7(900)555-00-01","папа, +7(900)555-00-02"]'],
	[['+7(900)555-00-01', 'не звонить'], '["+7(900)555-00-01","не звонить"]'],
])('the phones %j come out as %j, which reads back as the same', (list, shown) => {
	expect(text('phone', list)).toBe(shown);
	expect(read('phone', shown)).toEqual(list);
	expect(read('phone', [shown])).toEqual(list);
});

const number = fc
	.tuple(
		fc.constantFrom('+7(900)', '8 900 ', '+375 29 ', '+49 170 ', '900'),
		fc.integer({ min: 1_000_000, max: 9_999_999 }),
	)
	.map(([code, rest]) => `${code}${rest}`);
const phone = fc.oneof(
	number,
	fc
		.tuple(
			fc.constantFrom('', 'мама ', 'мама, ', 'тел.: '),
			number,
			fc.constantFrom('', ', доб. 5', ' доб. 12', ' (папа)', ', мама', '; папа'),
		)
		.map((parts) => parts.join('')),
	fc.constantFrom('нет', 'не звонить', 'мама, папа', 'доб. 12'),
);
const email = fc.constantFrom(
	'a@example.org',
	'Анна <b@example.org>',
	'нет',
	'c@example.org; d@example.org',
	'-',
);

it.each<[string, fc.Arbitrary<string>]>([
	['phone', phone],
	['email', email],
])('a list of %s that Simplify shows reads back as the list itself', (name, item) => {
	fc.assert(
		fc.property(fc.array(item, { maxLength: 4 }), (list) => {
			expect(read(name, text(name, list))).toEqual(read(name, list));
		}),
		{ seed, numRuns: depth.simplifiedLists },
	);
});

describe('a list of numbers', () => {
	const shown = (customer_ids: ApiValue) => makeSimplifier(lesson)({ customer_ids }, '').customer_ids;
	const customers = lesson.fields.find(({ name }) => name === 'customer_ids')!;

	it.each<[ApiValue, ApiValue]>([
		[[501], 501],
		[[501, 502], '501, 502'],
		[[], ''],
		[null, null],
	])('%j comes out as %j, which reads back as the same', (list, out) => {
		expect(shown(list)).toEqual(out);
		if (out !== null && out !== '')
			expect(serialize(customers, out, 'UTC')).toEqual([list].flat().map(Number));
	});

	it('is a text or a number in the preview', () => {
		const { properties } = simplifiedSchema(lesson);
		expect(properties.customer_ids).toEqual({ type: ['string', 'integer'] });
		expect(simplifiedSchema(customer).properties.phone).toEqual({ type: 'string' });
	});
});

it.each<[resource: string, name: string, held: string, shown: string]>([
	['pay', 'document_date', '09.02.2026', '2026-02-09'],
	['customerTariff', 'e_date', '2026.03.31', '2026-03-31'],
	['task', 'due_date', '2026-02-12', '2026-02-12'],
	['task', 'due_date', '12.02.2026 10:30:00', '12.02.2026 10:30:00'],
	['task', 'due_date', 'завтра', 'завтра'],
	['task', 'due_date', '', ''],
	['task', 'text', '12.02.2026', '12.02.2026'],
])('of a %s, the %s %j comes out as %j', (resource, name, held, shown) => {
	expect(makeSimplifier(entityOf(resource))({ [name]: held }, '')[name]).toBe(shown);
});
