import type { ShownType } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { isStored, sameItem, sameValue, addItems } from '../../../nodes/AlfaCrm/fields/field';
import { normalizeText, findSearchFragments } from '../../../nodes/AlfaCrm/fields/normalizeText';
import { seed } from '../../support/depth';
import { randomFrom } from '../../support/random';

const ZONE = 'Europe/Moscow';
const day = { type: 'date', format: 'dotted' } as const;
const stage = { type: 'reference', entity: 'leadStatus' } as const;
const teachers = { type: 'references', entity: 'teacher' } as const;
const rows: ShownType = {
	type: 'rows',
	fields: [
		{ type: 'id', name: 'customer_id', label: 'Customer ID' },
		{ type: 'text', name: 'note', label: 'Note' },
	],
};
const gender = { type: 'choice', choices: [{ value: 1, label: 'Male' }], default: 1 } as const;

it.each<[ShownType, unknown, unknown, boolean]>([
	[{ type: 'text' }, 'Алёна  Орлова', 'алена орлова', true],
	[{ type: 'text' }, 'Андрей', 'Андрей'.normalize('NFD'), true],
	[{ type: 'text' }, null, '', true],
	[day, '04.09.2015', '2015-09-04', true],
	[day, '04.09.2015', '2015-09-03T21:00:00.000Z', true],
	[day, '04.09.2015', '2015-09-04T21:00:00.000Z', false],
	[{ type: 'time' }, '2026-02-10 17:00:00', '17:00', true],
	[{ type: 'flag' }, 1, true, true],
	[{ type: 'flag' }, null, false, false],
	// What the checkbox of a website's form has sent.
	[{ type: 'flag' }, ' On ', 1, true],
	[{ type: 'flag' }, 'maybe', true, false],
	[{ type: 'number' }, 'a', 'b', false],
	[{ type: 'number' }, '575.00', 575, true],
	[stage, '4', 4, true],
	[stage, '1', { mode: 'id', value: '' }, false],
	[gender, ' 1', 1, true],
	// AlfaCRM may hold what is not among the choices.
	[gender, 5, '5', true],
	[gender, true, 'true', false],
	[teachers, [2, 1], ['1', 2], true],
	[{ type: 'texts' }, ['a@example.org', 'b@example.org'], 'b@example.org, a@example.org', true],
	[{ type: 'phones' }, ['+7(900)555-00-01'], ['8 900 555 00 01'], true],
	[{ type: 'phones' }, ['+7(900)555-00-01'], ['8 900 555 00 01', '8 900 555 00 02'], false],
	[{ type: 'custom' }, '2015-09-04', '04.09.2015', true],
	[{ type: 'custom' }, '2015-09-04 17:00', '2015-09-04 18:00', false],
	[{ type: 'custom' }, ['a', '', null], 'a', true],
	[{ type: 'custom' }, ' 2015-09-04 ', '04.09.2015', true],
	[{ type: 'custom' }, 'см. 2015-09-04', 'см. 04.09.2015', false],
	[{ type: 'custom' }, {}, {}, false],
	[rows, [{ customer_id: 1, note: 'a' }], [{ customer_id: '1', note: 'A' }], true],
	[
		rows,
		[{ customer_id: 1 }, { customer_id: 2 }],
		{ values: [{ customer_id: 2 }, { customer_id: 1 }] },
		true,
	],
	[rows, [{ customer_id: 1 }, { customer_id: 2 }], [{ customer_id: 1 }, { customer_id: 3 }], false],
	[rows, [{ customer_id: 1, other: 1 }], [{ customer_id: 1, other: 2 }], true],
	[rows, [{ customer_id: 1 }], { values: [{ customer_id: 1 }], more: 1 }, false],
	[{ type: 'object' }, { a: 1, b: { c: 2, d: 3 } }, '{"b": {"d": 3, "c": 2}, "a": 1}', true],
	[{ type: 'object' }, [1], [1], false],
	// A list that went through the one text in which Simplify puts it.
	[{ type: 'texts' }, ['ул. Мира, 5', 'b'], 'ул. Мира, 5, b', true],
	[{ type: 'texts' }, ['ул. Мира, 5', 'b'], 'ул. Мира, 6, b', false],
	[{ type: 'phones' }, ['мама', '123-45-67'], ['Мама', '1234567'], true],
	[{ type: 'custom' }, '79005550001', '89005550001', false],
])('%j: %j and %j are the same: %j', (field, one, other, wanted) => {
	expect([sameValue(field, one, other, ZONE), sameValue(field, other, one, ZONE)]).toEqual([wanted, wanted]);
});

