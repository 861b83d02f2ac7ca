/**
 * Refuses external IDs that many payments would share. Payments with one external ID count as the
 * same payment, so the second payment would not be saved and its money would be lost without an
 * error.
 *
 * Most faulty IDs come from an expression such as "inv-{{ $json.number }}". If it finds no number,
 * only the prefix "inv-" is left.
 */

import { hasRounded, isUnfilled } from '../../fields/unreadable';
import { isGenerated } from './generatedId';

/**
 * Finds the first requirement that an external ID does not meet. Returns the requirement without
 * its beginning "It must", such as "not end with a separator"; undefined if the ID is good.
 */
export function findUnmetRequirement(id: string): string | undefined {
	if (SQUARE_BRACKET.test(id)) {
		return "contain no square brackets, since the payment's note stores it inside them";
	}
	if (PLACEHOLDER.test(id)) return 'hold no expression that was not filled';
	if (SHEET_ERROR.test(id)) return 'hold no error of a sheet';

	// A good ID that a program has generated can lack digits and end in a dash, so the other
	// requirements do not apply to it. "undefined" is a fault in any ID.
	const hasWordForNoValue = WORD_FOR_NO_VALUE.test(id);
	if (isGenerated(id) && !hasWordForNoValue) return undefined;

	if (!DIGIT_OTHER_THAN_ZERO.test(id)) return 'hold a digit other than 0';
	// A spreadsheet shows different long numbers alike, such as 7,90056E+10.
	if (hasRounded(id)) return 'hold no number that a sheet has rounded';
	if (hasWordForNoValue) return 'hold a number in place of "undefined", "null" or "NaN"';
	if (ZERO_FOR_NUMBER.test(id)) return 'hold a number in place of the 0 at its end';
	if (SEPARATOR_AND_YEAR.test(id)) return 'not begin with a separator';
	if (FINAL_SEPARATOR.test(id)) return 'not end with a separator';
	// `isUnfilled` also finds other faults, but all of them were refused above.
	const hasEmptyMask = isUnfilled(id);
	if (hasEmptyMask) return 'hold a number in place of "___"';
	if (TWO_DASHES.test(id)) return 'have its number between the dashes';
	return undefined;
}

// ---------------------------------------------------------------- patterns, in the order of the checks

const SQUARE_BRACKET = /[[\]]/;

/**
 * A placeholder of a template that nobody has filled: `{{id}}`, `${id}`, `<id>`, `%id%`. An ID in
 * angle brackets that contains an `@` is no placeholder but the Message-ID of an email, which is a
 * good ID.
 */
const PLACEHOLDER = /\{\{|\}\}|\$\{|<\s*[\p{L}_][^<>@]*>|%[\p{L}_]+%/u;

/**
 * An error that Excel or Google Sheets shows instead of a value, in English or in Russian: `#N/A`,
 * `#ССЫЛКА!`.
 */
const SHEET_ERROR =
	/#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|ERROR!|SPILL!|CALC!|Н\/Д|ССЫЛКА!|ЗНАЧ!|ИМЯ\?|ДЕЛ\/0!|ЧИСЛО!|ПУСТО!|ОШИБКА!)/iu;

/**
 * A word that an expression writes if it finds no value: `inv-undefined-3`, `null.2026-02`. A part
 * of a longer word, as in `nanosoft-3`, does not count.
 */
const WORD_FOR_NO_VALUE = /(?<![\p{L}\p{N}])(?:undefined|null|nan)(?![\p{L}\p{N}])/iu;

/** A digit of any script except 0. */
const DIGIT_OTHER_THAN_ZERO = /(?!0)\p{N}/u;

/**
 * A zero after a year, or after a year and a month, where the number of the payment should be:
 * `inv-2026-0`, `2026-02-0`. `order-17-0` does not match, because 17 can be the number.
 */
const ZERO_FOR_NUMBER = /^(?:\p{L}+[-_/])*20\d\d(?:[-_/](?:0?[1-9]|1[0-2]))?[-_/]0+$/u;

/**
 * A separator with nothing after it but a year, or a year and a month: `-2026`, `/2026-02`. The
 * text before the separator is missing. `-500` does not match, because 500 can be the number.
 *
 * U+2212 is the minus sign, which is not among the dashes `\p{Pd}`.
 */
const SEPARATOR_AND_YEAR = /^[\p{Pd}\u2212_/.:]20\d\d(?:[-_/.](?:0?[1-9]|1[0-2]))?$/u;

/** A separator at the end, with no number after it: `inv-2026-`, `order_2026_`, `№`. */
const FINAL_SEPARATOR = /[\p{Pd}\u2212:№_#/]$/u;

/** Two dashes in a row. The expression between them has found no value: `inv--2026`. */
const TWO_DASHES = /\p{Pd}{2}/u;
