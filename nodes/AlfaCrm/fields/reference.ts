import type { INodeProperties } from 'n8n-workflow';

import { listMethod, ownerListMethod } from '../entities/methodNames';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { isPicker } from './blank';
import { recordParts, recordListParts } from './id';
import type { FieldKind, Widget } from './kind';
import type { OfType, ApiValue } from '../entities/fieldTypes';

/**
 * The kinds of fields that hold records of another entity, such as the room of a lesson.
 *
 * - `reference` and `references`: the entity has few records. The user chooses from a dropdown, or
 *   gives a name that the node looks up.
 * - `record` and `records`: the entity has many records, such as customers. The user searches.
 * - `owner`: another field decides of which entity the record is. A comment belongs to a customer,
 *   a group or a task.
 *
 * A dropdown can offer the choice "none", such as a lead in no stage. AlfaCRM stores null for it.
 */

/** The value of the choice "none". Stored in workflows. */
export const NONE = 'none';

/** Returns the label of the choice "none". Undefined if the list does not offer that choice. */
const labelOfNone = ({ entity }: { entity: string }): string | undefined =>
	entityOf(entity).listed?.none;

/**
 * Tells whether the user chose "none". An expression can give `none` or the label of the choice.
 */
export function isNone(field: { entity: string }, item: unknown): boolean {
	const label = labelOfNone(field);
	const offersNoSuchChoice = label === undefined;
	const value = isPicker(item) ? item.value : item;
	if (offersNoSuchChoice || typeof value !== 'string') return false;

	const chosenText = value.trim().toLowerCase();
	return chosenText === NONE || chosenText === label.toLowerCase();
}

/** The sentence that n8n's linter requires for a dropdown whose choices are loaded. */
const LOADED_LIST_HINT =
	'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>';

/** Adds a sentence to a description, or returns the sentence alone if there is no description. */
const addSentence = (description: string | undefined, hint: string): string =>
	description ? `${description.replace(/\.$/, '')}. ${hint}.` : hint;

/**
 * Tells whether a field takes names in place of IDs. A field with its own `loadMethod` takes none:
 * its dropdown lists the records of one other record, such as the customers of a lesson.
 */
export const takesNames = ({ loadMethod }: { loadMethod?: string }): boolean =>
	loadMethod === undefined;

/** The part of a field's declaration that names the short list from which its records come. */
type ShortListField = Pick<OfType<'reference'>, 'entity' | 'loadMethod'>;

/** Tells whether the dropdown of a field offers the choice "none". */
const offersNone = (field: ShortListField): boolean => labelOfNone(field) !== undefined;

/**
 * Makes the parts of a kind whose dropdown can offer the choice "none", which is sent as null.
 *
 * @param parts the parts of the kind without that choice
 * @param expectedNames describes the values of a field that takes names, for messages: "the name or
 * the ID of a record"
 */
function makeNoneParts(
	parts: Pick<typeof recordParts, 'expected' | 'serialize'>,
	expectedNames: string,
) {
	return {
		expected(field: ShortListField): string {
			const expectedValues = takesNames(field) ? expectedNames : parts.expected();
			return offersNone(field) ? `${expectedValues}, or ${NONE}` : expectedValues;
		},
		serialize(field: ShortListField, item: unknown): ApiValue | undefined {
			return isNone(field, item) ? null : parts.serialize(field, item);
		},
		valueNames: ({ entity }: ShortListField) => ({ entity }),
	} satisfies Partial<FieldKind<ShortListField>>;
}

/** Adds the choice "none" to the description of what JSON takes. */
const makeNoneHint = (field: ShortListField): string =>
	offersNone(field) ? `, "${NONE}" = ${labelOfNone(field)}` : '';

export const reference: FieldKind<OfType<'reference'>> = {
	...recordParts,
	...makeNoneParts(recordParts, 'the name or the ID of a record'),
	jsonHint: (field) => (takesNames(field) ? 'name or ID' : 'ID') + makeNoneHint(field),
	widget: ({ entity, loadMethod, whileEmpty }) =>
		picker(entityOf(entity), { byName: takesNames({ loadMethod }), loadMethod, whileEmpty }),
	columnLabel: (label) => `${label} Name or ID`,
};

export const references: FieldKind<OfType<'references'>> = {
	...recordListParts,
	...makeNoneParts(recordListParts, 'one or more names or IDs of records'),
	jsonHint: (field) => `list of ${takesNames(field) ? 'names or ' : ''}IDs${makeNoneHint(field)}`,
	widget: ({ entity, loadMethod, description }) => ({
		type: 'multiOptions',
		typeOptions: makeListOptions(entity, loadMethod),
		description: addSentence(description, LOADED_LIST_HINT),
		default: [],
	}),
	standaloneWidget: ({ entity, loadMethod }) =>
		takesNames({ loadMethod })
			? picker(entityOf(entity), { several: true, byName: true })
			: undefined,
	formLabel: (label) => `${label} Names or IDs`,
	columnLabel: (label) => `${label} Names or IDs`,
};

