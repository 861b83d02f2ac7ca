import type { IDataObject } from 'n8n-workflow';

import type { DateFormat } from '../values/formats';

/**
 * Declares what fields and filters are. Each has a type, such as `phones` or `reference`, and the
 * type decides its parameter in the form, the check of its value, and how the value is written in a
 * call. `fields/` has one module for each type. `fields.ts` has a short function to declare a field
 * of each type.
 */

/**
 * A value in the body of a call to AlfaCRM, or in its answer: a text, a number, a list, and so on.
 */
export type ApiValue = IDataObject[string];

// ---------------------------------------------------------------- types

export interface FieldBasics {
	/** AlfaCRM's name, such as `teacher_ids`. */
	name: string;
	/** The label in the form, in Title Case. */
	label: string;
	description?: string;
	placeholder?: string;
}

/** A value that a field may have, with its label. */
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

/** The settings of a type, kind or event that needs no settings. */
export type NoSettings = Record<never, never>;

interface TextSettings {
	/** The most characters that AlfaCRM takes. An emoji counts as one character. */
	longest?: number;
	/** The text is the name of a person. The order of the words makes no difference. */
	isPersonName?: true;
}

interface ReferenceSettings {
	/** The entity of the record, by its resource. */
	entity: string;
	/**
	 * The n8n method that fills the list, such as `lessonCustomers`. By default the list has all
	 * records of the entity.
	 */
	loadMethod?: string;
	/** The text of the list while nothing is chosen, if it may stay empty. */
	whileEmpty?: string;
}

/**
 * The settings that only fields of one type have. A type that has no kind in `fieldKinds`
 * (`fields/field.ts`) does not compile.
 */
interface FieldTypes {
	/** A short text. */
	text: TextSettings;
	/** A text that may have several lines. */
	longText: TextSettings;
	/**
	 * A list of texts. If the user gives one text, it is split at commas, semicolons and line breaks,
	 * unless `split` is false.
	 */
	texts: { split?: false };
	/**
	 * A list of addresses of websites, and of names and numbers in messengers. `@anna_p` and
	 * `t.me/anna_p` are equal.
	 */
	links: NoSettings;
	/** A list of email addresses. */
	emails: NoSettings;
	/** A filter for lists of people: an email address, or a part of one. */
	emailPart: NoSettings;
	/** A list of phone numbers. `+7 900 111-22-33` and `89001112233` are equal. */
	phones: NoSettings;
	/** A filter for lists of people: a phone number, or some digits of one. */
	phonePart: NoSettings;
	/**
	 * A field that a school has added. Its name begins with `custom_`. AlfaCRM does not tell its
	 * type.
	 */
	custom: NoSettings;
	/** A number with at most two decimals. */
	number: Bounds;
	integer: Bounds & { default?: number };
	/** Yes or no, written as 1 or 0. */
	flag: NoSettings;
	/** Yes or no, written as true or false, which only a few filters take. */
	boolean: NoSettings;
	date: {
		format: DateFormat;
		/** The form suggests a day: 0 is today, 7 is a week ahead. */
		daysAhead?: number;
	};
	/** A time of day, `hh:mm`. */
	time: NoSettings;
	/** A single value out of declared choices. */
	choice: { choices: readonly Choice[]; default: number | string };
	/** Some of several values, such as the days of the week. */
	choices: { choices: readonly Choice[] };
	/** The ID of a record. If `entity` is set, the address of the record's page is taken as well. */
	id: { entity?: string };
	ids: { entity?: string };
	/** One record of another entity that has few records, such as a room: chosen from a dropdown. */
	reference: ReferenceSettings;
	/** Several records of another entity that has few records. */
	references: ReferenceSettings;
	/** One record of another entity that has many records, such as a customer: searched for. */
	record: { entity: string };
	/** Several records of another entity that has many: one that is searched for, or several IDs. */
	records: { entity: string };
	/**
	 * One record whose entity depends on the value of the field `by`. `{ Group: 'group' }` in
	 * `entities` says that for the value `Group` it is a record of `group`. An owner never has the
	 * setting `entity`, so that code may ask any field for it.
	 */
	owner: { by: string; entities: Readonly<Record<string, string>>; entity?: undefined };
	/** A list of small records inside the record, such as the attendance of a lesson. */
	rows: {
		fields: readonly Field[];
		/** The fields that AlfaCRM shows in a row and does not take. They are accepted and not sent. */
		readOnly?: readonly string[];
	};
}

