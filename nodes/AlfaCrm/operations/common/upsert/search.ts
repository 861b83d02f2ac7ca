import { findMatches } from '../../../run/matching/search';
import type { Match } from '../../../run/matching/search';
import { severalMatchError } from '../../../run/matching/severalMatches';
import { notFoundError } from '../../../run/records';
import type { Branch } from '../../../store/located';
import type { UpsertDecision } from './decide';
import { decideUpsert } from './decide';
import type { UpsertRequest } from './request';

/** Records that match: those to update, or the one to skip. */
export type ExistingRecords = Extract<UpsertDecision, { action: 'skip' | 'update' }> & {
	/** All records that match, also those that are not updated. */
	allMatches: Match[];
};

/**
 * Finds the records that an item is to update or to skip.
 *
 * @returns undefined if a new record is to be created
 * @throws NodeOperationError if several records match and none is to be chosen, or NodeApiError if no record has the ID
 */
export async function findExistingRecords(
	request: UpsertRequest,
	branches: readonly Branch[],
): Promise<ExistingRecords | undefined> {
	const { item, entity, target, search, rules } = request;
	const skipsArchived = rules.ifArchived === 'create';
	const allMatches = await findMatches(item, entity, target, search, branches, { skipsArchived });

	const decision = decideUpsert(search, allMatches, rules);
	switch (decision.action) {
		case 'create':
			return undefined;
		case 'update':
		case 'skip':
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
