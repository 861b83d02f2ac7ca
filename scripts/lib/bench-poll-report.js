'use strict';

/** @typedef {{ customers: number, title: string, requests: number, stateBytes: number }} Size */
/** @typedef {{ perDay: number, who: string, days: number, rows: number, polls: number, average: number, half: number, most: number, stateBytes: number }} Rate */
/** @typedef {{ rows: number, title: string, requests: number[] }} Phase */

const HEADING = '## The polling trigger';

/**
 * The part of docs/performance.md about the polling trigger.
 * @param {{ sizes: Size[], rates: Rate[], unfiltered: Phase[], machine: string }} figures
 */
function sectionOf({ sizes, rates, unfiltered, machine }) {
	return [
		HEADING,
		`Written by \`npm run bench:poll -- --write\`: ${machine}, n8n's own poll context, the sandbox on the same machine.
*Customer Created* of all branches of an account with three, archived customers left out.`,
		'Requests by the size of the account, with pages of 20 and at most 5 calls in any second:',
		table(['customers', 'first poll', 'second', 'one new lead', 'no news', 'state'], bySize(sizes)),
		`Requests of a poll by how many customers come a day, after two days at that rate without the trigger and three with
it, with a poll every 15 minutes by clocks that the test moves on. Half of such polls do what is done once an hour: they
look for new branches, or read the last days whole. *Other half* is what those take
that need the fewest, as most would if there was one each minute. New leads are at the top of AlfaCRM's list, new clients
anywhere in it:`,
		table(
			['new a day', 'rows a page', 'days', 'polls', 'average', 'other half', 'most', 'state'],
			rates.map(({ perDay, who, rows, days, polls, average, half, most, stateBytes }) => [
				`${perDay}${who === 'leads' ? '' : `, ${who}`}`,
				...[rows, days, polls, average.toFixed(1), half.toFixed(1), most],
				kilobytes(stateBytes),
			]),
		),
		`If AlfaCRM ignored the day that is asked for, with 100,000 customers and a poll each minute. All are read again once an
hour, no more than 100 pages of a branch in one poll:`,
		table(
			['rows a page', 'what', 'polls', 'most of a poll', 'requests of all'],
			unfiltered.map(({ rows, title, requests }) => [
				rows,
				title,
				requests.length,
				Math.max(...requests),
				requests.reduce((sum, count) => sum + count, 0).toLocaleString('en'),
			]),
		),
	].join('\n\n');
}

/** @param {Size[]} sizes */
function bySize(sizes) {
	return [...new Set(sizes.map(({ customers }) => customers))].map((customers) => {
		const those = sizes.filter((one) => one.customers === customers);
		const states = those.map(({ stateBytes }) => stateBytes);
		const requests = those.slice(0, 4).map((one) => one.requests);
		return [customers.toLocaleString('en'), ...requests, kilobytes(Math.max(...states))];
	});
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1_000).toFixed(1)} KB`;

/**
 * @param {string[]} titles
 * @param {Array<Array<string | number>>} rows
 */
function table(titles, rows) {
	const rule = titles.map(() => '--:');
	return [titles, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * The page with that section in place of the one it had; at its end if it had none.
 * @param {string} page
 * @param {string} section
 */
function withSection(page, section) {
	const [before, old = ''] = page.split(`\n${HEADING}\n`);
	const next = old.indexOf('\n## ');
	return `${before.trimEnd()}\n\n${section}\n${next < 0 ? '' : old.slice(next)}`;
}

module.exports = { sectionOf, withSection };
