import { normalizeText } from './normalizeText';

/**
 * Compares names of people by their words in any order. Schools write "Колычев Павел", other services send "Павел Колычев".
 * API notes 5.3.
 */

/** Returns the one form of a name that all orders of its words share. */
export const normalizeName = (name: string): string => wordsOf(name).sort().join(' ');

/** Separates the words by blanks, since a search for "Петрова," would not find "Анна Петрова". */
export const removeCommas = (name: string): string => name.replace(/[,;]+/g, ' ').trim();

/** Whether one of two names has all words of the other and more words, such as a patronymic. */
export function hasExtraWords(name: string, otherName: string): boolean {
	const words = wordsOf(name);
	const otherWords = wordsOf(otherName);
	if (words.length === 0 || otherWords.length === 0) return false;
	if (normalizeName(name) === normalizeName(otherName)) return false;
	return isPartOf(words, otherWords) || isPartOf(otherWords, words);
}

const wordsOf = (name: string): string[] =>
	normalizeText(removeCommas(name))
		.split(' ')
		.filter((word) => word !== '');

const isPartOf = (words: readonly string[], otherWords: readonly string[]): boolean =>
	words.every((word) => otherWords.includes(word));
