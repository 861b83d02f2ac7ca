import type { Match } from './memory';

export type IfSeveral = 'refuse' | 'newest' | 'all';
export type IfArchived = 'restore' | 'create' | 'skip';

export type Decision = { act: 'create' } | { act: 'refuse' | 'skip' | 'update'; matches: Match[] };

/** What to do with the records found: archived ones count only where there is no active one. */
export function decide(
	matches: readonly Match[],
	isArchived: (match: Match) => boolean,
	{ ifSeveral, ifArchived }: { ifSeveral: IfSeveral; ifArchived: IfArchived },
): Decision {
	const active = matches.filter((match) => !isArchived(match));
	const pool = newestFirst(active.length > 0 ? active : matches);
	if (pool.length === 0) return { act: 'create' };
	if (active.length === 0 && ifArchived === 'create') return { act: 'create' };
	if (active.length === 0 && ifArchived === 'skip') return { act: 'skip', matches: pool.slice(0, 1) };
	if (pool.length > 1 && ifSeveral === 'refuse') return { act: 'refuse', matches: pool };
	return { act: 'update', matches: ifSeveral === 'all' ? pool : pool.slice(0, 1) };
}

/** AlfaCRM counts its IDs upwards. */
export function newestFirst(matches: readonly Match[]): Match[] {
	return [...matches].sort((a, b) => Number(b.row.id) - Number(a.row.id));
}
