/** Runs the checks of *Account → Check* on an account that was read, and sorts their findings. */

import type { IDataObject } from 'n8n-workflow';

import { checkBranches, checkLists } from './accessChecks';
import type { WorkflowClock } from './dateChecks';
import { checkTimeZone, checkDateFormats } from './dateChecks';
import type { Finding } from './finding';
import { formatCount, reportAsExpected, reportDifference } from './finding';
import { checkNewIds, checkPageSize, checkTotals, checkOrders } from './listChecks';
import type { AccountReading } from './accountReading';
import { checkAnswerTime, checkTooManyRequests } from './speedChecks';

/**
 * Runs all checks.
 *
 * @returns output items: a summary, then the findings that differ or were denied, then those that
 * are as expected, then the unknown ones
 */
export function checkAccount(account: AccountReading, clock: WorkflowClock): IDataObject[] {
	const findings = runChecks(account, clock);
	const unknownFindings = findings.filter(({ verdict }) => verdict === 'unknown');
	const expectedFindings = findings.filter(({ verdict }) => verdict === 'as expected');
	const differentFindings = findings.filter(
		({ verdict }) => verdict === 'differs' || verdict === 'denied',
	);

	const summary = summarize({
		differenceCount: differentFindings.length,
		asExpectedCount: expectedFindings.length,
		unknownCount: unknownFindings.length,
	});
	const sortedFindings = [summary, ...differentFindings, ...expectedFindings, ...unknownFindings];
	// TypeScript takes a copy as `IDataObject`, but not a finding of the interface `Finding`.
	return sortedFindings.map((finding) => ({ ...finding }));
}

/**
 * Runs all checks. Among findings with the same verdict, the output keeps the order of the checks
 * here. To add a check, write a function in this folder and call it here.
 */
function runChecks(account: AccountReading, clock: WorkflowClock): Finding[] {
	return [
		...checkBranches(account),
		...checkLists(account),
		checkPageSize(account),
		checkTotals(account),
		...checkOrders(account),
		checkNewIds(account),
		...checkDateFormats(account),
		checkTimeZone(account, clock),
		checkAnswerTime(account),
		checkTooManyRequests(account),
	];
}

/** How many findings have each verdict; `differs` and `denied` both count as differences. */
interface FindingCounts {
	differenceCount: number;
	asExpectedCount: number;
	unknownCount: number;
}

/** Makes the first item of the output, which says how many differences there are. */
function summarize({ differenceCount, asExpectedCount, unknownCount }: FindingCounts): Finding {
	const topic = { check: 'summary', subject: 'account', expected: 'no differences' };
	const unknownNote =
		unknownCount === 0 ? '' : ` ${formatCount(unknownCount, 'thing')} could not be told.`;
	if (differenceCount === 0) {
		return reportAsExpected(topic, {
			found: topic.expected,
			meaning: `All ${asExpectedCount} things that could be told are as the node expects.${unknownNote}`,
		});
	}

	const differences = formatCount(differenceCount, 'difference');
	const advice =
		differenceCount === 1
			? 'the next item says what to do.'
			: `the next ${differenceCount} items say what to do.`;
	return reportDifference(topic, {
		found: differences,
		meaning: `${differences} from what the node expects: ${advice}${unknownNote}`,
	});
}
