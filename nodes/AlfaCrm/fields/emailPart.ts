import { addressWords } from './emails';
import { normalizeText } from './normalizeText';
import type { FieldKind } from './kind';
import { comparedBy, single } from './kind';
import { normalizedText, readText } from './text';
import type { OfType } from '../entities/fieldTypes';

declare module '../entities/fieldTypes' {
	interface FieldTypes {
		/** An address of email, or a part of one, to search with. */
		emailPart: Nothing;
	}
}

/** No row holds two addresses in one. */
function onePart(item: unknown): string | undefined {
	const written = readText(item);
	const [address, ...others] = addressWords(written ?? '');
	return others.length > 0 ? undefined : (address ?? written);
}

const WHOLE = /^[^@]+@[^@]+\.\p{L}{2,}$/u;
const GOES_ON_BEFORE = /[\p{L}\d._+-]$/u;
const GOES_ON_AFTER = /^(?:[\p{L}\d-]|\.\p{L})/u;

/** Whether a row holds the address that is looked for, which another one may end with, or else has the part of one. */
export function holdsEmail(held: unknown, wanted: unknown): boolean {
	const text = normalizeText(String(wanted));
	const [first, ...others] = normalizeText(String(held)).split(text);
	if (!WHOLE.test(text)) return others.length > 0;
	return others.some((after, index) => {
		const before = index === 0 ? first : others[index - 1];
		return !GOES_ON_BEFORE.test(before) && !GOES_ON_AFTER.test(after);
	});
}

/** What a list of people is searched with: one address, also behind a name, or a part of one. */
export const emailPart: FieldKind<OfType<'emailPart'>> = {
	...single,
	...comparedBy((_field: unknown, item) => normalizedText(onePart(item))),
	expected: () => 'one email address, or a part of one',
	serialize: (_field, item) => onePart(item),
	widget: () => ({ type: 'string', default: '' }),
	column: () => ({ type: 'string' }),
	schema: () => ({ type: 'string' }),
	jsonHint: () => '',
};
