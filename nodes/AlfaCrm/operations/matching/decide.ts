import type { LocatedRecord } from '../run/writeCache';

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
	found: readonly Found[],
	{ ifSeveral, ifArchived }: { ifSeveral: IfSeveral; ifArchived: IfArchived },
): Decision | undefined {
	const active = found.filter(({ archived }) => !archived);
	const pool = newestFirst(active.length > 0 ? active : found);
	if (pool.length === 0 || (active.length === 0 && ifArchived === 'create')) return undefined;
	if (active.length === 0 && ifArchived === 'skip') return { act: 'skip', matches: pool.slice(0, 1) };
	if (pool.length > 1 && ifSeveral === 'refuse') return { act: 'refuse', matches: pool };
	return { act: 'update', matches: ifSeveral === 'all' ? pool : pool.slice(0, 1) };
}

/** AlfaCRM counts its IDs upwards. */
export function newestFirst<T extends LocatedRecord>(matches: readonly T[]): T[] {
	return [...matches].sort((a, b) => Number(b.row.id) - Number(a.row.id));
}
