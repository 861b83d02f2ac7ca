import type { IfSeveralMatch } from '../../../run/matching/chooseMatches';
import { chooseMatches } from '../../../run/matching/chooseMatches';
import type { Search } from '../../../run/matching/readSearch';
import type { Match } from '../../../run/matching/search';
import type { UpsertRules } from './upsertRules';

/** The action that *Create or Update* takes once it has searched for matching records. */
type UpsertDecision =
	/** No record matches, or only archived ones for which the user wants a new record. */
	| { action: 'create' }
	| { action: 'update'; matches: Match[] }
	/** Only archived records match, and the user wants them to stay as they are. */
	| { action: 'skip'; match: Match }
	/** Several records match, and 'If Several Match' says to stop. */
	| { action: 'refuseSeveral'; matches: Match[] }
	/**
	 * No record has the given ID. AlfaCRM numbers its records itself, so a record with this ID cannot
	 * be created.
	 */
	| { action: 'refuseUnknownId' }
	/**
	 * The record with the given ID is archived, and 'If the Match Is Archived' says to create a new
	 * record. The new record could not have this ID.
	 */
	| { action: 'refuseArchivedId' };

/**
 * Decides what *Create or Update* does with the records that match a search. Archived matches count
 * only if no active record matches.
 *
 * @param allMatches what `findMatches` returned
 */
export function decideUpsert(
	search: Search,
	allMatches: readonly Match[],
	{ ifSeveral, ifArchived }: Pick<UpsertRules, 'ifArchived' | 'ifSeveral'>,
): UpsertDecision {
	const isMatchedById = 'id' in search.matchValues;
	// The best match comes first.
	const candidates = chooseMatches(allMatches, ifSeveral);
	if (candidates.length === 0) return { action: isMatchedById ? 'refuseUnknownId' : 'create' };

	const activeMatches = candidates.filter(({ archived }) => !archived);
	if (activeMatches.length > 0) return decideUpdate(activeMatches, ifSeveral);

	// Only archived records match.
	if (ifArchived === 'create') return { action: isMatchedById ? 'refuseArchivedId' : 'create' };
	// Nothing is written, so the best match is good enough even if several records match.
	if (ifArchived === 'skip') return { action: 'skip', match: candidates[0] };
	return decideUpdate(candidates, ifSeveral);
}

/** Decides which of the matches are updated, by the option 'If Several Match'. */
function decideUpdate(matches: Match[], ifSeveral: IfSeveralMatch): UpsertDecision {
	if (ifSeveral === 'all') return { action: 'update', matches };
	if (ifSeveral === 'refuse' && matches.length > 1) return { action: 'refuseSeveral', matches };

	// There is a single match, or the user has chosen 'Update the First' (`newest`).
	const [bestMatch] = matches;
	return { action: 'update', matches: [bestMatch] };
}
