import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { nodeError } from '../api/errors';
import { request } from './legacyClient';
import type { Action, Entity, Field, Recipe } from '../entities/types';
import { valuesOf } from './fields/actionValues';
import { addOnce } from './jobs/addOnce';
import { markAttendance } from './jobs/attendance';
import { changeRecord } from './jobs/changeRecord';
import { collectPages } from './collect';
import { joinGroup, leaveGroup } from './jobs/membership';
import { save } from './save';
import { idOf, targetOf } from './target';

/** Does what an entity declares besides the usual operations. */
export async function runAction(
	context: IExecuteFunctions,
	entity: Entity,
	action: Action,
	itemIndex: number,
): Promise<IDataObject[]> {
	if (action.recipe) return await cook(context, entity, action, action.recipe, itemIndex);
	const { path, branch, labels } = targetOf(context, entity, itemIndex);
	const id = action.idAs ? idOf(context, entity, itemIndex) : undefined;
	const call = {
		path: action.path ?? path,
		action: action.action,
		branch,
		query: {
			...(action.idAs ? { [action.idAs]: id } : {}),
			...valuesOf(context, itemIndex, branch, action.query),
		},
		body: { ...valuesOf(context, itemIndex, branch, action.body), ...action.fixed },
		labels: { ...labels, ...labelsOf(action.query), ...labelsOf(action.body) },
		task: `${action.title.charAt(0).toLowerCase()}${action.title.slice(1)}${id === undefined ? '' : ` (${id})`}`,
		itemIndex,
	};
	switch (action.returns) {
		case 'saved':
			return [{ ...(id === undefined ? {} : { id }), ...(await save(context, call)) }];
		case 'pages':
			return await collectPages(context, entity, call);
		default:
			return asRows(context, call, await request(context, { ...call, isIdempotent: true }));
	}
}

async function cook(
	context: IExecuteFunctions,
	entity: Entity,
	action: Action,
	recipe: Recipe,
	itemIndex: number,
): Promise<IDataObject[]> {
	switch (recipe.kind) {
		case 'add':
			return await addOnce(context, entity, action, recipe, itemIndex);
		case 'change':
			return await changeRecord(context, entity, action, recipe, itemIndex);
		case 'join':
			return await joinGroup(context, entity, action, itemIndex);
		case 'leave':
			return await leaveGroup(context, entity, action, itemIndex);
		case 'attend':
			return await markAttendance(context, entity, action, itemIndex);
	}
}

function labelsOf(fields: readonly Field[] = []): Record<string, string> {
	return Object.fromEntries(fields.map(({ name, label }) => [name, label]));
}

/** A bare list becomes one item for each of its rows. */
function asRows(
	context: IExecuteFunctions,
	{ task, itemIndex }: { task: string; itemIndex: number },
	answer: IDataObject | IDataObject[],
): IDataObject[] {
	const rows = Array.isArray(answer) ? answer : [answer];
	if (rows.every((row) => typeof row === 'object' && row !== null)) return rows;
	const message = `AlfaCRM sent something unexpected when asked to ${task}`;
	throw nodeError(context.getNode(), { message }, itemIndex);
}
