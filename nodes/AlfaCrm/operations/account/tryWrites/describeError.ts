import { asSentence } from './judgeStep';
import type { Trial } from './trialStep';

/** Finds AlfaCRM's own words in the description of an error, which may end with what was saved. */
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
