import fc from 'fast-check';

import type { Membership, RequestedDays } from './rule';

/** The memberships of a customer in a group, and the days that Add to Group is asked for. */
export interface Situation {
	/** In the order of their days. */
	memberships: Membership[];
	request: RequestedDays;
}

/** The number of days from one membership to the next one. With 1 they follow each other without a gap. */
const distance = fc.integer({ min: 1, max: 20 });
/** The number of days from the first to the last day of a membership. With 0 it has one day. */
const length = fc.integer({ min: 0, max: 20 });

/** Up to four memberships that do not overlap. The last one may have no end. */
const memberships = fc
	.record({
		start: fc.integer({ min: -60, max: 40 }),
		steps: fc.array(fc.record({ distance, length }), { maxLength: 4 }),
		hasOpenEnd: fc.boolean(),
	})
	.map(({ start, steps, hasOpenEnd }) => {
		const membershipsInTurn = placeInTurn(start, steps);
		const lastMembership = membershipsInTurn.at(-1);
		if (hasOpenEnd && lastMembership !== undefined) {
			lastMembership.lastDay = Infinity;
		}
		return membershipsInTurn;
	});

const dayOrEmpty = fc.option(fc.integer({ min: -70, max: 70 }), { nil: undefined });
const request: fc.Arbitrary<RequestedDays> = fc.record({ firstDay: dayOrEmpty, lastDay: dayOrEmpty });

export const situations: fc.Arbitrary<Situation> = fc.record({ memberships, request });

/** Makes memberships that follow one another. Each begins at a distance from the end of the previous one. */
function placeInTurn(start: number, steps: Array<{ distance: number; length: number }>): Membership[] {
	const membershipsInTurn: Membership[] = [];
	let previousDay = start;
	for (const step of steps) {
		const firstDay = previousDay + step.distance;
		const lastDay = firstDay + step.length;
		membershipsInTurn.push({ firstDay, lastDay });
		previousDay = lastDay;
	}
	return membershipsInTurn;
}
