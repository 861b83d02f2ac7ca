type Range = readonly [from: number, to: number];

/** A set of IDs, kept as ranges: "501-560,562". IDs that grow by one lie side by side, so thousands take a few characters. */
export class IdRanges {
	private constructor(private readonly ranges: readonly Range[]) {}

	static parse(text: string): IdRanges {
		const ranges = text.split(',').filter(Boolean);
		return new IdRanges(
			ranges.map((range) => range.split('-').map(Number)).map(([from, to = from]) => [from, to]),
		);
	}

	static of(ids: Iterable<number>): IdRanges {
		return new IdRanges([]).with(ids);
	}

	/** The highest ID; 0 if there is none. */
	get last(): number {
		return this.ranges.at(-1)?.[1] ?? 0;
	}

	has(id: number): boolean {
		return this.ranges.some(([from, to]) => from <= id && id <= to);
	}

	*ids(): Iterable<number> {
		for (const [from, to] of this.ranges) for (let id = from; id <= to; id++) yield id;
	}

	with(ids: Iterable<number>): IdRanges {
		const added = Array.from(ids, (id): Range => [id, id]);
		const ranges: Range[] = [];
		for (const [from, to] of [...this.ranges, ...added].sort(([a], [b]) => a - b)) {
			const [start, end] = ranges.at(-1) ?? [-1, -2];
			if (from > end + 1) ranges.push([from, to]);
			else ranges[ranges.length - 1] = [start, Math.max(end, to)];
		}
		return new IdRanges(ranges);
	}

	without(ids: Iterable<number>): IdRanges {
		const gone = IdRanges.of(ids).ranges;
		const left: Range[] = [];
		let next = 0;
		for (const [from, to] of this.ranges) {
			while (next < gone.length && gone[next][1] < from) next++;
			let start = from;
			for (let at = next; at < gone.length && gone[at][0] <= to; at++) {
				left.push([start, gone[at][0] - 1]);
				start = gone[at][1] + 1;
			}
			left.push([start, to]);
		}
		return new IdRanges(left.filter(([from, to]) => from <= to));
	}

	/** Leaves out all up to an ID. */
	above(id: number): IdRanges {
		const left = this.ranges.filter(([, to]) => to > id);
		return new IdRanges(left.map(([from, to]) => [Math.max(from, id + 1), to]));
	}

	/** The ID up to which they are left out to fit into so many characters; 0 if they fit. */
	cutFor(characters: number): number {
		const text = this.toString();
		if (text.length <= Math.max(0, characters)) return 0;
		const comma = text.indexOf(',', text.length - characters);
		// There is no room for any.
		if (characters <= 0 || comma < 0) return this.ranges[this.ranges.length - 1][1];
		return parseInt(text.slice(comma + 1)) - 1;
	}

	toString(): string {
		return this.ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
	}
}
