/** What a sheet makes of a long number, such as 7,90056E+10: most of its digits are gone, and many numbers look like it. */
export const ROUNDED = /\d+(?:[.,]\d+)?E\+\d{1,3}(?!\d)/gi;

/** Whether a number in a text was rounded, so that nobody can know which one it was. */
export const hasRounded = (text: string): boolean => text.search(ROUNDED) >= 0;

/** Whether a text is nothing but such a number. */
export const isRounded = (text: string): boolean =>
	hasRounded(text) && text.replace(ROUNDED, '').trim() === '';
