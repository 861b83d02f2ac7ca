/**
 * Reports wrong input to the sandbox itself, such as an unknown setting. Errors of the API that it
 * imitates are `HttpError`s. The message says what would be right.
 */
export class InputError extends Error {
	constructor(
		message: string,
		/** The HTTP status of the answer, if the input came over HTTP. */
		readonly status = 400,
	) {
		super(message);
	}
}
