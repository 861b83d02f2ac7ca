import type { IDataObject } from 'n8n-workflow';

/**
 * The result of one step of a trial. A trial is one run of *Account → Try Writes*, and each step
 * tries one write.
 *
 * - `works`: AlfaCRM confirmed the write and shows the record as it was sent.
 * - `differs`: AlfaCRM shows a record that contradicts its answer or what was sent, or the record
 *   could not be read back.
 * - `refused`: AlfaCRM refused the write and did not carry it out.
 * - `not tried`: the step was skipped, for example because there is no test lead.
 */
export type TrialResult = 'works' | 'differs' | 'refused' | 'not tried';

/** A row of the report: a step, its result, and the explanation of the result. */
export interface TrialRow {
	step: string;
	result: TrialResult;
	message: string;
}

/**
 * Builds the output of a trial: an item for each step, and a last item that sums up the steps. The
 * last item also holds a table, for users who report the result as an issue on GitHub.
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

	// TypeScript takes a copy as `IDataObject`, but not a row of the interface `TrialRow`.
	const stepItems = rows.map((row) => ({ ...row }));
	const summaryItem = {
		step: 'report',
		// `differs` also stands for refused steps here: the summary has only two results.
		result: failedRows.length === 0 ? 'works' : 'differs',
		message: `${verdict} ${remainingSentence}`,
		report: buildTable(rows, remainingSentence, day),
	};
	return [...stepItems, summaryItem];
}

/** Builds a Markdown table of the steps, with a heading above and `remainingSentence` below. */
function buildTable(rows: readonly TrialRow[], remainingSentence: string, day: string): string {
	const lines = rows.map(
		({ step, result, message }) => `| ${step} | ${result} | ${escapeMarkdown(message)} |`,
	);
	return [
		`### Account → Try Writes, ${day}`,
		'',
		'| step | result | message |',
		'| --- | --- | --- |',
		...lines,
		'',
		escapeMarkdown(remainingSentence),
	].join('\n');
}

/**
 * Escapes a text for Markdown, also inside a table: the text is on one line, and GitHub shows it
 * without formatting. A zero-width space after each `@` keeps GitHub from notifying anybody.
 */
const escapeMarkdown = (text: string): string =>
	text
		.replace(/\s+/g, ' ')
		.replace(/[\\|`*_]/g, '\\$&')
		.replace(/</g, '&lt;')
		.replace(/@/g, '@\u200b')
		.trim();
