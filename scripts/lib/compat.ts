import { readJson } from './json';
import { markdownTable } from './markdown';
import { inRepo } from './paths';

/** The result of `npm run compat` in one version of n8n. */
export interface Outcome {
	n8n: string;
	/** The version of Node.js in which n8n ran. */
	node: string;
	/** The day of the run. */
	date: string;
	/** The version of this package. */
	version: string;
	/** Whether each check passed, by the title of its test, in the order of the tests. */
	checks: Record<string, boolean>;
}

export const OUTCOMES = inRepo('docs', 'compatibility.json');

/** Adds an outcome in the place of the former one of its version, and sorts all by version. */
export function withOutcome(outcomes: Outcome[], outcome: Outcome): Outcome[] {
	const otherOutcomes = outcomes.filter(({ n8n }) => n8n !== outcome.n8n);
	return [...otherOutcomes, outcome].sort((a, b) => compareVersions(a.n8n, b.n8n));
}

export function triedVersions(): string[] {
	return readJson<Outcome[]>(OUTCOMES).map(({ n8n }) => n8n);
}

/** Makes a table with a column for each version of n8n. The newest version decides which checks have a row. */
export function compatTable(outcomes: Outcome[] = readJson<Outcome[]>(OUTCOMES)): string {
	const newestOutcome = outcomes.at(-1);
	const checkTitles = Object.keys(newestOutcome?.checks ?? {});
	const checkRows = checkTitles.map((title) => [
		title,
		...outcomes.map((outcome) => describeCheck(outcome, title)),
	]);

	return markdownTable(
		['', ...outcomes.map(({ n8n }) => `n8n ${n8n}`)],
		[
			...checkRows,
			['Version of this package', ...outcomes.map(({ version }) => version)],
			['Node.js that it ran in', ...outcomes.map(({ node }) => node)],
			['tried on', ...outcomes.map(({ date }) => date)],
		],
	);
}

function describeCheck({ checks }: Outcome, title: string): string {
	if (!(title in checks)) return 'not tried';
	return checks[title] ? 'yes' : '**no**';
}

/** Compares versions that consist of numbers and dots. */
function compareVersions(a: string, b: string): number {
	return a.localeCompare(b, 'en', { numeric: true });
}
