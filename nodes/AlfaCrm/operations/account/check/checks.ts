import type { IDataObject } from 'n8n-workflow';

import { branchChecks, listAccessChecks } from './accessChecks';
import type { WorkflowClock } from './dateChecks';
import { checkTimeZone, dateFormatChecks } from './dateChecks';
import type { Finding } from './finding';
import { compareWithExpected, countOf } from './finding';
import { checkNewIds, checkPageSize, checkTotals, orderChecks } from './listChecks';
import type { AccountReading } from './accountReading';
import { checkAnswerTime, checkTooManyRequests } from './speedChecks';

/**
 * Checks an account. Puts out a summary, then what differs, what is as expected and what is
 * unknown.
 */
export function checkAccount(account: AccountReading, clock: WorkflowClock): IDataObject[] {
	const findings = runChecks(account, clock);
	const unknown = findings.filter(({ verdict }) => verdict === 'unknown');
	const asExpected = findings.filter(({ verdict }) => verdict === 'as expected');
	const differences = findings.filter(
		(finding) => !unknown.includes(finding) && !asExpected.includes(finding),
	);

	const summary = summarize({
		differenceCount: differences.length,
		asExpectedCount: asExpected.length,
		unknownCount: unknown.length,
	});
	return [summary, ...differences, ...asExpected, ...unknown].map((finding) => ({ ...finding }));
}

/**
 * Runs all checks of an account, in the order of the output. A new check is a function in one of
 * the files of this folder and a line here.
 */
function runChecks(account: AccountReading, clock: WorkflowClock): Finding[] {
	return [
		...branchChecks(account),
		...listAccessChecks(account),
		checkPageSize(account),
		checkTotals(account),
		...orderChecks(account),
		checkNewIds(account),
		...dateFormatChecks(account),
		checkTimeZone(account, clock),
		checkAnswerTime(account),
		checkTooManyRequests(account),
	];
}

interface FindingCounts {
	differenceCount: number;
	asExpectedCount: number;
	unknownCount: number;
}

function summarize({ differenceCount, asExpectedCount, unknownCount }: FindingCounts): Finding {
	const differences = countOf(differenceCount, 'difference');
	const unknownNote =
		unknownCount === 0 ? '' : ` ${countOf(unknownCount, 'thing')} could not be told.`;
	const topic = { check: 'summary', subject: 'account', expected: 'no differences' };
	return compareWithExpected(topic, differenceCount === 0 ? topic.expected : differences, {
		asExpected: `All ${asExpectedCount} things that could be told are as the node expects.${unknownNote}`,
		otherwise: `${differences} from what the node expects: the next ${countOf(differenceCount, 'item')} say what to do.${unknownNote}`,
	});
}
