import type { TrialResult, TrialRow } from './trialReport';
import type { ReadBack, WriteAnswer } from './trialStep';

/** Judges a step by how AlfaCRM answered and by what it shows afterwards. */
export function judgeStep(stepName: string, answer: WriteAnswer, readBack: ReadBack): TrialRow {
	const { isDone, shownInstead = 'does not show it', problems = [] } = readBack;

	if (answer.outcome === 'refused') {
		if (!isDone) return makeRow(stepName, 'refused', [answer.refusal, ...problems]);

		const contradiction = 'AlfaCRM did it without confirming it';
		return makeRow(stepName, 'differs', [contradiction, answer.refusal, ...problems]);
	}

	if (!isDone) {
		const contradiction = `AlfaCRM confirmed it, but ${shownInstead}`;
		return makeRow(stepName, 'differs', [contradiction, ...problems]);
	}

	const result = problems.length === 0 ? 'works' : 'differs';
	return makeRow(stepName, result, problems);
}

/**
 * Judges a step after which nothing could be read. If AlfaCRM confirmed the write, that counts as a
 * difference: nothing shows that the write was carried out.
 */
export function judgeUnreadStep(
	stepName: string,
	answer: WriteAnswer,
	readError: string,
): TrialRow {
	const unread = `It cannot be read back: ${readError}`;
	if (answer.outcome === 'refused') return makeRow(stepName, 'refused', [answer.refusal, unread]);
	return makeRow(stepName, 'differs', [unread]);
}

/**
 * Makes the row of a step in the report.
 *
 * @param sentences make up the message; with or without a full stop
 */
export function makeRow(
	stepName: string,
	result: TrialResult,
	sentences: readonly string[],
): TrialRow {
	const filledSentences = sentences.filter((sentence) => sentence !== '');
	const message = filledSentences.map(asSentence).join(' ');
	return { step: stepName, result, message };
}

/** Adds a full stop, unless the text ends like a sentence. */
export const asSentence = (text: string): string => text.replace(/[^.!?…]$/, '$&.');
