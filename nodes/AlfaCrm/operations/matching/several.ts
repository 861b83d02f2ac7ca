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
