/**
 * Writes sets of IDs as short texts: 501, 502, 503 and 560 as `501-503,560`. Stored states hold
 * thousands of IDs. AlfaCRM counts its IDs up by one, so most of them are in a few ranges.
 */

interface IdRange {
	first: number;
	last: number;
}

/**
 * Writes IDs as ranges: 560, 501, 503 and 502 as `501-503,560`. An ID that comes twice is written
 * once.
 */
export function writeIdRanges(ids: Iterable<number>): string {
	const sortedIds = [...new Set(ids)].sort((a, b) => a - b);

	const ranges: IdRange[] = [];
	for (const id of sortedIds) {
		const lastRange = ranges.at(-1);
		const isNextOfLastRange = lastRange !== undefined && id === lastRange.last + 1;
		if (isNextOfLastRange) {
			lastRange.last = id;
		} else {
			ranges.push({ first: id, last: id });
		}
	}
	return ranges.map(writeIdRange).join(',');
}

/** Writes a range as `501-503`, or as `560` if it has only one ID. */
function writeIdRange({ first, last }: IdRange): string {
	return first === last ? `${first}` : `${first}-${last}`;
}

/** Reads IDs from a text of ranges: `501-503,560` gives 501, 502, 503 and 560. */
export function readIdRanges(ranges: string): Set<number> {
	const ids = new Set<number>();
	for (const range of ranges.split(',').filter(Boolean)) {
		// A range with only one ID, such as `560`, has no last ID of its own.
		const [first, last = first] = range.split('-').map(Number);
		for (let id = first; id <= last; id++) ids.add(id);
	}
	return ids;
}
