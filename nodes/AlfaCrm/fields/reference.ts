import type { INodeProperties } from 'n8n-workflow';

import { optionsMethod, searchMethod } from '../entities/methodNames';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { oneRecord, severalRecords } from './id';
import type { FieldKind } from './kind';
import type { OfType, Wire } from '../entities/fieldTypes';

/** What a form holds where somebody chose none of an entity. Stored in workflows. */
export const NONE = 'none';

const noneOf = ({ entity }: { entity: string }): string | undefined => entityOf(entity).listed?.none;

/** By its value or, as an expression may have it, by what the dropdown calls it. */
function isNone(field: { entity: string }, item: unknown): boolean {
	const none = noneOf(field);
	if (none === undefined || typeof item !== 'string') return false;
	return [NONE, none.toLowerCase()].includes(item.trim().toLowerCase());
}

/** For those that are picked from a dropdown, which may offer none of them: AlfaCRM holds null then. */
const orNone = ({ expected, serialize }: Pick<typeof oneRecord, 'expected' | 'serialize'>) => ({
	expected: (field: { entity: string }) =>
		noneOf(field) === undefined ? expected() : `${expected()}, or ${NONE}`,
	serialize: (field: { entity: string }, item: unknown): Wire | undefined =>
		isNone(field, item) ? null : serialize(field, item),
});

const EXPRESSION = 'using an <a href="https://docs.n8n.io/code/expressions/">expression</a>';

const withHint = (description: string | undefined, hint: string): string =>
	description ? `${description.replace(/\.$/, '')}. ${hint}.` : hint;

export const reference: FieldKind<OfType<'reference'>> = {
	...oneRecord,
	...orNone(oneRecord),
	jsonHint: (field) => (noneOf(field) === undefined ? '' : `"${NONE}" = ${noneOf(field)}`),
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
	...orNone(severalRecords),
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

interface Picking {
	/** By ID several can be given, separated by commas. */
	several?: true;
	/** No address tells whose page it is to be. */
	withoutUrl?: true;
}

/** A record among many: searched for in the account, or given by its ID or, where it has a page that is known, its address. */
export function picker(
	entity: Entity,
	{ several, withoutUrl }: Picking = {},
): Pick<INodeProperties, 'type' | 'default' | 'modes'> {
	const noun = entity.label.toLowerCase();
	const [page] = withoutUrl ? [] : (entity.pages ?? []);
	return {
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: `Select a ${noun}...`,
				typeOptions: { searchListMethod: searchMethod(entity), searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: several ? 'e.g. 501, 502' : 'e.g. 501',
			},
			...(page === undefined
				? []
				: [
						{
							displayName: 'By URL',
							name: 'url',
							type: 'string' as const,
							placeholder: `e.g. https://demo.s20.online/company/1/${page.name}/view?id=501`,
							hint: 'The address of its page in your AlfaCRM',
						},
					]),
		],
	};
}

/** Statuses and the like differ by branch, branches do not; what a method lists is of the record of the form. */
export function loadedFrom(resource: string, listedBy?: string): INodeProperties['typeOptions'] {
	if (listedBy) return { loadOptionsMethod: listedBy, loadOptionsDependsOn: ['branchId', 'id.value'] };
	const entity = entityOf(resource);
	return {
		loadOptionsMethod: optionsMethod(entity),
		...(entity.scope === 'branch' ? { loadOptionsDependsOn: ['branchId'] } : {}),
	};
}
