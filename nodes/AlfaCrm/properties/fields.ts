import type { INodeProperties } from 'n8n-workflow';

import type { Choice, Entity, Field, Filter } from '../entities/types';
import { entityOf } from '../entities/registry';
import { optionsMethod, searchMethod } from '../methods/names';

const PICK_ONE =
	'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>';
const PICK_SEVERAL =
	'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>';

/** One field or filter as a parameter of the form. Its value is read back by `operations/values.ts`. */
export function toProperty(field: Field | Filter): INodeProperties {
	const { name, label, placeholder } = field;
	const basics = { name, ...described(field), ...(placeholder ? { placeholder } : {}) };
	switch (field.type) {
		case 'text':
			return { displayName: label, ...basics, type: 'string', default: '' };
		case 'longText':
			return { displayName: label, ...basics, type: 'string', typeOptions: { rows: 3 }, default: '' };
		case 'texts':
			return {
				displayName: label,
				...basics,
				type: 'string',
				typeOptions: { multipleValues: true, multipleValueButtonText: `Add ${label}` },
				default: [],
			};
		case 'id':
		case 'ids':
			return { displayName: label, ...basics, type: 'string', default: '' };
		case 'integer':
			return {
				displayName: label,
				...basics,
				type: 'number',
				typeOptions: { numberPrecision: 0 },
				default: field.preset ?? 0,
			};
		case 'number':
			return {
				displayName: label,
				...basics,
				type: 'number',
				typeOptions: { numberPrecision: 2 },
				default: 0,
			};
		case 'flag':
		case 'boolean':
			return { displayName: label, ...basics, type: 'boolean', default: true };
		case 'date':
			return { displayName: label, ...basics, type: 'dateTime', default: '' };
		case 'time':
			return { displayName: label, placeholder: 'e.g. 17:00', ...basics, type: 'string', default: '' };
		case 'choices':
			return {
				displayName: label,
				...basics,
				type: 'multiOptions',
				options: byName(field.choices.map(toOption)),
				default: [],
			};
		case 'record':
			return { ...picker(label, entityOf(field.entity)), ...basics };
		case 'rows':
			return {
				displayName: label,
				...basics,
				type: 'fixedCollection',
				typeOptions: { multipleValues: true },
				placeholder: `Add ${label}`,
				default: {},
				options: [
					{ displayName: label, name: 'values', values: byDisplayName(field.fields.map(toProperty)) },
				],
			};
		case 'choice':
			return {
				displayName: label,
				...basics,
				type: 'options',
				options: byName(field.choices.map(toOption)),
				default: field.preset,
			};
		case 'reference':
			return {
				displayName: `${label} Name or ID`,
				...basics,
				description: withHint(field, PICK_ONE),
				type: 'options',
				typeOptions: loadedFrom(field.entity),
				default: '',
			};
		case 'references':
			return {
				displayName: `${label} Names or IDs`,
				...basics,
				description: withHint(field, PICK_SEVERAL),
				type: 'multiOptions',
				typeOptions: loadedFrom(field.entity),
				default: [],
			};
	}
}

function described({ description }: Filter) {
	return description ? { description } : {};
}

function withHint({ description }: Filter, hint: string): string {
	return description ? `${description.replace(/\.$/, '')}. ${hint}.` : hint;
}

/** A record among many: searched for in the account, or given by its ID or the address of its page in AlfaCRM. */
export function picker(
	displayName: string,
	entity: Entity,
): Pick<INodeProperties, 'displayName' | 'type' | 'default' | 'modes'> {
	const noun = entity.label.toLowerCase();
	return {
		displayName,
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
			{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. 501' },
			{
				displayName: 'By URL',
				name: 'url',
				type: 'string',
				placeholder: 'e.g. https://demo.s20.online/company/1/customer/view?id=501',
				hint: 'The address of its page in AlfaCRM, with id= and a number',
			},
		],
	};
}

/** Statuses and the like differ by branch, branches do not. */
export function loadedFrom(resource: string): INodeProperties['typeOptions'] {
	const entity = entityOf(resource);
	return {
		loadOptionsMethod: optionsMethod(entity),
		...(entity.scope === 'branch' ? { loadOptionsDependsOn: ['branchId'] } : {}),
	};
}

function toOption({ value, label, description }: Choice) {
	return { name: label, value, ...(description ? { description } : {}) };
}

/** n8n sorts every list of options, whatever the order of the declaration. */
export function byName<T extends { name: string }>(options: T[]): T[] {
	return [...options].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

export function byDisplayName(properties: INodeProperties[]): INodeProperties[] {
	return [...properties].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en'));
}

/** The record that an operation is about. */
export function idProperty(entity: Entity): INodeProperties {
	const name = `${entity.label} ID`;
	const description = `The number that AlfaCRM shows for the ${entity.label.toLowerCase()}`;
	if (entity.search) return { ...picker(entity.label, entity), name: 'id', required: true, description };
	return {
		displayName: name,
		name: 'id',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 501',
		description,
	};
}

/** Choices and switches always hold a value. */
export function mustBeFilled({ type }: Field): Partial<INodeProperties> {
	return type === 'choice' || type === 'flag' ? {} : { required: true };
}
