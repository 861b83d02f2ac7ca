import type { INodeProperties } from 'n8n-workflow';

import { listMethod } from '../entities/methodNames';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { isPicker } from './blank';
import { oneRecord, severalRecords } from './id';
import type { FieldKind } from './kind';
import type { OfType, Wire } from '../entities/fieldTypes';

/** What a form holds where somebody chose none of an entity. Stored in workflows. */
export const NONE = 'none';

const noneOf = ({ entity }: { entity: string }): string | undefined => entityOf(entity).listed?.none;

/** By its value or, as an expression may have it, by what the list calls it. */
export function isNone(field: { entity: string }, item: unknown): boolean {
	const none = noneOf(field);
	const given = isPicker(item) ? item.value : item;
	if (none === undefined || typeof given !== 'string') return false;
	return [NONE, none.toLowerCase()].includes(given.trim().toLowerCase());
}

const EXPRESSION = 'using an <a href="https://docs.n8n.io/code/expressions/">expression</a>';

const withHint = (description: string | undefined, hint: string): string =>
	description ? `${description.replace(/\.$/, '')}. ${hint}.` : hint;

/** A short list can be read for the name that stands in place of an ID; what a record alone lists cannot. */
export const takesNames = ({ listedBy }: { listedBy?: string }): boolean => listedBy === undefined;

type ToShortList = Pick<OfType<'reference'>, 'entity' | 'listedBy'>;

/** For short lists, which may offer none of them: AlfaCRM holds null then. */
const orNone = (
	{ expected, serialize }: Pick<typeof oneRecord, 'expected' | 'serialize'>,
	named: string,
) => ({
	expected: (field: ToShortList) => {
		const words = takesNames(field) ? named : expected();
		return noneOf(field) === undefined ? words : `${words}, or ${NONE}`;
	},
	serialize: (field: ToShortList, item: unknown): Wire | undefined =>
		isNone(field, item) ? null : serialize(field, item),
	words: ({ entity }: ToShortList) => ({ entity }),
});

const orNoneHint = (field: ToShortList): string =>
	noneOf(field) === undefined ? '' : `, "${NONE}" = ${noneOf(field)}`;

export const reference: FieldKind<OfType<'reference'>> = {
	...oneRecord,
	...orNone(oneRecord, 'the name or the ID of a record'),
	jsonHint: (field) => (takesNames(field) ? 'name or ID' : 'ID') + orNoneHint(field),
	widget: ({ entity, listedBy, whileEmpty }) =>
		picker(entityOf(entity), { byName: takesNames({ listedBy }), listedBy, whileEmpty }),
	columnLabel: (label) => `${label} Name or ID`,
};

export const references: FieldKind<OfType<'references'>> = {
	...severalRecords,
	...orNone(severalRecords, 'one or more names or IDs of records'),
	jsonHint: (field) => `list of ${takesNames(field) ? 'names or ' : ''}IDs${orNoneHint(field)}`,
	widget: ({ entity, listedBy, description }) => ({
		type: 'multiOptions',
		typeOptions: loadedFrom(entity, listedBy),
		description: withHint(description, `Choose from the list, or specify IDs ${EXPRESSION}`),
		default: [],
	}),
	standing: ({ entity, listedBy }) =>
		takesNames({ listedBy }) ? picker(entityOf(entity), { several: true, byName: true }) : undefined,
	formLabel: (label) => `${label} Names or IDs`,
	columnLabel: (label) => `${label} Names or IDs`,
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
	/** Of a short list, which can be read for a name. */
	byName?: boolean;
	/** The method that lists those of the record which the form is about. */
	listedBy?: string;
	/** What the list shows while none is chosen, where it need not be. */
	whileEmpty?: string;
}

const nameLike = ({ fields, label }: Entity): string =>
	fields.find(({ name }) => name === 'name')?.placeholder ?? `e.g. the name of the ${label.toLowerCase()}`;

/** A record that is picked in the account, or given by its ID, its name or, where it has a page that is known, its address. */
export function picker(
	entity: Entity,
	{ several, withoutUrl, byName, listedBy = listMethod(entity), whileEmpty }: Picking = {},
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
				placeholder: whileEmpty ?? `Select a ${noun}...`,
				typeOptions: { searchListMethod: listedBy, searchable: true },
			},
			...(byName
				? [
						{
							displayName: 'By Name',
							name: 'name',
							type: 'string' as const,
							placeholder: nameLike(entity),
						},
					]
				: []),
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
	if (listedBy) return { loadOptionsMethod: listedBy, loadOptionsDependsOn: ['branchId.value', 'id.value'] };
	const entity = entityOf(resource);
	return {
		loadOptionsMethod: listMethod(entity),
		...(entity.scope === 'branch' ? { loadOptionsDependsOn: ['branchId.value'] } : {}),
	};
}
