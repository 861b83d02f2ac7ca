/** What a check looks at, and what the node expects there. */
export interface Topic {
	check: string;
	subject: string;
	expected: string;
}

/**
 * What a check has found out, as it is put out. It holds words, formats and numbers, and never
 * personal data, so that a user can send it to anybody.
 */
export interface Finding extends Topic {
	/** Empty if the account holds nothing that tells. */
	found: string;
	/** How many rows a list has; null for anything else. */
	rows: number | null;
	verdict: 'as expected' | 'differs' | 'denied' | 'unknown';
	/** What the finding means for the node, and what to do. */
	meaning: string;
}

type FindingDetails = Pick<Finding, 'found' | 'meaning'> & Partial<Pick<Finding, 'rows'>>;

export const reportAsExpected = (
	topic: Topic,
	{ found, rows = null, meaning }: FindingDetails,
): Finding => ({
	...topic,
	found,
	rows,
	verdict: 'as expected',
	meaning,
});

export const reportDifference = (
	topic: Topic,
	{ found, rows = null, meaning }: FindingDetails,
): Finding => ({
	...topic,
	found,
	rows,
	verdict: 'differs',
	meaning,
});

export const reportDenied = (topic: Topic, meaning: string): Finding => ({
	...topic,
	found: 'denied',
	rows: null,
	verdict: 'denied',
	meaning,
});

/**
 * @param needs what the account must hold for the check to find out something, such as `customers
 * in the branch`
 */
export const reportUnknown = (topic: Topic, needs: string): Finding => ({
	...topic,
	found: '',
	rows: null,
	verdict: 'unknown',
	meaning: `Nothing to tell it by; it takes ${needs}.`,
});

/**
 * Reports something as expected if it is exactly what the topic expects, and as a difference
 * otherwise.
 */
export function compareWithExpected(
	topic: Topic,
	found: string,
	{ asExpected, otherwise }: { asExpected: string; otherwise: string },
): Finding {
	return found === topic.expected
		? reportAsExpected(topic, { found, meaning: asExpected })
		: reportDifference(topic, { found, meaning: otherwise });
}

/** Writes `1 call`, `2 calls`. */
export const countOf = (count: number, noun: string): string =>
	`${count} ${noun}${count === 1 ? '' : 's'}`;
