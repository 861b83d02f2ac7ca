import type { INodeProperties, ResourceMapperField } from 'n8n-workflow';

import type { Choice, FieldBasics, ApiValue } from '../entities/fieldTypes';

/**
 * Declares what the type of a field, such as `phones`, decides. The object that holds all of this
 * for one type is the *kind* of the type:
 *
 * - the parameter in the form
 * - the check of a value
 * - how a value is sent to AlfaCRM, compared and searched for
 *
 * To make another type, copy `date.ts` for a single value or `choice.ts` for a list. Take over the
 * parts that most kinds share (`singleParts` or `listParts` below), and replace those that differ.
 * Then declare the type in `entities/fieldTypes.ts`, and add its kind to `fieldKinds` in
 * `field.ts`.
 *
 * A *value* is the content of a field, such as `'1, 2'` or `[1, 2]`. An *item* is a member of a
 * list, such as `1`. If a field holds a single value, its only item is that value. A *row* is a
 * record as a list of AlfaCRM shows it. A *widget* is an input of the form, such as a dropdown.
 *
 * Four questions compare items:
 *
 * | question | who asks it |
 * | --- | --- |
 * | Do two items have a normal form in common (`makeNormalForms`)? | the search for a record, first |
 * | Do they identify the same record (`identifiesSameRecord`)? | the search, about those that do |
 * | Do they mean the same (`isSame`)? | the checks for repeats and for present items of a list |
 * | Does AlfaCRM hold the item already (`isStored`)? | an update, to save only what differs |
 */

type JsonType = 'array' | 'boolean' | 'integer' | 'object' | 'string';

export interface JsonSchema {
	type: JsonType | readonly JsonType[];
	items?: JsonSchema;
	properties?: Record<string, JsonSchema>;
}

/** The input of a parameter in the form: its type and settings, without its name and label. */
export type Widget = Omit<INodeProperties, 'name' | 'displayName'>;

/**
 * A web address that the user gave in place of a record's ID, and the label of the form's field.
 */
export interface Address {
	label: string;
	address: string;
}

/**
 * Where the names of a field's values come from: the records of an entity, or the labels of the
 * declared choices.
 */
export type ValueNames = { entity: string } | { choices: readonly Choice[] };

