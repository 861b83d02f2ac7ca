import { chooseMatches } from '../../../run/matching/chooseMatches';
import type { Search } from '../../../run/matching/keys';
import type { Match } from '../../../run/matching/search';
import type { UpsertRules } from './upsertRules';

/** What happens to the records that match. */
type UpsertDecision =
	| { action: 'create' }
	| { action: 'update'; matches: Match[] }
	| { action: 'skip'; match: Match }
	/** Several records match, and the user wants none of them to be chosen. */
	| { action: 'refuseSeveral'; matches: Match[] }
	/** No record has the ID. AlfaCRM numbers its records itself, so none can be created with it. */
	| { action: 'refuseUnknownId' }
	/**
	 * The record with the ID is archived, and the user wants a new one in place of an archived one.
	 */
	| { action: 'refuseArchivedId' };

/**
 * Decides what happens to the records that match a search. Archived ones count only if no active
 * one matches.
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
	const isById = 'id' in search.matchValues;

	if (matches.length === 0) return { action: isById ? 'refuseUnknownId' : 'create' };
	if (isOnlyArchived && ifArchived === 'create')
		return { action: isById ? 'refuseArchivedId' : 'create' };
	if (isOnlyArchived && ifArchived === 'skip') return { action: 'skip', match: matches[0] };

	if (ifSeveral === 'all') return { action: 'update', matches };
	if (ifSeveral === 'refuse' && matches.length > 1) return { action: 'refuseSeveral', matches };
	return { action: 'update', matches: matches.slice(0, 1) };
}
