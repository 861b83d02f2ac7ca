/**
 * Declares the types of operations: what a user can choose in 'Resource' and 'Operation', with its
 * form, its work and its output.
 */

import type { IBinaryKeyData, IDataObject, INodeProperties } from 'n8n-workflow';

import type { ActionKindName, ActionOf, Entity } from '../entities/types';
import type { FormPart } from '../form/assemble';
import type { Parameter } from '../form/parameters';
import type { Item } from './item';
import type { ObjectSchema } from '../output/recordSchema';

/**
 * The sections of an operation's form, from top to bottom. An `OperationPart` holds parameters by
 * section, so the form has them in this order.
 */
export const FORM_SECTIONS = [
	'branch',
	// The record to which the record belongs, such as the customer of a subscription.
	'parent',
	'id',
	// The values by which a record is found without its ID, such as a phone.
	'match',
	'inputMode',
	// The parts that an overview of a customer leaves out.
	'leaveOut',
	'prominentFields',
	'duration',
	// Whether new values are added to the lists of a record or replace them.
	'listMode',
	// Whether nothing is added if an equal record exists already.
	'skipIfThere',
	'mapper',
	'json',
	// Views such as *Active* or *Archived*: see `filters.ts`.
	'defaultFilters',
	// The values of a field of which AlfaCRM lists one at a time: see `filters.ts`.
	'partition',
	'limit',
	'fields',
	'simplify',
	'options',
	'timeZone',
] as const;

/** Parameters of an operation by section. An operation has parameters in some sections only. */
export type OperationPart = FormPart<(typeof FORM_SECTIONS)[number]>;

/** An entity's nouns in the texts of its operations: "study status", "study statuses". */
export interface Nouns {
	singular: string;
	plural: string;
}

/** The texts of an operation in n8n's list of operations. */
export interface OperationText {
	name: string;
	/** The only one of the texts that an AI agent sees. */
	action: string;
	/** Adds to the name what a person must know as well. */
	description?: string;
}

/** Something that a user can do with the records of an entity. */
export interface Operation {
	text(nouns: Nouns, entity: Entity): OperationText;
	/** Makes the operation's parameters. */
	form(entity: Entity): OperationPart;
	/** Carries out the operation for one resolved item: see `resolveItem`. */
	execute(item: Item, entity: Entity): Promise<IDataObject[]>;
	/** Describes the output of the operation with the default options. */
	output(entity: Entity): ObjectSchema;
	/** Set if the operation saves nothing. Then errors do not tell what was saved. */
	onlyReads?: true;
	/** Set if the operation itself reads all branches if 'Branch' is empty. */
	readsAllBranches?: true;
	/**
	 * Whether the operation reads the clock or the date of the workflow, so that its result depends
	 * on the workflow's time zone. The form then names the time zone.
	 */
	dependsOnTimeZone?: boolean;
}

/**
 * A kind of actions, such as `change`, which changes a record. Together with the declaration of one
 * action, such as *Archive* of a customer, it makes an operation.
 */
export interface ActionKind<K extends ActionKindName> {
	/** Makes the parameters of the action, except those for the record and for declared fields. */
	form(entity: Entity, action: ActionOf<K>): OperationPart;
	/** Carries out the action for one resolved item: see `resolveItem`. */
	execute(item: Item, entity: Entity, action: ActionOf<K>): Promise<IDataObject[]>;
	/** Describes the output of the action with the default options. */
	output(entity: Entity, action: ActionOf<K>): ObjectSchema;
	/** See `Operation.onlyReads`. */
	onlyReads?: true;
	/** See `Operation.readsAllBranches`. */
	readsAllBranches?: true;
	/**
	 * Whether the action reads the clock, so that its result depends on the workflow's time zone. A
	 * field whose default depends on today's date does not count here: see `dependsOnToday`.
	 */
	dependsOnTimeZone?: (action: ActionOf<K>) => boolean;
}

/** One output item of an input item. */
export interface Output {
	json: IDataObject;
	binary?: IBinaryKeyData;
}

/** A choice of 'Resource' that is not an entity of AlfaCRM, for example *API Call*. */
export interface NonEntityResource {
	label: string;
	/** The parameter *Operation* of this resource. */
	operation: INodeProperties;
	/** All other parameters of this resource. */
	form: readonly INodeProperties[];
	/** Carries out the chosen operation for one item, which is not resolved yet. */
	execute(item: Item): Promise<Output[]>;
	/** Describes the outputs that are known, by the values of `operation`. */
	outputs: Readonly<Record<string, ObjectSchema>>;
	/** Set if the effect of a call is not known. Then each item waits for the previous item. */
	oneByOne?: true;
}

/** An operation of an entity, and its parameters, which are made once. */
export interface CatalogueEntry {
	operation: Operation;
	formPart: OperationPart;
}

/**
 * Everything that a user can choose in 'Resource' and 'Operation'. The catalogue is made only once,
 * because every item looks up its operation here.
 */
export interface Catalogue {
	/** The parameter *Resource*. */
	resource: Parameter;
	/** The parameter *Operation* for the records of an entity. */
	operation: Parameter;
	/** The entities by the values of `resource`. */
	entities: ReadonlyMap<string, Entity>;
	/** Returns the operations of an entity by the values of `operation`. */
	operationEntriesOf(entity: Entity): ReadonlyMap<string, CatalogueEntry>;
	/** The resources that are no entities, by the values of `resource`. */
	nonEntityResources: ReadonlyMap<string, NonEntityResource>;
}
