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
