import type { Probe } from './probe';

export type Verdict = 'as expected' | 'denied' | 'differs' | 'unknown';

/** One thing that is tried: what it asks, what is expected, and what each outcome means for the node. */
export interface Check {
	/** Name of what is tried; files that were downloaded hold it, so it does not change. */
	check: string;
	/** What it is tried on. */
	subject: string;
	expected: string;
	/** What there must be in the account, to tell anything by. */
	needs: string;
	/**
	 * @returns undefined where the account does not tell
	 * @throws NotTold where a list cannot be read
	 */
	find(probe: Probe): Promise<string | undefined>;
	/** What is found means for the node, in a sentence or two. */
	meaning(found: string, probe: Probe): string | Promise<string>;
	verdict(found: string): Verdict;
	/** How many rows a list has. */
	rows?(probe: Probe): Promise<number | undefined>;
}

interface Declared<Found extends string> extends Pick<Check, 'check' | 'subject' | 'needs'> {
	/** Either of several, where the sources do not agree and the node copes with each. */
	expected: NoInfer<Found> | ReadonlyArray<NoInfer<Found>>;
	find(probe: Probe): Promise<NoInfer<Found> | undefined>;
	meanings: Readonly<Record<Found, string>>;
}

/** A check with a few outcomes; one whose meaning is not told does not compile. */
export function oneOf<Found extends string>({ expected, find, meanings, ...rest }: Declared<Found>): Check {
	const wanted: readonly string[] = typeof expected === 'string' ? [expected] : expected;
	return {
		...rest,
		expected: wanted.join(' or '),
		find,
		meaning: (found) => meanings[found as Found],
		verdict: (found) => (wanted.includes(found) ? 'as expected' : 'differs'),
	};
}
