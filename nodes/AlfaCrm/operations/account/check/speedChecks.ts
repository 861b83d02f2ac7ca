/** Checks of *Account → Check* that look at calls: the time of an answer, and refused calls. */

import type { Finding } from './finding';
import {
	compareWithExpected,
	formatCount,
	reportAsExpected,
	reportDifference,
	reportUnknown,
} from './finding';
import type { AccountReading } from './accountReading';

/** The longest median answer time that counts as normal. */
const SLOW_MS = 1_000;

/** Checks how long AlfaCRM takes to answer a call: the median over the lists that were read. */
export function checkAnswerTime({ answerTimesMs }: AccountReading): Finding {
	const topic = { check: 'time of an answer', subject: 'calls', expected: `up to ${SLOW_MS} ms` };
	const sortedTimesMs = [...answerTimesMs].sort((a, b) => a - b);
	const medianMs = sortedTimesMs.at(Math.floor(sortedTimesMs.length / 2));
	if (medianMs === undefined) return reportUnknown(topic, { missingData: 'an answer' });

	const found = `${Math.round(medianMs)} ms`;
	if (medianMs <= SLOW_MS) {
		const meaning = 'Half of the answers came faster than this.';
		return reportAsExpected(topic, { found, meaning });
	}
	const meaning =
		'AlfaCRM is slow or far away: long lists take their time, so filter what you can.';
	return reportDifference(topic, { found, meaning });
}

/**
 * Checks whether AlfaCRM refused calls as too many requests. The node keeps to the limit, so
 * another program probably sends calls with the same account.
 */
export function checkTooManyRequests({ tooManyRequestsCount }: AccountReading): Finding {
	const topic = { check: 'too many requests', subject: 'calls', expected: 'none' };
	const found =
		tooManyRequestsCount === 0 ? topic.expected : formatCount(tooManyRequestsCount, 'call');
	return compareWithExpected(topic, found, {
		meaningIfExpected: 'AlfaCRM refused no call as too many.',
		meaningIfDifferent:
			"Something else uses this account at the same time. The node waits and goes on; if it is too slow, run less at once, or lower 'Requests per Second' in the advanced settings of the credential.",
	});
}
