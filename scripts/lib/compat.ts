import { readJson } from './json';
import { markdownTable } from './markdown';
import { inRepo } from './paths';

/** What `npm run compat` found in one version of n8n. */
export interface Outcome {
	n8n: string;
	/** The Node that it ran in. */
	node: string;
	/** The day. */
	date: string;
	/** Of this package. */
	version: string;
	/** By title, in the order of the tests: whether it held. */
	checks: Record<string, boolean>;
}

export const OUTCOMES = inRepo('docs', 'compatibility.json');

/** Compares versions of numbers alone. */
const byVersion = (a: string, b: string) => a.localeCompare(b, 'en', { numeric: true });

/** With the outcome of a version in the place of its former one, oldest version first. */
export function withOutcome(outcomes: Outcome[], outcome: Outcome): Outcome[] {
	const others = outcomes.filter(({ n8n }) => n8n !== outcome.n8n);
	return [...others, outcome].sort((a, b) => byVersion(a.n8n, b.n8n));
}

export const triedVersions = () => readJson<Outcome[]>(OUTCOMES).map(({ n8n }) => n8n);

/** The newest version last, so the checks of the newest decide the rows. */
export function compatTable(outcomes: Outcome[] = readJson<Outcome[]>(OUTCOMES)): string {
	const titles = Object.keys(outcomes.at(-1)?.checks ?? {});
	const cell = ({ checks }: Outcome, title: string) =>
		title in checks ? (checks[title] ? 'yes' : '**no**') : 'not tried';
	return markdownTable(
		['', ...outcomes.map(({ n8n }) => `n8n ${n8n}`)],
		[
			...titles.map((title) => [title, ...outcomes.map((outcome) => cell(outcome, title))]),
			['Version of this package', ...outcomes.map(({ version }) => version)],
			['Node.js that it ran in', ...outcomes.map(({ node }) => node)],
			['tried on', ...outcomes.map(({ date }) => date)],
		],
	);
}
