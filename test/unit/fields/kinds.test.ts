import fc from 'fast-check';

import type { ApiValue, Field, ShownField } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import {
	addItems,
	clearedValue,
	fieldKinds,
	isBlank,
	isList,
	jsonHint,
	kindOf,
	listOf,
	normalForms,
	areSameItems,
	areSameValues,
	serialize,
	toColumn,
	toProperty,
	toSingleProperty,
} from '../../../nodes/AlfaCrm/fields/field';
import { UnreadableValue } from '../../../nodes/AlfaCrm/fields/unreadable';
import { depth, seed } from '../../support/depth';
import { describeField, HOSTILE_VALUES, LABEL, SAMPLE_FIELDS, ZONE } from './samples';

const runs = { seed, numRuns: depth.fieldValues };

/** What a field makes of a value: the value is empty, it can be sent to AlfaCRM, or the field refuses it. */
type Reading = { blank: true } | { apiValue: ApiValue } | { error: UnreadableValue };

/** Reads a value as the node reads what a user has filled in. */
function readValue(field: ShownField, value: unknown): Reading {
	if (isBlank(field, value)) return { blank: true };
	try {
		return { apiValue: serialize(field, value, ZONE) };
	} catch (error) {
		expect(error).toBeInstanceOf(UnreadableValue);
		return { error: error as UnreadableValue };
	}
}

/** Reads the items of a value as they are sent to AlfaCRM. An empty or refused value has no items. */
function readItems(field: ShownField, value: unknown): ApiValue[] {
	const reading = readValue(field, value);
	if (!('apiValue' in reading)) return [];
	return isList(field) ? (listOf(reading.apiValue) as ApiValue[]) : [reading.apiValue];
}

/** Reads the items of all hostile values that a field can read. */
const readHostileItems = (field: ShownField): ApiValue[] =>
	HOSTILE_VALUES.flatMap((value) => readItems(field, value));

