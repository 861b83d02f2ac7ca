import type { Json } from './json';

/** One answer of the API, ready to be sent. */
export interface ApiResponse {
	status: number;
	body: Json;
	headers?: Record<string, string>;
}

const names: Record<number, string> = {
	400: 'Bad Request',
	401: 'Unauthorized',
	403: 'Forbidden',
	404: 'Not Found',
	405: 'Method Not Allowed',
	422: 'Data Validation Failed',
	429: 'Too Many Requests',
	500: 'Internal Server Error',
	502: 'Bad Gateway',
	503: 'Service Unavailable',
	504: 'Gateway Timeout',
};

/** Yii names its exception classes after most statuses and uses the general one for the others. */
const classes: Record<number, string> = {
	400: 'BadRequestHttpException',
	401: 'UnauthorizedHttpException',
	403: 'ForbiddenHttpException',
	404: 'NotFoundHttpException',
	405: 'MethodNotAllowedHttpException',
	422: 'UnprocessableEntityHttpException',
	429: 'TooManyRequestsHttpException',
	500: 'ServerErrorHttpException',
};

/** The words that HTTP has for a status. */
export const statusName = (status: number): string => names[status] ?? 'Error';

/** The body in which Yii reports any exception. */
export function errorBody(status: number, message: string): Json {
	return {
		name: statusName(status),
		message,
		code: 0,
		status,
		type: `yii\\web\\${classes[status] ?? 'HttpException'}`,
	};
}

/** Ends the handling of a call with a Yii error answer. */
export class HttpError extends Error {
	constructor(
		readonly status: number,
		message: string,
		readonly headers?: Record<string, string>,
		/** HTTP status, if it is not the one that the body tells. */
		readonly httpStatus = status,
	) {
		super(message);
	}

	toResponse(): ApiResponse {
		return { status: this.httpStatus, body: errorBody(this.status, this.message), headers: this.headers };
	}
}
