import type { IDataObject } from 'n8n-workflow';

export type TrialResult = 'works' | 'differs' | 'refused' | 'not tried';

/** The result of one step. */
export interface TrialRow {
	step: string;
	result: TrialResult;
	message: string;
}

/**
 * Writes an item for each step, and one that sums them up and holds a table for an issue.
 *
 * @param remaining the records that stay in AlfaCRM, such as `lead 501`
 * @param day `yyyy-mm-dd`
 */
export function buildReport(
	rows: readonly TrialRow[],
	remaining: readonly string[],
	day: string,
): IDataObject[] {
	const wrongCount = rows.filter(
		({ result }) => result === 'differs' || result === 'refused',
	).length;
	const triedCount = rows.filter(({ result }) => result !== 'not tried').length;
	const verdict =
		wrongCount === 0
			? `All ${triedCount} steps that were tried work.`
			: `Steps that differ or were refused: ${wrongCount} of ${triedCount}.`;
	const remainder =
		remaining.length === 0
			? 'Nothing stays in AlfaCRM.'
			: `This stays in AlfaCRM: ${remaining.join('; ')}.`;

	const summary = {
		step: 'report',
		result: wrongCount === 0 ? 'works' : 'differs',
		message: `${verdict} ${remainder}`,
		report: buildTable(rows, remainder, day),
	};
	return [...rows.map((row) => ({ ...row })), summary];
}

/** Writes the table in Markdown. */
function buildTable(rows: readonly TrialRow[], remainder: string, day: string): string {
	return [
		`### Account → Try Writes, ${day}`,
		'',
		'| step | result | message |',
		'| --- | --- | --- |',
		...rows.map(({ step, result, message }) => `| ${step} | ${result} | ${formatCell(message)} |`),
		'',
		formatCell(remainder),
	].join('\n');
}

/**
 * Writes a text as a cell of a Markdown table: on one line, without HTML, and so that GitHub
 * notifies nobody.
 */
const formatCell = (text: string): string =>
	text
		.replace(/\s+/g, ' ')
		.replace(/[\\|`*_]/g, '\\$&')
		.replace(/</g, '&lt;')
		.replace(/@/g, '@\u200b')
		.trim();
