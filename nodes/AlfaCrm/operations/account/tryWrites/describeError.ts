import { asSentence } from './judgeStep';
import type { Trial } from './trialStep';

/**
 * Matches what AlfaCRM said in the description of an error, also on several lines.
 * `api/messages.ts` writes it there, and `api/effects.ts` may add ` Saved before: …` after it, which
 * is left out.
 */
const WORDS_OF_ALFACRM = /AlfaCRM said: .*?(?= Saved before:|$)/s;

/**
 * Describes an error for the report: what went wrong and what AlfaCRM said, without host, email and
 * the like.
 */
export function describeError(
	{ item, secrets }: Pick<Trial, 'item' | 'secrets'>,
	caught: unknown,
): string {
	const { message, description } = item.asError(caught);
	const match = WORDS_OF_ALFACRM.exec(description ?? '');
	const wordsOfAlfaCrm = match?.[0] ?? '';

	const text = `${asSentence(message)} ${wordsOfAlfaCrm}`.trim();
	return secrets.hide(text);
}
