import type { TrialResult, TrialRow } from './trialReport';
import type { ReadBack, WriteAnswer } from './trialStep';

/** Judges a step by how AlfaCRM answered and by what it shows afterwards. */
export function judgeStep(stepName: string, answer: WriteAnswer, readBack: ReadBack): TrialRow {
	const { isDone, shownInstead = 'does not show it', problems = [] } = readBack;
	if (answer.outcome === 'refused') {
		return isDone
			? makeRow(stepName, 'differs', [
					'AlfaCRM did it without confirming it',
					answer.refusal,
					...problems,
				])
			: makeRow(stepName, 'refused', [answer.refusal, ...problems]);
	}
	if (!isDone) {
		return makeRow(stepName, 'differs', [`AlfaCRM confirmed it, but ${shownInstead}`, ...problems]);
	}
	return makeRow(stepName, problems.length === 0 ? 'works' : 'differs', problems);
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
	return answer.outcome === 'refused'
		? makeRow(stepName, 'refused', [answer.refusal, unread])
		: makeRow(stepName, 'differs', [unread]);
}

/** @param sentences with or without a full stop */
export function makeRow(
	stepName: string,
	result: TrialResult,
	sentences: readonly string[],
): TrialRow {
	const message = sentences
		.filter((sentence) => sentence !== '')
		.map(asSentence)
		.join(' ');
	return { step: stepName, result, message };
}

/** Adds a full stop, unless the text ends like a sentence. */
export const asSentence = (text: string): string => text.replace(/[^.!?…]$/, '$&.');