/** The types of what AlfaCRM returns. */
interface ShownTypes extends FieldTypes {
	/** An object with keys that nobody can declare. */
	object: NoSettings;
}

/** Makes a union with one member for each type: the name of the type with its settings. */
type Typed<Types> = { [Type in keyof Types]: { type: Type } & Types[Type] }[keyof Types];

export type FieldType = Typed<FieldTypes>;

export type ShownType = Typed<ShownTypes>;
export type TypeName = keyof ShownTypes;
export type OfType<Type extends TypeName> = { type: Type } & ShownTypes[Type];

// ---------------------------------------------------------------- filters

/**
 * Compares a row with a bound. For a filter such as `sum_from` (test: 'from'), a row passes if its
 * `field` is at or above the bound; for `sum_to`, if it is at or below. A row with a number other
 * than 0 in the field `unless` always passes.
 */
export interface FieldVerification {
	field: string;
	test: 'from' | 'to';
	unless?: string;
}

type Verification =
	| FieldVerification
	/** Returns whether a row has the value of the filter; undefined if the row does not show it. */
	| ((row: IDataObject, filterValue: ApiValue) => boolean | undefined)
	/**
	 * Compares rows of customers with the list of members of the group that is the filter's value.
	 */
	| 'members';

/** The settings that only filters have. */
export interface FilterSettings {
	/**
	 * How the rows of the answer are compared with the filter. Set if AlfaCRM ignores the filter, or
	 * may ignore it. By default, a row is compared by the field with the name of the filter, if the
	 * row shows that field and if the kind of the filter has `hasExactFilter`.
	 */
	checkRowBy?: Verification;
	/**
	 * Makes the part of the body that asks for a value of the filter. By default it is the value
	 * under the name of the filter.
	 */
	makeBody?: (filterValue: ApiValue) => IDataObject;
}

/** A choice by which AlfaCRM narrows down a list, such as the payments of one customer. */
export type Filter = FieldBasics & FieldType & FilterSettings;

// ---------------------------------------------------------------- fields

/** The settings that only fields have. */
export interface FieldSettings {
	/** A new record needs a value, and an update never empties it. */
	required?: boolean;
	/** If a new record gets no value, it gets the branch of the call. */
	fromBranch?: boolean;
	/**
	 * The form has no parameter for the field, because another parameter already decides it, as
	 * 'Branch' does. Input in JSON may still give a value.
	 */
	withoutParameter?: boolean;
	/** AlfaCRM does not return the field, or returns it under another name. */
	writeOnly?: boolean;
	/**
	 * The format in which a day is sent once more, if AlfaCRM refuses it in the usual format. Sources
	 * disagree on the format of these fields. API notes 5.6 and 5.11.
	 */
	fallbackDateFormat?: DateFormat;
	/**
	 * The value of a new record if the user gives none: a number, the current day, or the author,
	 * who is the user of the credential.
	 */
	fallback?: number | 'today' | 'author';
	/** The parameter stands next to the required ones, although it may stay empty. */
	prominent?: boolean;
	/**
	 * If the user has added the field and its value is empty, the operation is refused. Ignoring the
	 * field would make the operation do something else, such as enter a payment twice.
	 */
	neverEmpty?: boolean;
	/** The name of another field. At least one of the two needs a value. */
	requiredUnless?: string;
	/**
	 * Names of fields of the customer. If a new record gets no value, it gets the text of the first
	 * of these fields that is not empty, cut to the length that the field takes.
	 */
	copyFrom?: readonly string[];
}

/** A value of a record that AlfaCRM takes when the record is created or updated. */
export type Field = FieldBasics & FieldType & FieldSettings;

/** A value of a record as AlfaCRM returns it. */
export type ShownField = FieldBasics & ShownType;
