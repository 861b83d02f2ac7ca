import type { IDataObject } from 'n8n-workflow';

import { nodeError } from '../api/errors';
import { newestFirst } from './match/decide';
import { emptyKey, keyOf, keyParameters, wantedValues } from './match/keys';
import type { Match } from './match/memory';
import { findMatches, isArchived } from './match/search';
import { simplified } from './simplify';
import { targetOf } from './target';
import type { Operation } from './types';
import { searchedBranches, several } from './upsert';

/** Finds records as Create or Update does, and leaves them as they are. Active ones come first, then the newest. */
export const find: Operation = async (context, entity, itemIndex) => {
	const key = keyOf(context, entity, itemIndex);
	const wanted = wantedValues(context, entity, itemIndex, key, keyParameters(context, key, itemIndex));
	if (wanted === undefined) throw emptyKey(context, entity, itemIndex, key);
	const {
		ifNone = 'refuse',
		ifSeveral = 'all',
		archived = true,
		searchBranches = [],
	} = context.getNodeParameter('options', itemIndex, {}) as IDataObject;

	const target = targetOf(context, entity, itemIndex, 'find');
	const branches = await searchedBranches(context, entity, itemIndex, target, searchBranches);
	const isOld = ({ row }: Match) => isArchived(entity, row, context.getTimezone());
	const matches = newestFirst(await findMatches(context, entity, target, key, wanted, branches));
	const active = matches.filter((match) => !isOld(match));
	const found = archived === false ? active : [...active, ...matches.filter(isOld)];

	if (found.length === 0 && ifNone === 'nothing') return [];
	if (found.length === 0 && ifNone === 'item') return [{ matchFound: false }];
	if (found.length === 0) {
		const noun = entity.label.toLowerCase();
		throw nodeError(
			context.getNode(),
			{
				message: `AlfaCRM has no ${noun} with this ${key.label.toLowerCase()}`,
				description: "Check the value, or choose in 'If None Matches' to go on without one.",
				status: 404,
			},
			itemIndex,
		);
	}
	if (found.length > 1 && ifSeveral === 'refuse') throw several(context, entity, itemIndex, key, found);
	const rows = (ifSeveral === 'newest' ? found.slice(0, 1) : found).map(({ row }) => row);
	return simplified(context, entity, itemIndex, rows);
};
