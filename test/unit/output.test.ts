import fc from 'fast-check';

import type { ApiValue } from '../../nodes/AlfaCrm/entities/fieldTypes';
import { entityOf, resourceEntities } from '../../nodes/AlfaCrm/entities/registry';
import { serialize } from '../../nodes/AlfaCrm/fields/field';
import { recordSchema } from '../../nodes/AlfaCrm/output/recordSchema';
import { makeSimplifier, simplifiedSchema } from '../../nodes/AlfaCrm/output/simplified';
import { sharedResources } from '../../nodes/AlfaCrm/operations/lists';
import { searchesBeforeSaving, sendsAsDeclared } from '../support/actionKinds';
import { depth, seed } from '../support/depth';
import type { Schema } from './outputRules';
import {
	describeActions,
	describeOperations,
	fullRecordNames,
	fullRecordNamesWithNames,
	isFull,
	isSimplified,
	namesReturnedByRepeatableAction,
	partsOf,
	propertyNamesOf,
	schemas,
	simplifiedRecordNames,
	simplifiedRecordNamesWithNames,
	withNameBeside,
} from './outputRules';

const describedSchemas = Object.entries(schemas).map(([key, schema]) => ({ key, schema }));

describe('the output schemas', () => {
	it('the output schemas describe each operation of each resource, and nothing else', () => {
		const operations = resourceEntities.flatMap(({ resource, operations: usualOperations, actions = [] }) =>
			[...usualOperations, ...actions.map(({ name }) => name)].map((name) => `${resource}/${name}`),
		);
		const sharedLists = [...sharedResources.keys()].map((list) => `${list}/getAll`);
		const accountOperations = ['account/check', 'account/dailyCheck', 'account/tryWrites'];

		expect(Object.keys(schemas).sort()).toEqual([...operations, ...sharedLists, ...accountOperations].sort());
	});

	it.each(describedSchemas)('the schema of $key is an object with properties', ({ schema }) => {
		expect(schema).toMatchObject({ type: 'object', properties: expect.any(Object) as object });
	});

	it.each(describedSchemas)('the schema of $key gives every part a type that n8n knows', ({ schema }) => {
		const knownTypes = ['array', 'boolean', 'integer', 'object', 'string'];
		const untypedParts = partsOf(schema).filter(({ type }) => {
			const types = [type].flat();
			return types.length === 0 || types.some((name) => !knownTypes.includes(name));
		});

		expect(untypedParts).toEqual([]);
	});

	it.each(describedSchemas)(
		'the schema of $key describes items exactly where it has a list',
		({ schema }) => {
			const wrongParts = partsOf(schema).filter(
				({ type, items }) => (type === 'array') !== (items !== undefined),
			);

			expect(wrongParts).toEqual([]);
		},
	);
});

describe('the output of Get Many', () => {
	it('Get Many of payments returns the useful fields, with the names of other records beside their IDs', () => {
		expect(propertyNamesOf(schemas['pay/getAll'])).toEqual([
			'id',
			'document_date',
			'income',
			'expenditure',
			'customer_id',
			'payer_name',
			'pay_type_id',
			'pay_type_name',
			'pay_account_id',
			'pay_account_name',
			'branch_id',
			'branch_name',
			'note',
		]);
	});

	it('Get Many of rooms returns all fields, because a room has few', () => {
		expect(propertyNamesOf(schemas['room/getAll'])).toEqual([
			'id',
			'name',
			'color_id',
			'weight',
			'branch_id',
			'branch_name',
			'is_enabled',
			'location_id',
			'location_name',
			'note',
		]);
	});
});

describe('the output of an operation that reads records', () => {
	const readingOperations = describeOperations('find', 'get', 'getAll');
	const simplifiedReadings = readingOperations.filter(isSimplified);

	it.each(simplifiedReadings)(
		'$key returns the useful fields of a record, with the names of other records beside their IDs',
		({ entity, schema }) => {
			expect(propertyNamesOf(schema)).toEqual(simplifiedRecordNamesWithNames(entity));
		},
	);

	it.each(readingOperations.filter(isFull))(
		'$key returns all fields of a record, with the names of other records beside their IDs',
		({ entity, schema }) => {
			expect(propertyNamesOf(schema).sort()).toEqual(fullRecordNamesWithNames(entity));
		},
	);

	it.each(simplifiedReadings)(
		'$key returns no list of plain values, because Simplify makes a text of it',
		({ schema }) => {
			const properties = Object.values(schema.properties ?? {});
			const plainLists = properties.filter(({ items }) => items !== undefined && items.type !== 'object');

			expect(plainLists).toEqual([]);
		},
	);
});

