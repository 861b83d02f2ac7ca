import type { Match } from '../../../run/matching/search';
import { findMatches } from '../../../run/matching/search';
import { severalMatchError } from '../../../run/matching/severalMatches';
import { notFoundError } from '../../../run/records';
import type { Branch } from '../../../store/located';
import { decideUpsert } from './decide';
import type { UpsertRequest } from './request';

/** The matching records that an item updates. */
export interface MatchesToUpdate {
	action: 'update';
	matches: Match[];
	/** All matching records, including those that are not updated. */
	allMatches: Match[];
}

/** An archived record that matches the search and stays unchanged. */
interface MatchToSkip {
	action: 'skip';
	match: Match;
}

/**
 * Finds the records that an item updates, or the archived record that stays unchanged.
 *
 * @returns undefined if a new record must be created
 * @throws NodeApiError if no record has the given ID
 * @throws NodeOperationError in three cases. The record with the given ID is archived, and the
 * options say to create a new record. Several records match, and the options say to stop. A record
 * does not match, but is so similar that the user may mean it.
 */
export async function findExistingMatches(
	request: UpsertRequest,
	branches: readonly Branch[],
): Promise<MatchesToUpdate | MatchToSkip | undefined> {
	const { item, entity, target, search, rules } = request;
	// If the user wants a new record in place of an archived one, `findMatches` does not throw
	// because of a similar record that is archived.
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
