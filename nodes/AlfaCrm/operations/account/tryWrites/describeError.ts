import { asSentence } from './judgeStep';
import type { Trial } from './trialStep';

/**
 * Finds what AlfaCRM said in the description of an error. After that, the description may go on
 * with ` Saved before: …`, which is left out.
 */
const WORDS_OF_ALFACRM = /AlfaCRM said: .*?(?= Saved before:|$)/;

/** Writes what went wrong and what AlfaCRM said, without host, email and the like. */
export function describeError(
	{ item, secrets }: Pick<Trial, 'item' | 'secrets'>,
	caught: unknown,
): string {
	const { message, description } = item.asError(caught);
	const [words = ''] = WORDS_OF_ALFACRM.exec(description ?? '') ?? [];
	return secrets.hide(`${asSentence(message)} ${words}`.trim());
}
