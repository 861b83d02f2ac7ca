/** Adds an item to a list, and removes the first one where there are more than `most`. */
export function boundedPush<T>(list: T[], item: T, most: number): void {
	list.push(item);
	if (list.length > most) list.shift();
}

/**
 * Sets an entry of a map. Where there are more than `most`, removes the entry that was set longest
 * ago.
 *
 * @returns the value of the removed entry
 */
export function lruSet<K, V>(entries: Map<K, V>, key: K, value: V, most: number): V | undefined {
	entries.delete(key);
	entries.set(key, value);
	if (entries.size <= most) return undefined;
	const [oldest, gone] = entries.entries().next().value as [K, V];
	entries.delete(oldest);
	return gone;
}
