import type { Field, Filter } from '../../../nodes/AlfaCrm/entities/fieldTypes';

/**
 * Says what the node may make of a value, by the rules that the README and the docs promise. Most meanings
 * have one property. A meaning has several if the rules leave the choice to the node.
 */
export interface Meaning {
	/** The node may refuse the value before it sends anything. */
	mayBeRefused?: true;
	/** The node may act as if the field were left empty. */
	mayBeEmpty?: true;
	/** The node may read the value as any one of these. */
	readings?: readonly unknown[];
	/** The node may read the value in a way that the rules do not describe, such as a moment in a text. */
	mayBeAnything?: true;
}

/** Describes a field of a record, a filter or an option of the form. */
export interface FieldDescription {
	type: FieldType;
	name: string;
	label: string;
	choices?: ReadonlyArray<{ value: number | string }>;
	min?: number;
	max?: number;
	/** Refuses 0. */
	nonZero?: boolean;
	/** The longest text, in characters. */
	longest?: number;
	isPhone?: boolean;
	required?: boolean;
	/** The field is required if the field of this name is empty. */
	requiredUnless?: string;
	/** Translates a value of the field into the body of the call. */
	makeBody?: (value: never) => object;
}

export type FieldType = (Field | Filter)['type'] | 'phones' | 'custom' | 'slug';

export const REFUSED: Meaning = { mayBeRefused: true };
export const EMPTY: Meaning = { mayBeEmpty: true };

/** The meaning of a value that the node refuses or takes for an empty one. */
export const EMPTY_OR_REFUSED: Meaning = { mayBeRefused: true, mayBeEmpty: true };

/** Makes the meaning of a value that has exactly one reading. */
export function makeMeaning(reading: unknown): Meaning {
	return { readings: [reading] };
}

/** Makes the meaning of a value that has exactly one reading, but that the node may refuse as well. */
export function makeRefusableMeaning(reading: unknown): Meaning {
	return { mayBeRefused: true, readings: [reading] };
}

/** Adds to a meaning that the node may refuse the value. */
export function allowRefusal(meaning: Meaning): Meaning {
	return { ...meaning, mayBeRefused: true };
}
