/**
 * The sentence of an error about the writes of its item, for example "Nothing was saved." It is the
 * last sentence of the error's description, so that nobody repeats a write that was carried out.
 *
 * - `unsaid`: the error says nothing about writes, because it is not known what was saved, or
 *   because the item only reads.
 * - `nothingSent`: nothing was sent to AlfaCRM.
 * - `nothingSaved`: it is certain that nothing was saved.
 * - `saved`: AlfaCRM has confirmed the tasks, for example "create a customer".
 */
export type Effect =
	| { kind: 'unsaid' }
	| { kind: 'nothingSent' }
	| { kind: 'nothingSaved' }
	| { kind: 'saved'; tasks: readonly string[] };

/**
 * The parts of the description of an error. The description is worded when the error is made, and
 * worded anew if other items of the same execution were carried out.
 */
export interface DescriptionParts {
	/** Advice for the user, in whole sentences; may be empty. */
	advice: string;
	effect: Effect;
}

/** The parts by error, because n8n's classes of errors have room for one text only. */
const partsByError = new WeakMap<Error, DescriptionParts>();

/** Keeps the parts of an error's description, for `readDescriptionParts`. */
export function attachDescriptionParts<E extends Error>(error: E, parts: DescriptionParts): E {
	partsByError.set(error, parts);
	return error;
}

/**
 * Returns the parts of an error's description. All of it is advice if the error was made by n8n.
 */
export function readDescriptionParts(
	error: Error & { description?: string | null },
): DescriptionParts {
	const parts = partsByError.get(error);
	return parts ?? { advice: error.description ?? '', effect: { kind: 'unsaid' } };
}

/**
 * Puts the parts of a description together: the advice, then what was saved.
 *
 * @param isOneOfSeveral whether other items were carried out, so that "nothing" has to be limited
 * to this item
 */
export function formatDescription(
	{ advice, effect }: DescriptionParts,
	{ isOneOfSeveral = false } = {},
): string {
	return joinSentences(advice, formatEffect(effect, isOneOfSeveral));
}

/** Puts texts of whole sentences one after the other. Leaves out empty texts. */
export function joinSentences(...texts: readonly string[]): string {
	return texts
		.map((text) => text.trim())
		.filter((text) => text !== '')
		.join(' ');
}

/** Words an effect as a sentence; an empty text if the error says nothing about writes. */
function formatEffect(effect: Effect, isOneOfSeveral: boolean): string {
	const nothing = isOneOfSeveral ? 'Of this item nothing' : 'Nothing';
	switch (effect.kind) {
		case 'unsaid':
			return '';
		case 'nothingSent':
			return `${nothing} was sent to AlfaCRM.`;
		case 'nothingSaved':
			return `${nothing} was saved.`;
		case 'saved':
			return `Saved before: ${effect.tasks.join('; ')}.`;
	}
}
