import fc from 'fast-check';

import { depth, seed } from '../../support/depth';
import type { HostileValue } from './hostileValues';
import { HOSTILE_VALUES } from './hostileValues';
import type { ValuePlace } from './valuePlace';

/** Deals the hostile values to the places in turn. The seed decides the order. */
export class ValueTurns {
	placeCount = 0;
	valueCount = 0;
	private readonly shuffledValues = shuffleHostileValues();
	private readonly seenKinds = new Set<string>();

	/**
	 * Chooses the values of a place. The first place of a kind gets the most, because the node reads the others
	 * with the same code.
	 */
	dealTo(place: ValuePlace): HostileValue[] {
		const kind = findKindOfPlace(place);
		const share = this.seenKinds.has(kind) ? depth.valuesAtOtherPlaces : depth.valuesAtFirstPlace;
		this.seenKinds.add(kind);
		this.placeCount += 1;
		return Array.from({ length: Math.min(share, this.shuffledValues.length) }, () => this.takeNext());
	}

	/** Takes the next value. After the last one it begins again. */
	private takeNext(): HostileValue {
		const value = this.shuffledValues[this.valueCount % this.shuffledValues.length];
		this.valueCount += 1;
		return value;
	}
}

/** Shuffles all hostile values as the seed decides. */
function shuffleHostileValues(): HostileValue[] {
	const allShuffled = fc.shuffledSubarray([...HOSTILE_VALUES], { minLength: HOSTILE_VALUES.length });
	const [values] = fc.sample(allShuffled, { seed, numRuns: 1 });
	return values;
}

/**
 * Finds the kind of a place. The node reads all places of one kind with the same code, such as all dates of filters.
 * Actions, keys and options have code of their own for each field.
 */
function findKindOfPlace({ situation, way, role, field }: ValuePlace): string {
	const { operation, entity, action } = situation;
	const hasOwnCode = ['key', 'option', 'object'].includes(role) || action !== undefined;
	const caller = entity ? operation : 'call';
	return [caller, way, role, field.type, hasOwnCode ? field.name : ''].join();
}
