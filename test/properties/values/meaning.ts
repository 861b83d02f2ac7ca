import type { Field, Filter } from '../../../nodes/AlfaCrm/entities/fieldTypes';

/**
 * Says what the node may make of a value, by the rules that the README and the docs promise. Most meanings have one
 * property. A meaning has several where the rules leave open what the node makes of the value.
 */
export interface Meaning {
	/** The node may refuse the value before it sends anything. */
	mayBeRefused?: true;
	/** The node may act as if the field were left empty. */
	mayBeEmpty?: true;
	/** The node may read the value as any one of these. */
	readings?: readonly unknown[];
	/** The node may read the value in a way that the rules do not describe, as with a moment in a text. */
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

/** A value with this meaning is refused, or taken for an empty one. */
export const EMPTY_OR_REFUSED: Meaning = { mayBeRefused: true, mayBeEmpty: true };

/** A value with this meaning has exactly one reading. */
export function readAs(reading: unknown): Meaning {
	return { readings: [reading] };
}

/** A value with this meaning has exactly one reading, but the node may refuse it as well. */
export function readAsOrRefused(reading: unknown): Meaning {
	return { mayBeRefused: true, readings: [reading] };
}

/** Allows the node to refuse a value that the rules leave open. */
export function orRefused(meaning: Meaning): Meaning {
	return { ...meaning, mayBeRefused: true };
}
