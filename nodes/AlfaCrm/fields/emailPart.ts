import { addressWords } from './emails';
import type { FieldKind } from './kind';
import { comparedBy, single } from './kind';
import { foldedText, readText } from './text';
import type { OfType } from './types';

/** What a list of people is searched with: one address, also behind a name, or a part of one. */
export const emailPart: FieldKind<OfType<'emailPart'>> = {
	...single,
	...comparedBy((_field: unknown, item) => foldedText(item)),
	expected: () => 'one email address, or a part of one',
	read: (_field, item) => {
		const written = readText(item);
		// No row holds two addresses in one.
		const [address, ...others] = addressWords(written ?? '');
		return others.length > 0 ? undefined : (address ?? written);
	},
	widget: () => ({ type: 'string', default: '' }),
	column: () => ({ type: 'string' }),
	schema: () => ({ type: 'string' }),
	inJson: () => '',
};
