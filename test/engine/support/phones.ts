/** Reproducible numbers from 0 to 1 (mulberry32). */
export function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** One of many ways in which people write a Russian number of ten digits. */
export function spelled(national: string, next: () => number): string {
	const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)];
	const [, a, b, c, d] = /^(\d{3})(\d{3})(\d\d)(\d\d)$/.exec(national) ?? [];
	const prefix = pick(['+7', '7', '8', '', '+ 7', '007', '8-', '+7 ']);
	const code = pick([a, `(${a})`, ` (${a}) `, ` ${a} `, `-${a}-`]);
	const blank = pick(['', ' ', '-', '.', '\u00a0', ' - ', '–']);
	const other = pick(['', ' ', '-', blank]);
	const before = pick(['', ' ', 'тел. ', 'Мама: ']);
	const after = pick(['', ' ', ' доб. 12', ' (мама)']);
	return `${before}${prefix}${code}${b}${blank}${c}${other}${d}${after}`;
}
