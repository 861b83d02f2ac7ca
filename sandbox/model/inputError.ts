/** Input to the sandbox itself, not to the API it plays, that is wrong; the message says why and what is right. */
export class InputError extends Error {
	constructor(
		message: string,
		/** HTTP status when the input came over HTTP. */
		readonly status = 400,
	) {
		super(message);
	}
}
