import type { IDataObject } from 'n8n-workflow';

import type { Action, Entity, Recipe } from '../../entities/types';
import type { Item, ItemRequest } from '../item';
import { recordKey } from '../context';
import { bodyOf } from '../records/body';
import { asRows, limitOf, listed } from '../records/collect';
import { agreesWith } from '../records/recheck';
import { idOf, labelsOf, targetOf } from '../target';
import { addOnce } from './addOnce';
import { markAttendance } from './attendance';
import { changeRecord } from './changeRecord';
import type { ActionKind } from './kind';
import { joinGroup, leaveGroup } from './membership';
import { givenFor } from './values';

const kinds: { [K in Recipe['kind']]: ActionKind<K> } = {
	add: addOnce,
	attend: markAttendance,
	change: changeRecord,
	join: joinGroup,
	leave: leaveGroup,
};

/** What is done with an action that is sent as it is, by what it returns. */
const answers: Record<
	Action['returns'],
	(item: Item, entity: Entity, action: Action, call: ItemRequest, id?: number) => Promise<IDataObject[]>
> = {
	saved: async (item, entity, action, call, id) => {
		const keys = id === undefined ? [] : [recordKey(entity, id)];
		return await item.withLock(keys, async () => [
			{
				...(id === undefined ? {} : { id }),
				...(await item.save(call, keys, { confirms: action.confirmedBy })),
			},
		]);
	},
	pages: async (item, entity, { query = [], body = [] }, call) => {
		const keep = agreesWith([...query, ...body], { ...call.query, ...call.body });
		return await listed(item, entity.plural.toLowerCase(), call, { limit: limitOf(item), keep });
	},
	list: async (item, _entity, _action, call) => asRows(item, call, await item.request(call)),
	object: async (item, _entity, _action, call) => asRows(item, call, await item.request(call)),
};

/** Does what an entity declares besides the usual operations. */
export async function runAction(item: Item, entity: Entity, action: Action): Promise<IDataObject[]> {
	if (action.recipe) return await runRecipe(item, entity, action, action.recipe);
	const { path, branch, labels } = targetOf(item, entity);
	const id = action.idAs ? idOf(item, entity) : undefined;
	if (action.returns === 'pages') limitOf(item);
	const { query = [], body = [] } = action;
	const given = givenFor(item, [...query, ...body]);
	const call = {
		path: action.path ?? path,
		action: action.action,
		branch,
		query: { ...(action.idAs ? { [action.idAs]: id } : {}), ...bodyOf(item, query, given, branch) },
		body: { ...bodyOf(item, body, given, branch), ...action.fixed },
		labels: { ...labels, ...labelsOf(action.query), ...labelsOf(action.body) },
		task: `${action.title.charAt(0).toLowerCase()}${action.title.slice(1)}${id === undefined ? '' : ` (${id})`}`,
	};
	return await answers[action.returns](item, entity, action, call, id);
}

async function runRecipe<K extends Recipe['kind']>(
	item: Item,
	entity: Entity,
	action: Action,
	recipe: Extract<Recipe, { kind: K }>,
): Promise<IDataObject[]> {
	const run: ActionKind<K> = kinds[recipe.kind as K];
	return await run(item, entity, action, recipe);
}
