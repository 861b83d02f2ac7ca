import type { INodeProperties } from 'n8n-workflow';

import type { Entity, MatchKey } from '../../../entities/types';
import { toProperty } from '../../../fields/field';
import { sortByName } from '../../../fields/order';
import { collection } from '../../../form/assemble';
import { memoize } from '../../../form/memoize';
import type { CollectionReader } from '../../../form/parameters';
import { searchBranchesField } from '../../../run/branches';
import { overwriteWithEmpty, shortenOption, readShortensTexts } from '../../../run/body';
import { listModeForm, readAddsToLists } from '../../../run/saveChanges';
import type { IfSeveralMatch } from '../../../run/matching/chooseMatches';
import { makeFirstMatchOption } from '../../../run/matching/chooseMatches';

/** The values of 'If the Match Is Archived'. Workflows have stored them, so they stay. */
export type IfArchived = 'update' | 'restore' | 'create' | 'skip';

/**
 * The values of 'If Match Value Is Unusable': a match value is unusable if it is empty or says
 * nothing, such as "no phone". Workflows have stored the values, so they stay.
 */
type IfUnusable = 'refuse' | 'create';

/**
 * The value of *All Fields* in 'Set Only on Creation'. Only *All Fields* covers custom fields,
 * because the node does not know their names.
 */
const ALL_FIELDS = 'all';

/** Makes the parameter 'Options' of *Create or Update*. */
export const makeUpsertOptions = memoize((entity: Entity): INodeProperties => {
	const options = [
		ifArchivedOption,
		ifUnusableOption,
		ifSeveralOption,
		...listModeForm(entity.fields, DEFAULT_LIST_MODE),
		makeOnlyForNewOption(entity),
		overwriteWithEmpty,
		...shortenOption(entity.fields),
		toProperty(searchBranchesField),
	];
	return collection('Options', 'options', options, 'Add Option');
});

/** By default, the values that the user gives for a list are added to the values of the record. */
const DEFAULT_LIST_MODE = 'add';

const ifArchivedOption: INodeProperties = {
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
};

const ifUnusableOption: INodeProperties = {
	displayName: 'If Match Value Is Unusable',
	description: 'Empty, or nothing that a record can be told by',
	// Workflows have stored this older name, so it stays.
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
};

const ifSeveralOption: INodeProperties = {
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
};

/** Makes the option 'Set Only on Creation', which offers the fields of the entity. */
function makeOnlyForNewOption({ fields, match }: Entity): INodeProperties {
	const allFields = {
		name: 'All Fields',
		value: ALL_FIELDS,
		description: 'Custom fields and the match value too',
	};
	const fieldChoices = fields.map(({ name, label }) => ({ name: label, value: name }));
	return {
		displayName: 'Set Only on Creation',
		name: 'onlyForNew',
		type: 'multiOptions',
		options: sortByName([allFields, ...fieldChoices]),
		default: [...(match?.onlyForNew ?? [])],
		description:
			'Left alone when a record is updated: all in a public form. Matched by ID, none is unless chosen.',
	};
}

/** The options of *Create or Update*, as the user has set them. */
export interface UpsertRules {
	ifSeveral: IfSeveralMatch;
	ifArchived: IfArchived;
	ifUnusable: IfUnusable;
	/** Whether a field is saved only in a new record. An update leaves the field unchanged. */
	isOnlyForNew(fieldName: string): boolean;
	/** Whether an empty value empties its field. If not, the empty value is ignored. */
	overwritesWithEmpty: boolean;
	/**
	 * Whether the values of a list are added to the values of the record. If not, they replace them.
	 */
	addsToLists: boolean;
	/** Whether long texts are cut. Undefined if no field has a limit. */
	shortensTexts: boolean | undefined;
}

/** Reads the options of *Create or Update* from the form. */
export function readUpsertRules(
	entity: Entity,
	options: CollectionReader,
	key: MatchKey,
): UpsertRules {
	const fieldsOnlyForNew = readFieldsOnlyForNew(entity, options, key);
	const isEveryFieldOnlyForNew = fieldsOnlyForNew.includes(ALL_FIELDS);

	return {
		ifSeveral: options.choice<IfSeveralMatch>(ifSeveralOption),
		ifArchived: options.choice<IfArchived>(ifArchivedOption),
		ifUnusable: options.choice<IfUnusable>(ifUnusableOption),
		isOnlyForNew: (fieldName) => isEveryFieldOnlyForNew || fieldsOnlyForNew.includes(fieldName),
		overwritesWithEmpty: options.flag(overwriteWithEmpty),
		addsToLists: readAddsToLists(options, entity.fields, DEFAULT_LIST_MODE),
		shortensTexts: readShortensTexts(options),
	};
}

/**
 * Reads the names of the fields in 'Set Only on Creation'. If the user has not set this option, the
 * entity and the match key decide:
 *
 * - For a customer, the fields are the name and the type. A website's form must neither rename a
 *   customer nor turn a client back into a lead.
 * - If the match key is the ID, there are none: the user has named the very record to update.
 */
function readFieldsOnlyForNew(
	{ match }: Entity,
	options: CollectionReader,
	key: MatchKey,
): readonly string[] {
	if (options.has('onlyForNew')) return options.choices(options.parameter('onlyForNew'));

	return key.name === 'id' ? [] : (match?.onlyForNew ?? []);
}
