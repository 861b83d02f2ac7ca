const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
/**
 * Matches phone numbers such as `+7(912)345-67-89`, `8 912 345 67 89` and `79123456789`, but no
 * shorter number. A Russian number begins with 7 or 8; any other needs a plus.
 */
const PHONE = /(?:\+\d|(?<!\d)[78])[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)/g;

/** Holds the words that must not appear in the report, because users publish it in an issue. */
export class Secrets {
	private readonly secretWords: string[];

	/**
	 * @param host the host of the school's AlfaCRM, which the report calls AlfaCRM
	 * @param email the email of the credential
	 */
	constructor(
		private readonly host: string,
		email: string,
	) {
		this.secretWords = [email];
	}

	/** Adds a word that `hide` replaces from now on. */
	add(word: string): void {
		this.secretWords.push(word);
	}

	/** Returns a text without the secrets: each is replaced by `…`, and the host by `AlfaCRM`. */
	hide(text: string): string {
		const textWithoutHost = text.replaceAll(this.host, 'AlfaCRM');
		return hideSecrets(textWithoutHost, this.secretWords);
	}
}

/** Replaces some words, and everything that looks like an email or a phone, by `…`. */
export function hideSecrets(text: string, words: readonly string[]): string {
	let safeText = text;
	for (const word of words) {
		// An empty word would put `…` between all characters.
		if (word !== '') safeText = safeText.replaceAll(word, '…');
	}
	return safeText.replace(EMAIL, '…').replace(PHONE, '…');
}
