/**
 * Writes IDs as ranges: "501-560,562". AlfaCRM's IDs grow by one, so thousands of them take a few
 * characters.
 */
export function rangesOf(ids: Iterable<number>): string {
	const ranges: Array<[from: number, to: number]> = [];
	for (const id of [...new Set(ids)].sort((a, b) => a - b)) {
		const lastRange = ranges.at(-1);
		if (lastRange?.[1] === id - 1) {
			lastRange[1] = id;
		} else {
			ranges.push([id, id]);
		}
	}
	return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

/** Reads the IDs of ranges. */
export function idsIn(ranges: string): Set<number> {
	const ids = new Set<number>();
	for (const range of ranges.split(',').filter(Boolean)) {
		const [from, to = from] = range.split('-').map(Number);
		for (let id = from; id <= to; id++) ids.add(id);
	}
	return ids;
}
