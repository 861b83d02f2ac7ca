import fc from 'fast-check';

import type { Hostile } from './hostile';
import { HOSTILE } from './hostile';
import type { Probe } from './probes';
import type { Situation } from './situations';

/** Another one tries other values at the places that do not see them all. */
export const SEED = Number(process.env.VALUES_SEED ?? 20_260_210);
/** VALUES_ALL=1 puts every value into every place, which takes some half an hour. */
const isAll = process.env.VALUES_ALL === '1';
const SHARE = 9;

/**
 * Which values a place gets. Places of one kind are read by one and the same code, so the first one of each kind gets
 * all values and the others take turns.
 *
 * @returns what is to be asked once for each place
 */
export function choose(): (situation: Situation, probe: Probe) => readonly Hostile[] {
	const [shuffled] = fc.sample(fc.shuffledSubarray([...HOSTILE], { minLength: HOSTILE.length }), {
		seed: SEED,
		numRuns: 1,
	});
	const turns = new Map<string, number>();
	return ({ operation, entity, action }, { way, role, field }) => {
		// What an operation asks of its own is read in its own way.
		const isOwn = role === 'key' || role === 'option' || role === 'object' || action !== undefined;
		const kind = [entity ? operation : 'call', way, role, field.type, isOwn ? field.name : ''].join();
		const turn = turns.get(kind);
		turns.set(kind, (turn ?? 0) + 1);
		if (turn === undefined || isAll) return shuffled;
		const from = (turn * SHARE) % shuffled.length;
		return [...shuffled, ...shuffled].slice(from, from + SHARE);
	};
}
