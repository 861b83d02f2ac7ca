import type { INodePropertyOptions } from 'n8n-workflow';

import type { Entity, MatchKey } from '../../entities/types';
import type { Item } from '../run/item';
import type { LocatedRecord } from '../run/writeCache';

/** Refuses to choose among records that all match. */
export function severalMatchError(
	item: Item,
	{ label, plural }: Entity,
	key: MatchKey,
	matches: readonly LocatedRecord[],
): Error {
	const ids = matches.map(({ row }) => String(row.id)).join(', ');
	return item.refused(
		`${matches.length} ${plural.toLowerCase()} match by ${key.label}: ${ids}`,
		`Choose in 'If Several Match' what to do, match by something that only one ${label.toLowerCase()} has, or merge them in AlfaCRM. Nothing was saved.`,
	);
}

/** The choice that takes one of several, and by what it is told. */
export const newestChoice = (name: string, { archive }: Pick<Entity, 'archive'>): INodePropertyOptions => ({
	name,
	value: 'newest',
	description: archive
		? 'The highest ID of the active ones, or of the archived ones if none is active'
		: 'The one with the highest ID',
});
