type Run = readonly [from: number, to: number];

/** A set of IDs, kept as runs: "501-560,562". IDs that grow by one lie side by side, so thousands take a few characters. */
export class Runs {
	private constructor(private readonly runs: readonly Run[]) {}

	static parse(text: string): Runs {
		const runs = text.split(',').filter(Boolean);
		return new Runs(runs.map((run) => run.split('-').map(Number)).map(([from, to = from]) => [from, to]));
	}

	static of(ids: Iterable<number>): Runs {
		return new Runs([]).with(ids);
	}

	has(id: number): boolean {
		return this.runs.some(([from, to]) => from <= id && id <= to);
	}

	*ids(): Iterable<number> {
		for (const [from, to] of this.runs) for (let id = from; id <= to; id++) yield id;
	}

	with(ids: Iterable<number>): Runs {
		const added = Array.from(ids, (id): Run => [id, id]);
		const runs: Run[] = [];
		for (const [from, to] of [...this.runs, ...added].sort(([a], [b]) => a - b)) {
			const [start, end] = runs.at(-1) ?? [-1, -2];
			if (from > end + 1) runs.push([from, to]);
			else runs[runs.length - 1] = [start, Math.max(end, to)];
		}
		return new Runs(runs);
	}

	without(ids: Iterable<number>): Runs {
		const gone = Runs.of(ids).runs;
		const left: Run[] = [];
		let next = 0;
		for (const [from, to] of this.runs) {
			while (next < gone.length && gone[next][1] < from) next++;
			let start = from;
			for (let at = next; at < gone.length && gone[at][0] <= to; at++) {
				left.push([start, gone[at][0] - 1]);
				start = gone[at][1] + 1;
			}
			left.push([start, to]);
		}
		return new Runs(left.filter(([from, to]) => from <= to));
	}

	/** Leaves out all up to an ID. */
	above(id: number): Runs {
		const left = this.runs.filter(([, to]) => to > id);
		return new Runs(left.map(([from, to]) => [Math.max(from, id + 1), to]));
	}

	/** The ID up to which they are left out to fit into so many characters; 0 if they fit. */
	cutFor(characters: number): number {
		const text = this.toString();
		if (text.length <= Math.max(0, characters)) return 0;
		const comma = text.indexOf(',', text.length - characters);
		// There is no room for any.
		if (characters <= 0 || comma < 0) return this.runs[this.runs.length - 1][1];
		return parseInt(text.slice(comma + 1)) - 1;
	}

	toString(): string {
		return this.runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
	}
}
