/** A whole number that follows from n (and seed) but shows no pattern: 32-bit mixing of murmur3. */
export function scatter(n: number, seed = 0): number {
	let hash = Math.imul(n ^ (seed * 0x9e3779b1), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
}
