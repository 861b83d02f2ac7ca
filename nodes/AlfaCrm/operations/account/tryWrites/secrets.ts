const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
/**
 * Matches phone numbers of eleven digits, such as `+7(912)345-67-89`, `8 912 345 67 89` and
 * `79123456789`. The number begins with a plus and a digit, or with 7 or 8, as in Russia.
 */
const PHONE = /(?:\+\d|(?<!\d)[78])[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)/g;

/** Holds the words that must not appear in the report, because users publish reports on GitHub. */
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

	/** Replaces each secret in a text by `…`, and the host by `AlfaCRM`. */
	hide(text: string): string {
		const textWithoutHost = text.replaceAll(this.host, 'AlfaCRM');
		return hideSecrets(textWithoutHost, this.secretWords);
	}
}

/** Replaces the given words, and everything that looks like an email or a phone, by `…`. */
export function hideSecrets(text: string, words: readonly string[]): string {
	let safeText = text;
	for (const word of words) {
		// `replaceAll` with an empty word would put `…` between all characters.
		if (word !== '') safeText = safeText.replaceAll(word, '…');
	}
	return safeText.replace(EMAIL, '…').replace(PHONE, '…');
}
