/**
 * Makes a function that computes its result only once for each key object, for example for each
 * entity. Every item of an execution needs the same parts of the form, so the results are kept.
 *
 * Callers share the result, so they must not modify it. A result of undefined is not kept: it is
 * computed again at each call.
 */
export function memoize<Key extends object, Result>(
	compute: (key: Key) => Result,
): (key: Key) => Result {
	const results = new WeakMap<Key, Result>();
	return (key) => {
		const knownResult = results.get(key);
		if (knownResult !== undefined) return knownResult;

		const result = compute(key);
		results.set(key, result);
		return result;
	};
}
