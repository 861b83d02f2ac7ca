/**
 * Adds an item to a list. If the list then has more than `maxLength` items, removes the first one.
 */
export function boundedPush<T>(list: T[], item: T, maxLength: number): void {
	list.push(item);
	if (list.length > maxLength) list.shift();
}

/**
 * Sets an entry of a map. If the map then has more than `maxSize` entries, removes the entry that
 * was set longest ago.
 *
 * @returns the value of the removed entry; undefined if none was removed
 */
export function boundedSet<K, V>(
	entries: Map<K, V>,
	key: K,
	value: V,
	maxSize: number,
): V | undefined {
	// A map keeps the order in which its keys were added. So the key is removed and added as the
	// last.
	entries.delete(key);
	entries.set(key, value);
	if (entries.size <= maxSize) return undefined;

	// The cast is safe: the map has at least the entry that was just set.
	const [oldestKey, oldestValue] = entries.entries().next().value as [K, V];
	entries.delete(oldestKey);
	return oldestValue;
}
