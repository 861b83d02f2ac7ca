/** IDs as text in ranges, "501-560,562": those that grow by one lie side by side, so thousands take a few characters. */
export function rangesOf(ids: Iterable<number>): string {
	const ranges: Array<[from: number, to: number]> = [];
	for (const id of [...new Set(ids)].sort((one, other) => one - other)) {
		const last = ranges.at(-1);
		if (last?.[1] === id - 1) last[1] = id;
		else ranges.push([id, id]);
	}
	return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

export function idsIn(ranges: string): Set<number> {
	const ids = new Set<number>();
	for (const range of ranges.split(',').filter(Boolean)) {
		const [from, to = from] = range.split('-').map(Number);
		for (let id = from; id <= to; id++) ids.add(id);
	}
	return ids;
}
