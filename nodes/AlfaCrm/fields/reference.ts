import { entityOf } from '../entities/registry';
import { oneRecord, severalRecords } from './id';
import type { FieldKind } from './kind';
import { loadedFrom, picker } from './picker';
import type { OfType } from '../entities/fieldTypes';

declare module '../entities/fieldTypes' {
	interface FieldTypes {
		/**
		 * One record, or several, of another entity, picked from a dropdown. For short lists; and for those of the record which
		 * the form is about, which the method `listedBy` lists.
		 */
		reference: { entity: string; listedBy?: string };
		references: { entity: string; listedBy?: string };
		/** One record of another entity, searched for. For long lists. */
		record: { entity: string };
		/** One of them picked, or several given by their IDs. */
		records: { entity: string };
		/** One record of the entity that the value of another field stands for. */
		owner: { by: string; entities: Readonly<Record<string, string>>; entity?: undefined };
	}
}

const EXPRESSION = 'using an <a href="https://docs.n8n.io/code/expressions/">expression</a>';

const withHint = (description: string | undefined, hint: string): string =>
	description ? `${description.replace(/\.$/, '')}. ${hint}.` : hint;

export const reference: FieldKind<OfType<'reference'>> = {
	...oneRecord,
	words: ({ entity }) => ({ entity }),
	widget: ({ entity, listedBy, description }) => ({
		type: 'options',
		typeOptions: loadedFrom(entity, listedBy),
		description: withHint(description, `Choose from the list, or specify an ID ${EXPRESSION}`),
		default: '',
	}),
	formLabel: (label) => `${label} Name or ID`,
	columnLabel: (label) => `${label} ID`,
};

export const references: FieldKind<OfType<'references'>> = {
	...severalRecords,
	words: ({ entity }) => ({ entity }),
	widget: ({ entity, listedBy, description }) => ({
		type: 'multiOptions',
		typeOptions: loadedFrom(entity, listedBy),
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

export const records: FieldKind<OfType<'records'>> = {
	...severalRecords,
	widget: ({ entity }) => picker(entityOf(entity), { several: true }),
	columnLabel: (label) => `${label} IDs`,
};

export const owner: FieldKind<OfType<'owner'>> = {
	...oneRecord,
	widget: () => ({ type: 'string', default: '' }),
	formLabel: (label) => `${label} ID`,
	columnLabel: (label) => `${label} ID`,
	variants: ({ by, entities }) =>
		[...new Set(Object.values(entities))].map((resource) => {
			const entity = entityOf(resource);
			const values = Object.keys(entities).filter((value) => entities[value] === resource);
			return {
				label: entity.label,
				widget: picker(entity, { withoutUrl: true }),
				show: { [by]: values },
			};
		}),
};
