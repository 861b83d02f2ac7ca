import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { isNothing } from '../../fields/blank';
import { isList, sameValue } from '../../fields/field';
import type { Field } from '../../fields/types';
import { listMode, updateOptions } from '../../properties/shared';
import type { Item } from '../item';
import { recordKey } from '../context';
import type { Operation } from '../operation';
import { idOf, isOfAnother, targetOf } from '../target';
import { changesIn, completed } from './body';
import { added } from './diff';
import { givenFields } from './given';
import { getRecord } from './lookUp';

/** Changes the fields that are given and leaves the rest. */
export const update: Operation = async (item, entity) => {
	const target = targetOf(item, entity, 'update');
	const id = idOf(item, entity);
	const options = item.collection(updateOptions);
	const overwriteWithEmpty = options.flag(options.parameter('overwriteWithEmpty'));
	const body = changesIn(item, entity, givenFields(item, entity, 'update'), overwriteWithEmpty);
	const lists = entity.fields.filter((field) => isList(field) && field.name in body);
	const adds = entity.fields.some(isList) && item.choice(listMode(entity)) === 'add' && lists.length > 0;
	if (Object.keys(body).length === 0) {
		throw item.refused(
			'There is nothing to update: no field was given a value',
			"Give at least one field of the record. To empty a field, turn on 'Overwrite With Empty Values' in 'Options'. Nothing was sent to AlfaCRM.",
		);
	}
	const task = `update ${entity.label.toLowerCase()} ${id}`;
	const keys = [recordKey(entity, id)];
	return await item.withLock(keys, async () => {
		const isRead = adds || entity.carried !== undefined || isOfAnother(target);
		const before = isRead ? await getRecord(item, entity, id, target) : undefined;
		mustBelong(item, entity, before, body);
		const grown = before && adds ? addToLists(item, before, body, lists) : {};
		const query = { id, ...target.query };
		const sent = completed(item, entity, before ?? {}, { ...body, ...grown });
		const call = { ...target, action: 'update', query, body: sent, task };
		return [{ id, ...(await item.save(call, keys, { before })) }];
	});
};

/** Who is named in an update of somebody else's record has mistaken the ID. */
function mustBelong(
	item: Item,
	{ label, fields }: Entity,
	record: IDataObject | undefined,
	body: IDataObject,
): void {
	for (const field of fields.filter(({ isOwner, name }) => isOwner && name in body)) {
		const held = record?.[field.name];
		if (isNothing(held) || sameValue(field, held, body[field.name], item.zone)) continue;
		const noun = field.label.toLowerCase();
		throw item.refused(
			`${label} ${String(record?.id)} is that of ${noun} ${String(held)}, not of ${noun} ${String(body[field.name])}`,
			`Correct the ID, or '${field.label}'. Nothing was saved.`,
		);
	}
}

function addToLists(
	item: Item,
	record: IDataObject,
	body: IDataObject,
	lists: readonly Field[],
): IDataObject {
	return Object.fromEntries(
		lists.map((field) => [field.name, added(item, field, record[field.name], body[field.name])]),
	);
}
