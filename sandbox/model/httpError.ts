import type { Json } from './json';

/** An answer of the API. */
export interface ApiResponse {
	status: number;
	body: Json;
	headers?: Record<string, string>;
}

const statusNames: Record<number, string> = {
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

/** The exception classes of Yii, AlfaCRM's framework. Other statuses have its general `HttpException`. */
const exceptionClasses: Record<number, string> = {
	400: 'BadRequestHttpException',
	401: 'UnauthorizedHttpException',
	403: 'ForbiddenHttpException',
	404: 'NotFoundHttpException',
	405: 'MethodNotAllowedHttpException',
	422: 'UnprocessableEntityHttpException',
	429: 'TooManyRequestsHttpException',
	500: 'ServerErrorHttpException',
};

/** Returns the name that HTTP gives to a status, such as "Not Found". */
export function statusName(status: number): string {
	return statusNames[status] ?? 'Error';
}

/** Makes the body in which Yii reports an exception. */
export function errorBody(status: number, message: string): Json {
	return {
		name: statusName(status),
		message,
		code: 0,
		status,
		type: `yii\\web\\${exceptionClasses[status] ?? 'HttpException'}`,
	};
}

/** Stops the handling of a call. The server answers with the error, as Yii does. */
export class HttpError extends Error {
	constructor(
		readonly status: number,
		message: string,
		readonly headers?: Record<string, string>,
		/** The HTTP status, which may differ from the status in the body. */
		readonly httpStatus = status,
	) {
		super(message);
	}

	toResponse(): ApiResponse {
		return {
			status: this.httpStatus,
			body: errorBody(this.status, this.message),
			headers: this.headers,
		};
	}
}
