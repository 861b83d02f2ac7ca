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

/** The outcome for a value: it is empty, it can be sent to AlfaCRM, or it is an error. */
type Reading = { blank: true } | { apiValue: ApiValue } | { error: UnreadableValue };

function readValue(field: ShownField, value: unknown): Reading {
	if (isBlank(field, value)) return { blank: true };
	try {
		return { apiValue: serialize(field, value, ZONE) };
	} catch (error) {
		expect(error).toBeInstanceOf(UnreadableValue);
		return { error: error as UnreadableValue };
	}
}

/** Reads the items of a value as they are sent to AlfaCRM; none if the value is empty or an error. */
function readItems(field: ShownField, value: unknown): ApiValue[] {
	const reading = readValue(field, value);
	if (!('apiValue' in reading)) return [];
	return isList(field) ? (listOf(reading.apiValue) as ApiValue[]) : [reading.apiValue];
}

/** Reads the items of all hostile values that a field can read. */
const readHostileItems = (field: ShownField): ApiValue[] =>
	HOSTILE_VALUES.flatMap((value) => readItems(field, value));

/** Texts in which people write lists, numbers, days and phones. */
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

/** Makes the rows of a table from the sample fields that a condition accepts. */
const fieldsThat = (accepts: (field: ShownField) => boolean) =>
	SAMPLE_FIELDS.filter(accepts).map((field) => ({ field, declaration: describeField(field) }));

const ALL_FIELDS = fieldsThat(() => true);
const ROWS_FIELDS = fieldsThat(({ type }) => type === 'rows');
const FIELDS_WITHOUT_ROWS = fieldsThat(({ type }) => type !== 'rows');
const CUSTOM_FIELDS = fieldsThat(({ type }) => type === 'custom');
/** Fields in which every letter and digit tells one record from another. */
const IDENTIFYING_FIELDS = fieldsThat(
	({ type }) => !['rows', 'phones', 'emails', 'links', 'custom'].includes(type),
);
/** Fields whose default in the form is the default of a new record. In number fields, the form shows 0. */
const FIELDS_WITH_EQUAL_DEFAULTS = fieldsThat(({ type }) => type !== 'number');
const LIST_FIELDS = fieldsThat(isList);
/** Lists that are split at commas. */
const SPLIT_LIST_FIELDS = fieldsThat((field) => isList(field) && !('split' in field));
const SPLIT_LIST_FIELDS_WITHOUT_PHONES = fieldsThat(
	(field) => isList(field) && !('split' in field) && field.type !== 'phones',
);
const PHONES_FIELDS = fieldsThat(({ type }) => type === 'phones');

it('Every type of a field has a kind and a sample', () => {
	const sampleTypes = new Set(SAMPLE_FIELDS.map(({ type }) => type));

	expect(Object.keys(fieldKinds).sort()).toEqual([...sampleTypes].sort());
});

