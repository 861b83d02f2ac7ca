import type { Finding } from './finding';
import {
	compareWithExpected,
	formatCount,
	reportAsExpected,
	reportDifference,
	reportUnknown,
} from './finding';
import type { AccountReading } from './accountReading';

/**
 * Longer answers are reported. The number only decides about the report: how many calls the node
 * sends at once follows from `RateLimiter.callsAtOnce`.
 */
const SLOW_MS = 1_000;

/** Checks how long AlfaCRM takes to answer a call, by the median of the lists that were read. */
export function checkAnswerTime({ answerTimesMs }: AccountReading): Finding {
	const topic = { check: 'time of an answer', subject: 'calls', expected: `up to ${SLOW_MS} ms` };
	const sorted = [...answerTimesMs].sort((a, b) => a - b);
	const median = sorted.at(Math.floor(sorted.length / 2));
	if (median === undefined) return reportUnknown(topic, { needs: 'an answer' });

	const found = `${Math.round(median)} ms`;
	return median <= SLOW_MS
		? reportAsExpected(topic, { found, meaning: 'Half of the answers came faster than this.' })
		: reportDifference(topic, {
				found,
				meaning: 'AlfaCRM is slow or far away: long lists take their time, so filter what you can.',
			});
}

/**
 * Checks whether AlfaCRM refused calls as too many requests. The node keeps to the limit, so
 * another program probably sends calls with the same account.
 */
export function checkTooManyRequests({ tooManyRequestsCount }: AccountReading): Finding {
	const topic = { check: 'too many requests', subject: 'calls', expected: 'none' };
	const found = tooManyRequestsCount === 0 ? topic.expected : formatCount(tooManyRequestsCount, 'call');
	return compareWithExpected(topic, found, {
		asExpected: 'AlfaCRM refused no call as too many.',
		otherwise:
			"Something else uses this account at the same time. The node waits and goes on; if it is too slow, run less at once, or lower 'Requests per Second' in the advanced settings of the credential.",
	});
}
