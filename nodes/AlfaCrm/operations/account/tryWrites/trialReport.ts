import type { IDataObject } from 'n8n-workflow';

/**
 * How a step went.
 *
 * - `works`: AlfaCRM confirmed the write and shows the record as it was sent.
 * - `differs`: AlfaCRM shows something else than it answered or than was sent, or could not be
 *   read.
 * - `refused`: AlfaCRM refused the write and did not carry it out.
 */
export type TrialResult = 'works' | 'differs' | 'refused' | 'not tried';

/** The result of one step. */
export interface TrialRow {
	step: string;
	result: TrialResult;
	message: string;
}

/**
 * Builds the output of a trial: an item for each step, and a last one that sums them up. The last
 * item also holds a table, for users who report the result as an issue on GitHub.
 *
 * @param remaining the records that stay in AlfaCRM, such as `lead 501`
 * @param day the day of the trial, as `yyyy-mm-dd`
 */
export function buildReport(
	rows: readonly TrialRow[],
	remaining: readonly string[],
	day: string,
): IDataObject[] {
	const triedRows = rows.filter(({ result }) => result !== 'not tried');
	const failedRows = triedRows.filter(({ result }) => result !== 'works');
	const verdict =
		failedRows.length === 0
			? `All ${triedRows.length} steps that were tried work.`
			: `Steps that differ or were refused: ${failedRows.length} of ${triedRows.length}.`;
	const remainingSentence =
		remaining.length === 0
			? 'Nothing stays in AlfaCRM.'
			: `This stays in AlfaCRM: ${remaining.join('; ')}.`;

	const stepItems = rows.map((row) => ({ ...row }));
	const summaryItem = {
		step: 'report',
		result: failedRows.length === 0 ? 'works' : 'differs',
		message: `${verdict} ${remainingSentence}`,
		report: buildTable(rows, remainingSentence, day),
	};
	return [...stepItems, summaryItem];
}

/** Builds a table of the steps in Markdown, with a heading and a sentence below. */
function buildTable(rows: readonly TrialRow[], remainingSentence: string, day: string): string {
	const lines = rows.map(
		({ step, result, message }) => `| ${step} | ${result} | ${formatCell(message)} |`,
	);
	return [
		`### Account → Try Writes, ${day}`,
		'',
		'| step | result | message |',
		'| --- | --- | --- |',
		...lines,
		'',
		formatCell(remainingSentence),
	].join('\n');
}

/**
 * Formats a text as a cell of a Markdown table: on one line, without HTML or other formatting. A
 * zero-width space after each `@` keeps GitHub from notifying anybody.
 */
const formatCell = (text: string): string =>
	text
		.replace(/\s+/g, ' ')
		.replace(/[\\|`*_]/g, '\\$&')
		.replace(/</g, '&lt;')
		.replace(/@/g, '@\u200b')
		.trim();
