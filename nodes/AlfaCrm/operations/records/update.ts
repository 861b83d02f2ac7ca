import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { isList, sameValue } from '../../fields/field';
import type { Field } from '../../entities/fieldTypes';
import { collection } from '../../form/assemble';
import { recordKey } from '../execution/execution';
import type { Item } from '../execution/item';
import type { Operation } from '../operation';
import { recordSchema } from '../output/recordSchema';
import type { Target } from './target';
import { idOf, idParameter, isOfAnother, keysForm, targetOf } from './target';
import {
	assertOrderWithKept,
	changesOf,
	overwriteWithEmpty,
	shortenOption,
	shortensTexts,
	withResentFields,
} from './body';
import { added } from './diff';
import { isHalfTimed, movedEnds } from './duration';
import { inMode, inputModeForm, fieldOptions, readFieldInput } from './fieldInput';
import { listModeForm, readAddToLists } from './listMode';
import { getRecordAnywhere, writeAnywhere } from './findById';

const updateFields = (entity: Entity) =>
	collection('Update Fields', 'updateFields', fieldOptions(entity.fields, entity));

const updateOptions = ({ fields }: Entity) =>
	collection('Options', 'options', [overwriteWithEmpty, ...shortenOption(fields)], 'Add Option');

/** Changes the fields that are given and leaves the rest. */
export const update: Operation = {
	text: ({ one }) => ({
		name: 'Update',
		action: `Update ${one}`,
		description: `Change some fields of ${one} and leave the rest`,
	}),
	form: (entity) => ({
		...inputModeForm(entity),
		id: [idParameter(entity)],
		keys: keysForm(entity, 'update'),
		listMode: listModeForm(entity.fields, 'replace'),
		updateFields: [inMode('form', updateFields(entity))],
		updateOptions: [updateOptions(entity)],
	}),
	async execute(item, entity) {
		const target = targetOf(item, entity, 'update');
		const id = idOf(item, entity);
		const options = item.collection(updateOptions(entity));
		const overwrites = options.flag(overwriteWithEmpty);
		const input = readFieldInput(item, entity, updateFields(entity));
		const body = changesOf(item, entity, input, overwrites, shortensTexts(options));
		const lists = entity.fields.filter((field) => isList(field) && field.name in body);
		const adds = readAddToLists(item, entity.fields, 'replace') && lists.length > 0;
		if (Object.keys(body).length === 0) {
			throw item.refused(
				'There is nothing to update: no field was given a value',
				"Give at least one field of the record. To empty a field, turn on 'Overwrite With Empty Values' in 'Options'. Nothing was sent to AlfaCRM.",
			);
		}
		const task = `update ${entity.label.toLowerCase()} ${id}`;
		const keys = [recordKey(entity, id)];
		return await item.withLock(keys, async () => {
			const isResent = entity.resentOnUpdate !== undefined;
			const isRead = adds || isResent || isOfAnother(target) || isHalfTimed(entity.fields, body);
			const match = isRead ? await getRecordAnywhere(item, entity, id, target) : undefined;
			const before = match?.row;
			assertOwner(item, entity, before, body);
			const merged = before && adds ? addToLists(item, before, body, lists) : {};
			const ends = before ? movedEnds(item, entity, before, body) : {};
			const query = { id, ...target.query };
			const changes = { ...body, ...merged, ...ends };
			const sent = withResentFields(item, entity, before ?? {}, changes);
			if (before) assertOrderWithKept(item, entity, before, changes, sent);
			const update = async (where: Target) =>
				await item.save({ ...where, action: 'update', query, body: sent, task }, keys);
			const place = match ? { ...target, branch: match.branch } : target;
			return [{ id, ...(await writeAnywhere(item, entity, id, place, update)) }];
		});
	},
	output: recordSchema,
};

/** Who is named in an update of somebody else's record has mistaken the ID. */
function assertOwner(
	item: Item,
	{ label, fields }: Entity,
	record: IDataObject | undefined,
	body: IDataObject,
): void {
	for (const field of fields.filter(({ isOwner, name }) => isOwner && name in body)) {
		const held = record?.[field.name];
		if (isEmpty(held) || sameValue(field, held, body[field.name], item.zone)) continue;
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
