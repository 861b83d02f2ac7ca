import type { IDataObject } from 'n8n-workflow';

import { isList } from '../entities/fields';
import type { Entity } from '../entities/types';
import { bodyForUpdate } from './body';
import { findById } from './find';
import { save } from './save';
import { idOf, targetOf } from './target';
import type { Operation } from './types';

export const update: Operation = async (context, entity, itemIndex) => {
	const target = targetOf(context, entity, itemIndex, 'update');
	const id = idOf(context, entity, itemIndex);
	let body = bodyForUpdate(context, entity, itemIndex);
	const lists = entity.fields.filter((field) => isList(field) && field.name in body).map(({ name }) => name);
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

function addToLists(
	record: IDataObject,
	body: IDataObject,
	lists: Array<Entity['fields'][number]['name']>,
): IDataObject {
	const joined = lists.map((name) => [name, union(listOf(record[name]), listOf(body[name]))]);
	return { ...body, ...Object.fromEntries(joined) };
}

function listOf(value: unknown): unknown[] {
	if (Array.isArray(value)) return value;
	return value === null || value === undefined || value === '' ? [] : [value];
}

/** What is there stays first and as it is written there. */
function union(present: unknown[], added: unknown[]): unknown[] {
	const keys = new Set(present.map(sameness));
	return [...present, ...added.filter((value) => !keys.has(sameness(value)) && keys.add(sameness(value)))];
}

/** Phone numbers are the same whatever their spelling; 8 and +7 begin the same Russian number. */
function sameness(value: unknown): string {
	const text = String(value).trim().toLowerCase();
	const digits = text.replace(/\D/g, '');
	return /^[\d\s()+-]+$/.test(text) && digits.length >= 10 ? digits.slice(-10) : text;
}
