import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Entity, MatchKey } from '../../entities/types';
import { toProperty } from '../../fields/field';
import { collection } from '../../form/assemble';
import type { CollectionReader } from '../../form/parameters';
import { simplifyForm, makeRowsToOutput, outputSchema } from '../../output/readings';
import { searchBranchesField, IN_SEARCHED_BRANCHES } from '../../run/branches';
import type { Item } from '../../run/item';
import type { IfSeveral } from '../../run/matching/chooseMatches';
import { chooseMatches, makeFirstMatchOption } from '../../run/matching/chooseMatches';
import type { Search } from '../../run/matching/readSearch';
import { describeSearch, readSearch, unusableValueError } from '../../run/matching/readSearch';
import { matchForm, readMatchKey } from '../../run/matching/matchForm';
import type { Match } from '../../run/matching/search';
import { findMatches } from '../../run/matching/search';
import { listBranchesToSearch, readChosenBranches } from '../../run/matching/branchesToSearch';
import { severalMatchError, warnOfSeveralMatches } from '../../run/matching/severalMatches';
import { nameSourceOf } from '../../run/names';
import type { Operation } from '../../run/operation';
import { targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/** Finds records by a match key, in the same way as *Create or Update*, and changes nothing. */
export const find: Operation = {
	text: ({ one }) => ({ name: 'Find', action: `Find ${one} by phone or email or another key` }),

	form: (entity) => ({
		match: matchForm(entity),
		simplify: simplifyForm(entity),
		options: [findOptions()],
	}),

	async execute(item, entity) {
		const options = item.collection(findOptions());
		const request = readFindRequest(item, entity, options);
		const showRecords = makeRowsToOutput(item, entity);

		const matches = await findRecords(item, request);
		if (matches.length === 0) return makeNoMatchOutput(request);
		if (matches.length > 1) warnOfSeveralMatches(item, entity, matches);
		return await showRecords(matches, nameSourceOf(item));
	},

	output: outputSchema,
	onlyReads: true,
};

/**
 * Makes the options of Find, or of another operation that looks records up in the same way.
 *
 * @param ifSeveral the default of 'If Several Match'
 * @param moreOptions options that only the other operation has
 */
export const findOptions = (
	ifSeveral: IfSeveral = 'refuse',
	moreOptions: readonly INodeProperties[] = [],
): INodeProperties =>
	collection(
		'Options',
		'options',
		[
			{
				displayName: 'Include Archived',
				name: 'archived',
				type: 'boolean',
				default: true,
				description: 'Whether to find archived ones too',
			},
			{
				displayName: 'If None Matches',
				name: 'ifNone',
				type: 'options',
				options: [
					{ name: 'Return an Item', value: 'item', description: 'Returns { matchFound: false }' },
					{
						name: 'Return Nothing',
						value: 'nothing',
						description: 'The workflow goes on without an item',
					},
					{ name: 'Stop', value: 'refuse', description: 'Say that there is no such customer' },
				],
				default: 'refuse',
			},
			{
				displayName: 'If Several Match',
				name: 'ifSeveral',
				type: 'options',
				options: [
					{ name: 'Return All', value: 'all', description: 'One item for each' },
					makeFirstMatchOption('Return the First'),
					{ name: 'Stop', value: 'refuse', description: 'Name their IDs' },
				],
				default: ifSeveral,
			},
			toProperty(searchBranchesField),
			...moreOptions,
		],
		'Add Option',
	);

/** What 'If None Matches' can be set to. */
type IfNone = 'item' | 'nothing' | 'refuse';

/** What the form says about the records to find. */
export interface FindRequest {
	entity: Entity;
	/** The match key that is chosen in 'Match By'. */
	key: MatchKey;
	search: Search;
	target: Target;
	/** The IDs of the branches to search. Empty if all branches are to be searched. */
	chosenBranches: number[];
	/** Whether archived records are returned too. */
	takesArchived: boolean;
	ifNone: IfNone;
	ifSeveral: IfSeveral;
}

/**
 * Reads what the form says about the records to find, before anything is sent.
 *
 * @throws NodeOperationError if the match values are empty or unusable
 */
export function readFindRequest(
	item: Item,
	entity: Entity,
	options: CollectionReader,
): FindRequest {
	const key = readMatchKey(item, entity);
	const search = readSearch(item, entity, key);
	const ifNone = options.choice<IfNone>(options.parameter('ifNone'));
	const ifSeveral = options.choice<IfSeveral>(options.parameter('ifSeveral'));
	const takesArchived = options.flag(options.parameter('archived'));
	const chosenBranches = readChosenBranches(options);
	if (!search.isUsable) throw unusableValueError(item, entity, key);

	const target = targetOf(item, entity);
	return { entity, key, search, target, chosenBranches, takesArchived, ifNone, ifSeveral };
}

/**
 * Finds the records that match, the best match first: see `sortMatches`.
 *
 * @throws NodeApiError if nothing matches and 'If None Matches' says to stop, NodeOperationError if
 * several records match and 'If Several Match' says to stop, or if a similar record stops the
 * search
 */
export async function findRecords(item: Item, request: FindRequest): Promise<Match[]> {
	const { entity, search, target, chosenBranches, takesArchived, ifNone, ifSeveral } = request;
	const branches = await listBranchesToSearch(item, entity, target, chosenBranches);
	const allMatches = await findMatches({
		item,
		entity,
		target,
		search,
		branches,
		takesArchived,
	});

	// `findMatches` returns archived matches in any case.
	const matches = chooseMatches(allMatches, ifSeveral).filter(
		({ archived }) => takesArchived || !archived,
	);
	if (matches.length === 0 && ifNone === 'refuse') throw noMatchError(item, request);
	if (matches.length > 1 && ifSeveral === 'refuse') {
		// If the fields of the key are tried in their order, this is the key of the field that matched.
		const matchedKey = matches[0].matchedBy.key;
		throw severalMatchError(item, entity, matchedKey, matches);
	}
	return ifSeveral === 'newest' ? matches.slice(0, 1) : matches;
}

/** Makes the output for a search that found nothing: one item that says so, or no item. */
export function makeNoMatchOutput({ ifNone }: FindRequest): IDataObject[] {
	return ifNone === 'item' ? [{ matchFound: false }] : [];
}

function noMatchError(item: Item, { entity, search, takesArchived }: FindRequest): Error {
	const noun = `${takesArchived ? '' : 'active '}${entity.label.toLowerCase()}`;
	const searchedBy = describeSearch(search).toLowerCase();
	return item.apiError(
		`AlfaCRM has no ${noun} with this ${searchedBy}${IN_SEARCHED_BRANCHES}`,
		"Check the value, or choose in 'If None Matches' to go on without one.",
		404,
	);
}