/** The kind of a type. `FieldOfKind` is the declaration of a field of that type. */
export interface FieldKind<FieldOfKind> {
	/** Whether a field of this type holds several values. AlfaCRM replaces them as a whole. */
	isList: boolean;
	/** Splits a value into its items: `[1, 2]`, `'1, 2'` and `'[1, 2]'` have two items. */
	splitItems(field: FieldOfKind, value: unknown): unknown[];
	/**
	 * Tells whether a value counts as empty, such as a phone without digits. It is asked only about
	 * values that are not undefined, null, an empty text or an empty list.
	 */
	isBlank(field: FieldOfKind, value: unknown): boolean;
	/** Describes the values that the field takes, for messages: "must be *a whole number*". */
	expected(field: FieldOfKind): string;
	/** Names one value, for messages: "holds no usable *phone number*". */
	valueNoun: string;
	/** Turns an item into the value for AlfaCRM. Returns undefined if the item cannot be read. */
	serialize(field: FieldOfKind, item: unknown, zone: string): ApiValue | undefined;
	/**
	 * Finds the web addresses of records that the user gave in place of IDs. The caller checks that
	 * they lead to the AlfaCRM of the credential.
	 */
	findWebAddresses(field: FieldOfKind & Pick<FieldBasics, 'label'>, item: unknown): Address[];
	/**
	 * Makes the normal forms of an item: texts that are the same for every spelling, such as
	 * `79001112233` for `8 (900) 111-22-33`. Two items match if they have one form in common.
	 *
	 * - An item that can mean several values has several forms.
	 * - An item that is unreadable, or that many records share, has no form, such as the text "no" in
	 *   a phone field.
	 */
	makeNormalForms(field: FieldOfKind, item: unknown, zone: string): string[];
	/** Tells whether two items mean the same, in whatever spelling. Neither item is empty. */
	isSame(field: FieldOfKind, value: unknown, otherValue: unknown, zone: string): boolean;
	/**
	 * Tells whether AlfaCRM already holds an item, so that there is nothing to save. A capital letter
	 * makes a difference, because a user may want to correct it. The spelling of a phone number makes
	 * none, because AlfaCRM changes it itself.
	 */
	isStored(field: FieldOfKind, storedValue: unknown, value: unknown, zone: string): boolean;
	/**
	 * Tells whether two items with a common normal form identify the same record. For example, the
	 * custom fields `cus_aBc` and `cus_abc` have a common form, but are two IDs of another program. A
	 * kind without this function says that such items always identify the same record.
	 */
	identifiesSameRecord?(field: FieldOfKind, storedValue: unknown, matchValue: unknown): boolean;
	/**
	 * Says why two items that do not match may still belong to one record. For example, one of two
	 * names may lack the patronymic. Returns undefined if there is no such reason.
	 */
	explainSimilarity?(
		field: FieldOfKind,
		storedValue: unknown,
		matchValue: unknown,
	): string | undefined;
	/**
	 * Tells whether an item has words that make no difference in a comparison, so that an equal item
	 * may lack them: "9001112233 (mother)" equals "9001112233". A caller that must not lose the words
	 * then compares the texts as well.
	 */
	hasOptionalWords(item: string): boolean;
	/** Whether the items are IDs, in place of which AlfaCRM may show names. */
	holdsIds: boolean;
	/**
	 * Returns where the output finds names for the values. Undefined if the values need no name, or
	 * if the entity has too many records to list.
	 */
	valueNames(field: FieldOfKind): ValueNames | undefined;
	/**
	 * Writes an item in AlfaCRM's own spelling, so that the search in AlfaCRM's website finds it: a
	 * phone as `+7(900)111-22-33`.
	 */
	canonicalize(item: ApiValue): ApiValue;
	/** The value that the field has in a row that leaves it out, if that is known. */
	valueIfMissing: ApiValue | undefined;
	/** The value to send for a field that the user empties on purpose. */
	clearedValue: ApiValue;
	/**
	 * Whether a filter of this type finds only rows that have exactly the value of the filter. If so,
	 * the node removes other rows from the answer, because AlfaCRM may ignore a filter.
	 */
	hasExactFilter: boolean;
	/**
	 * Tells whether a filter of this type can find a row that holds `storedValue`. Only kinds whose
	 * filters find parts of values have this function: `900` finds every phone with `900` in it. So a
	 * kind has either this function or `hasExactFilter`, or neither.
	 */
	filterMayFind?: (storedValue: unknown, filterValue: unknown) => boolean;
	/**
	 * Makes the bodies of calls that find all records with an item in any spelling. For example,
	 * `{ name: 'ксандр' }` finds "Александр Артёмов": it is a part of the name in which no letter can
	 * be written in two ways, as е and ё can. The calls may find other records as well.
	 *
	 * @param name the name of the field, which is also the name of the filter
	 * @param item an item as it is sent
	 */
	makeSearchFilters(
		field: FieldOfKind,
		name: string,
		item: ApiValue,
	): Array<Record<string, ApiValue>>;
	/**
	 * Makes the bodies of calls for a filter that the user has set in the form. The value of the
	 * filter can be a list.
	 *
	 * @param name the name of the filter
	 */
	makeFilterBodies(
		field: FieldOfKind,
		name: string,
		value: ApiValue,
	): Array<Record<string, ApiValue>>;
	/** Makes the parameter of the field in the form. */
	widget(field: FieldOfKind & FieldBasics): Widget;
	/**
	 * Makes the widget for a field that stands outside a collection, so that the form of a new node
	 * shows it at once. It replaces a dropdown: n8n would fill the dropdown before the user has set
	 * the credential, and show "Error fetching options". Undefined if `widget` makes no dropdown.
	 */
	standaloneWidget(field: FieldOfKind): Widget | undefined;
	/** Makes the label of the parameter from the label of the field. */
	formLabel(label: string): string;
	/** Whether the parameter always has a value, as a checkbox has. */
	isAlwaysFilled: boolean;
	/** Returns the value with which the form and a new record begin, if there is one. */
	defaultValue(field: FieldOfKind): ApiValue | undefined;
	/** Makes the column of the field in n8n's field mapper. */
	column(
		field: FieldOfKind,
		required: boolean,
	): Pick<ResourceMapperField, 'type' | 'options' | 'defaultValue'>;
	/**
	 * Makes the label of the column, such as "Room Name or ID". A column has no dropdown, so its
	 * label says whether the user can give a name.
	 */
	columnLabel(label: string): string;
	/** Makes the JSON schema of the value that AlfaCRM returns. */
	schema(field: FieldOfKind): JsonSchema;
	/** Turns a stored value that is not a list into the value that *Simplify* shows. */
	simplify(storedValue: ApiValue): ApiValue;
	/** Describes the values for users who write JSON, such as "0 or 1". Empty for a text. */
	jsonHint(field: FieldOfKind): string;
}

