import { chooseMatches } from '../../../run/matching/chooseMatches';
import type { Search } from '../../../run/matching/readSearch';
import type { Match } from '../../../run/matching/search';
import type { UpsertRules } from './upsertRules';

/** What Create or Update does after its search. */
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
	 * one, which could not have the ID.
	 */
	| { action: 'refuseArchivedId' };

/**
 * Decides what to do about the records that match a search. Archived matches count only if no
 * active record matches.
 */
export function decideUpsert(
	search: Search,
	allMatches: readonly Match[],
	{ ifSeveral, ifArchived }: Pick<UpsertRules, 'ifArchived' | 'ifSeveral'>,
): UpsertDecision {
	const candidates = chooseMatches(allMatches, ifSeveral);
	const activeMatches = candidates.filter(({ archived }) => !archived);
	const matches = activeMatches.length > 0 ? activeMatches : candidates;
	const isOnlyArchived = activeMatches.length === 0 && candidates.length > 0;
	const isMatchedById = 'id' in search.matchValues;

	if (matches.length === 0) return { action: isMatchedById ? 'refuseUnknownId' : 'create' };
	if (isOnlyArchived && ifArchived === 'create') {
		return { action: isMatchedById ? 'refuseArchivedId' : 'create' };
	}
	// Nothing is written, so the best match will do, even if several match: see `sortMatches`.
	if (isOnlyArchived && ifArchived === 'skip') return { action: 'skip', match: matches[0] };

	if (ifSeveral === 'all') return { action: 'update', matches };
	if (ifSeveral === 'refuse' && matches.length > 1) return { action: 'refuseSeveral', matches };
	return { action: 'update', matches: matches.slice(0, 1) };
}
