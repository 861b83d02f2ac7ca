import type { FieldKind, Widget } from './kind';
import { comparedBy, several } from './kind';
import { itemsOf, parts, whole } from './lists';
import { normalizedText, isStoredText, readText, textForms } from './text';
import type { FieldBasics, OfType, Wire } from '../entities/fieldTypes';

declare module '../entities/fieldTypes' {
	interface FieldTypes {
		/** One text given for the list is several, at its commas, semicolons and line breaks, unless `split` is off. */
		texts: { split?: false };
	}
}

/** One field below the other, the first of them there at once. One that stays empty says nothing. */
export const textsWidget = ({ label }: FieldBasics): Widget => ({
	type: 'string',
	typeOptions: { multipleValues: true, multipleValueButtonText: `Add ${label}` },
	default: [''],
});

export const severalTexts = {
	...several,
	...comparedBy((_field: unknown, item) => normalizedText(item)),
	isStored: isStoredText,
	searchForms: (_field: unknown, name: string, item: Wire) => textForms(name, item),
	expected: () => 'a text or a list of texts',
	serialize: (_field: unknown, item: unknown) => (typeof item === 'boolean' ? undefined : readText(item)),
	widget: textsWidget,
	// n8n's editor for lists takes JSON only, and most have a single value.
	column: () => ({ type: 'string' as const }),
	schema: () => ({ type: 'array' as const, items: { type: 'string' as const } }),
	jsonHint: () => 'list',
};

export const texts: FieldKind<OfType<'texts'>> = {
	...severalTexts,
	items: ({ split }, value) => itemsOf(value, split === false ? whole : parts),
};
