/**
 * What several pieces of work come to that are under way together. The first failure counts, but only once all have ended:
 * nothing goes on behind the back of an item that has failed.
 */
export async function allDone<T extends readonly unknown[]>(work: {
	[K in keyof T]: Promise<T[K]>;
}): Promise<T> {
	await Promise.allSettled(work as readonly unknown[]);
	return (await Promise.all(work as readonly unknown[])) as unknown as T;
}
