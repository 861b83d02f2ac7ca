import type { IDataObject } from 'n8n-workflow';

import type { ActionKindName, ActionOf, Entity } from '../../entities/types';
import type { FormPart } from '../../form/assemble';
import type { Item } from '../execution/item';
import type { ObjectSchema } from '../output/recordSchema';

/** The parameters of an action in the order of the form. */
export const ACTION_SLOTS = [
	'id',
	'match',
	'leaveOut',
	'prominentFields',
	'duration',
	'listMode',
	'skipIfThere',
	'limit',
	'additionalFields',
	'simplify',
	'options',
] as const;

export type ActionSlot = (typeof ACTION_SLOTS)[number];

/** All that depends on the kind of an action. */
export interface ActionKind<K extends ActionKindName> {
	/** Its part of the form, besides the record and the fields that the action declares. */
	form(entity: Entity, action: ActionOf<K>): FormPart<ActionSlot>;
	/** Does it for one input item. */
	execute(item: Item, entity: Entity, action: ActionOf<K>): Promise<IDataObject[]>;
	/** What comes out of it, if nothing else is asked for. */
	output(entity: Entity, action: ActionOf<K>): ObjectSchema;
}
