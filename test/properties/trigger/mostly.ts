import fc from 'fast-check';

/** Generates one usual value, and now and then another one. The usual value is `weight` times as frequent. */
export function mostly<T>(weight: number, usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
	return fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
}
