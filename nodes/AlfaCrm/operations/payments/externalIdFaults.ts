/**
 * Finds faults of external IDs. An ID that many payments share is worse than none: the second
 * payment would be mistaken for the first and not be saved, so its money would silently be lost.
 *
 * Most faults come from an expression such as "inv-{{ $json.number }}" that finds no number, so
 * that only the prefix is left.
 */

import { hasRounded, isUnfilled } from '../../fields/unreadable';
import { isGenerated } from './generatedId';

/**
 * Checks an external ID. For a faulty one, returns the end of a sentence that begins with "It
 * must", such as "not end with a separator". Returns undefined for a good ID.
 */
export function findIdFault(id: string): string | undefined {
	if (SQUARE_BRACKET.test(id)) {
		return "contain no square brackets, since the payment's note stores it inside them";
	}
	// An unfilled placeholder, such as `{{id}}` or `%id%`.
	if (PLACEHOLDER.test(id)) return 'hold no expression that was not filled';
	// Such as `#N/A`.
	if (SHEET_ERROR.test(id)) return 'hold no error of a sheet';
	// A generated ID may contain no digits and end in a dash, so it is exempt from the remaining
	// checks. A word such as "undefined" is a fault even in an ID that looks generated.
	if (isGenerated(id) && !LOST_VALUE.test(id)) return undefined;

	if (!DIGIT_OTHER_THAN_ZERO.test(id)) return 'hold a digit other than 0';
	// A spreadsheet shows long numbers as 7,90056E+10, so different numbers become the same text.
	if (hasRounded(id)) return 'hold no number that a sheet has rounded';
	if (LOST_VALUE.test(id)) return 'hold a number in place of "undefined", "null" or "NaN"';
	// A year without its number, such as `inv-2026-0`, `-2026`, `inv-2026-` or `inv--2026`.
	if (LOST_NUMBER.test(id)) return 'hold a number in place of the 0 at its end';
	if (LOST_BEGINNING.test(id)) return 'not begin with a separator';
	if (FINAL_SEPARATOR.test(id)) return 'not end with a separator';
	if (isUnfilled(id)) return 'hold a number in place of "___"';
	if (DOUBLE_DASH.test(id)) return 'have its number between the dashes';
	return undefined;
}

const SQUARE_BRACKET = /[[\]]/;

/**
 * A placeholder of a template that nobody filled: `{{id}}`, `${id}`, `<id>`, `%id%`. The Message-ID
 * of a mail, `<CAH+ab12@mail.gmail.com>`, has the brackets too but is a good ID.
 */
const PLACEHOLDER = /\{\{|\}\}|\$\{|<\s*[\p{L}_][^<>@]*>|%[\p{L}_]+%/u;

/**
 * An error that Excel and Google Sheets show in place of a value, in English and in Russian:
 * `#N/A`, `#ССЫЛКА!`.
 */
const SHEET_ERROR =
	/#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|ERROR!|SPILL!|CALC!|Н\/Д|ССЫЛКА!|ЗНАЧ!|ИМЯ\?|ДЕЛ\/0!|ЧИСЛО!|ПУСТО!|ОШИБКА!)/iu;

/**
 * A word that an expression leaves in place of a value that it does not find: `inv-undefined-3`,
 * `null.2026-02`.
 */
const LOST_VALUE = /(?<![\p{L}\p{N}])(?:undefined|null|nan)(?![\p{L}\p{N}])/iu;

/** Any number character except 0. */
const DIGIT_OTHER_THAN_ZERO = /(?!0)\p{N}/u;

/**
 * A separator at the beginning, followed only by a year, or by a year and a month: `-2026`,
 * `/2026-02`. The text in front of it was lost. Another number behind the separator, as in `-500`,
 * may be the ID itself.
 */
const LOST_BEGINNING = /^[\p{Pd}\u2212_/.:]20\d\d(?:[-_/.](?:0?[1-9]|1[0-2]))?$/u;

/**
 * A separator that no number follows: `inv-2026-`, `order_2026_`, `№`. U+2212 is the minus sign.
 */
const FINAL_SEPARATOR = /[\p{Pd}\u2212:№_#/]$/u;

/**
 * A zero in place of the number, behind words and a year or month: `inv-2026-0`, `2026-02-0`.
 * `order-17-0` keeps its number.
 */
const LOST_NUMBER = /^(?:\p{L}+[-_/])*20\d\d(?:[-_/](?:0?[1-9]|1[0-2]))?[-_/]0+$/u;

/** Two dashes between which an expression has left nothing: `inv--2026`. */
const DOUBLE_DASH = /\p{Pd}{2}/u;