describe('the output of an operation that writes a record', () => {
	const savingOperations = describeOperations('create', 'update');
	const upserts = describeOperations('upsert');

	it.each(savingOperations.filter(isSimplified))(
		'$key returns the useful fields of the saved record',
		({ entity, schema }) => {
			expect(propertyNamesOf(schema)).toEqual(simplifiedRecordNames(entity));
		},
	);

	it.each(savingOperations.filter(isFull))(
		'$key returns all fields of the saved record that AlfaCRM returns',
		({ entity, schema }) => {
			expect(propertyNamesOf(schema).sort()).toEqual(fullRecordNames(entity));
		},
	);

	it.each(upserts)(
		'$key returns the ID of the record first, and then whether it was created or updated',
		({ schema }) => {
			const [firstName, secondName] = propertyNamesOf(schema);

			expect(firstName).toBe('id');
			expect(secondName).toBe('operationResult');
		},
	);

	it.each(upserts)(
		'$key returns the useful fields, and lists the fields that it changed or could not save',
		({ entity, schema }) => {
			const names = [...simplifiedRecordNames(entity), 'changedFields', 'notSaved', 'operationResult'];

			expect(propertyNamesOf(schema).sort()).toEqual(names.sort());
		},
	);

	it.each(upserts)('$key returns its result as a word and the changed fields as a list', ({ schema }) => {
		expect(schema.properties).toMatchObject({
			operationResult: { type: 'string' },
			changedFields: { type: 'array', items: { type: 'string' } },
		});
	});

	it.each(describeOperations('delete'))(
		'$key returns the ID of the deleted record, and that it is deleted',
		({ schema }) => {
			expect(schema.properties).toEqual({ id: { type: 'integer' }, deleted: { type: 'boolean' } });
		},
	);
});

describe('the output of an action', () => {
	const actions = describeActions();
	const sendingActions = actions.filter(({ action }) => sendsAsDeclared(action.kind));
	const declaringActions = sendingActions.filter(({ action }) => action.outputFields !== undefined);
	const undeclaredActions = sendingActions.filter(({ action }) => action.outputFields === undefined);
	const listingActions = undeclaredActions.filter(({ action }) => action.kind === 'getMany');
	const otherActions = undeclaredActions.filter(({ action }) => action.kind !== 'getMany');
	// An action that answers from several lists is compared with its schema where it is run.
	const repeatableActions = actions.filter(({ action }) => searchesBeforeSaving(action.kind));

	it.each(declaringActions)('$key returns the fields that it declares', ({ action, schema }) => {
		const { outputFields = [] } = action;

		expect(propertyNamesOf(schema)).toEqual(outputFields.flatMap(withNameBeside));
	});

	it.each(listingActions)('$key lists records as Get Many does', ({ entity, schema }) => {
		expect(schema).toEqual(schemas[`${entity.resource}/getAll`]);
	});

	it.each(otherActions)(
		'$key has a schema without fields, because AlfaCRM may return anything',
		({ schema }) => {
			expect(propertyNamesOf(schema)).toEqual([]);
		},
	);

	it.each(repeatableActions)('$key returns the fields of its record, and its result', (describedAction) => {
		const names = namesReturnedByRepeatableAction(describedAction);

		expect(propertyNamesOf(describedAction.schema).sort()).toEqual(names.sort());
	});
});

describe('the schema of a record', () => {
	it('the schema of a record leaves out a field that AlfaCRM takes but does not return, such as the start of a regular lesson', () => {
		const schema = recordSchema(entityOf('regularLesson')) as Schema;

		expect(propertyNamesOf(schema)).not.toContain('b_date_v');
	});

	const rowFields = resourceEntities.flatMap((entity) =>
		(entity.outputFields ?? []).flatMap((field) =>
			field.type === 'rows'
				? [
						{
							place: `${entity.resource}/${field.name}`,
							name: field.name,
							entity,
							fieldsOfRow: field.fields.map(({ name }) => name),
						},
					]
				: [],
		),
	);

	it.each(rowFields)('the rows of $place have all declared fields', ({ entity, name, fieldsOfRow }) => {
		const { properties = {} } = recordSchema(entity) as Schema;
		const { items } = properties[name];

		expect(Object.keys(items?.properties ?? {}).sort()).toEqual(fieldsOfRow.sort());
	});
});

/** Simplifies a record that has one value, and returns the value. */
function simplifyValue(resource: string, name: string, value: ApiValue): unknown {
	const simplify = makeSimplifier(entityOf(resource));
	return simplify({ [name]: value }, '')[name];
}

/** Reads a value as the node reads the input for a field. Returns the value that is sent to AlfaCRM. */
function readValue(resource: string, name: string, value: unknown): unknown {
	const field = entityOf(resource).fields.find((declaration) => declaration.name === name);
	if (field === undefined) throw new Error(`${resource} has no field ${name}`);
	return serialize(field, value, 'UTC');
}

