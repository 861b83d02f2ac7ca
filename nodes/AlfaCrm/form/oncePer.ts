/**
 * Makes a function that computes its result only once for each entity, because every item of an execution asks for the
 * same parts of the form. Nobody may change a result.
 */
export function oncePer<Key extends object, Result>(compute: (key: Key) => Result): (key: Key) => Result {
	const results = new WeakMap<Key, Result>();
	return (key) => {
		const known = results.get(key);
		if (known !== undefined) return known;
		const result = compute(key);
		results.set(key, result);
		return result;
	};
}
