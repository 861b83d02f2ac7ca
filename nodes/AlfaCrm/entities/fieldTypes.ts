import type { IDataObject } from 'n8n-workflow';

import type { DateFormat } from '../values/formats';

/** What travels in a request or an answer. */
export type Wire = IDataObject[string];

export interface FieldBasics {
	/** As AlfaCRM calls it. */
	name: string;
	/** Title Case, as the form shows it. */
	label: string;
	description?: string;
	placeholder?: string;
}

export interface Choice {
	value: number | string;
	label: string;
	description?: string;
}

export interface Bounds {
	min?: number;
	max?: number;
	nonZero?: true;
}

/** The settings of a type that has none. */
export type Nothing = Record<never, never>;

interface TextSettings {
	/** The most characters that AlfaCRM takes, as people count them. */
	longest?: number;
	/** The order of its words does not count. */
	isPersonName?: true;
}

interface ReferenceSettings {
	entity: string;
	/** The method that lists those of the record which the form is about. */
	listedBy?: string;
	/** What the list shows while none is chosen, where it need not be. */
	whileEmpty?: string;
}

/**
 * The settings that a field of each type has, besides those that all fields have. `fieldKinds` has
 * a kind for each type, or does not compile.
 */
interface FieldTypes {
	text: TextSettings;
	longText: TextSettings;
	/**
	 * One text given for the list is several, at its commas, semicolons and line breaks, unless
	 * `split` is off.
	 */
	texts: { split?: false };
	/**
	 * Addresses of websites, and names and numbers in messengers, which are the same in any spelling.
	 */
	links: Nothing;
	emails: Nothing;
	/** An address of email, or a part of one, to search with. */
	emailPart: Nothing;
	/** Phone numbers, which are the same in any spelling. */
	phones: Nothing;
	/** A phone number, or some digits of one, to search with. */
	phonePart: Nothing;
	/** A `custom_` field, whose type AlfaCRM does not tell. */
	custom: Nothing;
	/** Hundredths are the smallest part. */
	number: Bounds;
	integer: Bounds & { default?: number };
	/** Yes or no, on the wire 0 or 1. */
	flag: Nothing;
	/** Yes or no, on the wire false or true, as a few filters want it. */
	boolean: Nothing;
	date: {
		format: DateFormat;
		/** The form begins with the day that is so many days ahead. */
		daysAhead?: number;
	};
	/** Of the day, `hh:mm`. */
	time: Nothing;
	choice: { choices: readonly Choice[]; default: number | string };
	/** Days of the week and the like; several at once. */
	choices: { choices: readonly Choice[] };
	/** Of a record of `entity`; without it only a number names one. */
	id: { entity?: string };
	ids: { entity?: string };
	/** One record, or several, of another entity, picked from a dropdown. For short lists. */
	reference: ReferenceSettings;
	references: ReferenceSettings;
	/** One record of another entity, searched for. For long lists. */
	record: { entity: string };
	/** One of them picked, or several given by their IDs. */
	records: { entity: string };
	/** One record of the entity that the value of another field stands for. */
	owner: { by: string; entities: Readonly<Record<string, string>>; entity?: undefined };
	/** A list of small records inside this one, such as the attendance of a lesson. */
	rows: {
		fields: readonly Field[];
		/** What AlfaCRM shows in a row and does not take; passed over when a row comes back. */
		readOnly?: readonly string[];
	};
}

/** And of what AlfaCRM returns; an object has keys that nobody can declare. */
interface ShownTypes extends FieldTypes {
	object: Nothing;
}

type Typed<Types> = { [K in keyof Types]: { type: K } & Types[K] }[keyof Types];

/** What a field holds decides its parameter in the form, its check and its format on the wire. */
export type FieldType = Typed<FieldTypes>;

export type ShownType = Typed<ShownTypes>;
export type TypeName = keyof ShownTypes;
export type OfType<K extends TypeName> = { type: K } & ShownTypes[K];

/**
 * How a row is compared with what a filter asked for: by a field of it, unless another one holds a
 * value.
 */
export interface FieldVerification {
	field: string;
	test: 'from' | 'to';
	unless?: string;
}

type Verification =
	| FieldVerification
	/** By what the entity itself knows of its rows; undefined where the row does not tell. */
	| ((row: IDataObject, wanted: Wire) => boolean | undefined)
	/** For customers, against the members of the group that is asked for. */
	| 'members';

/** What a filter may have besides. */
export interface FilterSettings {
	/**
	 * How rows are checked again, since the server is known to ignore this filter, or not known to
	 * heed it. Without it a filter whose type finds certain rows only is checked against the field of
	 * its name, if rows show it.
	 */
	verifyBy?: Verification;
	/** What AlfaCRM is asked, if not for the value under the filter's own name. */
	ask?: (wanted: Wire) => IDataObject;
}

export type Filter = FieldBasics & FieldType & FilterSettings;

/** What a field may have besides. */
export interface FieldSettings {
	/** Asked for at create, and never emptied. */
	required?: boolean;
	/** In a new record the branch of the call stands in for a value that is not given. */
	fromBranch?: boolean;
	/**
	 * Not in the form, where another parameter says it; what comes as JSON may hold another value.
	 */
	withoutParameter?: boolean;
	/** Not among what AlfaCRM returns, at least not under this name. */
	writeOnly?: boolean;
	/**
	 * How a day is written where AlfaCRM refuses it in its format, for sources disagree on that.
	 * API notes 5.6 and 5.11.
	 */
	fallbackDateFormat?: DateFormat;
	/** Sent when nothing is given; the author is the user of the credential. */
	fallback?: number | 'today' | 'author';
	/** Its parameter stands with the required ones, though it may stay empty. */
	prominent?: boolean;
	/**
	 * A value that is set in the form but came out empty is refused. Without it, the operation would
	 * do something else.
	 */
	neverEmpty?: boolean;
	/** A record that has neither this nor that field says nothing. */
	requiredUnless?: string;
	/**
	 * Texts of the customer: a new record for which it is not given takes the first that is filled,
	 * cut to fit.
	 */
	copyFrom?: readonly string[];
}

export type Field = FieldBasics & FieldType & FieldSettings;

/** What AlfaCRM returns. */
export type Shown = FieldBasics & ShownType;
