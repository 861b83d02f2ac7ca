/**
 * The effect of an item is the part of an error that tells about the writes of its item, for
 * example "Nothing was saved." It is the last sentence of the error's description, so that nobody
 * repeats a write that was carried out.
 *
 * The sentence is worded when the error is made, and worded anew if other items of the same
 * execution were carried out. n8n's classes of errors have one text only, so the parts of that text
 * are kept here, by the error.
 */
export type Effect =
	/**
	 * The error says nothing about writes: it may not be known what was saved, or the item only
	 * reads.
	 */
	| { kind: 'unsaid' }
	| { kind: 'nothingSent' }
	| { kind: 'nothingSaved' }
	/** AlfaCRM has confirmed these tasks, for example "create a customer". */
	| { kind: 'saved'; tasks: readonly string[] };

/** The parts of the description of an error. */
export interface DescriptionParts {
	/** Advice for the user, in whole sentences; may be empty. */
	advice: string;
	effect: Effect;
}

const partsByError = new WeakMap<Error, DescriptionParts>();

/** Keeps the parts of an error's description, for `descriptionParts`. */
export function keepDescriptionParts<E extends Error>(error: E, parts: DescriptionParts): E {
	partsByError.set(error, parts);
	return error;
}

/**
 * Returns the parts of an error's description. All of it is advice if the error was made by n8n.
 */
export function descriptionParts(error: Error & { description?: string | null }): DescriptionParts {
	const parts = partsByError.get(error);
	return parts ?? { advice: error.description ?? '', effect: { kind: 'unsaid' } };
}

/**
 * Words a description.
 *
 * @param isOneOfSeveral whether other items were carried out, so that "nothing" has to be limited
 * to this item
 */
export function wordDescription(
	{ advice, effect }: DescriptionParts,
	{ isOneOfSeveral = false } = {},
): string {
	return joinSentences(advice, effectSentence(effect, isOneOfSeveral));
}

/** Puts texts of whole sentences one after the other, without those that are empty. */
export function joinSentences(...texts: readonly string[]): string {
	return texts
		.map((text) => text.trim())
		.filter((text) => text !== '')
		.join(' ');
}

function effectSentence(effect: Effect, isOneOfSeveral: boolean): string {
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
