import type { Entity } from '../../entities/types';
import type { LocatedRecord } from '../execution/writeCache';

export type IfSeveral = 'refuse' | 'newest' | 'all';
export type IfArchived = 'update' | 'restore' | 'create' | 'skip';

export interface Found extends LocatedRecord {
	/** Undefined when nobody can tell. */
	archived?: boolean;
}

export interface Decision {
	act: 'refuse' | 'skip' | 'update';
	matches: Found[];
}

/** What to do with the records found: archived ones count only where there is no active one. Undefined for a new one. */
export function decide(
	entity: Pick<Entity, 'match'>,
	found: readonly Found[],
	{ ifSeveral, ifArchived }: { ifSeveral: IfSeveral; ifArchived: IfArchived },
): Decision | undefined {
	const active = found.filter(({ archived }) => !archived);
	const pool = inOrder(entity, active.length > 0 ? active : found);
	if (pool.length === 0 || (active.length === 0 && ifArchived === 'create')) return undefined;
	if (active.length === 0 && ifArchived === 'skip') return { act: 'skip', matches: pool.slice(0, 1) };
	if (pool.length > 1 && ifSeveral === 'refuse') return { act: 'refuse', matches: pool };
	return { act: 'update', matches: ifSeveral === 'all' ? pool : pool.slice(0, 1) };
}

/** Active ones first, then those that the entity prefers, then the newest: AlfaCRM counts its IDs upwards. */
export function inOrder({ match }: Pick<Entity, 'match'>, matches: readonly Found[]): Found[] {
	const { field, value } = match?.first ?? { field: 'id' };
	const rank = ({ archived, row }: Found) => (archived ? 2 : 0) + (Number(row[field]) === value ? 0 : 1);
	return [...matches].sort((a, b) => rank(a) - rank(b) || Number(b.row.id) - Number(a.row.id));
}
