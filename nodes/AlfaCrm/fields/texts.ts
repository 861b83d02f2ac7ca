import type { FieldKind, Widget } from './kind';
import { comparedBy, several } from './kind';
import { itemsOf, parts, whole } from './lists';
import { foldedText, readText } from './text';
import type { FieldBasics, OfType } from './types';

/** One field below the other. */
export const textsWidget = ({ label }: FieldBasics): Widget => ({
	type: 'string',
	typeOptions: { multipleValues: true, multipleValueButtonText: `Add ${label}` },
	default: [],
});

export const texts: FieldKind<OfType<'texts'>> = {
	...several,
	...comparedBy((_field, item) => foldedText(item)),
	items: ({ split }, value) => itemsOf(value, split === false ? whole : parts),
	expected: () => 'a text or a list of texts',
	read: (_field, item) => (typeof item === 'boolean' ? undefined : readText(item)),
	widget: textsWidget,
	// n8n's editor for lists takes JSON only, and most have a single value.
	column: () => ({ type: 'string' }),
	schema: () => ({ type: 'array', items: { type: 'string' } }),
	inJson: () => 'list',
};
