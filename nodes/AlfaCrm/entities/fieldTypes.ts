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

/**
 * The settings of a type that has none.
 *
 * @public to the modules that add their types below
 */
export type Nothing = Record<never, never>;

/**
 * Of texts, short and long ones.
 *
 * @public to the module of the long ones
 */
export interface TextSettings {
	/** The most characters that AlfaCRM takes, as people count them. */
	longest?: number;
}

/**
 * What must be said of a field besides, by its type. The module of each type adds its own; `fieldKinds` has a kind for
 * each, or does not compile.
 */
export interface FieldTypes {
	text: TextSettings;
}

/** And of what AlfaCRM returns; an object has keys that nobody can declare. */
export interface ShownTypes extends FieldTypes {
	object: Nothing;
}

type Typed<Types> = { [K in keyof Types]: { type: K } & Types[K] }[keyof Types];

/** What a field holds decides its parameter in the form, its check and its format on the wire. */
export type FieldType = Typed<FieldTypes>;

export type ShownType = Typed<ShownTypes>;
export type TypeName = keyof ShownTypes;
export type OfType<K extends TypeName> = { type: K } & ShownTypes[K];

/** How a row is compared with what a filter asked for. */
export type VerificationTest = 'is' | 'has' | 'in' | 'email' | 'phone' | 'blank' | 'from' | 'to';

type Verification =
	/** Against a field of the row, unless another one holds a value. */
	| { field: string; test: VerificationTest; also?: IDataObject; unless?: string }
	/** For customers, against the members of the group that is asked for. */
	| 'members'
	/** Not at all: a row need not show why it was found. */
	| 'trusted';

export type Filter = FieldBasics &
	FieldType & {
		/**
		 * How rows are checked again, since the server is known to ignore this filter, or not known to heed it. Without it
		 * a filter by the exact value of a field is checked against that field, if rows show it.
		 */
		verifyBy?: Verification;
		/** As AlfaCRM calls it, where another filter of the form goes by that name. */
		sentAs?: string;
		/** For its choice of none, which AlfaCRM has no filter for: what it is asked instead, and which rows have none. */
		none?: { ask: IDataObject; isIn: (row: IDataObject) => boolean };
		/** A switch that is off asks for all, not for the others. */
		offMeansAll?: true;
	};

/**
 * The field that names the record to which the new one is added, and which of that record's texts are taken: the first
 * that is filled, cut to fit. A branch that is not given is taken from it too.
 */
export interface CopyFrom {
	owner: string;
	entity: string;
	fields: readonly string[];
}

export type Field = FieldBasics &
	FieldType & {
		/** Asked for at create, since AlfaCRM refuses a record without it. */
		required?: boolean;
		/** In a new record the branch of the call stands in for a value that is not given. */
		fromBranch?: boolean;
		/** Bounds of a number that hold for new records only, for older ones may hold what nobody should add. */
		onCreate?: Bounds;
		/** Not among what AlfaCRM returns, at least not under this name. */
		writeOnly?: boolean;
		/** How a day is written where AlfaCRM refuses it in its format, for sources disagree on that. API notes 5.6 and 5.11. */
		fallbackDateFormat?: DateFormat;
		/** Sent when nothing is given. */
		fallback?: number | 'today';
		/** Its parameter stands with the required ones, though it may stay empty. */
		prominent?: boolean;
		/** A record that has neither this nor that field says nothing. */
		requiredUnless?: string;
		/** That it is required is not known of AlfaCRM: a record without it would be of no use. */
		isNodesRule?: true;
		/** Not sent in a new record where that field is given. */
		omittedWith?: string;
		/** Must be later than that field, where both are given. */
		after?: string;
		/** Must not be before that field, where both are given. */
		notBefore?: string;
		/** A new record for which it is not given takes it from another one, which a field of it names. */
		copyFrom?: CopyFrom;
		/** In a new record for which it is not given the user of the credential. */
		isAuthor?: true;
		/** Whose record it is. An update that names somebody else has the wrong record. */
		isOwner?: true;
	};

/** What AlfaCRM returns. */
export type Shown = FieldBasics & ShownType;
