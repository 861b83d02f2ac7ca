/** The thing that a check looks at, and the result that the node expects. */
export interface Topic {
	/** The name of the check, as `docs/check.md` calls it. */
	check: string;
	/** The checked thing, such as `customer/index`. */
	subject: string;
	/** The expected result in a few words, such as `newest first`. */
	expected: string;
}

/**
 * The result of a check: one output item. It holds words, formats and numbers, and never
 * personal data, so that a user can send it to anybody.
 */
export interface Finding extends Topic {
	/** The result in a few words. Empty if the account holds too little to find out. */
	found: string;
	/** How many rows a list has. Null if the number is unknown, or if the subject is no list. */
	rows: number | null;
	verdict: 'as expected' | 'differs' | 'denied' | 'unknown';
	/** Tells what the finding means for the node, and what the user should do. */
	meaning: string;
}

/** The details of a finding; `rows` can be left out. */
type FindingDetails = Pick<Finding, 'found' | 'meaning'> & Partial<Pick<Finding, 'rows'>>;

/** Makes the finding of a check that found what the node expects. */
export function reportAsExpected(topic: Topic, details: FindingDetails): Finding {
	const { found, rows = null, meaning } = details;
	return { ...topic, found, rows, verdict: 'as expected', meaning };
}

/** Makes the finding of a check whose result differs from what the node expects. */
export function reportDifference(topic: Topic, details: FindingDetails): Finding {
	const { found, rows = null, meaning } = details;
	return { ...topic, found, rows, verdict: 'differs', meaning };
}

/** Makes the finding of a check that failed because this user lacks a right in AlfaCRM. */
export const reportDenied = (topic: Topic, meaning: string): Finding => ({
	...topic,
	found: 'denied',
	rows: null,
	verdict: 'denied',
	meaning,
});

/**
 * Makes the finding of a check that has no result, because the account lacks the data for it.
 *
 * @param missingData the data that the check needs, such as `customers in the branch`: the end of
 * the sentence `Nothing to tell it by; it takes …`
 */
export const reportUnknown = (topic: Topic, { missingData }: { missingData: string }): Finding => ({
	...topic,
	found: '',
	rows: null,
	verdict: 'unknown',
	meaning: `Nothing to tell it by; it takes ${missingData}.`,
});

/** The `meaning` of a finding, for each result of a comparison. */
interface Meanings {
	meaningIfExpected: string;
	meaningIfDifferent: string;
}

/** Makes the finding of a check: `as expected` if `found` equals the expected text of the topic. */
export function compareWithExpected(topic: Topic, found: string, meanings: Meanings): Finding {
	if (found === topic.expected) {
		return reportAsExpected(topic, { found, meaning: meanings.meaningIfExpected });
	}
	return reportDifference(topic, { found, meaning: meanings.meaningIfDifferent });
}

/** Writes a number with its noun: `1 call`, `2 calls`. */
export const formatCount = (count: number, noun: string): string =>
	`${count} ${noun}${count === 1 ? '' : 's'}`;
