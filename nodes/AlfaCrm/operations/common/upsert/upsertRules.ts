import type { INodeProperties } from 'n8n-workflow';

import type { Entity, MatchKey } from '../../../entities/types';
import { toProperty } from '../../../fields/field';
import { sortByName } from '../../../fields/order';
import { collection } from '../../../form/assemble';
import { oncePer } from '../../../form/oncePer';
import type { Collection } from '../../../form/parameters';
import { searchBranchesField } from '../../../run/branches';
import { overwriteWithEmpty, shortenOption, readShortensTexts } from '../../../run/body';
import { listModeForm, readAddToLists } from '../../../run/saveChanges';
import type { IfSeveral } from '../../../run/matching/chooseMatches';
import { makeFirstMatchOption } from '../../../run/matching/chooseMatches';

/** What 'If the Match Is Archived' can be set to. */
export type IfArchived = 'update' | 'restore' | 'create' | 'skip';

/** What 'If Match Value Is Unusable' can be set to. */
type IfUnusable = 'refuse' | 'create';

/**
 * The choice of all fields in 'Set Only on Creation'. It includes custom fields, which have no
 * choices of their own.
 */
const ALL_FIELDS = 'all';

/** Returns the options of Create or Update. */
export const upsertOptions = oncePer((entity: Entity): INodeProperties => {
	const { fields, match } = entity;
	return collection(
		'Options',
		'options',
		[
			{
				displayName: 'If the Match Is Archived',
				name: 'ifArchived',
				type: 'options',
				options: [
					{
						name: 'Create a New One',
						value: 'create',
						description: 'Leave the archived one alone',
					},
					{
						name: 'Restore and Update',
						value: 'restore',
						description:
							'Clear its flag together with the update. Check in AlfaCRM that this restores it.',
					},
					{
						name: 'Skip',
						value: 'skip',
						description: 'Change nothing and return the archived one',
					},
					{
						name: 'Update',
						value: 'update',
						description: 'Save the changes and leave it in the archive',
					},
				],
				default: 'update',
				description: 'What happens when only archived ones match',
			},
			{
				displayName: 'If Match Value Is Unusable',
				description: 'Empty, or nothing that a record can be told by',
				name: 'ifKeyEmpty',
				type: 'options',
				options: [
					{
						name: 'Create a New One',
						value: 'create',
						description: 'Without looking for it first: a new one at each run',
					},
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
					{
						name: 'Update All',
						value: 'all',
						description: 'Change each of them; one item comes out for each',
					},
					makeFirstMatchOption('Update the First'),
				],
				default: 'refuse',
			},
			...listModeForm(fields, 'add'),
			{
				displayName: 'Set Only on Creation',
				name: 'onlyForNew',
				type: 'multiOptions',
				options: sortByName([
					{
						name: 'All Fields',
						value: ALL_FIELDS,
						description: 'Custom fields and the match value too',
					},
					...fields.map(({ name, label }) => ({ name: label, value: name })),
				]),
				default: [...(match?.onlyForNew ?? [])],
				description:
					'Left alone when a record is updated: all in a public form. Matched by ID, none is unless chosen.',
			},
			overwriteWithEmpty,
			...shortenOption(fields),
			toProperty(searchBranchesField),
		],
		'Add Option',
	);
});

/** What the options say about the records that match, and about the values to save. */
export interface UpsertRules {
	ifSeveral: IfSeveral;
	ifArchived: IfArchived;
	ifUnusable: IfUnusable;
	/** Whether an update leaves a field alone; the field may be a custom one. */
	isOnlyForNew(fieldName: string): boolean;
	overwritesWithEmpty: boolean;
	addsToLists: boolean;
	/** Undefined if no field of the entity can be too long. */
	shortensTexts: boolean | undefined;
}

export function readUpsertRules(entity: Entity, options: Collection, key: MatchKey): UpsertRules {
	const readChoice = <T extends string>(name: string): T =>
		options.choice<T>(options.parameter(name));
	const fieldsOnlyForNew = readFieldsOnlyForNew(entity, options, key);
	return {
		ifSeveral: readChoice<IfSeveral>('ifSeveral'),
		ifArchived: readChoice<IfArchived>('ifArchived'),
		ifUnusable: readChoice<IfUnusable>('ifKeyEmpty'),
		isOnlyForNew: (fieldName) =>
			fieldsOnlyForNew.includes(ALL_FIELDS) || fieldsOnlyForNew.includes(fieldName),
		overwritesWithEmpty: options.flag(overwriteWithEmpty),
		addsToLists: readAddToLists(options, entity.fields, 'add'),
		shortensTexts: readShortensTexts(options),
	};
}

/**
 * Reads 'Set Only on Creation'. A user who gives an ID means that very record, so by default all
 * fields are updated.
 */
function readFieldsOnlyForNew(
	{ match }: Entity,
	options: Collection,
	key: MatchKey,
): readonly string[] {
	if (options.has('onlyForNew')) return options.choices(options.parameter('onlyForNew'));
	return key.name === 'id' ? [] : (match?.onlyForNew ?? []);
}
