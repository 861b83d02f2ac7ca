import type { IDataObject } from 'n8n-workflow';

import { ResponseError, fieldMessages, isPage } from './errors';

export type ApiResponse = IDataObject | IDataObject[];

const NO: unknown[] = [false, 0, '0', 'false'];

/** Finds the failures that come with HTTP 200. */
export function assertSuccess(answer: unknown): ApiResponse {
	if (typeof answer !== 'object' || answer === null) {
		const serverMessage = isPage(answer)
			? 'answered with a web page'
			: 'sent an answer that is not complete JSON';
		throw new ResponseError({ kind: 'notJson', serverMessage });
	}
	if (Array.isArray(answer)) return answer as IDataObject[];

	const { success, errors, message, status, code } = answer as IDataObject;
	const fields = fieldMessages(errors);
	if (NO.includes(success) || fields !== undefined) {
		const serverMessage = typeof message === 'string' ? message : undefined;
		throw new ResponseError({
			kind: 'refusal',
			fields,
			serverMessage,
			...(success === true && { isContradictory: true }),
		});
	}
	const yiiStatus = [status, code].map(Number).find((number) => number >= 400 && number < 600);
	if (success === undefined && typeof message === 'string' && yiiStatus !== undefined) {
		throw new ResponseError({ kind: 'status', status: yiiStatus, serverMessage: message });
	}
	return answer as IDataObject;
}
