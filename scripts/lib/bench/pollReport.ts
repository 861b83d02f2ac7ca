import { markdownTable } from '../markdown';

interface Size {
	customers: number;
	title: string;
	requests: number;
	stateBytes: number;
}

interface Rate {
	perDay: number;
	who: string;
	days: number;
	rows: number;
	polls: number;
	average: number;
	half: number;
	most: number;
	stateBytes: number;
}

interface Phase {
	rows: number;
	title: string;
	requests: number[];
}

/** What was measured of polls. */
export interface PollFigures {
	sizes: Size[];
	rates: Rate[];
	unfiltered: Phase[];
}

/** The part of docs/performance.md about the polling trigger. */
export function sectionOf({ sizes, rates, unfiltered }: PollFigures, machine: string): string {
	return [
		'## The polling trigger',
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

function bySize(sizes: Size[]) {
	return [...new Set(sizes.map(({ customers }) => customers))].map((customers) => {
		const those = sizes.filter((one) => one.customers === customers);
		const states = those.map(({ stateBytes }) => stateBytes);
		const requests = those.slice(0, 4).map((one) => one.requests);
		return [customers.toLocaleString('en'), ...requests, kilobytes(Math.max(...states))];
	});
}

const kilobytes = (bytes: number) => `${(bytes / 1_000).toFixed(1)} KB`;
const table = (titles: string[], rows: Array<Array<string | number>>) =>
	markdownTable(titles, rows, () => false);
