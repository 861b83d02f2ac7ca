import { asSentence } from './judgeStep';
import type { Trial } from './trialStep';

/**
 * Matches the part of an error's description that quotes AlfaCRM: `AlfaCRM said: …`, which
 * `api/messages.ts` writes. The quotation may have several lines. The match ends before ` Saved
 * before: …`, which `api/effects.ts` may add.
 */
const WORDS_OF_ALFACRM = /AlfaCRM said: .*?(?= Saved before:|$)/s;

/**
 * Describes an error for the report: what went wrong, and what AlfaCRM said about it. Leaves out
 * the secrets, such as the host and the email.
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
