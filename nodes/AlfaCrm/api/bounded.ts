/** Adds an item to a list that must not grow for ever; of more than `most` the first goes. */
export function boundedPush<T>(list: T[], item: T, most: number): void {
	list.push(item);
	if (list.length > most) list.shift();
}

/**
 * Sets an entry of a map that must not grow for ever; of more than `most` the one that was not set for the longest goes.
 *
 * @returns the value of the one that went
 */
export function lruSet<K, V>(entries: Map<K, V>, key: K, value: V, most: number): V | undefined {
	entries.delete(key);
	entries.set(key, value);
	if (entries.size <= most) return undefined;
	const [oldest, gone] = entries.entries().next().value as [K, V];
	entries.delete(oldest);
	return gone;
}