it.each<[ShownType, unknown, unknown, boolean]>([
	// What a person may want to correct is to be saved.
	[{ type: 'text' }, 'Алена', 'Алёна', false],
	[{ type: 'text' }, 'Мия  Орлова', 'Мия Орлова', false],
	[{ type: 'custom' }, 'a', 'A', false],
	[{ type: 'phones' }, ['мама'], ['Мама'], false],
	[rows, [{ customer_id: 1, note: 'a' }], [{ customer_id: 1, note: 'A' }], false],
	// What nobody sees, or AlfaCRM writes in its own way, is not.
	[{ type: 'text' }, ' Мия\n', 'Мия', true],
	[{ type: 'text' }, 'Андрей', 'Андрей'.normalize('NFD'), true],
	[{ type: 'longText' }, 'a\r\nb\rc', 'a\nb\nc', true],
	[{ type: 'longText' }, 'a\n\nb', 'a\nb', false],
	[{ type: 'phones' }, ['+7(900)555-00-01'], '8 900 555 00 01', true],
	[{ type: 'phones' }, ['+7(900)555-00-01'], '8 900 555 00 02', false],
	[rows, [{ customer_id: '1', note: 'a ' }], [{ customer_id: 1, note: 'a' }], true],
	[{ type: 'text' }, null, '', true],
])('%j: %j holds %j already: %j', (field, held, wanted, isThere) => {
	expect(isStored(field, held, wanted, ZONE)).toBe(isThere);
});

it('one item of a list that is empty is like another that is, and like no other', () => {
	expect(sameItem({ type: 'texts' }, '', null)).toBe(true);
	expect(sameItem({ type: 'texts' }, '', 'a')).toBe(false);
	expect(sameItem({ type: 'texts' }, 'a', '')).toBe(false);
	expect(sameItem({ type: 'custom' }, null, 'null')).toBe(false);
});

it('a list grows by what it does not have, and keeps what it has as it is written', () => {
	const phones = addItems({ type: 'phones' }, ['+7(900)555-00-01'], ['89005550001', '123-45', '12345']);
	expect(phones).toEqual(['+7(900)555-00-01', '123-45']);
	expect(addItems(teachers, [1, 2], ['2', 3])).toEqual([1, 2, 3]);
});

/** Other ways to write a text that comparing takes for the same; capitals aside, which AlfaCRM takes for small ones. */
function respelled(text: string, random: () => number): string {
	const letters = Array.from(text.normalize('NFC')).map((letter) => {
		const other: Record<string, string> = { е: 'ё', ё: 'е', Е: 'Ё', Ё: 'Е' };
		const chosen = random() < 0.5 ? (other[letter] ?? letter) : letter;
		const composed = random() < 0.5 ? chosen.normalize('NFD') : chosen;
		return letter === ' ' && random() < 0.5 ? '  ' : composed;
	});
	return letters.join('');
}

it.each([
	...['Пётр Семёнов', 'ПЁТР', 'Ёе', 'Йод', 'елене её ежевечерне', 'Ведение  учёта', 'é'],
	...['Zoë Brontë', 'Орлова'],
])('every spelling of %j holds one of the parts', (text) => {
	const random = randomFrom(seed);
	const parts = findSearchFragments(text);
	expect(parts).not.toEqual([]);
	for (let count = 0; count < 50; count++) {
		const other = respelled(text, random);
		expect(normalizeText(other)).toBe(normalizeText(text));
		expect(parts.some((part) => other.toLowerCase().includes(part.toLowerCase()))).toBe(true);
	}
});

it.each([
	['Орлова', ['Орлова']],
	['ЁЖ', ['ЁЖ', 'Е\u0308Ж', 'ЕЖ']],
	['', []],
])('%j is asked for by %j', (text, parts) => {
	expect(findSearchFragments(text)).toEqual(parts);
});

it('asks few questions, whatever the text', () => {
	for (const text of ['еёеёеёеёеё', 'Ёё Ёё', 'ежевечерне еле-еле', 'й'.repeat(40)]) {
		expect(findSearchFragments(text).length).toBeLessThanOrEqual(6);
	}
});
