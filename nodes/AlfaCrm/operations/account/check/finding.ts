/** The subject of a check, and the node's expectation of it. */
export interface Topic {
	/** The name of the check, as `docs/check.md` calls it. */
	check: string;
	/** The checked thing, such as `customer/index`. */
	subject: string;
	/** The expectation of the node, in a few words. */
	expected: string;
}

/**
 * The result of a check: one output item. It holds words, formats and numbers, and never
 * personal data, so that a user can send it to anybody.
 */
export interface Finding extends Topic {
	/**
	 * The state that was found, in a few words. Empty if the account holds too little to find out.
	 */
	found: string;
	/**
	 * The number of rows of a list. Null if that is unknown, or if the finding is about something
	 * else.
	 */
	rows: number | null;
	verdict: 'as expected' | 'differs' | 'denied' | 'unknown';
	/** The meaning of the finding for the node, and advice. */
	meaning: string;
}

type FindingDetails = Pick<Finding, 'found' | 'meaning'> & Partial<Pick<Finding, 'rows'>>;

/** Makes a function that makes findings with a verdict. */
const makeReport =
	(verdict: Finding['verdict']) =>
	(topic: Topic, { found, rows = null, meaning }: FindingDetails): Finding => ({
		...topic,
		found,
		rows,
		verdict,
		meaning,
	});

export const reportAsExpected = makeReport('as expected');
export const reportDifference = makeReport('differs');

export const reportDenied = (topic: Topic, meaning: string): Finding => ({
	...topic,
	found: 'denied',
	rows: null,
	verdict: 'denied',
	meaning,
});

/**
 * Reports that a check could not find out anything.
 *
 * @param needs ends the sentence `Nothing to tell it by; it takes …`: what the account must hold
 * for the check, such as `customers in the branch`
 */
export const reportUnknown = (topic: Topic, { needs }: { needs: string }): Finding => ({
	...topic,
	found: '',
	rows: null,
	verdict: 'unknown',
	meaning: `Nothing to tell it by; it takes ${needs}.`,
});

/**
 * Compares two texts: reports what was found as expected if it is the text that the topic expects,
 * and as a difference otherwise.
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
export const formatCount = (count: number, noun: string): string =>
	`${count} ${noun}${count === 1 ? '' : 's'}`;
