/**
 * What several pieces of work come to that are under way together. The first failure counts, but only once all have ended:
 * nothing goes on behind the back of an item that has failed.
 */
export async function allSettledOrThrow<T>(work: ReadonlyArray<Promise<T>>): Promise<T[]> {
	await Promise.allSettled(work);
	return await Promise.all(work);
}

/** The same where each piece has a name. */
export async function allNamed<T extends object>(work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
	const named = Object.entries<Promise<unknown>>(work);
	const outcomes = await allSettledOrThrow(named.map(([, piece]) => piece));
	return Object.fromEntries(named.map(([name], index) => [name, outcomes[index]])) as T;
}
