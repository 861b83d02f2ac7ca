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
import { makeNameSource } from '../../run/names';
import type { Operation } from '../../run/operation';
import { targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/**
 * Finds records by a match key, in the same way as *Create or Update*. A match key is a set of
 * fields by which a record is found when its ID is not known, such as the phone. Changes nothing.
 */
export const find: Operation = {
	text: ({ singular }) => ({
		name: 'Find',
		action: `Find ${singular} by phone or email or another key`,
	}),

	form: (entity) => ({
		match: matchForm(entity),
		simplify: makeSimplifyParameters(entity),
		options: [makeFindOptions()],
	}),

	async execute(item, entity) {
		const options = item.collection(makeFindOptions());
		const request = readFindRequest(item, entity, options);
		const toOutput = makeRowsToOutput(item, entity);

		const matches = await findRecords(item, request);
		if (matches.length === 0) return makeNoMatchOutput(request);
		if (matches.length > 1) warnOfSeveralMatches(item, entity, matches);
		return await toOutput(matches, makeNameSource(item));
	},

	output: outputSchema,
	onlyReads: true,
};

/**
 * Makes the options of *Find*, or of another operation that finds records in the same way, such as
 * *Get Overview*.
 *
 * @param defaultIfSeveral the default of 'If Several Match'
 * @param moreOptions options that *Find* does not have
 */
export function makeFindOptions(
	defaultIfSeveral: IfSeveralMatch = 'refuse',
	moreOptions: readonly INodeProperties[] = [],
): INodeProperties {
	const options = [
		includeArchivedOption,
		ifNoneOption,
		makeIfSeveralOption(defaultIfSeveral),
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

/** The values of 'If None Matches'. */
type IfNone = 'item' | 'nothing' | 'refuse';

/** The records that the form asks for, and what happens if none or several are found. */
export interface FindRequest {
	entity: Entity;
	/** The match key that the user has chosen in 'Match By'. */
	key: MatchKey;
	/** The match key together with the values by which records are found. */
	search: Search;
	target: Target;
	/** The IDs of the branches to search. Empty means all branches. */
	chosenBranches: number[];
	/** Whether archived records are returned too. */
	returnsArchived: boolean;
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
	// `makeFindOptions` has made this option with the default of the operation.
	const ifSeveralOption = options.parameter('ifSeveral');
	const ifSeveral = options.choice<IfSeveralMatch>(ifSeveralOption);
	const returnsArchived = options.flag(includeArchivedOption);
	const chosenBranches = readChosenBranches(options);

	if (!search.isUsable) throw unusableValueError(item, entity, key);

	const target = targetOf(item, entity);
	return { entity, key, search, target, chosenBranches, returnsArchived, ifNone, ifSeveral };
}

/**
 * Finds the records that match, the best match first: active before archived, clients before leads,
 * then the newest.
 *
 * @throws NodeApiError if no record matches and 'If None Matches' says to stop
 * @throws NodeOperationError if several records match and 'If Several Match' says to stop. Also if
 * a record does not match, but is so similar that the user may mean it.
 */
export async function findRecords(item: Item, request: FindRequest): Promise<Match[]> {
	const { entity, search, target, chosenBranches, returnsArchived, ifNone, ifSeveral } = request;
	const branches = await listBranchesToSearch(item, entity, target, chosenBranches);
	// `findMatches` always returns archived matches too. `takesArchived` decides whether it throws if
	// an archived record is only similar.
	const allMatches = await findMatches({
		item,
		entity,
		target,
		search,
		branches,
		takesArchived: returnsArchived,
	});

	const candidates = chooseMatches(allMatches, ifSeveral);
	const matches = returnsArchived ? candidates : candidates.filter(({ archived }) => !archived);

	if (matches.length === 0 && ifNone === 'refuse') throw noMatchError(item, request);
	if (matches.length > 1 && ifSeveral === 'refuse') {
		// A key with several fields, such as 'Phone or Email', may be searched field by field. Then
		// `matchedBy` is the search by the field that has found the records.
		const matchedKey = matches[0].matchedBy.key;
		throw severalMatchError(item, entity, matchedKey, matches);
	}
	// Workflows have stored `newest` for 'Return the First'.
	return ifSeveral === 'newest' ? matches.slice(0, 1) : matches;
}

/** Makes the output for a search that found nothing: one item that says so, or no item. */
export function makeNoMatchOutput({ ifNone }: FindRequest): IDataObject[] {
	return ifNone === 'item' ? [{ matchFound: false }] : [];
}

/** Makes the error for a search that found nothing. The error names the fields of the search. */
function noMatchError(item: Item, { entity, search, returnsArchived }: FindRequest): Error {
	const label = entity.label.toLowerCase();
	const noun = returnsArchived ? label : `active ${label}`;
	const searchedBy = describeSearch(search).toLowerCase();

	return item.apiError(
		`AlfaCRM has no ${noun} with this ${searchedBy}${IN_SEARCHED_BRANCHES}`,
		"Check the value, or choose in 'If None Matches' to go on without one.",
		404,
	);
}
