/** Calls `act` for every item, in order, with at most `limit` calls under way at the same time. */
export async function forEachConcurrently<T>(
	items: T[],
	limit: number,
	act: (item: T) => Promise<void>,
): Promise<void> {
	// All workers take their items from one iterator, so each item is taken once.
	const remainingItems = items.values();
	const work = async () => {
		for (const item of remainingItems) await act(item);
	};
	await Promise.all(Array.from({ length: limit }, work));
}
