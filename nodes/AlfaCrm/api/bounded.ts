/** What a process keeps must not grow for ever: of these only the latest stay. */

export function boundedPush<T>(list: T[], item: T, most: number): void {
	list.push(item);
	if (list.length > most) list.shift();
}

/**
 * Sets an entry as the latest one; those that were not set for the longest go first.
 *
 * @returns what went for it
 */
export function lruSet<K, V>(entries: Map<K, V>, key: K, value: V, most: number): V | undefined {
	entries.delete(key);
	entries.set(key, value);
	if (entries.size <= most) return undefined;
	const [oldest, gone] = entries.entries().next().value as [K, V];
	entries.delete(oldest);
	return gone;
}
