import type { IDataObject } from 'n8n-workflow';

export type TrialResult = 'works' | 'differs' | 'refused' | 'not tried';

/** What came of one write. */
export interface TrialRow {
	step: string;
	result: TrialResult;
	message: string;
}

const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const PHONE = /(?:\+\d|(?<!\d)[78])[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)/g;

/** Words of AlfaCRM without what is nobody's business: these, and what looks like an email or a phone. */
export const veiled = (words: string, secrets: readonly string[]): string =>
	secrets
		.filter((secret) => secret !== '')
		.reduce((text, secret) => text.replaceAll(secret, '…'), words)
		.replace(EMAIL, '…')
		.replace(PHONE, '…');

/** A text as a cell of a Markdown table holds it: one line, no HTML, no mention of anybody on GitHub. */
const cell = (text: string): string =>
	text
		.replace(/\s+/g, ' ')
		.replace(/[\\|`*_]/g, '\\$&')
		.replace(/</g, '&lt;')
		.replace(/@/g, '@\u200b')
		.trim();

/** The table for an issue of the repository; nothing in it can be read by the node itself but what it tried. */
function tableOf(rows: readonly TrialRow[], left: string, day: string): string {
	return [
		`### Account → Try Writes, ${day}`,
		'',
		'| step | result | message |',
		'| --- | --- | --- |',
		...rows.map(({ step, result, message }) => `| ${step} | ${result} | ${cell(message)} |`),
		'',
		cell(left),
	].join('\n');
}

/**
 * One item for each step, and one for all of them.
 *
 * @param left what stays in AlfaCRM
 */
export function trialItems(rows: readonly TrialRow[], left: readonly string[], day: string): IDataObject[] {
	const count = (wanted: TrialResult) => rows.filter(({ result }) => result === wanted).length;
	const wrong = count('differs') + count('refused');
	const tried = rows.length - count('not tried');
	const stays =
		left.length === 0 ? 'Nothing stays in AlfaCRM.' : `This stays in AlfaCRM: ${left.join('; ')}.`;
	const told =
		wrong === 0
			? `All ${tried} steps that were tried work.`
			: `Steps that differ or were refused: ${wrong} of ${tried}.`;
	return [
		...rows.map((row) => ({ ...row })),
		{
			...{ step: 'report', result: wrong === 0 ? 'works' : 'differs', message: `${told} ${stays}` },
			report: tableOf(rows, stays, day),
		},
	];
}