/** Generates texts in which people write lists, numbers, days and phones. */
const writtenText = fc.oneof(
	fc.string({ unit: fc.constantFrom(...'0189 +-()[]_/.,;\n:'), maxLength: 40 }),
	fc.string({ unit: fc.constantFrom(...'0129 ,;\n[]"abxёЁ@https:/.доб#'), maxLength: 40 }),
	fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const hostileValue = fc.constantFrom(...HOSTILE_VALUES);
const anyValue = fc.oneof(
	{ weight: 3, arbitrary: hostileValue },
	{ weight: 3, arbitrary: writtenText },
	{ weight: 2, arbitrary: fc.array(fc.oneof(hostileValue, writtenText), { maxLength: 4 }) },
	{ weight: 1, arbitrary: fc.anything() },
);

/** Checks a promise for each hostile value and for random ones. */
function checkAnyValue(check: (value: unknown) => void): void {
	HOSTILE_VALUES.forEach(check);
	fc.assert(fc.property(anyValue, check), runs);
}

/** Lists the sample fields that a condition accepts, as the rows of a table. */
const listSampleFields = (accepts: (field: ShownField) => boolean) =>
	SAMPLE_FIELDS.filter(accepts).map((field) => ({ field, declaration: describeField(field) }));

const ALL_FIELDS = listSampleFields(() => true);
const ROWS_FIELDS = listSampleFields(({ type }) => type === 'rows');
const FIELDS_WITHOUT_ROWS = listSampleFields(({ type }) => type !== 'rows');
const CUSTOM_FIELDS = listSampleFields(({ type }) => type === 'custom');
/** Fields in which every letter and digit tells one record from another. */
const IDENTIFYING_FIELDS = listSampleFields(
	({ type }) => !['rows', 'phones', 'emails', 'links', 'custom'].includes(type),
);
/** Fields whose default in the form is the default of a new record. In number fields, the form shows 0. */
const FIELDS_WITH_EQUAL_DEFAULTS = listSampleFields(({ type }) => type !== 'number');
const LIST_FIELDS = listSampleFields(isList);
/** Lists that are split at commas. */
const SPLIT_LIST_FIELDS = listSampleFields((field) => isList(field) && !('split' in field));
const SPLIT_LIST_FIELDS_WITHOUT_PHONES = listSampleFields(
	(field) => isList(field) && !('split' in field) && field.type !== 'phones',
);
const PHONES_FIELDS = listSampleFields(({ type }) => type === 'phones');

it('every type of a field has a kind and a sample', () => {
	const sampleTypes = new Set(SAMPLE_FIELDS.map(({ type }) => type));

	expect(Object.keys(fieldKinds).sort()).toEqual([...sampleTypes].sort());
});

describe.each(ALL_FIELDS)('The field $declaration', ({ field, declaration }) => {
	it(`the field ${declaration} reads a value that it has sent to AlfaCRM as the same value`, () => {
		checkAnyValue((value) => {
			const reading = readValue(field, value);
			if (!('apiValue' in reading)) return;

			const { apiValue } = reading;
			expect(JSON.parse(JSON.stringify(apiValue))).toEqual(apiValue);
			expect(readValue(field, apiValue)).toEqual({ apiValue });
			expect(areSameValues(field, apiValue, apiValue, ZONE)).toBe(true);
			expect(areSameValues(field, apiValue, value, ZONE)).toBe(true);
		});
	});

	it(`the field ${declaration} compares two values, and two items, in both orders with the same result`, () => {
		const property = fc.property(anyValue, anyValue, (value, otherValue) => {
			expect(areSameValues(field, value, otherValue, ZONE)).toBe(
				areSameValues(field, otherValue, value, ZONE),
			);
			expect(areSameItems(field, value, otherValue)).toBe(areSameItems(field, otherValue, value));
		});
		fc.assert(property, runs);
	});

	it(`the field ${declaration} treats an empty value, and no other one, as equal to a missing value`, () => {
		for (const value of HOSTILE_VALUES) {
			expect(areSameValues(field, value, undefined, ZONE)).toBe(isBlank(field, value));
		}
	});

	it(`the form shows the name, label and description of the field ${declaration}`, () => {
		const property = toProperty({ ...field, description: 'Of a kind.' });

		expect(property.name).toBe('sample');
		expect(property.displayName).toMatch(new RegExp(`^${LABEL}`));
		expect(property.description).toContain('Of a kind');
	});

	it(`the field ${declaration} can read its default in the form`, () => {
		const reading = readValue(field, toProperty(field).default);

		expect(reading).not.toHaveProperty('error');
	});

	it(`the field ${declaration} can read its default in a form that asks for a single value`, () => {
		const reading = readValue(field, toSingleProperty(field).default);

		expect(reading).not.toHaveProperty('error');
	});

	it(`the field ${declaration} is cleared by an empty value, which is a list if the output schema says so`, () => {
		const value = clearedValue(field);

		expect(isBlank(field, value)).toBe(true);
		expect(Array.isArray(value)).toBe(kindOf(field).schema(field).type === 'array');
	});

	it(`the field mapper has a column for the field ${declaration}`, () => {
		const column = toColumn(field as Field, true);

		expect(column).toMatchObject({ id: 'sample', required: true });
		expect(column.displayName).toMatch(new RegExp(`^${LABEL}`));
	});

	it(`the help for JSON names the field ${declaration}`, () => {
		expect(jsonHint(field)).toMatch(/^sample( \(.+\))?$/);
	});
});

describe.each(FIELDS_WITHOUT_ROWS)('The field $declaration', ({ field, declaration }) => {
	it(`the field ${declaration} says in its error what an unreadable value must be`, () => {
		const label = toProperty(field).displayName;

		checkAnyValue((value) => {
			const reading = readValue(field, value);
			if (!('error' in reading)) return;

			expect(reading.error.message).toContain(`'${label}' must be`);
		});
	});

	it(`the field ${declaration} makes no normal form of an item twice`, () => {
		const itemsWithRepeatedForm = readHostileItems(field).filter((item) => {
			const forms = normalForms(field, item);
			return new Set(forms).size < forms.length;
		});

		expect(itemsWithRepeatedForm).toEqual([]);
	});

	it(`the field ${declaration} makes a search filter for each item that has a normal form`, () => {
		const itemsWithForm = readHostileItems(field).filter((item) => normalForms(field, item).length > 0);
		const itemsWithoutFilter = itemsWithForm.filter(
			(item) => kindOf(field).makeSearchFilters(field, 'sample', item).length === 0,
		);

		expect(itemsWithoutFilter).toEqual([]);
	});
});

describe.each(ROWS_FIELDS)('The field $declaration', ({ field, declaration }) => {
	it(`the field ${declaration} says in its error which field of a row is wrong, missing or unknown`, () => {
		checkAnyValue((value) => {
			const reading = readValue(field, value);
			if (!('error' in reading)) return;

			expect(reading.error.message).toMatch(/^('.*' (must be|is empty in a row)|There is no field)/s);
		});
	});
});

/** Tells whether a value has a letter or a digit. */
const hasLetterOrDigit = (value: ApiValue): boolean => /[\p{L}\d]/u.test(JSON.stringify(value));

describe.each(IDENTIFYING_FIELDS)('The field $declaration', ({ field, declaration }) => {
	it(`the field ${declaration} makes a normal form for each item with a letter or a digit`, () => {
		const itemsWithoutForm = readHostileItems(field)
			.filter(hasLetterOrDigit)
			.filter((item) => normalForms(field, item).length === 0);

		expect(itemsWithoutForm).toEqual([]);
	});
});

describe.each(CUSTOM_FIELDS)('The field $declaration', ({ field, declaration }) => {
	/** Tells whether a text stands for a missing value, or ends where an expression found nothing. */
	const isPlaceholder = (value: ApiValue): boolean =>
		/(undefined|null|nan|[-:])$|(?<!\w)___|^(0+|no|none|нет|#[^1-9]*)$/i.test(String(value).trim());

	it(`the field ${declaration} makes a normal form for each item with a letter or a digit, except for placeholders`, () => {
		const itemsWithoutForm = readHostileItems(field)
			.filter((item) => hasLetterOrDigit(item) && !isPlaceholder(item))
			.filter((item) => normalForms(field, item).length === 0);

		expect(itemsWithoutForm).toEqual([]);
	});
});

describe.each(FIELDS_WITH_EQUAL_DEFAULTS)('The field $declaration', ({ field, declaration }) => {
	it(`the field ${declaration} has the same default in the form as in a new record`, () => {
		const defaultOfRecord = kindOf(field).defaultValue(field);
		const expectedReading = defaultOfRecord === undefined ? { blank: true } : { apiValue: defaultOfRecord };

		expect(readValue(field, toProperty(field).default)).toEqual(expectedReading);
	});
});

/** Generates lists of items that a field can read. */
const generateLists = (field: ShownField): fc.Arbitrary<ApiValue[]> =>
	fc
		.array(anyValue, { maxLength: 5 })
		.map((items) => items.filter((item) => 'apiValue' in readValue(field, item)))
		.map((items) => serialize(field, items, ZONE) as ApiValue[]);

describe.each(LIST_FIELDS)('The list field $declaration', ({ field, declaration }) => {
	const lists = generateLists(field);

	it(`the list field ${declaration} keeps the stored items first and adds no item twice`, () => {
		const property = fc.property(lists, lists, (storedItems, addedItems) => {
			const items = addItems(field, storedItems, addedItems);

			expect(items.slice(0, storedItems.length)).toEqual(storedItems);
			expect(addItems(field, items, addedItems)).toEqual(items);
			expect(addItems(field, items, storedItems)).toEqual(items);
			expect(addItems(field, [], storedItems).length).toBeLessThanOrEqual(storedItems.length);
		});
		fc.assert(property, runs);
	});

	it(`the list field ${declaration} has all stored and all added items after an addition`, () => {
		const property = fc.property(lists, lists, (storedItems, addedItems) => {
			const items = addItems(field, storedItems, addedItems);

			const missingItems = [...storedItems, ...addedItems].filter(
				(item) => !items.some((candidate) => areSameItems(field, candidate, item)),
			);
			expect(missingItems).toEqual([]);
		});
		fc.assert(property, runs);
	});

	it.each([
		{ description: 'undefined', value: undefined },
		{ description: 'null', value: null },
		{ description: 'an empty text', value: '' },
		{ description: 'a blank', value: ' ' },
		{ description: 'an empty list', value: [] },
		{ description: 'an empty list in JSON', value: '[]' },
		{ description: 'a comma', value: ',' },
		{ description: 'a list of undefined', value: [undefined] },
		{ description: 'a list of an empty text', value: [''] },
	])(`the list field ${declaration} reads $description as the empty list`, ({ value }) => {
		expect(isBlank(field, value)).toBe(true);
		expect(serialize(field, value, ZONE)).toEqual([]);
	});
});

describe.each(SPLIT_LIST_FIELDS)('The list field $declaration', ({ field, declaration }) => {
	it(`the list field ${declaration} treats a list as equal to the text into which Simplify has joined it`, () => {
		const property = fc.property(generateLists(field), (list) => {
			expect(areSameValues(field, list.join(', '), list, ZONE)).toBe(true);
		});
		fc.assert(property, runs);
	});
});

describe.each(SPLIT_LIST_FIELDS_WITHOUT_PHONES)('The list field $declaration', ({ field, declaration }) => {
	it(`the list field ${declaration} reads all items of a list from the text into which Simplify has joined it`, () => {
		const property = fc.property(generateLists(field), (list) => {
			expect(serialize(field, list.join(', '), ZONE)).toHaveLength(list.length);
		});
		fc.assert(property, runs);
	});
});

describe.each(PHONES_FIELDS)('The list field $declaration', ({ field, declaration }) => {
	it(`the list field ${declaration} reads all phones of a list from the text into which Simplify has joined it`, () => {
		// A word without a number would stay with the phone before it.
		const listsOfNumbers = generateLists(field).map((list) =>
			list.filter((item) => normalForms(field, item).length > 0),
		);
		const property = fc.property(listsOfNumbers, (list) => {
			expect(serialize(field, list.join(', '), ZONE)).toHaveLength(list.length);
		});
		fc.assert(property, runs);
	});
});
