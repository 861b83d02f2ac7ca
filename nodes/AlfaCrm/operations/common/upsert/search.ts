import type { Match } from '../../../run/matching/search';
import { findMatches } from '../../../run/matching/search';
import { severalMatchError } from '../../../run/matching/severalMatches';
import { notFoundError } from '../../../run/records';
import type { Branch } from '../../../store/located';
import { decideUpsert } from './decide';
import type { UpsertRequest } from './request';

/** The records that match the search and that an item updates. */
export interface MatchesToUpdate {
	action: 'update';
	matches: Match[];
	/** All records that match, also those that are not updated. */
	allMatches: Match[];
}

/** An archived record that matches the search and stays as it is. */
interface MatchToSkip {
	action: 'skip';
	match: Match;
}

/**
 * Finds the records that an item updates, or the archived record that it leaves alone.
 *
 * @returns undefined if a new record is to be created
 * @throws NodeApiError if no record has the given ID, NodeOperationError if the record with the ID
 * is archived and a new one is wanted, if several records match and the options say to stop, or if
 * a record does not match but is so similar that the user may mean it
 */
export async function findExistingMatches(
	request: UpsertRequest,
	branches: readonly Branch[],
): Promise<MatchesToUpdate | MatchToSkip | undefined> {
	const { item, entity, target, search, rules } = request;
	// If the user wants a new record in place of an archived one, `findMatches` also ignores archived
	// records that are only similar.
	const takesArchived = rules.ifArchived !== 'create';
	const allMatches = await findMatches({
		item,
		entity,
		target,
		search,
		branches,
		takesArchived,
	});

	const decision = decideUpsert(search, allMatches, rules);
	switch (decision.action) {
		case 'create':
			return undefined;
		case 'skip':
			return decision;
		case 'update':
			return { ...decision, allMatches };
		case 'refuseSeveral':
			throw severalMatchError(item, entity, decision.matches[0].matchedBy.key, decision.matches);
		case 'refuseUnknownId':
			throw notFoundError(item, entity, Number(search.matchValues.id), target.branch);
		case 'refuseArchivedId':
			throw archivedIdError(request);
	}
}

function archivedIdError({ item, entity, search }: UpsertRequest): Error {
	return item.error(
		`${entity.label} ${Number(search.matchValues.id)} is archived, and a match by ID creates nothing`,
		"Choose in 'If the Match Is Archived' to update or skip it.",
	);
}
