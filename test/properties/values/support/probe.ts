import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Hostile } from './hostile';
import { listOfAll } from './hostile';
import type { Described } from './meaning';

/** What a value stands for at its place, which decides what an empty one means there. */
export type Role =
	| 'required'
	| 'optional'
	| 'filter'
	/** A setting of the node itself. */
	| 'option'
	/** One that may stay empty. */
	| 'openOption'
	/** A collection as a whole, an object as JSON. */
	| 'object'
	| 'key';

export type Way = 'form' | 'json' | 'jsonText' | 'map' | 'autoMap';

/** One place into which hostile values are put. */
export interface Probe {
	way: Way;
	role: Role;
	field: Described;
	/** For reports: Update Fields > Phone. */
	where: string;
	/** The value as it arrives after what n8n does to it on the way. */
	arrives: (value: unknown) => unknown;
	/** The form, with an expression that takes the value by the item's number. */
	parameters: INodeParameters;
	item: (index: number, hostile: Hostile) => IDataObject;
	/** The form with the value itself in place of an expression. */
	literal?: (value: unknown) => INodeParameters;
}

export const EXPRESSION = `={{ ${listOfAll}[$json.i] }}`;
export const asIs = (value: unknown): unknown => value;
export const byNumber = (index: number): IDataObject => ({ i: index });
