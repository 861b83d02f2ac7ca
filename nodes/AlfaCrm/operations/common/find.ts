import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { toProperty } from '../../fields/field';
import { collection } from '../../form/assemble';
import type { Item } from '../../run/item';
import type { Collection } from '../../form/parameters';
import type { Operation } from '../../run/operation';
import { searchedIn, SEARCHED } from '../../run/branches';
import { readingForm, readingOutput, readingSchema } from '../../output/readings';
import { targetOf } from '../../run/target';
import type { Found, IfSeveral } from '../../run/matching/decide';
import { firstChoice, inOrder, meantBy, severalMatchError, warnOfSeveral } from '../../run/matching/decide';
import { emptyKeyError, keyOf, labelOf, matchForm, searchOf } from '../../run/matching/keys';
import { chosenBranches, findMatches, searchedBranches } from '../../run/matching/search';
import { nameSourceOf } from '../../run/names';

/**
 * @param ifSeveral what an operation that looks records up in the same way does with several unless it is told
 * @param more what its options hold besides
 */
export const findOptions = (
	ifSeveral: IfSeveral = 'refuse',
	more: readonly INodeProperties[] = [],
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
					{ name: 'Return Nothing', value: 'nothing', description: 'The workflow goes on without an item' },
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
					firstChoice('Return the First'),
					{ name: 'Stop', value: 'refuse', description: 'Name their IDs' },
				],
				default: ifSeveral,
			},
			toProperty(searchedIn),
			...more,
		],
		'Add Option',
	);

/** Finds records as Create or Update does, and leaves them as they are. */
export const find: Operation = {
	text: ({ one }) => ({ name: 'Find', action: `Find ${one} by phone or email or another key` }),
	form: (entity) => ({
		match: matchForm(entity),
		simplify: readingForm(entity),
		options: [findOptions()],
	}),
	async execute(item, entity) {
		const options = item.collection(findOptions());
		const wanted = readFind(item, entity, options);
		const show = readingOutput(item, entity);
		const found = await findRecords(item, wanted);
		if (found.length > 1) warnOfSeveral(item, entity, found);
		return found.length > 0 ? await show(found, nameSourceOf(item)) : noneFound(wanted);
	},
	output: readingSchema,
	reads: true,
};

/** What is looked for, and what counts. */
export type FindRequest = ReturnType<typeof readFind>;

/** Reads what the form says of it, before anything is sent. */
export function readFind(item: Item, entity: Entity, options: Collection) {
	const key = keyOf(item, entity);
	const search = searchOf(item, entity, key);
	const ifNone = options.choice<'item' | 'nothing' | 'refuse'>(options.parameter('ifNone'));
	const ifSeveral = options.choice<IfSeveral>(options.parameter('ifSeveral'));
	const takesArchived = options.flag(options.parameter('archived'));
	/** None for all branches. */
	const chosen = chosenBranches(options);
	if (!search.isEnough) throw emptyKeyError(item, entity, key);
	const target = targetOf(item, entity);
	return { entity, key, search, target, chosen, takesArchived, ifNone, ifSeveral };
}

/** The item, if one is wanted, that says that there is no such record. */
export const noneFound = ({ ifNone }: FindRequest): IDataObject[] =>
	ifNone === 'item' ? [{ matchFound: false }] : [];

/**
 * The records that match, in their order: see `inOrder`.
 *
 * @throws NodeApiError when there is none, or NodeOperationError when there are several, where the form says so
 */
export async function findRecords(item: Item, request: FindRequest): Promise<Found[]> {
	const { entity, search, target, chosen, takesArchived, ifNone, ifSeveral } = request;
	const noun = entity.label.toLowerCase();
	const branches = await searchedBranches(item, entity, target, chosen);
	const matches = await findMatches(item, entity, target, search, branches, {
		skipsArchived: !takesArchived,
	});
	const meant = ifSeveral === 'all' ? matches : meantBy(search, matches);
	const found = inOrder(meant).filter(({ archived }) => takesArchived || !archived);

	if (found.length === 0 && ifNone === 'refuse') {
		throw item.apiError(
			`AlfaCRM has no ${takesArchived ? '' : 'active '}${noun} with this ${labelOf(search).toLowerCase()}${SEARCHED}`,
			"Check the value, or choose in 'If None Matches' to go on without one.",
			404,
		);
	}
	if (found.length > 1 && ifSeveral === 'refuse')
		throw severalMatchError(item, entity, found[0].by.key, found);
	return ifSeveral === 'newest' ? found.slice(0, 1) : found;
}
