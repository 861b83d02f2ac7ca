import type { INodeProperties, ResourceMapperField } from 'n8n-workflow';

import type { Choice, FieldBasics, Wire } from '../entities/fieldTypes';

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
 * Where the names of a field's values are: in a list of the account, or in the declared choices.
 */
export type Words = { entity: string } | { choices: readonly Choice[] };

/**
 * Everything that depends on the type of a field. Each type is one module; to make another, copy
 * `date.ts` for a single value or `choice.ts` for a list, and add it to `fieldKinds`. `F` is the
 * declaration of a field of this type.
 */
export interface FieldKind<F> {
	/** Whether a field of this type holds several values. AlfaCRM replaces them as a whole. */
	isList: boolean;
	/**
	 * Returns the values that were given: all values of a list, however it is written, or the one
	 * value.
	 */
	items(field: F, value: unknown): unknown[];
	/**
	 * Tells whether a value counts as empty, although it is not undefined, null, an empty text or an
	 * empty list.
	 */
	isBlank(field: F, value: unknown): boolean;
	/** Describes the values that the field takes, for messages: "a whole number". */
	expected(field: F): string;
	/** Names one value, for messages: "phone number". */
	noun: string;
	/** Turns one value into what is sent to AlfaCRM. Returns undefined if it cannot be read. */
	serialize(field: F, item: unknown, zone: string): Wire | undefined;
	/**
	 * Returns the web addresses that were given in place of IDs. The caller checks that they lead to
	 * the same AlfaCRM.
	 */
	addresses(field: F & Pick<FieldBasics, 'label'>, item: unknown): Address[];
	/**
	 * Returns the normal forms of a value. Two values match if they have one in common. A value that
	 * many records share has none.
	 */
	normalize(field: F, item: unknown, zone: string): string[];
	/**
	 * Tells whether two values (for a list: two items) mean the same, however they are written.
	 * Neither is empty.
	 */
	isSame(field: F, value: unknown, otherValue: unknown, zone: string): boolean;
	/**
	 * Tells whether AlfaCRM already holds a value, so that there is nothing to save. What a person
	 * may want to correct, such as a capital letter, makes a difference. What AlfaCRM writes in its
	 * own way makes none.
	 */
	isStored(field: F, storedValue: unknown, value: unknown, zone: string): boolean;
	/**
	 * Tells whether two values with a common normal form identify the same record. Left out if they
	 * always do.
	 */
	isSameKey?(field: F, storedValue: unknown, matchValue: unknown): boolean;
	/**
	 * Tells why two values that do not match may still belong to one record, such as a name with and
	 * without the patronymic. Returns undefined if they cannot.
	 */
	explainSimilarity?(field: F, storedValue: unknown, matchValue: unknown): string | undefined;
	/** Tells whether a value has words that another value of the same meaning may lack. */
	mayHaveWords(item: string): boolean;
	/** Whether the values are IDs, which AlfaCRM may show by name. */
	holdsIds: boolean;
	/**
	 * Tells where the names of the values are. Undefined if values say what they mean, or if the list
	 * of names would be too long.
	 */
	words(field: F): Words | undefined;
	/** Writes a value as AlfaCRM itself does, so that AlfaCRM's own search finds it. */
	canonicalize(item: Wire): Wire;
	/** The value of a row that does not show the field, if that is known. */
	valueIfMissing: Wire | undefined;
	/** The value to send for a field that the user empties on purpose. */
	clearedValue: Wire;
	/**
	 * Whether a filter of this type finds exactly the rows with the value, so that rows can be
	 * checked again.
	 */
	isExact: boolean;
	/**
	 * Tells whether a filter of this type may find a row, for filters that also find other values.
	 */
	finds?: (storedValue: unknown, filterValue: unknown) => boolean;
	/**
	 * Makes the filters that together find one value in every spelling. `item` is a value as it is
	 * sent.
	 */
	searchForms(field: F, name: string, item: Wire): Array<Record<string, Wire>>;
	/** Makes the filters for the value of a filter, which may be a whole list. */
	filterForms(field: F, name: string, value: Wire): Array<Record<string, Wire>>;
	/** The field's parameter in the form. */
	widget(field: F & FieldBasics): Widget;
	/**
	 * The field's parameter where the form shows it from the beginning, if not the usual one. n8n
	 * would fill a dropdown there before the credential of a new node is set, and show "Error
	 * fetching options".
	 */
	standing(field: F): Widget | undefined;
	/**
	 * The parameters in place of the usual one, if another parameter decides what is asked for; else
	 * none.
	 */
	variants(field: F): Variant[];
	/** The label of the parameter, made of the label of the field. */
	formLabel(label: string): string;
	/** Whether the parameter cannot be left empty. */
	alwaysFilled: boolean;
	/** The value with which the form and a new record begin, if there is one. */
	defaultValue(field: F): Wire | undefined;
	/** The field's column in the field mapper. */
	column(
		field: F,
		required: boolean,
	): Pick<ResourceMapperField, 'type' | 'options' | 'defaultValue'>;
	/**
	 * The label of the column. A column takes values from the input, so it has no dropdown of names.
	 */
	columnLabel(label: string): string;
	/** The schema of the value that AlfaCRM returns. */
	schema(field: F): JsonSchema;
	/** Turns a stored value that is no list into the value that *Simplify* shows. */
	simplified(storedValue: Wire): Wire;
	/** Describes the values of the JSON input, in brackets behind the name; empty for a text. */
	jsonHint(field: F): string;
}