/**
 * The parts that kinds of a single value share, as a short text has them. `isSame`, `isStored`,
 * `makeNormalForms`, `serialize` and `expected` are missing here, because they differ from kind to
 * kind. The casts allow a kind to replace a part by another value, such as false by true.
 */
export const singleParts = {
	isList: false as boolean,
	hasExactFilter: false as boolean,
	splitItems: (_field: unknown, value: unknown): unknown[] => [value],
	isBlank: (): boolean => false,
	valueNoun: 'value' as string,
	findWebAddresses: (): Address[] => [],
	hasOptionalWords: (item: string): boolean => /\p{L}/u.test(item),
	holdsIds: false as boolean,
	valueNames: (): ValueNames | undefined => undefined,
	canonicalize: (item: ApiValue): ApiValue => item,
	valueIfMissing: undefined,
	clearedValue: null,
	makeSearchFilters: (
		_field: unknown,
		name: string,
		item: ApiValue,
	): Array<Record<string, ApiValue>> => [{ [name]: item }],
	makeFilterBodies: (
		_field: unknown,
		name: string,
		value: ApiValue,
	): Array<Record<string, ApiValue>> => [{ [name]: value }],
	widget: (): Widget => ({ type: 'string', default: '' }),
	standaloneWidget: (): Widget | undefined => undefined,
	formLabel: (label: string): string => label,
	isAlwaysFilled: false as boolean,
	defaultValue: (): undefined => undefined,
	column: () => ({ type: 'string' as const }),
	columnLabel: (label: string): string => label,
	schema: (): JsonSchema => ({ type: 'string' }),
	simplify: (storedValue: ApiValue): ApiValue => storedValue,
	jsonHint: (): string => '',
} satisfies Partial<FieldKind<unknown>>;

/** The parts that kinds of a list share, as a list of texts has them. */
export const listParts = {
	...singleParts,
	isList: true,
	clearedValue: [] as ApiValue[],
	// `column` stays that of a text: n8n's column for lists takes only JSON, and most users give a
	// single value. `splitItems` is replaced by each kind of a list.
	schema: (): JsonSchema => ({ type: 'array', items: { type: 'string' } }),
	jsonHint: () => 'list',
} satisfies Partial<FieldKind<unknown>>;

/**
 * Makes the functions of a kind that compare items by their normal forms: 28.02.2026 and 2026-02-28
 * are equal, because both have the form `2026-02-28`. Nobody corrects the spelling of a day or a
 * number, so `isStored` compares in the same way. Texts replace `isStored`, so that a corrected
 * capital letter is saved.
 */
export function makeComparisonParts<FieldOfKind>(
	makeNormalForms: FieldKind<FieldOfKind>['makeNormalForms'],
): Pick<FieldKind<FieldOfKind>, 'isSame' | 'isStored' | 'makeNormalForms'> {
	const haveCommonForm = (
		field: FieldOfKind,
		item: unknown,
		otherItem: unknown,
		zone: string,
	): boolean => {
		const forms = makeNormalForms(field, item, zone);
		const otherForms = makeNormalForms(field, otherItem, zone);
		return otherForms.some((form) => forms.includes(form));
	};

	return { makeNormalForms, isSame: haveCommonForm, isStored: haveCommonForm };
}

/**
 * Makes the list of normal forms for an item with a single form. The list is empty if the item is
 * unreadable.
 *
 * @param parsedItem the item after reading, such as a number; undefined if the item is unreadable
 */
export const toFormList = (parsedItem: unknown): string[] =>
	parsedItem === undefined ? [] : [String(parsedItem)];
