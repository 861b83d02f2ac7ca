/** A wish of the person at the controls that cannot be met; the message says why and what can. */
export class InputError extends Error {
	constructor(
		message: string,
		/** HTTP status when the wish came over HTTP. */
		readonly status = 400,
	) {
		super(message);
	}
}
