import type { TrialResult, TrialRow } from './trialReport';
import type { ReadBack, WriteAnswer } from './trialStep';

/**
 * Judges a step of the trial: compares AlfaCRM's answer to the write with what AlfaCRM shows after
 * the write. Returns the row of the step in the report.
 */
export function judgeStep(stepName: string, answer: WriteAnswer, readBack: ReadBack): TrialRow {
	const { isCarriedOut, contradiction = 'does not show it', problems = [] } = readBack;

	if (answer.outcome === 'refused') {
		if (!isCarriedOut) return makeRow(stepName, 'refused', [answer.refusal, ...problems]);

		const verdict = 'AlfaCRM did it without confirming it';
		return makeRow(stepName, 'differs', [verdict, answer.refusal, ...problems]);
	}

	if (!isCarriedOut) {
		const verdict = `AlfaCRM confirmed it, but ${contradiction}`;
		return makeRow(stepName, 'differs', [verdict, ...problems]);
	}

	const result = problems.length === 0 ? 'works' : 'differs';
	return makeRow(stepName, result, problems);
}

/**
 * Judges a step whose record could not be read back. A confirmed write is then reported as
 * `differs`, because nothing shows that AlfaCRM has carried it out.
 */
export function judgeUnreadStep(
	stepName: string,
	answer: WriteAnswer,
	readError: string,
): TrialRow {
	const readFailure = `It cannot be read back: ${readError}`;
	if (answer.outcome === 'refused') {
		return makeRow(stepName, 'refused', [answer.refusal, readFailure]);
	}
	return makeRow(stepName, 'differs', [readFailure]);
}

/**
 * Makes the row of a step in the report.
 *
 * @param sentences the sentences of the message. An empty text is left out, and a missing full stop
 * is added.
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

/** Adds a full stop, unless the text ends with a full stop or another sign that ends a sentence. */
export const asSentence = (text: string): string => text.replace(/[^.!?…]$/, '$&.');