describe('Simplify, of a list of phones', () => {
	it('Simplify joins phones with commas', () => {
		const phones = ['мама +7(900)555-00-01', 'папа +7(900)555-00-02'];

		expect(simplifyValue('customer', 'phone', phones)).toBe('мама +7(900)555-00-01, папа +7(900)555-00-02');
	});

	it('Simplify writes phones as JSON when one of them has a comma in it', () => {
		const phones = ['+7(900)555-00-01', 'папа, +7(900)555-00-02'];

		expect(simplifyValue('customer', 'phone', phones)).toBe('["+7(900)555-00-01","папа, +7(900)555-00-02"]');
	});

	it('Simplify writes phones as JSON when one of them has no digits', () => {
		const phones = ['+7(900)555-00-01', 'не звонить'];

		expect(simplifyValue('customer', 'phone', phones)).toBe('["+7(900)555-00-01","не звонить"]');
	});

	it.each([
		{
			text: 'мама +7(900)555-00-01, папа +7(900)555-00-02',
			phones: ['мама +7(900)555-00-01', 'папа +7(900)555-00-02'],
		},
		{
			text: '["+7(900)555-00-01","папа, +7(900)555-00-02"]',
			phones: ['+7(900)555-00-01', 'папа, +7(900)555-00-02'],
		},
		{ text: '["+7(900)555-00-01","не звонить"]', phones: ['+7(900)555-00-01', 'не звонить'] },
	])(
		'the node reads the text $text, which Simplify has written, as the list of phones',
		({ text, phones }) => {
			expect(readValue('customer', 'phone', text)).toEqual(phones);
			expect(readValue('customer', 'phone', [text])).toEqual(phones);
		},
	);
});

/** Generates phone numbers of several countries. */
const phoneNumber = fc
	.tuple(
		fc.constantFrom('+7(900)', '8 900 ', '+375 29 ', '+49 170 ', '900'),
		fc.integer({ min: 1_000_000, max: 9_999_999 }),
	)
	.map(([code, digits]) => `${code}${digits}`);

/** Generates phone numbers with words around them. */
const labelledPhoneNumber = fc
	.tuple(
		fc.constantFrom('', 'мама ', 'мама, ', 'тел.: '),
		phoneNumber,
		fc.constantFrom('', ', доб. 5', ' доб. 12', ' (папа)', ', мама', '; папа'),
	)
	.map((parts) => parts.join(''));

/** Generates what people write into a field for a phone. */
const phone = fc.oneof(
	phoneNumber,
	labelledPhoneNumber,
	fc.constantFrom('нет', 'не звонить', 'мама, папа', 'доб. 12'),
);

/** Generates what people write into a field for an email. */
const email = fc.constantFrom(
	'a@example.org',
	'Анна <b@example.org>',
	'нет',
	'c@example.org; d@example.org',
	'-',
);

it.each([
	{ name: 'phone', item: phone },
	{ name: 'email', item: email },
])(
	'the node reads the text into which Simplify has joined a list of values of "$name" as the list itself',
	({ name, item }) => {
		fc.assert(
			fc.property(fc.array(item, { maxLength: 4 }), (list) => {
				const text = simplifyValue('customer', name, list);

				expect(readValue('customer', name, text)).toEqual(readValue('customer', name, list));
			}),
			{ seed, numRuns: depth.simplifiedLists },
		);
	},
);

describe('Simplify, of a list of IDs', () => {
	it.each<{ list: ApiValue; value: ApiValue }>([
		{ list: [501], value: 501 },
		{ list: [501, 502], value: '501, 502' },
		{ list: [], value: '' },
		{ list: null, value: null },
	])('Simplify turns the list of IDs $list into $value', ({ list, value }) => {
		expect(simplifyValue('lesson', 'customer_ids', list)).toEqual(value);
	});

	it.each([
		{ value: 501, list: [501] },
		{ value: '501, 502', list: [501, 502] },
	])(
		'the node reads $value, into which Simplify has turned a list of IDs, as the list itself',
		({ value, list }) => {
			expect(readValue('lesson', 'customer_ids', value)).toEqual(list);
		},
	);

	it('the schema of a simplified lesson describes a list of IDs as a text or a number', () => {
		const { properties } = simplifiedSchema(entityOf('lesson'));

		expect(properties.customer_ids).toEqual({ type: ['string', 'integer'] });
	});

	it('the schema of a simplified customer describes a list of phones as a text', () => {
		const { properties } = simplifiedSchema(entityOf('customer'));

		expect(properties.phone).toEqual({ type: 'string' });
	});
});

describe('Simplify, of a day', () => {
	it.each([
		{ resource: 'pay', name: 'document_date', value: '09.02.2026', day: '2026-02-09' },
		{ resource: 'customerTariff', name: 'e_date', value: '2026.03.31', day: '2026-03-31' },
		{ resource: 'task', name: 'due_date', value: '2026-02-12', day: '2026-02-12' },
	])('Simplify writes the day $value in $resource/$name as $day', ({ resource, name, value, day }) => {
		expect(simplifyValue(resource, name, value)).toBe(day);
	});

	it.each([
		{ value: '12.02.2026 10:30:00', description: 'a day with a time' },
		{ value: 'завтра', description: 'a word' },
		{ value: '', description: 'an empty text' },
	])('Simplify does not change $description in a field for days', ({ value }) => {
		expect(simplifyValue('task', 'due_date', value)).toBe(value);
	});

	it('Simplify does not change a day in a field for texts', () => {
		expect(simplifyValue('task', 'text', '12.02.2026')).toBe('12.02.2026');
	});
});
