/** Does something with each, so many at a time, in order. */
export async function forEachConcurrently<T>(
	items: T[],
	atATime: number,
	act: (item: T) => Promise<void>,
): Promise<void> {
	const left = items.values();
	const work = async () => {
		for (const item of left) await act(item);
	};
	await Promise.all(Array.from({ length: atATime }, work));
}
