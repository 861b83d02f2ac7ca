import { normalizeText } from '../../../nodes/AlfaCrm/fields/normalizeText';
import { sharedParts } from '../../../nodes/AlfaCrm/fields/spellings';
import { randomFrom } from '../../support/random';

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
	'Пётр Семёнов',
	'ПЁТР',
	'Ёе',
	'Йод',
	'елене её ежевечерне',
	'Ведение  учёта',
	'é',
	'Zoë Brontë',
	'Орлова',
])('every spelling of %j holds one of the parts', (text) => {
	const random = randomFrom(11);
	const parts = sharedParts(text);
	expect(parts).not.toEqual([]);
	for (let count = 0; count < 300; count++) {
		const other = respelled(text, random);
		expect(normalizeText(other)).toBe(normalizeText(text));
		expect(parts.some((part) => other.toLowerCase().includes(part.toLowerCase()))).toBe(true);
	}
});

it.each([
	['Орлова', ['Орлова']],
	['Орлова Мия', ['Орлова']],
	['ЁЖ', ['ЕЖ', 'ЁЖ', 'Е\u0308Ж']],
	['', []],
	['  ', []],
])('%j is asked for by %j', (text, parts) => {
	expect(sharedParts(text)).toEqual(parts);
});

it('asks few questions, whatever the text', () => {
	for (const text of ['еёеёеёеёеё', 'Ёё Ёё', 'ежевечерне еле-еле', 'й'.repeat(40)]) {
		expect(sharedParts(text).length).toBeLessThanOrEqual(6);
	}
});
