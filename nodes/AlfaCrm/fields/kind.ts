import type { INodeProperties, ResourceMapperField } from 'n8n-workflow';

import type { Choice, FieldBasics, Wire } from '../entities/fieldTypes';

type JsonType = 'array' | 'boolean' | 'integer' | 'object' | 'string';

export interface JsonSchema {
	type: JsonType | readonly JsonType[];
	items?: JsonSchema;
	properties?: Record<string, JsonSchema>;
}

/** A parameter without what all of them have. */
export type Widget = Omit<INodeProperties, 'name' | 'displayName'>;

/** An address that stands in place of the number of a record, and the label of its field. */
export interface Address {
	label: string;
	address: string;
}

/** A parameter of its own in place of the usual one, shown where other parameters have these values. */
export interface Variant {
	label: string;
	widget: Widget;
	show: Record<string, string[]>;
}

/** Where the names of values are: in a short list of the account, or in what is declared. */
export type Words = { entity: string } | { choices: readonly Choice[] };

/** All that depends on the type of a field. `F` is what a field of this type says of itself. */
export interface FieldKind<F> {
	/** Holds several values, which AlfaCRM replaces as a whole. */
	isList: boolean;
	/** The values that were given: those of a list however it is written, else the one. */
	items(field: F, value: unknown): unknown[];
	/** Whether a value, which is not undefined, null, an empty text or an empty list, still says nothing. */
	isBlank(field: F, value: unknown): boolean;
	/** For messages: "a whole number". */
	expected(field: F): string;
	/** One of its values, for messages: "phone number". */
	noun: string;
	/** As AlfaCRM takes it, undefined for what is something else. Lists are read item by item. */
	serialize(field: F, item: unknown, zone: string): Wire | undefined;
	/** The addresses that stand in a value in place of numbers of records, whose AlfaCRM is to be checked. */
	addresses(field: F & Pick<FieldBasics, 'label'>, item: unknown): Address[];
	/** The forms that make two values match if they share one, for looking a value up. None for what says nothing. */
	normalize(field: F, item: unknown, zone: string): string[];
	/** Whether two values, neither of them empty, mean the same however they are written. Lists: one item of each. */
	isSame(field: F, one: unknown, other: unknown, zone: string): boolean;
	/**
	 * The same for deciding whether there is something to save: what a person may correct, such as a capital letter, makes
	 * a difference; what AlfaCRM writes in its own way does not.
	 */
	isStored(field: F, held: unknown, wanted: unknown, zone: string): boolean;
	/** Whether two values that share a normal form are really the same key; all of them are if absent. */
	isSameKey?(field: F, held: unknown, wanted: unknown): boolean;
	/**
	 * Tells why two values that do not match may still belong to one record, such as a name with and without the patronymic.
	 * Undefined if they cannot.
	 */
	explainSimilarity?(field: F, held: unknown, wanted: unknown): string | undefined;
	/** Whether a value has words that another one of the same meaning may lack. */
	mayHaveWords(item: string): boolean;
	/** Its values are numbers that stand for something, which AlfaCRM may show by name. */
	holdsIds: boolean;
	/** Where the names of its values are; undefined where they say what they mean, or only a long list would tell. */
	words(field: F): Words | undefined;
	/** As AlfaCRM itself writes it, so that its own lists find it. */
	canonicalize(item: Wire): Wire;
	/** What a row means that shows nothing, where that says something. */
	valueIfMissing: Wire | undefined;
	/** What takes the place of a value that somebody empties on purpose. */
	clearedValue: Wire;
	/** A filter of this type finds the rows that hold the very value, so rows can be checked again. */
	isExact: boolean;
	/** Whether a filter of this type finds a row that holds a value, where it finds others than the very value. */
	finds?: (held: unknown, wanted: unknown) => boolean;
	/** Filters to ask an index with for one value, as it is on the wire; all of them are needed to find it in every spelling. */
	searchForms(field: F, name: string, item: Wire): Array<Record<string, Wire>>;
	/** Filters to ask with for the value of a filter, a whole list too. */
	filterForms(field: F, name: string, value: Wire): Array<Record<string, Wire>>;
	/** Its parameter in the form. */
	widget(field: F & FieldBasics): Widget;
	/**
	 * Its parameter where it stands in the form from the beginning, if not the usual one: n8n fills a dropdown there before
	 * the credential of a new node is set, and shows "Error fetching options".
	 */
	standing(field: F): Widget | undefined;
	/** Its parameters where it stands alone, if another parameter decides what is asked for; none if the usual one will do. */
	variants(field: F): Variant[];
	/** What the parameter is called, where that is more than the label. */
	formLabel(label: string): string;
	/** Its parameter cannot be left empty. */
	alwaysFilled: boolean;
	/** What the form and a new record begin with, where that is a value. */
	defaultValue(field: F): Wire | undefined;
	/** Its column in the field mapper. */
	column(field: F, required: boolean): Pick<ResourceMapperField, 'type' | 'options' | 'defaultValue'>;
	/** What the column is called. It takes values from the input, so it has no dropdown of names. */
	columnLabel(label: string): string;
	/** As AlfaCRM returns it. */
	schema(field: F): JsonSchema;
	/** What Simplify makes of a value that is no list. */
	simplified(held: Wire): Wire;
	/** What the JSON input takes, in brackets behind the name; '' for a text. */
	jsonHint(field: F): string;
}

/** A kind that holds one value, which is typed as a text. */
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
	searchForms: (_field: unknown, name: string, item: Wire): Array<Record<string, Wire>> => [{ [name]: item }],
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
	simplified: (held: Wire): Wire => held,
	jsonHint: (): string => '',
};

/** A kind that holds several, one text for each. */
export const several = {
	...single,
	isList: true,
	clearedValue: [] as Wire[],
	// n8n's editor for lists takes JSON only, and most have a single value.
	schema: (): JsonSchema => ({ type: 'array', items: { type: 'string' } }),
	jsonHint: () => 'list',
};

type Normalize<F> = FieldKind<F>['normalize'];

/** For values whose forms tell all: the parts that compare them. */
export const comparedBy = <F>(
	normalize: Normalize<F>,
): Pick<FieldKind<F>, 'isSame' | 'isStored' | 'normalize'> => {
	const isSame: FieldKind<F>['isSame'] = (field, one, other, zone) => {
		const forms = normalize(field, one, zone);
		return normalize(field, other, zone).some((form) => forms.includes(form));
	};
	return { normalize, isSame, isStored: isSame };
};

/** One form, or none where the value cannot be read. */
export const oneForm = (value: unknown): string[] => (value === undefined ? [] : [String(value)]);
