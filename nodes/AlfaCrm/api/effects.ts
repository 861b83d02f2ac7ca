/**
 * An effect is what an error says about the writes of its item, for example "Nothing was saved." It
 * ends the error's description, so that the user does not repeat a write that was carried out.
 *
 * - `unsaid`: the error says nothing about writes. Either nobody knows what was saved, or the item
 *   only reads.
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
 * The parts of an error's description. The description is put together from its parts when the
 * error is made, and again if other items of the same execution were carried out.
 */
export interface DescriptionParts {
	/** Advice for the user, in whole sentences; an empty text if there is none. */
	advice: string;
	effect: Effect;
}

/** The parts by error. They are kept here because n8n's errors have only one text for them. */
const partsByError = new WeakMap<Error, DescriptionParts>();

/** Keeps the parts of an error's description, for `readDescriptionParts`. */
export function attachDescriptionParts<MarkedError extends Error>(
	error: MarkedError,
	parts: DescriptionParts,
): MarkedError {
	partsByError.set(error, parts);
	return error;
}

/**
 * Returns the parts of an error's description. The whole description of an error that n8n made
 * counts as advice.
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
 * @param wereOtherItemsCarriedOut whether other items of the same execution were carried out. Then
 * the sentence says "Of this item nothing was saved" in place of "Nothing was saved".
 */
export function formatDescription(
	{ advice, effect }: DescriptionParts,
	{ wereOtherItemsCarriedOut = false } = {},
): string {
	return joinSentences(advice, formatEffect(effect, wereOtherItemsCarriedOut));
}

/** Joins texts, each of whole sentences, with spaces. Leaves out empty texts. */
export function joinSentences(...texts: readonly string[]): string {
	return texts
		.map((text) => text.trim())
		.filter((text) => text !== '')
		.join(' ');
}

/**
 * Writes the sentence that says what was saved, such as "Nothing was saved." Beside other input
 * items that were carried out, it says "Of this item nothing was saved."
 */
function formatEffect(effect: Effect, wereOtherItemsCarriedOut: boolean): string {
	const nothing = wereOtherItemsCarriedOut ? 'Of this item nothing' : 'Nothing';
	switch (effect.kind) {
		// The error says nothing about writes.
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
