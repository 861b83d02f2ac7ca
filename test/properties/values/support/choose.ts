import fc from 'fast-check';

import { seed } from '../../../support/depth';
import type { Hostile } from './hostile';
import { HOSTILE } from './hostile';
import type { Probe } from './probe';
import type { Situation } from './situations';

const SHARE = 9;

/**
 * Which values a place gets. Places of one kind are read by one and the same code, so the first one of each kind gets
 * all values and the others take turns.
 *
 * @returns what is to be asked once for each place
 */
export function choose(): (situation: Situation, probe: Probe) => readonly Hostile[] {
	const [shuffled] = fc.sample(fc.shuffledSubarray([...HOSTILE], { minLength: HOSTILE.length }), {
		seed,
		numRuns: 1,
	});
	const turns = new Map<string, number>();
	return ({ operation, entity, action }, { way, role, field }) => {
		// What an operation asks of its own is read in its own way.
		const isOwn = role === 'key' || role === 'option' || role === 'object' || action !== undefined;
		const kind = [entity ? operation : 'call', way, role, field.type, isOwn ? field.name : ''].join();
		const turn = turns.get(kind);
		turns.set(kind, (turn ?? 0) + 1);
		if (turn === undefined) return shuffled;
		const from = (turn * SHARE) % shuffled.length;
		return [...shuffled, ...shuffled].slice(from, from + SHARE);
	};
}
