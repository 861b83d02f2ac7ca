import type { IDataObject } from 'n8n-workflow';

import type { Action, ActionKindName, Entity } from '../../entities/types';
import type { ShownPart } from '../../form/assemble';
import type { Item } from '../execution/item';
import { freeSlots } from '../school/freeSlots';
import { overview } from '../school/overview';
import type { ObjectSchema } from '../output/recordSchema';
import { idParameter } from '../records/target';
import { change, rejectLead } from './change';
import { completeLesson } from './completeLesson';
import { createIfAbsent } from './createIfAbsent';
import { get, getMany, save } from './declared';
import { fieldsForm } from './fields';
import type { ActionKind, ActionSlot } from './kind';
import { joinGroup, leaveGroup } from './memberships';

/** What each kind of action is. A kind without a module, or a module without a part, does not compile. */
const kinds: { [K in ActionKindName]: ActionKind<K> } = {
	change,
	completeLesson,
	createIfAbsent,
	freeSlots,
	get,
	getMany,
	joinGroup,
	leaveGroup,
	overview,
	rejectLead,
	save,
};

const kindOf = ({ kind }: Action) => kinds[kind] as ActionKind<ActionKindName>;

/** The parameters of what can be done with an entity besides the usual operations. */
export const actionForms = (entity: Entity): Array<ShownPart<ActionSlot>> =>
	(entity.actions ?? []).map((action) => ({
		show: { resource: entity.resource, operation: action.name },
		part: {
			...fieldsForm([...(action.query ?? []), ...(action.body ?? [])]),
			...kindOf(action).form(entity, action),
			id: action.idAs ? [idParameter(entity)] : [],
		},
	}));

export async function runAction(item: Item, entity: Entity, action: Action): Promise<IDataObject[]> {
	return await kindOf(action).execute(item, entity, action);
}

export const actionSchema = (entity: Entity, action: Action): ObjectSchema =>
	kindOf(action).output(entity, action);
