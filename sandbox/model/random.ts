/**
 * Computes a whole number from 0 to 2^32 - 1 that looks random, but is the same for the same `n` and
 * seed. The mixing steps come from MurmurHash3.
 */
export function hash(n: number, seed = 0): number {
	let mixed = Math.imul(n ^ (seed * 0x9e3779b1), 0x85ebca6b);
	mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
	return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Draws random numbers. The same seed and purpose give the same numbers in the same order. */
export class SeededRandom {
	private draws = 0;
	private readonly seed: number;

	constructor(seed: number, purpose: number) {
		this.seed = hash(seed + 1, purpose);
	}

	/** Draws a whole number from 1 to `max`. */
	int(max: number): number {
		this.draws += 1;
		return (hash(this.draws, this.seed) % max) + 1;
	}

	/** Decides at random. `probability` is that of true, from 0 to 1. */
	chance(probability: number): boolean {
		return this.int(1000) <= probability * 1000;
	}

	pick<T>(list: readonly T[]): T {
		return list[this.int(list.length) - 1] as T;
	}
}
