import { normalizeText } from './normalizeText';

/**
 * Compares names of people without regard to the order of the words. Schools write "Колычев Павел",
 * other services send "Павел Колычев" (docs/alfacrm-api.md 5.3).
 */

/** Sorts the words of a name, in lower case. Both orders give "колычев павел". */
export const normalizeName = (name: string): string => splitWords(name).sort().join(' ');

/**
 * Replaces commas and semicolons with spaces. AlfaCRM searches for the exact characters, so
 * "Петрова," would not find "Анна Петрова".
 */
export const replaceCommas = (name: string): string => name.replace(/[,;]+/g, ' ').trim();

/**
 * Tells whether one of two names has all words of the other name and at least one more, such as a
 * patronymic: "Колычев Павел" and "Павел Петрович Колычев".
 */
export function hasExtraWords(name: string, otherName: string): boolean {
	const words = splitWords(name);
	const otherWords = splitWords(otherName);
	if (words.length === 0 || otherWords.length === 0) return false;

	const haveSameWords = normalizeName(name) === normalizeName(otherName);
	if (haveSameWords) return false;

	return includesAll(otherWords, words) || includesAll(words, otherWords);
}

/** Splits a name into words as they are compared: "Петрова, Анна" has "петрова" and "анна". */
function splitWords(name: string): string[] {
	const words = normalizeText(replaceCommas(name)).split(' ');
	return words.filter((word) => word !== '');
}

const includesAll = (words: readonly string[], wordsToFind: readonly string[]): boolean =>
	wordsToFind.every((word) => words.includes(word));
