import type { INodeProperties, ResourceMapperField } from 'n8n-workflow';

import type { Choice, FieldBasics, ApiValue } from '../entities/fieldTypes';

/**
 * Declares what the type of a field decides: its parameter in the form, the check of a value, how
 * the value is sent, compared and searched for. All of this is the *kind* of the type.
 *
 * To make another type, copy `date.ts` for a single value or `choice.ts` for a list. Take over the
 * parts that most kinds share (`singleParts` or `listParts` below), and replace those that differ.
 * Then declare the type in `entities/fieldTypes.ts`, and add its kind to `fieldKinds` in
 * `field.ts`.
 *
 * Two words. A *value* is what a field holds, such as `'1, 2'` or `[1, 2]`. An *item* is one of the
 * values of a list, such as `1`. If a field holds a single value, its item is that value.
 */

type JsonType = 'array' | 'boolean' | 'integer' | 'object' | 'string';

export interface JsonSchema {
	type: JsonType | readonly JsonType[];
	items?: JsonSchema;
	properties?: Record<string, JsonSchema>;
}

/** A parameter of the form, without its name and label. */
export type Widget = Omit<INodeProperties, 'name' | 'displayName'>;

/** A web address that was given in place of a record's ID, and the label of its field. */
export interface Address {
	label: string;
	address: string;
}

/** A parameter that replaces the usual one where other parameters have the values of `show`. */
export interface Variant {
	label: string;
	widget: Widget;
	show: Record<string, string[]>;
}

/**
 * Where the names of a field's values come from: the records of an entity, or the labels of the
 * declared choices.
 */
export type ValueNames = { entity: string } | { choices: readonly Choice[] };

/** The kind of a type. `F` is the declaration of a field of that type. */
export interface FieldKind<F> {
	/** Whether a field of this type holds several values. AlfaCRM replaces them as a whole. */
	isList: boolean;
	/**
	 * Splits a value into its items, however the list is written: `[1, 2]`, `'1, 2'` and `'[1, 2]'`
	 * give two items. If the field holds a single value, the value is the only item.
	 */
	splitItems(field: F, value: unknown): unknown[];
	/**
	 * Tells whether a value counts as empty, although it is not undefined, null, an empty text or an
	 * empty list.
	 */
	isBlank(field: F, value: unknown): boolean;
	/** Describes the values that the field takes, for messages: "must be *a whole number*". */
	expected(field: F): string;
	/** Names one value, for messages: "holds no usable *phone number*". */
	valueNoun: string;
	/** Turns an item into what is sent to AlfaCRM. Returns undefined if it cannot be read. */
	serialize(field: F, item: unknown, zone: string): ApiValue | undefined;
	/**
	 * Finds the web addresses of records that the user gave in place of IDs. The caller checks that
	 * they lead to the AlfaCRM of the credential.
	 */
	findWebAddresses(field: F & Pick<FieldBasics, 'label'>, item: unknown): Address[];
	/**
	 * Makes the normal forms of an item: texts that are the same for every spelling, such as
	 * `79001112233` for `8 (900) 111-22-33`. Two items match if they have one form in common. An item
	 * may have several forms, because it may mean several values, or none, if it is unreadable or
	 * many records share it, as the phone "no".
	 */
	makeNormalForms(field: F, item: unknown, zone: string): string[];
	/** Tells whether two items mean the same, however they are written. Neither is empty. */
	isSame(field: F, value: unknown, otherValue: unknown, zone: string): boolean;
	/**
	 * Tells whether AlfaCRM already holds an item, so that there is nothing to save. A difference
	 * that a person may want to correct counts, such as a capital letter. A difference that AlfaCRM
	 * makes itself does not, such as the spelling of a phone number.
	 */
	isStored(field: F, storedValue: unknown, value: unknown, zone: string): boolean;
	/**
	 * Tells whether two items with a common normal form identify the same record. Left out if they
	 * always do.
	 */
	identifiesSameRecord?(field: F, storedValue: unknown, matchValue: unknown): boolean;
	/**
	 * Says why two items that do not match may still belong to one record. For example, one of two
	 * names may lack the patronymic. Returns undefined if nothing suggests that they do.
	 */
	explainSimilarity?(field: F, storedValue: unknown, matchValue: unknown): string | undefined;
	/**
	 * Tells whether an item has words that another item with the same meaning may lack, as
	 * "9001112233 (mother)" and "9001112233".
	 */
	mayHaveWords(item: string): boolean;
	/** Whether the items are IDs. AlfaCRM may show names in their place. */
	holdsIds: boolean;
	/**
	 * Returns where the names of the values come from. Undefined if the values need no name, or if
	 * the entity has too many records to list.
	 */
	valueNames(field: F): ValueNames | undefined;
	/** Writes a value as AlfaCRM itself does, so that AlfaCRM's own search finds it. */
	canonicalize(item: ApiValue): ApiValue;
	/** The value of a row that does not show the field, if that is known. */
	valueIfMissing: ApiValue | undefined;
	/** The value to send for a field that the user empties on purpose. */
	clearedValue: ApiValue;
	/**
	 * Whether a filter of this type finds exactly the rows with the value, so that rows can be
	 * checked again.
	 */
	hasExactFilter: boolean;
	/**
	 * Tells whether a filter of this type may find a row that holds `storedValue`. It is for filters
	 * that also find other values than the one that they ask for, such as parts of a phone number.
	 */
	filterMayFind?: (storedValue: unknown, filterValue: unknown) => boolean;
	/**
	 * Makes the bodies with which the index finds the records that hold an item in any spelling:
	 * `{ name: 'ксандр' }` for the name "Александр Артёмов". They may find other records as well.
	 *
	 * @param name the name of the field, which is also the name of its filter
	 * @param item an item as it is sent
	 */
	makeSearchFilters(field: F, name: string, item: ApiValue): Array<Record<string, ApiValue>>;
	/**
	 * Makes the bodies for the value of a filter in the form. The value may be a list.
	 *
	 * @param name the name of the filter
	 */
	makeFilterBodies(field: F, name: string, value: ApiValue): Array<Record<string, ApiValue>>;
	/** Makes the parameter of the field in the form. */
	widget(field: F & FieldBasics): Widget;
	/**
	 * Makes another parameter for a form that shows the field from the beginning, if `widget` would
	 * be a dropdown. n8n would fill the dropdown before the credential of a new node is set, and show
	 * "Error fetching options". Undefined if `widget` will do.
	 */
	standaloneWidget(field: F): Widget | undefined;
	/**
	 * Makes the parameters that take the place of `widget` if another parameter decides which of them
	 * the form shows. Empty for all other fields.
	 */
	variants(field: F): Variant[];
	/** Makes the label of the parameter from the label of the field. */
	formLabel(label: string): string;
	/** Whether the parameter cannot be left empty. */
	isAlwaysFilled: boolean;
	/** Returns the value with which the form and a new record begin, if there is one. */
	defaultValue(field: F): ApiValue | undefined;
	/** Makes the column of the field in n8n's field mapper. */
	column(
		field: F,
		required: boolean,
	): Pick<ResourceMapperField, 'type' | 'options' | 'defaultValue'>;
	/**
	 * Makes the label of the column. A column takes values from the input and has no dropdown, so its
	 * label says whether names are taken.
	 */
	columnLabel(label: string): string;
	/** Makes the JSON schema of the value that AlfaCRM returns. */
	schema(field: F): JsonSchema;
	/** Turns a stored value, unless it is a list, into the value that *Simplify* shows. */
	simplify(storedValue: ApiValue): ApiValue;
	/** Describes the values that the input in JSON takes, such as "0 or 1". Empty for a text. */
	jsonHint(field: F): string;
}

