/**
 * Adds an item to a list. If the list then has more than `maxLength` items, removes the first one.
 */
export function boundedPush<Item>(list: Item[], item: Item, maxLength: number): void {
	list.push(item);
	if (list.length > maxLength) list.shift();
}

/**
 * Sets an entry of a map. If the map then has more than `maxSize` entries, removes the entry that
 * was set longest ago.
 *
 * @returns the value of the removed entry; undefined if none was removed
 */
export function boundedSet<Key, Value>(
	map: Map<Key, Value>,
	key: Key,
	value: Value,
	maxSize: number,
): Value | undefined {
	// A map keeps the order in which its keys were added. A key that is removed and added again comes
	// last, so the first entry is the oldest.
	map.delete(key);
	map.set(key, value);
	if (map.size <= maxSize) return undefined;

	const [oldestEntry] = map;
	const [oldestKey, oldestValue] = oldestEntry;
	map.delete(oldestKey);
	return oldestValue;
}
