const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
/** Matches `+7(912)345-67-89`, `8 912 345 67 89` and `79123456789`, but no shorter number. */
const PHONE = /(?:\+\d|(?<!\d)[78])[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)/g;

/** Keeps words that must not stand in the report, which users publish in an issue. */
export class Secrets {
	private readonly words: string[];

	/**
	 * @param host the host of the school's AlfaCRM, which the report calls AlfaCRM
	 * @param email the email of the credential
	 */
	constructor(
		private readonly host: string,
		email: string,
	) {
		this.words = [email];
	}

	add(word: string): void {
		this.words.push(word);
	}

	/** Takes the secrets out of a text. */
	hide(text: string): string {
		return hideSecrets(text.replaceAll(this.host, 'AlfaCRM'), this.words);
	}
}

/** Puts `…` in place of these words, and of whatever looks like an email or a phone. */
export function hideSecrets(text: string, words: readonly string[]): string {
	let hidden = text;
	for (const word of words.filter((secret) => secret !== '')) {
		hidden = hidden.replaceAll(word, '…');
	}
	return hidden.replace(EMAIL, '…').replace(PHONE, '…');
}
