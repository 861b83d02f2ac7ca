import type { INodeProperties } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';
import { toProperty } from '../../../fields/field';
import { sortByName } from '../../../fields/order';
import { collection } from '../../../form/assemble';
import { oncePer } from '../../../form/oncePer';
import type { Collection } from '../../../form/parameters';
import { searchedIn } from '../../../run/branches';
import { overwriteWithEmpty, shortenOption, readShortensTexts } from '../../../run/body';
import { listModeForm, readAddToLists } from '../../../run/saveChanges';
import type { IfArchived, IfSeveral } from '../../../run/matching/decide';
import { firstChoice } from '../../../run/matching/decide';

/** In place of single fields: custom ones, which are named by their code, have no choice of their own. */
const ALL_FIELDS = 'all';

/** The options of Create or Update. */
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
					firstChoice('Update the First'),
				],
				default: 'refuse',
			},
			...listModeForm(fields, 'add'),
			{
				displayName: 'Set Only on Creation',
				name: 'onlyForNew',
				type: 'multiOptions',
				options: sortByName([
					{ name: 'All Fields', value: ALL_FIELDS, description: 'Custom fields and the match value too' },
					...fields.map(({ name, label }) => ({ name: label, value: name })),
				]),
				default: [...(match?.onlyForNew ?? [])],
				description:
					'Left alone when a record is updated: all in a public form. Matched by ID, none is unless chosen.',
			},
			overwriteWithEmpty,
			...shortenOption(fields),
			toProperty(searchedIn),
		],
		'Add Option',
	);
});

/** What becomes of the records that are found. */
export type Rules = ReturnType<typeof rulesOf>;

/** What the options hold. */
export function rulesOf(entity: Entity, options: Collection, key: string) {
	const choice = <T extends string>(name: string): T => options.choice<T>(options.parameter(name));
	const { match, fields } = entity;
	const onlyForNew = options.has('onlyForNew')
		? options.choices(options.parameter('onlyForNew'))
		: key === 'id'
			? []
			: (match?.onlyForNew ?? []);
	return {
		ifSeveral: choice<IfSeveral>('ifSeveral'),
		ifArchived: choice<IfArchived>('ifArchived'),
		ifKeyEmpty: choice<'refuse' | 'create'>('ifKeyEmpty'),
		/** Whether a field, custom ones too, is left alone in a record that is found. */
		isOnlyForNew: (field: string) => onlyForNew.includes(ALL_FIELDS) || onlyForNew.includes(field),
		overwriteWithEmpty: options.flag(overwriteWithEmpty),
		addToLists: readAddToLists(options, fields, 'add'),
		shortens: readShortensTexts(options),
	};
}
