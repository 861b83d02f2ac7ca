import fc from 'fast-check';

import {
	clearedValue,
	fieldKinds,
	isBlank,
	isList,
	jsonHint,
	kindOf,
	listOf,
	normalForms,
	sameItem,
	sameValue,
	serialize,
	toColumn,
	toProperty,
	toSingleProperty,
	addItems,
} from '../../../nodes/AlfaCrm/fields/field';
import type { Field, ShownField, ApiValue } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { UnreadableValue } from '../../../nodes/AlfaCrm/fields/unreadable';
import { depth, seed } from '../../support/depth';
import { FIELDS, HOSTILE, LABEL, named, ZONE } from './samples';

const runs = { seed, numRuns: depth.fieldValues };
const TABLE = FIELDS.map((field): [string, ShownField] => [named(field), field]);

/** What becomes of a value: nothing, its form on the wire, or a refusal. */
type Outcome = { blank: true } | { wire: ApiValue } | { refused: UnreadableValue };

function outcome(field: ShownField, value: unknown): Outcome {
	if (isBlank(field, value)) return { blank: true };
	try {
		return { wire: serialize(field, value, ZONE) };
	} catch (error) {
		expect(error).toBeInstanceOf(UnreadableValue);
		return { refused: error as UnreadableValue };
	}
}

