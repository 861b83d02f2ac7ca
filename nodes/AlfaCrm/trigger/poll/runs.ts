/** A set of IDs, kept as runs: "501-560,562". IDs that grow by one lie side by side, so thousands take a few characters. */
export class Runs {
	private readonly runs: Array<[from: number, to: number]> = [];

	static of(ids: Iterable<number>): Runs {
		const runs = new Runs();
		for (const id of ids) runs.add(id);
		return runs;
	}

	constructor(text = '') {
		for (const run of text.split(',').filter(Boolean)) {
			const [from, to = from] = run.split('-').map(Number);
			this.runs.push([from, to]);
		}
	}

	has(id: number): boolean {
		return this.runs[this.placeOf(id)]?.[0] <= id;
	}

	add(id: number): void {
		if (this.has(id)) return;
		const place = this.placeOf(id);
		const [from, to] = [this.runs[place - 1], this.runs[place]];
		const [isNext, isPrevious] = [from?.[1] === id - 1, to?.[0] === id + 1];
		const run: [number, number] = [isNext ? from[0] : id, isPrevious ? to[1] : id];
		this.runs.splice(place - Number(isNext), Number(isNext) + Number(isPrevious), run);
	}

	/** Leaves out all up to an ID. */
	above(id: number): Runs {
		const left = new Runs();
		for (const [from, to] of this.runs) if (to > id) left.runs.push([Math.max(from, id + 1), to]);
		return left;
	}

	/** The ID above which all fit into so many characters. */
	cutFor(characters: number): number | undefined {
		let room = characters;
		const fits = (run: [number, number]) => (room -= `${run.join('-')},`.length) >= 0;
		return [...this.runs].reverse().find((run) => !fits(run))?.[1];
	}

	toString(): string {
		return this.runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
	}

	/** The first run that ends at the ID or after it. */
	private placeOf(id: number): number {
		let [low, high] = [0, this.runs.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.runs[middle][1] < id) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}
