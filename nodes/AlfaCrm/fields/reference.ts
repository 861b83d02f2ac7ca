import { entityOf } from '../entities/registry';
import { oneRecord, severalRecords } from './id';
import type { FieldKind } from './kind';
import { loadedFrom, picker } from './picker';
import type { OfType } from '../entities/fieldTypes';

declare module '../entities/fieldTypes' {
	interface FieldTypes {
		/** One record, or several, of another entity, picked from a dropdown. For short lists. */
		reference: { entity: string };
		references: { entity: string };
		/** One record of another entity, searched for. For long lists. */
		record: { entity: string };
	}
}

const EXPRESSION = 'using an <a href="https://docs.n8n.io/code/expressions/">expression</a>';

const withHint = (description: string | undefined, hint: string): string =>
	description ? `${description.replace(/\.$/, '')}. ${hint}.` : hint;

export const reference: FieldKind<OfType<'reference'>> = {
	...oneRecord,
	words: ({ entity }) => ({ entity }),
	widget: ({ entity, description }) => ({
		type: 'options',
		typeOptions: loadedFrom(entity),
		description: withHint(description, `Choose from the list, or specify an ID ${EXPRESSION}`),
		default: '',
	}),
	formLabel: (label) => `${label} Name or ID`,
	columnLabel: (label) => `${label} ID`,
};

export const references: FieldKind<OfType<'references'>> = {
	...severalRecords,
	words: ({ entity }) => ({ entity }),
	widget: ({ entity, description }) => ({
		type: 'multiOptions',
		typeOptions: loadedFrom(entity),
		description: withHint(description, `Choose from the list, or specify IDs ${EXPRESSION}`),
		default: [],
	}),
	formLabel: (label) => `${label} Names or IDs`,
	columnLabel: (label) => `${label} IDs`,
};

export const record: FieldKind<OfType<'record'>> = {
	...oneRecord,
	widget: ({ entity }) => picker(entityOf(entity)),
	columnLabel: (label) => `${label} ID`,
};