/** Texts in which people write lists, numbers, days and phones. */
const written = fc.oneof(
	fc.string({ unit: fc.constantFrom(...'0189 +-()[]_/.,;\n:'), maxLength: 40 }),
	fc.string({ unit: fc.constantFrom(...'0129 ,;\n[]"abxёЁ@https:/.доб#'), maxLength: 40 }),
	fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const anything = fc.oneof(
	{ weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
	{ weight: 3, arbitrary: written },
	{ weight: 2, arbitrary: fc.array(fc.oneof(fc.constantFrom(...HOSTILE), written), { maxLength: 4 }) },
	{ weight: 1, arbitrary: fc.anything() },
);

describe.each(TABLE)('%s', (_name, field) => {
	it('gives every value one meaning: nothing, a value that stays the same, or a refusal with the label', () => {
		const check = (value: unknown) => {
			const result = outcome(field, value);
			if ('refused' in result) {
				expect(result.refused.message).toMatch(/^('.*' (must be|is empty in a row)|There is no field)/s);
				const label = toProperty(field).displayName;
				if (field.type !== 'rows') expect(result.refused.message).toContain(`'${label}' must be`);
				return;
			}
			if ('blank' in result) return;
			expect(JSON.parse(JSON.stringify(result.wire))).toEqual(result.wire);
			expect(outcome(field, result.wire)).toEqual({ wire: result.wire });
			expect(sameValue(field, result.wire, result.wire, ZONE)).toBe(true);
			expect(sameValue(field, result.wire, value, ZONE)).toBe(true);
		};
		HOSTILE.forEach(check);
		fc.assert(fc.property(anything, check), runs);
	});

	it('compares both ways round alike, and never throws', () => {
		fc.assert(
			fc.property(anything, anything, (one, other) => {
				expect(sameValue(field, one, other, ZONE)).toBe(sameValue(field, other, one, ZONE));
				expect(sameItem(field, one, other)).toBe(sameItem(field, other, one));
			}),
			runs,
		);
	});

	it('takes empty for empty, and only that', () => {
		for (const value of HOSTILE) {
			expect(sameValue(field, value, undefined, ZONE)).toBe(isBlank(field, value));
		}
	});

	it('is asked for by its name and label', () => {
		const { name, displayName, description = '' } = toProperty({ ...field, description: 'Of a kind.' });
		expect([name, displayName.startsWith(LABEL)]).toEqual(['sample', true]);
		expect(description).toContain('Of a kind');
	});

	it('begins in the form with a value that can be read, or with none', () => {
		for (const property of [toProperty(field), toSingleProperty(field)]) {
			expect(outcome(field, property.default)).not.toHaveProperty('refused');
		}
	});

	it('begins in a new record as in the form, where 0 stands for no sum', () => {
		if (field.type === 'number') return;
		const preset = kindOf(field).defaultValue(field);
		const begun = outcome(field, toProperty(field).default);
		expect(begun).toEqual(preset === undefined ? { blank: true } : { wire: preset });
	});

	it('is emptied by what is empty', () => {
		expect(isBlank(field, clearedValue(field))).toBe(true);
		expect(Array.isArray(clearedValue(field))).toBe(kindOf(field).schema(field).type === 'array');
	});

	it('looks a value up by forms that every spelling of it shares', () => {
		for (const value of HOSTILE) {
			const result = outcome(field, value);
			if (!('wire' in result) || field.type === 'rows') continue;
			for (const item of isList(field) ? listOf(result.wire) : [result.wire]) {
				const readings = normalForms(field, item);
				expect(new Set(readings).size).toBe(readings.length);
				// What is no phone number, email or link can be saved, not looked for; nor can a text of dashes, or the rest of an expression.
				const isRest =
					field.type === 'custom' &&
					/(undefined|null|nan|[-:])$|(?<!\w)___|^(0+|no|none|нет|#[^1-9]*)$/i.test(String(item).trim());
				const tells =
					!['phones', 'emails', 'links'].includes(field.type) &&
					/[\p{L}\d]/u.test(JSON.stringify(item)) &&
					!isRest;
				if (tells) expect(readings.length).toBeGreaterThan(0);
				if (readings.length > 0)
					expect(kindOf(field).makeSearchFilters(field, 'sample', item as ApiValue)).not.toEqual([]);
			}
		}
	});

	it('has a place in the mapper, the preview and the JSON help', () => {
		const column = toColumn(field as Field, true);
		expect(column).toMatchObject({ id: 'sample', required: true });
		expect(column.displayName.startsWith(LABEL)).toBe(true);
		expect(jsonHint(field)).toMatch(/^sample( \(.+\))?$/);
	});
});

describe.each(TABLE.filter(([, field]) => isList(field)))('%s, a list', (_name, field) => {
	const lists = fc
		.array(anything, { maxLength: 5 })
		.map((items) => items.flatMap((item) => ('wire' in outcome(field, item) ? [item] : [])))
		.map((items) => serialize(field, items, ZONE) as ApiValue[]);

	it('is the same list when it comes as the one text that Simplify writes', () => {
		if ('split' in field) return;
		const check = (list: ApiValue[]) => {
			const text = list.join(', ');
			expect(sameValue(field, text, list, ZONE)).toBe(true);
			// A word behind a phone number stays with it.
			if (list.every((item) => field.type !== 'phones' || normalForms(field, item).length > 0)) {
				expect(serialize(field, text, ZONE)).toHaveLength(list.length);
			}
		};
		fc.assert(fc.property(lists, check), runs);
	});

	it('grows by what it lacks and by nothing else', () => {
		fc.assert(
			fc.property(lists, lists, (present, added) => {
				const all = addItems(field, present, added);
				expect(all.slice(0, present.length)).toEqual(present);
				expect(addItems(field, all, added)).toEqual(all);
				expect(addItems(field, all, present)).toEqual(all);
				for (const item of [...present, ...added]) {
					expect(all.some((each) => sameItem(field, each, item))).toBe(true);
				}
				expect(addItems(field, [], present).length).toBeLessThanOrEqual(present.length);
			}),
			runs,
		);
	});

	it('of nothing is []', () => {
		for (const nothing of [undefined, null, '', ' ', [], '[]', ',', [undefined], ['']]) {
			expect(isBlank(field, nothing)).toBe(true);
			expect(serialize(field, nothing, ZONE)).toEqual([]);
		}
	});
});

it('a type that AlfaCRM is sent has a kind of its own', () => {
	expect(Object.keys(fieldKinds).sort()).toEqual([...new Set(FIELDS.map(({ type }) => type))].sort());
});