/** The parts of a kind that holds one value, which is typed as a text. */
export const single = {
	isList: false as boolean,
	isExact: false as boolean,
	items: (_field: unknown, value: unknown): unknown[] => [value],
	isBlank: (): boolean => false,
	noun: 'value' as string,
	addresses: (): Address[] => [],
	mayHaveWords: (item: string): boolean => /\p{L}/u.test(item),
	holdsIds: false as boolean,
	words: (): Words | undefined => undefined,
	canonicalize: (item: Wire): Wire => item,
	valueIfMissing: undefined,
	clearedValue: null,
	searchForms: (_field: unknown, name: string, item: Wire): Array<Record<string, Wire>> => [
		{ [name]: item },
	],
	filterForms: (_field: unknown, name: string, value: Wire): Array<Record<string, Wire>> => [
		{ [name]: value },
	],
	widget: (): Widget => ({ type: 'string', default: '' }),
	standing: (): Widget | undefined => undefined,
	variants: (): Variant[] => [],
	formLabel: (label: string): string => label,
	alwaysFilled: false as boolean,
	defaultValue: (): undefined => undefined,
	column: () => ({ type: 'string' as const }),
	columnLabel: (label: string): string => label,
	schema: (): JsonSchema => ({ type: 'string' }),
	simplified: (storedValue: Wire): Wire => storedValue,
	jsonHint: (): string => '',
};

/** The parts of a kind that holds several values, which are texts. */
export const several = {
	...single,
	isList: true,
	clearedValue: [] as Wire[],
	// The column stays a text: n8n's editor for lists takes JSON only, and most lists have a single
	// value.
	schema: (): JsonSchema => ({ type: 'array', items: { type: 'string' } }),
	jsonHint: () => 'list',
};

type Normalize<F> = FieldKind<F>['normalize'];

/**
 * Makes the parts of a kind that compare values, for values that are equal if they have a normal
 * form in common.
 */
export const comparedBy = <F>(
	normalize: Normalize<F>,
): Pick<FieldKind<F>, 'isSame' | 'isStored' | 'normalize'> => {
	const isSame: FieldKind<F>['isSame'] = (field, value, otherValue, zone) => {
		const forms = normalize(field, value, zone);
		return normalize(field, otherValue, zone).some((form) => forms.includes(form));
	};
	return { normalize, isSame, isStored: isSame };
};

/** Returns one normal form, or none if the value could not be read. */
export const oneForm = (value: unknown): string[] => (value === undefined ? [] : [String(value)]);
