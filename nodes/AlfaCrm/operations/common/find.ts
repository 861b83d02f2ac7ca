import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Entity, MatchKey } from '../../entities/types';
import { toProperty } from '../../fields/field';
import { collection } from '../../form/assemble';
import type { CollectionReader } from '../../form/parameters';
import { makeSimplifyParameters, makeRowsToOutput, outputSchema } from '../../output/outputItems';
import { searchBranchesField, IN_SEARCHED_BRANCHES } from '../../run/branches';
import type { Item } from '../../run/item';
import type { IfSeveralMatch } from '../../run/matching/chooseMatches';
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

/**
 * Finds records by a match key such as the phone, in the same way as *Create or Update*. Changes
 * nothing.
 */
export const find: Operation = {
	text: ({ one }) => ({ name: 'Find', action: `Find ${one} by phone or email or another key` }),

	form: (entity) => ({
		match: matchForm(entity),
		simplify: makeSimplifyParameters(entity),
		options: [makeFindOptions()],
	}),

	async execute(item, entity) {
		const options = item.collection(makeFindOptions());
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
 * Makes the options of *Find*, or of another operation that finds records in the same way.
 *
 * @param ifSeveral the default of 'If Several Match'
 * @param moreOptions options that only the other operation has
 */
export function makeFindOptions(
	ifSeveral: IfSeveralMatch = 'refuse',
	moreOptions: readonly INodeProperties[] = [],
): INodeProperties {
	const options = [
		includeArchivedOption,
		ifNoneOption,
		makeIfSeveralOption(ifSeveral),
		toProperty(searchBranchesField),
		...moreOptions,
	];
	return collection('Options', 'options', options, 'Add Option');
}

const includeArchivedOption: INodeProperties = {
	displayName: 'Include Archived',
	name: 'archived',
	type: 'boolean',
	default: true,
	description: 'Whether to find archived ones too',
};

const ifNoneOption: INodeProperties = {
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
};

/** Makes the option 'If Several Match'. Its default depends on the operation. */
function makeIfSeveralOption(defaultChoice: IfSeveralMatch): INodeProperties {
	return {
		displayName: 'If Several Match',
		name: 'ifSeveral',
		type: 'options',
		options: [
			{ name: 'Return All', value: 'all', description: 'One item for each' },
			makeFirstMatchOption('Return the First'),
			{ name: 'Stop', value: 'refuse', description: 'Name their IDs' },
		],
		default: defaultChoice,
	};
}

/** What 'If None Matches' can be set to. */
type IfNone = 'item' | 'nothing' | 'refuse';

/** Which records the form asks for, and what happens if none or several are found. */
export interface FindRequest {
	entity: Entity;
	/** The match key that is chosen in 'Match By': by which fields records are found. */
	key: MatchKey;
	/** The match key together with the values to find records by. */
	search: Search;
	target: Target;
	/** The IDs of the branches to search. Empty if all branches are to be searched. */
	chosenBranches: number[];
	/** Whether archived records are returned too. */
	takesArchived: boolean;
	ifNone: IfNone;
	ifSeveral: IfSeveralMatch;
}

/**
 * Reads from the form which records to find, before anything is sent.
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
	const ifNone = options.choice<IfNone>(ifNoneOption);
	const ifSeveral = options.choice<IfSeveralMatch>(options.parameter('ifSeveral'));
	const takesArchived = options.flag(includeArchivedOption);
	const chosenBranches = readChosenBranches(options);

	if (!search.isUsable) throw unusableValueError(item, entity, key);

	const target = targetOf(item, entity);
	return { entity, key, search, target, chosenBranches, takesArchived, ifNone, ifSeveral };
}

/**
 * Finds the records that match, the best match first: active before archived, clients before leads,
 * then the newest.
 *
 * @throws NodeApiError if nothing matches and 'If None Matches' says to stop, NodeOperationError if
 * several records match and 'If Several Match' says to stop, or if a record does not match but is
 * so similar that the user may mean it
 */
export async function findRecords(item: Item, request: FindRequest): Promise<Match[]> {
	const { entity, search, target, chosenBranches, takesArchived, ifNone, ifSeveral } = request;
	const branches = await listBranchesToSearch(item, entity, target, chosenBranches);
	// Archived matches are among these even without `takesArchived`. It only decides whether an
	// archived record that is similar stops the search.
	const allMatches = await findMatches({
		item,
		entity,
		target,
		search,
		branches,
		takesArchived,
	});

	const candidates = chooseMatches(allMatches, ifSeveral);
	const matches = takesArchived ? candidates : candidates.filter(({ archived }) => !archived);

	if (matches.length === 0 && ifNone === 'refuse') throw noMatchError(item, request);
	if (matches.length > 1 && ifSeveral === 'refuse') {
		// A key such as 'Phone or Email' may be searched field by field. Then this is the key of the
		// one field by which the records were found.
		const matchedKey = matches[0].matchedBy.key;
		throw severalMatchError(item, entity, matchedKey, matches);
	}
	// `newest` is the stored value of 'Return the First'.
	return ifSeveral === 'newest' ? matches.slice(0, 1) : matches;
}

/** Makes the output for a search that found nothing: one item that says so, or no item. */
export function makeNoMatchOutput({ ifNone }: FindRequest): IDataObject[] {
	return ifNone === 'item' ? [{ matchFound: false }] : [];
}

/** Makes the error for a search that found nothing. It names the fields that were searched by. */
function noMatchError(item: Item, { entity, search, takesArchived }: FindRequest): Error {
	const label = entity.label.toLowerCase();
	const noun = takesArchived ? label : `active ${label}`;
	const searchedBy = describeSearch(search).toLowerCase();

	return item.apiError(
		`AlfaCRM has no ${noun} with this ${searchedBy}${IN_SEARCHED_BRANCHES}`,
		"Check the value, or choose in 'If None Matches' to go on without one.",
		404,
	);
}
