import type { IDataObject } from 'n8n-workflow';

import type { ActionKindName, ActionOf, Entity } from '../../entities/types';
import type { Item } from '../execution/item';
import type { OperationPart } from '../operation';
import type { ObjectSchema } from '../output/recordSchema';

/** All that depends on the kind of an action. */
export interface ActionKind<K extends ActionKindName> {
	/** Its part of the form, besides the record and the fields that the action declares. */
	form(entity: Entity, action: ActionOf<K>): OperationPart;
	/** Does it for one input item. */
	execute(item: Item, entity: Entity, action: ActionOf<K>): Promise<IDataObject[]>;
	/** What comes out of it, if nothing else is asked for. */
	output(entity: Entity, action: ActionOf<K>): ObjectSchema;
}
