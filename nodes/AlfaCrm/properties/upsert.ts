import type { INodeProperties } from 'n8n-workflow';

import { references } from '../entities/fields';
import type { Entity, MatchKey } from '../entities/types';
import { canBeEmpty, isList, presetOf, toProperty, toSingleProperty } from '../fields/field';
import { byName } from '../fields/order';
import { idProperty } from './fields';
import { collection, listMode, overwriteWithEmpty } from './shared';

const BOTH = ['find', 'upsert'];

/** By what a record is looked for: which key, and its values, however the other fields are given. */
export function matchForm(entity: Entity): INodeProperties[] {
	return [...chosenKey(entity), ...keyValues(entity)];
}

/** The choice of a key, for the form and for its reading. */
export function matchBy({ match }: Entity): INodeProperties {
	const keys = match?.keys ?? [];
	const [preset = ''] = keys.map(({ name }) => name);
	return {
		displayName: 'Match By',
		name: 'matchBy',
		type: 'options',
		options: byName(
			keys.map(({ name, label: shown, description }) => ({
				name: shown,
				value: name,
				...(description ? { description } : {}),
			})),
		),
		default: preset,
		description: 'What tells that a record is the one that is meant',
	};
}

export const matchField: INodeProperties = {
	displayName: 'Custom Field',
	name: 'matchField',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. custom_school',
	description: 'As AlfaCRM returns it, starting with custom_',
};

export const matchValue: INodeProperties = {
	displayName: 'Value',
	name: 'matchValue',
	type: 'string',
	required: true,
	default: '',
	description: 'What the custom field must hold',
};

function chosenKey(entity: Entity): INodeProperties[] {
	if (entity.match === undefined) return [];
	const show = { resource: [entity.resource], operation: BOTH };
	const chosen = { ...matchBy(entity), displayOptions: { show } };
	const custom = entity.match.keys.find(({ fields }) => fields.length === 0);
	if (custom === undefined) return [chosen];
	return [chosen, { ...matchField, displayOptions: { show: { ...show, matchBy: [custom.name] } } }];
}

function keyValues(entity: Entity): INodeProperties[] {
	const { keys = [] } = entity.match ?? {};
	const using = (name: string) => keys.filter(({ fields }) => fields.includes(name));
	const names = [...new Set(keys.flatMap(({ fields }) => fields))];
	const parameters = names.flatMap((name) => {
		const field = entity.fields.find((one) => one.name === name);
		const { description } = keys.find(({ fields }) => fields.length === 1 && fields[0] === name) ?? {};
		const property = field
			? toSingleProperty({ ...(description ? { description } : {}), ...field })
			: idProperty(entity);
		// Where one of several is enough, none of them must be filled.
		return [false, true].flatMap((any) => {
			const those = using(name).filter((key) => (key.any ?? false) === any);
			return those.length > 0
				? [shown(entity, { ...property, ...(any ? {} : { required: true }) }, those)]
				: [];
		});
	});
	const custom = keys.filter(({ fields }) => fields.length === 0);
	if (custom.length === 0) return parameters;
	return [...parameters, shown(entity, matchValue, custom)];
}

export function findOptions(entity: Entity): INodeProperties {
	const noun = entity.label.toLowerCase();
	const archived: INodeProperties = {
		displayName: 'Include Archived',
		name: 'archived',
		type: 'boolean',
		default: true,
		description: 'Whether to find archived ones too; they come after the active ones',
	};
	return collection(
		'Options',
		'options',
		[
			...(entity.archive ? [archived] : []),
			{
				displayName: 'If None Matches',
				name: 'ifNone',
				type: 'options',
				options: [
					{ name: 'Return an Item', value: 'item', description: 'With matchFound set to false' },
					{ name: 'Return Nothing', value: 'nothing', description: 'The workflow goes on without an item' },
					{ name: 'Stop', value: 'refuse', description: `Say that there is no such ${noun}` },
				],
				default: 'refuse',
			},
			{
				displayName: 'If Several Match',
				name: 'ifSeveral',
				type: 'options',
				options: [
					{ name: 'Return All', value: 'all', description: 'One item for each' },
					{ name: 'Return the Newest', value: 'newest', description: 'The one with the highest ID' },
					{ name: 'Stop', value: 'refuse', description: 'Name their IDs' },
				],
				default: 'all',
			},
			...searchBranches(entity),
		],
		'Add Option',
	);
}

/** A new record needs what Create asks for, as far as nothing is preset. */
export function upsertFields({ label, fields }: Entity, offered: INodeProperties[]): INodeProperties {
	const noun = label.toLowerCase();
	const needed = fields.filter(
		(field) => field.required && canBeEmpty(field) && presetOf(field) === undefined,
	);
	const names = needed.map((field) => `'${field.label}'`).join(' and ');
	const description = `What to save besides what the ${noun} is matched by. A new ${noun} needs ${names}.`;
	return { ...collection('Fields', 'fieldsToSet', offered), description };
}

export function upsertOptions(entity: Entity): INodeProperties {
	const { fields, match } = entity;
	const ifArchived: INodeProperties = {
		displayName: 'If the Match Is Archived',
		name: 'ifArchived',
		type: 'options',
		options: [
			{ name: 'Create a New One', value: 'create', description: 'Leave the archived one alone' },
			{
				name: 'Restore and Update',
				value: 'restore',
				description: 'Clear its flag together with the update. Check in AlfaCRM that this restores it.',
			},
			{ name: 'Skip', value: 'skip', description: 'Change nothing and return the archived one' },
			{ name: 'Update', value: 'update', description: 'Save the changes and leave it in the archive' },
		],
		default: 'update',
		description: 'What happens when only archived ones match',
	};
	return collection(
		'Options',
		'options',
		[
			...(entity.archive ? [ifArchived] : []),
			{
				displayName: 'If Match Value Is Empty',
				name: 'ifKeyEmpty',
				type: 'options',
				options: [
					{ name: 'Create a New One', value: 'create', description: 'Without looking for it first' },
					{ name: 'Stop', value: 'refuse', description: 'Save nothing' },
				],
				default: 'refuse',
			},
			{
				displayName: 'If Several Match',
				name: 'ifSeveral',
				type: 'options',
				options: [
					{ name: 'Stop', value: 'refuse', description: 'Save nothing and name their IDs' },
					{ name: 'Update All', value: 'all', description: 'One item comes out for each' },
					{ name: 'Update the Newest', value: 'newest', description: 'The one with the highest ID' },
				],
				default: 'refuse',
			},
			...(fields.some(isList) ? [listMode(entity, 'add')] : []),
			{
				displayName: 'Only for New Ones',
				name: 'onlyForNew',
				type: 'multiOptions',
				options: byName(fields.map(({ name, label }) => ({ name: label, value: name }))),
				default: [...(match?.onlyForNew ?? [])],
				description:
					'Fields that are set when a record is created and left alone when it is updated. Matched by ID, no field is left alone unless it is chosen here.',
			},
			overwriteWithEmpty,
			...searchBranches(entity),
		],
		'Add Option',
	);
}

function searchBranches({ match }: Entity): INodeProperties[] {
	if (!match?.everyBranch) return [];
	const description =
		'Where to look, if not in all branches of the account. Each branch costs calls of its own.';
	return [toProperty(references('searchBranches', 'Search in Branch', 'branch', { description }))];
}

function shown({ resource }: Entity, property: INodeProperties, keys: MatchKey[]): INodeProperties {
	const show = { resource: [resource], operation: BOTH, matchBy: keys.map(({ name }) => name) };
	return { ...property, displayOptions: { show } };
}
