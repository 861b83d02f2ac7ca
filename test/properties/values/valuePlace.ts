import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { HostileValue } from './hostileValues';
import type { FieldDescription } from './meaning';
import type { FilledForm, Situation } from './situation';

/** The purpose of a value at its place, which decides whether it may be empty there. */
export type Role =
	| 'required'
	| 'optional'
	| 'filter'
	/** An option of the node itself. */
	| 'option'
	/** An option that may stay empty. */
	| 'openOption'
	/** A whole object, such as JSON. */
	| 'object'
	| 'key';

/**
 * The way in which a value is given: in a parameter, in JSON as an object or as a text, or in the field
 * mapper.
 */
export type Way = 'form' | 'json' | 'jsonText' | 'map' | 'autoMap';

/** One place of a form into which hostile values are put. */
export interface ValuePlace {
	situation: Situation;
	/** The form with good values everywhere else. */
	form: FilledForm;
	way: Way;
	role: Role;
	field: FieldDescription;
	/** The position of the place in the form, such as "Update Fields > Phone". */
	where: string;
	/** Converts a value as n8n does before the node gets it. */
	convertOnTheWay: (value: unknown) => unknown;
	/** The parameters of the node, which take the value from the item. */
	parameters: INodeParameters;
	/** Makes the item that brings a value. */
	makeItem: (value: HostileValue, index: number) => IDataObject;
}

/** The part of a place that says which field it is and what it is for. */
export type FieldPlace = Pick<ValuePlace, 'role' | 'field'>;
