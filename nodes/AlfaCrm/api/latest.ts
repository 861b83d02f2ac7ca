/** What a process keeps must not grow for ever: of these only the latest stay. */

/** Adds to a list of which so many are kept. */
export function append<T>(list: T[], item: T, most: number): void {
	list.push(item);
	if (list.length > most) list.shift();
}

/** Puts an entry behind all others of a map of which so many are kept: those that were not asked for the longest go first. */
export function touch<K, V>(entries: Map<K, V>, key: K, value: V, most: number): void {
	entries.delete(key);
	entries.set(key, value);
	if (entries.size > most) entries.delete(entries.keys().next().value as K);
}
