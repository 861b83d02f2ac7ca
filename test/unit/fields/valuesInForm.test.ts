import {
	jsonHint,
	toColumn,
	toProperty,
	toSchema,
	toSingleProperty,
} from '../../../nodes/AlfaCrm/fields/field';
import type { Field, FieldType, ShownType } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { CHOICE, CHOICES, DOTTED, field, ROWS, STAGE, SUM } from './sampleTypes';

describe('in the form', () => {
	it('a number is bounded, and empty at first where a zero is refused', () => {
		expect(toProperty(field(SUM))).toEqual({
			displayName: 'Sample',
			name: 'sample',
			type: 'number',
			typeOptions: { minValue: 0.01, numberPrecision: 2 },
			default: '',
		});
		expect(toProperty(field({ type: 'number', nonZero: true })).default).toBe('');
		expect(toProperty(field({ type: 'number' })).default).toBe(0);
		expect(toProperty(field({ type: 'integer', min: 1, max: 500, default: 60 }))).toMatchObject({
			typeOptions: { minValue: 1, maxValue: 500, numberPrecision: 0 },
			default: 60,
		});
	});

	it('an integer has no bounds where none are declared', () => {
		expect(toProperty(field({ type: 'integer', max: 5 })).typeOptions).toEqual({
			maxValue: 5,
			numberPrecision: 0,
		});
	});

	it('rows are added one by one, each with its required fields at once', () => {
		expect(toProperty(field(ROWS))).toEqual({
			displayName: 'Sample',
			name: 'sample',
			type: 'fixedCollection',
			typeOptions: {
				multipleValues: true,
				hideOptionalFields: true,
				addOptionalFieldButtonText: 'Add Field',
			},
			placeholder: 'Add Sample',
			default: {},
			options: [
				{
					displayName: 'Sample',
					name: 'values',
					values: [
						expect.objectContaining({ name: 'is_attend', type: 'boolean', default: true }),
						{
							displayName: 'Customer ID',
							name: 'customer_id',
							type: 'string',
							default: '',
							typeOptions: { showEvenWhenOptional: true },
						},
						{ displayName: 'Note', name: 'note', type: 'string', default: '' },
					],
				},
			],
		});
	});

	it('a choice that must be made begins with one in the mapper, too', () => {
		const options = [
			{ name: 'Monday', value: 1 },
			{ name: 'Sunday', value: 7 },
		];
		expect(toColumn(field(CHOICE) as Field, true)).toMatchObject({ options, defaultValue: 1 });
		expect(toColumn(field(CHOICE) as Field, false)).toEqual({
			id: 'sample',
			displayName: 'Sample',
			required: false,
			display: true,
			defaultMatch: false,
			canBeUsedToMatch: false,
			type: 'options',
			options,
		});
	});

	it('a record of another kind is picked by its name, and mapped by its ID', () => {
		const teachers: FieldType = { type: 'references', entity: 'teacher' };
		const hint = (ids: string) =>
			`Choose from the list, or specify ${ids} using an <a href="https://docs.n8n.io/code/expressions/">expression</a>`;
		expect(toProperty(field(STAGE))).toMatchObject({
			displayName: 'Sample Name or ID',
			type: 'options',
			description: hint('an ID'),
			default: '',
		});
		expect(toProperty({ ...field(STAGE), description: 'Where it stands.' }).description).toBe(
			`Where it stands. ${hint('an ID')}.`,
		);
		expect(toProperty(field(teachers))).toMatchObject({
			displayName: 'Sample Names or IDs',
			type: 'multiOptions',
			description: hint('IDs'),
			default: [],
		});
		const nameOf = (type: FieldType) => toColumn(field(type) as Field, false).displayName;
		expect([STAGE, teachers, { type: 'record', entity: 'customer' } as const].map(nameOf)).toEqual([
			'Sample ID',
			'Sample IDs',
			'Sample ID',
		]);
	});

	it('a list of texts that is looked for asks for one', () => {
		for (const type of ['texts', 'phones'] as const) {
			expect(toProperty(field({ type }))).toMatchObject({
				default: [''],
				typeOptions: { multipleValues: true },
			});
			expect(toSingleProperty(field({ type }))).toEqual({
				displayName: 'Sample',
				name: 'sample',
				type: 'string',
				default: '',
			});
		}
		expect(toSingleProperty(field(ROWS))).toEqual(toProperty(field(ROWS)));
	});
});

it.each<[ShownType, string, string, string]>([
	[{ type: 'text' }, 'string', 'string', 'sample'],
	[{ type: 'texts' }, 'string', 'array', 'sample (list)'],
	[{ type: 'phones' }, 'string', 'array', 'sample (list)'],
	[{ type: 'number' }, 'number', 'string', 'sample'],
	[{ type: 'integer' }, 'number', 'integer', 'sample'],
	[{ type: 'flag' }, 'boolean', 'integer', 'sample (0 or 1)'],
	[{ type: 'boolean' }, 'boolean', 'boolean', 'sample (true or false)'],
	[DOTTED, 'dateTime', 'string', 'sample (date)'],
	[{ type: 'time' }, 'string', 'string', 'sample (hh:mm)'],
	[CHOICE, 'options', 'integer', 'sample (1 Monday, 7 Sunday)'],
	[CHOICES, 'string', 'array', 'sample (list)'],
	[STAGE, 'string', 'integer', 'sample ("none" = Not Sorted)'],
	[{ type: 'reference', entity: 'user' }, 'string', 'integer', 'sample'],
	[{ type: 'references', entity: 'teacher' }, 'string', 'array', 'sample (list)'],
	[ROWS, 'array', 'array', 'sample (list of objects with customer_id, is_attend, note)'],
	[{ type: 'custom' }, 'string', 'string', 'sample'],
])('%j is a %s in the mapper, comes as %s and is explained as %s', (type, column, schema, help) => {
	expect(toColumn(field(type) as Field, false).type).toBe(column);
	expect(toSchema(type).type).toBe(schema);
	expect(jsonHint(field(type))).toBe(help);
});