describe.each(ALL_FIELDS)('The field $declaration', ({ field }) => {
	it('reads the value that is sent to AlfaCRM as the same value again', () => {
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

	it('compares two values, and two items, in both directions alike', () => {
		const property = fc.property(anyValue, anyValue, (value, otherValue) => {
			expect(areSameValues(field, value, otherValue, ZONE)).toBe(
				areSameValues(field, otherValue, value, ZONE),
			);
			expect(areSameItems(field, value, otherValue)).toBe(areSameItems(field, otherValue, value));
		});
		fc.assert(property, runs);
	});

	it('equals undefined if its value is empty, and otherwise does not', () => {
		for (const value of HOSTILE_VALUES) {
			expect(areSameValues(field, value, undefined, ZONE)).toBe(isBlank(field, value));
		}
	});

	it('has its name, label and description in the form', () => {
		const property = toProperty({ ...field, description: 'Of a kind.' });

		expect(property.name).toBe('sample');
		expect(property.displayName).toMatch(new RegExp(`^${LABEL}`));
		expect(property.description).toContain('Of a kind');
	});

	it('has a default in the form that is empty or can be read', () => {
		const reading = readValue(field, toProperty(field).default);

		expect(reading).not.toHaveProperty('error');
	});

	it('has a default in the form for one value that is empty or can be read', () => {
		const reading = readValue(field, toSingleProperty(field).default);

		expect(reading).not.toHaveProperty('error');
	});

	it('is emptied by an empty value, which is a list if the output schema says so', () => {
		const value = clearedValue(field);

		expect(isBlank(field, value)).toBe(true);
		expect(Array.isArray(value)).toBe(kindOf(field).schema(field).type === 'array');
	});

	it('has a required column in the field mapper', () => {
		const column = toColumn(field as Field, true);

		expect(column).toMatchObject({ id: 'sample', required: true });
		expect(column.displayName).toMatch(new RegExp(`^${LABEL}`));
	});

	it('has its name in the help for JSON', () => {
		expect(jsonHint(field)).toMatch(/^sample( \(.+\))?$/);
	});
});

describe.each(FIELDS_WITHOUT_ROWS)('The field $declaration', ({ field }) => {
	it('says in the error for an unreadable value what the field must be', () => {
		const label = toProperty(field).displayName;

		checkAnyValue((value) => {
			const reading = readValue(field, value);
			if (!('error' in reading)) return;

			expect(reading.error.message).toContain(`'${label}' must be`);
		});
	});

	it('has no normal form twice', () => {
		const itemsWithRepeatedForm = readHostileItems(field).filter((item) => {
			const forms = normalForms(field, item);
			return new Set(forms).size < forms.length;
		});

		expect(itemsWithRepeatedForm).toEqual([]);
	});

	it('has a search filter for each item with a normal form', () => {
		const itemsWithForm = readHostileItems(field).filter((item) => normalForms(field, item).length > 0);
		const itemsWithoutFilter = itemsWithForm.filter(
			(item) => kindOf(field).makeSearchFilters(field, 'sample', item).length === 0,
		);

		expect(itemsWithoutFilter).toEqual([]);
	});
});

describe.each(ROWS_FIELDS)('The field $declaration', ({ field }) => {
	it('says in the error for unreadable rows which field is wrong, missing or unknown', () => {
		checkAnyValue((value) => {
			const reading = readValue(field, value);
			if (!('error' in reading)) return;

			expect(reading.error.message).toMatch(/^('.*' (must be|is empty in a row)|There is no field)/s);
		});
	});
});

/** Tells whether a value has a letter or a digit. */
const hasLetterOrDigit = (value: ApiValue): boolean => /[\p{L}\d]/u.test(JSON.stringify(value));

describe.each(IDENTIFYING_FIELDS)('The field $declaration', ({ field }) => {
	it('has a normal form for each item with a letter or a digit', () => {
		const itemsWithoutForm = readHostileItems(field)
			.filter(hasLetterOrDigit)
			.filter((item) => normalForms(field, item).length === 0);

		expect(itemsWithoutForm).toEqual([]);
	});
});

describe.each(CUSTOM_FIELDS)('The field $declaration', ({ field }) => {
	/** Tells whether a text stands for a missing value, or ends where an expression found nothing. */
	const isPlaceholder = (value: ApiValue): boolean =>
		/(undefined|null|nan|[-:])$|(?<!\w)___|^(0+|no|none|нет|#[^1-9]*)$/i.test(String(value).trim());

	it('has a normal form for each item with a letter or a digit that is no placeholder', () => {
		const itemsWithoutForm = readHostileItems(field)
			.filter((item) => hasLetterOrDigit(item) && !isPlaceholder(item))
			.filter((item) => normalForms(field, item).length === 0);

		expect(itemsWithoutForm).toEqual([]);
	});
});

describe.each(FIELDS_WITH_EQUAL_DEFAULTS)('The field $declaration', ({ field }) => {
	it('has the same default in the form as in a new record', () => {
		const defaultOfRecord = kindOf(field).defaultValue(field);
		const expectedReading = defaultOfRecord === undefined ? { blank: true } : { apiValue: defaultOfRecord };

		expect(readValue(field, toProperty(field).default)).toEqual(expectedReading);
	});
});

/** Random lists of items that a field can read. */
const listsOf = (field: ShownField): fc.Arbitrary<ApiValue[]> =>
	fc
		.array(anyValue, { maxLength: 5 })
		.map((items) => items.filter((item) => 'apiValue' in readValue(field, item)))
		.map((items) => serialize(field, items, ZONE) as ApiValue[]);

describe.each(LIST_FIELDS)('The list field $declaration', ({ field }) => {
	const lists = listsOf(field);

	it('keeps the stored items first and adds no item twice', () => {
		const property = fc.property(lists, lists, (storedItems, addedItems) => {
			const items = addItems(field, storedItems, addedItems);

			expect(items.slice(0, storedItems.length)).toEqual(storedItems);
			expect(addItems(field, items, addedItems)).toEqual(items);
			expect(addItems(field, items, storedItems)).toEqual(items);
			expect(addItems(field, [], storedItems).length).toBeLessThanOrEqual(storedItems.length);
		});
		fc.assert(property, runs);
	});

	it('has all stored and all added items after an addition', () => {
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
		{ what: 'undefined', value: undefined },
		{ what: 'null', value: null },
		{ what: 'an empty text', value: '' },
		{ what: 'a blank', value: ' ' },
		{ what: 'an empty list', value: [] },
		{ what: 'an empty list in JSON', value: '[]' },
		{ what: 'a comma', value: ',' },
		{ what: 'a list of undefined', value: [undefined] },
		{ what: 'a list of an empty text', value: [''] },
	])('reads $what as the empty list', ({ value }) => {
		expect(isBlank(field, value)).toBe(true);
		expect(serialize(field, value, ZONE)).toEqual([]);
	});
});

describe.each(SPLIT_LIST_FIELDS)('The list field $declaration', ({ field }) => {
	it('equals the same list that Simplify has joined into one text', () => {
		const property = fc.property(listsOf(field), (list) => {
			expect(areSameValues(field, list.join(', '), list, ZONE)).toBe(true);
		});
		fc.assert(property, runs);
	});
});

describe.each(SPLIT_LIST_FIELDS_WITHOUT_PHONES)('The list field $declaration', ({ field }) => {
	it('has all its items again when Simplify has joined them into one text', () => {
		const property = fc.property(listsOf(field), (list) => {
			expect(serialize(field, list.join(', '), ZONE)).toHaveLength(list.length);
		});
		fc.assert(property, runs);
	});
});

describe.each(PHONES_FIELDS)('The list field $declaration', ({ field }) => {
	it('has all its phones again when Simplify has joined them into one text', () => {
		// A word without a number would stay with the phone before it.
		const listsOfNumbers = listsOf(field).map((list) =>
			list.filter((item) => normalForms(field, item).length > 0),
		);
		const property = fc.property(listsOfNumbers, (list) => {
			expect(serialize(field, list.join(', '), ZONE)).toHaveLength(list.length);
		});
		fc.assert(property, runs);
	});
});
