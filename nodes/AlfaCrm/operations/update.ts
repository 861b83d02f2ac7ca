import type { IDataObject } from 'n8n-workflow';

import { isList, union } from '../fields/field';
import type { Field } from '../fields/types';
import { bodyForUpdate } from './fields/body';
import { findById } from './findById';
import { save } from './save';
import { idOf, targetOf } from './target';
import type { Operation } from './types';

export const update: Operation = async (context, entity, itemIndex) => {
	const target = targetOf(context, entity, itemIndex, 'update');
	const id = idOf(context, entity, itemIndex);
	let body = bodyForUpdate(context, entity, itemIndex);
	const lists = entity.fields.filter((field) => isList(field) && field.name in body);
	if (lists.length > 0 && context.getNodeParameter('listMode', itemIndex, 'replace') === 'add') {
		body = addToLists(await findById(context, entity, id, target), body, lists);
	}
	const task = `update ${entity.label.toLowerCase()} ${id}`;
	const model = await save(context, {
		...target,
		action: 'update',
		query: { id, ...target.query },
		body,
		task,
	});
	return [{ id, ...model }];
};

function addToLists(record: IDataObject, body: IDataObject, lists: readonly Field[]): IDataObject {
	const joined = lists.map((field) => [field.name, union(field, record[field.name], body[field.name])]);
	return { ...body, ...Object.fromEntries(joined) };
}