/**
 * The parts that kinds of a single value share. They are those of a short text. `isSame`,
 * `isStored`, `makeNormalForms`, `serialize` and `expected` differ from kind to kind, so they are
 * missing here.
 */
export const singleParts = {
	isList: false as boolean,
	hasExactFilter: false as boolean,
	splitItems: (_field: unknown, value: unknown): unknown[] => [value],
	isBlank: (): boolean => false,
	valueNoun: 'value' as string,
	findWebAddresses: (): Address[] => [],
	mayHaveWords: (item: string): boolean => /\p{L}/u.test(item),
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
	variants: (): Variant[] => [],
	formLabel: (label: string): string => label,
	isAlwaysFilled: false as boolean,
	defaultValue: (): undefined => undefined,
	column: () => ({ type: 'string' as const }),
	columnLabel: (label: string): string => label,
	schema: (): JsonSchema => ({ type: 'string' }),
	simplify: (storedValue: ApiValue): ApiValue => storedValue,
	jsonHint: (): string => '',
} satisfies Partial<FieldKind<unknown>>;

/** The parts that kinds of a list share. They are those of a list of texts. */
export const listParts = {
	...singleParts,
	isList: true,
	clearedValue: [] as ApiValue[],
	// The column stays a text: n8n's editor for lists takes JSON only, and most lists have a single
	// value.
	schema: (): JsonSchema => ({ type: 'array', items: { type: 'string' } }),
	jsonHint: () => 'list',
} satisfies Partial<FieldKind<unknown>>;

/**
 * Makes the parts of a kind that compare items. Two items are equal if they have a normal form in
 * common. The two functions `isSame` and `isStored` then agree.
 */
export const makeComparisonParts = <F>(
	makeNormalForms: FieldKind<F>['makeNormalForms'],
): Pick<FieldKind<F>, 'isSame' | 'isStored' | 'makeNormalForms'> => {
	const isSame: FieldKind<F>['isSame'] = (field, item, otherItem, zone) => {
		const forms = makeNormalForms(field, item, zone);
		const otherForms = makeNormalForms(field, otherItem, zone);
		return otherForms.some((form) => forms.includes(form));
	};
	return { makeNormalForms, isSame, isStored: isSame };
};

/**
 * Makes the list of normal forms of an item that has at most one. The list is empty if the item
 * could not be read.
 *
 * @param readValue what was read from the item, such as a number; undefined if it could not be read
 */
export const toFormList = (readValue: unknown): string[] =>
	readValue === undefined ? [] : [String(readValue)];
