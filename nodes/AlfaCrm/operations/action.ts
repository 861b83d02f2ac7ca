import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { nodeError } from '../api/errors';
import { request } from '../api/request';
import type { Action, Entity, Field } from '../entities/types';
import { fieldsToSend } from './body';
import { collectPages } from './collect';
import { save } from './save';
import { idOf, targetOf } from './target';

/** Does what an entity declares besides the usual operations. */
export async function runAction(
	context: IExecuteFunctions,
	entity: Entity,
	action: Action,
	itemIndex: number,
): Promise<IDataObject[]> {
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
			return asRows(context, call, await request(context, { ...call, reads: true }));
	}
}

function valuesOf(
	context: IExecuteFunctions,
	itemIndex: number,
	branch?: number,
	fields: readonly Field[] = [],
): IDataObject {
	const optional = context.getNodeParameter('additionalFields', itemIndex, {}) as IDataObject;
	const given = fields.map(({ name, required }) => [
		name,
		required ? context.getNodeParameter(name, itemIndex, '') : optional[name],
	]);
	return fieldsToSend(context, itemIndex, fields, Object.fromEntries(given) as IDataObject, branch);
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