export const record: FieldKind<OfType<'record'>> = {
	...recordParts,
	widget: ({ entity }) => picker(entityOf(entity)),
	columnLabel: (label) => `${label} ID`,
};

export const records: FieldKind<OfType<'records'>> = {
	...recordListParts,
	widget: ({ entity }) => picker(entityOf(entity), { several: true }),
	columnLabel: (label) => `${label} IDs`,
};

export const owner: FieldKind<OfType<'owner'>> = {
	...recordParts,
	formLabel: (label) => `${label} ID`,
	columnLabel: (label) => `${label} ID`,
	standaloneWidget: ({ by }) => ownerPicker(by),
};

/**
 * Makes the picker of a record whose entity is chosen in the parameter `by`. The list shows the
 * records of that entity. n8n empties the picker if the user chooses another entity.
 */
const ownerPicker = (by: string): Widget => ({
	...makePicker({
		loadMethod: ownerListMethod(by),
		listPlaceholder: 'Select a record...',
		idPlaceholder: 'e.g. 501',
	}),
	typeOptions: { loadOptionsDependsOn: [by] },
});

interface PickerOptions {
	/** Takes several IDs, separated by commas. */
	several?: true;
	/** Takes names, which are looked up in the list. */
	byName?: boolean;
	/** The n8n method that fills the list; by default, the method that lists all records. */
	loadMethod?: string;
	/** The text of the list while nothing is chosen. */
	whileEmpty?: string;
}

/** Makes an example of a name, for the placeholder. */
const makeNameExample = ({ fields, label }: Entity): string =>
	fields.find(({ name }) => name === 'name')?.placeholder ??
	`e.g. the name of the ${label.toLowerCase()}`;

/**
 * Makes n8n's picker for a record of an entity: an input in which the user chooses from a list, or
 * types an ID. If the options allow it, the user can also type a name. And if the entity has a page
 * in AlfaCRM, the user can paste its address.
 */
export function picker(
	entity: Entity,
	{ several, byName, loadMethod = listMethod(entity), whileEmpty }: PickerOptions = {},
): Picker {
	const entityName = entity.label.toLowerCase();
	// The address of any page of the entity is taken. The placeholder shows that of the first one.
	const page = entity.pages?.at(0);
	const exampleOfAddress = page && `https://demo.s20.online/company/1/${page.name}/view?id=501`;
	return makePicker({
		loadMethod,
		listPlaceholder: whileEmpty ?? `Select a ${entityName}...`,
		namePlaceholder: byName ? makeNameExample(entity) : undefined,
		idPlaceholder: several ? 'e.g. 501, 502' : 'e.g. 501',
		urlPlaceholder: exampleOfAddress && `e.g. ${exampleOfAddress}`,
	});
}

/** The widget that n8n calls a resource locator. */
type Picker = Pick<INodeProperties, 'type' | 'default' | 'modes'>;

/** The placeholders of a picker's modes. A mode without a placeholder is left out. */
interface PickerModes {
	/** The n8n method that fills the list. */
	loadMethod: string;
	listPlaceholder: string;
	namePlaceholder?: string;
	idPlaceholder: string;
	urlPlaceholder?: string;
}

/** Makes n8n's picker with the modes that have a placeholder. */
function makePicker({
	loadMethod,
	listPlaceholder,
	namePlaceholder,
	idPlaceholder,
	urlPlaceholder,
}: PickerModes): Picker {
	const pickerWithAllModes = {
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: listPlaceholder,
				typeOptions: { searchListMethod: loadMethod, searchable: true },
			},
			{ displayName: 'By Name', name: 'name', type: 'string', placeholder: namePlaceholder },
			{ displayName: 'By ID', name: 'id', type: 'string', placeholder: idPlaceholder },
			{
				displayName: 'By URL',
				name: 'url',
				type: 'string',
				placeholder: urlPlaceholder,
				hint: 'The address of its page in your AlfaCRM',
			},
		],
	} satisfies Picker;
	const modes = pickerWithAllModes.modes.filter(({ placeholder }) => placeholder !== undefined);
	return { ...pickerWithAllModes, modes };
}

/**
 * Makes the settings of a dropdown whose choices n8n loads. It loads them again if the user changes
 * the branch in the form or, for a list with its own `loadMethod`, the record.
 */
export function makeListOptions(
	resource: string,
	loadMethod?: string,
): INodeProperties['typeOptions'] {
	if (loadMethod) {
		return { loadOptionsMethod: loadMethod, loadOptionsDependsOn: ['branchId.value', 'id.value'] };
	}

	const entity = entityOf(resource);
	const loadOptionsMethod = listMethod(entity);
	const hasListPerBranch = entity.scope === 'branch';
	return hasListPerBranch
		? { loadOptionsMethod, loadOptionsDependsOn: ['branchId.value'] }
		: { loadOptionsMethod };
}
