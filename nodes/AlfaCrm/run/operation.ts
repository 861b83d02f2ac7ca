import type { IBinaryKeyData, IDataObject, INodeProperties } from 'n8n-workflow';

import type { ActionKindName, ActionOf, Entity } from '../entities/types';
import type { FormPart } from '../form/assemble';
import type { Parameter } from '../form/parameters';
import type { Item } from './item';
import type { ObjectSchema } from '../output/recordSchema';

/**
 * The places in the form of an operation, in their order. Each part of a form says by its slots
 * where its parameters stand.
 */
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

/** The parameters that an operation has in the form, by slot. */
export type OperationPart = FormPart<(typeof SLOTS)[number]>;

/** How the list of operations speaks of an entity: "study status", "study statuses". */
export interface Nouns {
	one: string;
	many: string;
}

/**
 * What the list of operations shows. An AI agent is shown the action alone. The description says
 * only what the name does not say.
 */
export interface OperationText {
	name: string;
	action: string;
	description?: string;
}

/** Something that a user can do with the records of an entity. */
export interface Operation {
	text(nouns: Nouns, entity: Entity): OperationText;
	/** Makes its part of the form. */
	form(entity: Entity): OperationPart;
	/** Does it for one input item, which is resolved: see `resolveItem`. */
	execute(item: Item, entity: Entity): Promise<IDataObject[]>;
	/** Describes its output, as it is with the default options. */
	output(entity: Entity): ObjectSchema;
	/** Set if it saves nothing. Then no error says what was saved. */
	reads?: true;
	/** Set if it is about all branches unless one is chosen. Then 'Branch' may be empty. */
	anyBranch?: true;
	/**
	 * Whether it decides something by the clock or the date of the workflow. Then the form names the
	 * workflow's time zone.
	 */
	decidesByTime?: boolean;
}

/**
 * Everything about an action that depends on its kind. The declaration of the action in its entity
 * says the rest; together they make an operation.
 */
export interface ActionKind<K extends ActionKindName> {
	/** Makes its part of the form, besides the record and the fields that the action declares. */
	form(entity: Entity, action: ActionOf<K>): OperationPart;
	/** Does it for one input item, which is resolved: see `resolveItem`. */
	execute(item: Item, entity: Entity, action: ActionOf<K>): Promise<IDataObject[]>;
	/** Describes its output, as it is with the default options. */
	output(entity: Entity, action: ActionOf<K>): ObjectSchema;
	/** The same as of an operation. */
	reads?: true;
	/** The same as of an operation. */
	anyBranch?: true;
	/**
	 * Whether the action decides something by the clock, apart from fields whose default depends on
	 * today's date.
	 */
	decidesByTime?: (action: ActionOf<K>) => boolean;
}

/** One of the items that come out for an input item. */
export interface Output {
	json: IDataObject;
	binary?: IBinaryKeyData;
}

/** A choice of 'Resource' that is not an entity of AlfaCRM, for example *API Call*. */
export interface OtherResource {
	label: string;
	/** The parameter that says what is done with it. */
	operation: INodeProperties;
	/** The rest of its form. */
	form: readonly INodeProperties[];
	/** Does what its form says for one input item. Nothing about the item is resolved yet. */
	execute(item: Item): Promise<Output[]>;
	/** Describes the output of each operation whose output is known. */
	outputs: Readonly<Record<string, ObjectSchema>>;
	/** Set if nobody knows what it does. Then each item waits for the one before. */
	oneByOne?: true;
}

/** An operation of an entity, with its part of the form, which is built once. */
export interface CatalogueEntry {
	operation: Operation;
	formPart: OperationPart;
}

/**
 * Everything that a user can choose in 'Resource' and 'Operation'. It is made once, for every item
 * looks its operation up.
 */
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
