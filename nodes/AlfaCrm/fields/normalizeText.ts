/** Characters that nobody sees, such as a soft hyphen or the marks of a writing direction. */
const UNSEEN = /\p{Cf}/gu;

/**
 * A text for comparing: capital or small letters, blanks, the dots of a Russian letter and how Unicode composes it make
 * no difference.
 */
export function normalizeText(text: string): string {
	return withoutInvisible(text)
		.normalize('NFC')
		.toLowerCase()
		.normalize('NFC')
		.replace(/\s+/g, ' ')
		.trim()
		.replace(/ё/g, 'е');
}

export const withoutInvisible = (text: string): string => text.replace(UNSEEN, '');
