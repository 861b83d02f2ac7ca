import type { IBinaryKeyData, IDataObject, INodeProperties } from 'n8n-workflow';

import type { ActionKindName, ActionOf, Entity } from '../entities/types';
import type { FormPart } from '../form/assemble';
import type { Parameter } from '../form/parameters';
import type { Item } from './item';
import type { ObjectSchema } from '../output/recordSchema';

/** The parameters of what can be done with a record, in the order of the form. */
export const SLOTS = [
	'branch',
	'keys',
	'id',
	'match',
	'inputMode',
	'leaveOut',
	'prominentFields',
	'duration',
	'listMode',
	'skipIfThere',
	'mapper',
	'json',
	'defaultFilters',
	'partition',
	'limit',
	'fields',
	'simplify',
	'options',
	'timeZone',
] as const;

export type OperationPart = FormPart<(typeof SLOTS)[number]>;

/** How the list of operations speaks of an entity: "study status", "study statuses". */
export interface Nouns {
	one: string;
	many: string;
}

/** What the list of operations shows. An AI agent hears the action alone; the description says what the name does not. */
export interface OperationText {
	name: string;
	action: string;
	description?: string;
}

/** What can be done with the records of an entity. */
export interface Operation {
	text(nouns: Nouns, entity: Entity): OperationText;
	/** Its part of the form. */
	form(entity: Entity): OperationPart;
	/** Does it for one input item. */
	execute(item: Item, entity: Entity): Promise<IDataObject[]>;
	/** What comes out of it, if nothing else is asked for. */
	output(entity: Entity): ObjectSchema;
	/** Saves nothing, so that no error says so. */
	reads?: true;
	/** Is about all branches where none is chosen. */
	anyBranch?: true;
	/** Whether it decides something by the clock or the day of the workflow. The form then says which time zone that is. */
	decidesByTime?: boolean;
}

/** All that depends on the kind of an action: the part of an operation that its declaration does not say. */
export interface ActionKind<K extends ActionKindName> {
	/** Its part of the form, besides the record and the fields that the action declares. */
	form(entity: Entity, action: ActionOf<K>): OperationPart;
	/** Does it for one input item. */
	execute(item: Item, entity: Entity, action: ActionOf<K>): Promise<IDataObject[]>;
	/** What comes out of it, if nothing else is asked for. */
	output(entity: Entity, action: ActionOf<K>): ObjectSchema;
	/** As of an operation. */
	reads?: true;
	anyBranch?: true;
	/** Whether such an action decides something by the clock, besides the fields that begin with today. */
	decidesByTime?: (action: ActionOf<K>) => boolean;
}

/** What comes out for one input item. */
export interface Output {
	json: IDataObject;
	binary?: IBinaryKeyData;
}

/** A resource that is no entity of AlfaCRM. */
export interface OtherResource {
	label: string;
	/** The list of what can be done with it. */
	operation: INodeProperties;
	/** The rest of its form. */
	form: readonly INodeProperties[];
	/** Does for one input item what its form says. */
	execute(item: Item): Promise<Output[]>;
	/** What comes out, by operation, where that is known. */
	outputs: Readonly<Record<string, ObjectSchema>>;
	/** What it does is not known, so each item waits for the one before. */
	oneByOne?: true;
}

/** An operation of an entity, with its part of the form, which is built once. */
export interface CatalogueEntry {
	operation: Operation;
	formPart: OperationPart;
}

/** Everything that a user can choose in 'Resource' and 'Operation'. It is made once, for every item looks its operation up. */
export interface Catalogue {
	/** The parameter that says what is worked on. */
	resource: Parameter;
	/** The parameter that says what is done with the records of an entity. */
	operation: Parameter;
	/** The entities by the values of `resource`. */
	entities: ReadonlyMap<string, Entity>;
	/** Returns the operations of an entity by the values of `operation`. */
	entriesOf(entity: Entity): ReadonlyMap<string, CatalogueEntry>;
	/** What else can be chosen in `resource`, by its values. */
	otherResources: ReadonlyMap<string, OtherResource>;
}
