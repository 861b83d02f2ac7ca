'use strict';

/**
 * One line of a table.
 * @param {Array<string | number>} cells
 * @param {number[]} widths
 * @param {number} titles how many columns are aligned to the left
 */
function row(cells, widths, titles) {
	return cells
		.map((cell, index) => {
			const text = String(cell);
			return index < titles ? text.padEnd(widths[index]) : text.padStart(widths[index]);
		})
		.join(' ');
}

module.exports = { row };
