import type { INodePropertyOptions } from 'n8n-workflow';

import { CUSTOMER_TYPE } from '../../entities/customer';
import { listOf } from '../../fields/field';
import { readFlag } from '../../values/formats';
import { matchesSearch } from './compare';
import type { Search } from './readSearch';
import type { Match } from './search';

/**
 * The choices of 'If Several Match'. Workflows have stored the values, so the values do not change:
 *
 * - `refuse`: an error
 * - `newest`: the first match in the order of `sortMatches`, which is not always the newest
 * - `all`: all matches
 */
export type IfSeveralMatch = 'refuse' | 'newest' | 'all';

/**
 * Makes the option of 'If Several Match' that takes the first of several matches. Its description
 * gives the order of `sortMatches`.
 */
export const makeFirstMatchOption = (name: string): INodePropertyOptions => ({
	name,
	value: 'newest',
	description:
		'The first in this order: active before archived, clients before leads, then the highest ID',
});

/**
 * Chooses the matches that count, and sorts them: the best match first. If the user looks for two
 * phones, for example, only the records with one of these phones count, unless the user wants all
 * matches.
 *
 * @param matches what `findMatches` returned
 */
export function chooseMatches(matches: readonly Match[], ifSeveral: IfSeveralMatch): Match[] {
	const chosenMatches = ifSeveral === 'all' ? matches : keepMatchesOfFirstValue(matches);
	return sortMatches(chosenMatches);
}

/**
 * Keeps the matches of one match value, if the user gave several for a field. People type several
 * phone numbers into one field, the most important number first. The matches of the first of these
 * values are kept:
 *
 * - the first value that an active match has
 * - if no match is active, the first value that an archived match has
 */
function keepMatchesOfFirstValue(matches: readonly Match[]): readonly Match[] {
	if (matches.length === 0) return matches;

	// All matches were found by the same search: see `findMatches`.
	const { matchedBy } = matches[0];
	// With the key 'Phone or Email', a record may match by its email alone, whatever the phones are.
	// So the order of the phones decides nothing.
	if (matchedBy.key.isOneFieldEnough) return matches;

	const fieldWithSeveralValues = matchedBy.fields.find(
		({ name }) => listOf(matchedBy.matchValues[name]).length > 1,
	);
	if (fieldWithSeveralValues === undefined) return matches;

	const groups = groupByMatchValue(matches, matchedBy, fieldWithSeveralValues.name);
	// A group can be empty, because no record has the value.
	const activeGroup = groups.find((group) => group.some(({ archived }) => !archived));
	const firstGroup = groups.find((group) => group.length > 0);
	return activeGroup ?? firstGroup ?? matches;
}

/**
 * Groups the matches of a search by the match value that they have in a field: one group for each
 * phone, for example.
 */
function groupByMatchValue(
	matches: readonly Match[],
	search: Search,
	fieldName: string,
): Match[][] {
	// Several values of a field are a list of texts.
	const values = listOf(search.matchValues[fieldName]) as string[];
	return values.map((value) => {
		const matchValues = { ...search.matchValues, [fieldName]: [value] };
		const searchByValue = { ...search, matchValues };
		return matches.filter(({ row }) => matchesSearch(searchByValue, row));
	});
}

/**
 * Sorts matches: active before archived, then clients before leads, then the highest ID. AlfaCRM
 * counts its IDs upwards, so the highest ID is the newest record.
 */
export function sortMatches<T extends SortableMatch>(matches: readonly T[]): T[] {
	return [...matches].sort(compareMatches);
}

type SortableMatch = Pick<Match, 'archived' | 'row'>;

/** Compares two matches for `sortMatches`: a negative number if the first match goes first. */
function compareMatches(match: SortableMatch, otherMatch: SortableMatch): number {
	const rankDifference = rankMatch(match) - rankMatch(otherMatch);
	if (rankDifference !== 0) return rankDifference;
	return Number(otherMatch.row.id) - Number(match.row.id);
}

/**
 * Ranks active clients 0, active leads 1, archived clients 2, archived leads 3. Records other than
 * customers are neither clients nor leads. All of them count as leads, so only `archived` decides.
 */
function rankMatch({ archived, row }: SortableMatch): number {
	const isClient = readFlag(row.is_study) === CUSTOMER_TYPE.client;
	const firstRank = archived ? 2 : 0;
	return isClient ? firstRank : firstRank + 1;
}
