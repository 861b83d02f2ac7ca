/**
 * One line of a table that is printed while it is measured, which takes an hour; libraries print tables that are complete.
 * @param titles how many columns are aligned to the left
 */
export function row(cells: Array<string | number>, widths: number[], titles: number): string {
	return cells
		.map(String)
		.map((text, index) => (index < titles ? text.padEnd(widths[index]) : text.padStart(widths[index])))
		.join(' ');
}
