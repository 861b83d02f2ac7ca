import type { IDataObject } from 'n8n-workflow';

import { AnswerError, fieldMessages, isPage } from './errors';

export type Answer = IDataObject | IDataObject[];

const NO: unknown[] = [false, 0, '0', 'false'];

/** Finds the failures that come with HTTP 200. */
export function checked(answer: unknown): Answer {
	if (typeof answer !== 'object' || answer === null) {
		const words = isPage(answer) ? 'answered with a web page' : 'sent an answer that is not complete JSON';
		throw new AnswerError({ kind: 'notJson', words });
	}
	if (Array.isArray(answer)) return answer as IDataObject[];

	const { success, errors, message, status, code } = answer as IDataObject;
	const fields = fieldMessages(errors);
	if (NO.includes(success) || fields !== undefined) {
		const words = typeof message === 'string' ? message : undefined;
		throw new AnswerError({
			kind: 'refusal',
			fields,
			words,
			...(success === true && { isContradictory: true }),
		});
	}
	const yiiStatus = [status, code].map(Number).find((number) => number >= 400 && number < 600);
	if (success === undefined && typeof message === 'string' && yiiStatus !== undefined) {
		throw new AnswerError({ kind: 'status', status: yiiStatus, words: message });
	}
	return answer as IDataObject;
}
