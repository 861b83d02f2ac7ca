import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { isList, unusable } from '../../fields/field';
import { collection } from '../../form/assemble';
import { oncePer } from '../../form/oncePer';
import { recordKey } from '../../run/execution';
import type { Item } from '../../run/item';
import type { Operation } from '../../run/operation';
import { simplifiedSchema, makeRecordOutput } from '../../output/readings';
import { recordParameter } from '../../run/recordParameter';
import { idOf, isOfAnother, keysForm, targetOf } from '../../run/target';
import { changesOf, overwriteWithEmpty } from '../../run/body';
import { added, listModeForm, readAddToLists } from '../../run/saveChanges';
import { inFormMode, inputModeForm, isWide, fieldOptions, readFieldInput } from '../../run/fieldInput';
import { getRecord, writeAnywhere } from '../../run/records';
import type { Target } from '../../store/located';

const updateFields = oncePer((entity: Entity) =>
	collection('Update Fields', 'updateFields', fieldOptions(entity.fields, entity)),
);

const updateOptions = collection('Options', 'options', [overwriteWithEmpty], 'Add Option');

/** What an update of one entity does besides. */
interface OwnUpdate {
	/** What was given, without what does not count beside it. */
	given?: (input: IDataObject) => IDataObject;
	/** How the changes are sent, where that depends on the record, which is read first. */
	sent?: (item: Item, entity: Entity, record: IDataObject, changes: IDataObject) => IDataObject;
	/** Whether it does; always where there is none. */
	dependsOn?: (changes: IDataObject) => boolean;
}

/** Changes the fields that are given and leaves the rest. */
export const makeUpdate = ({
	given = (input) => input,
	sent,
	dependsOn = () => sent !== undefined,
}: OwnUpdate = {}): Operation => ({
	text: ({ one }) => ({ name: 'Update', action: `Update ${one}` }),
	form: (entity) => ({
		...inputModeForm(entity),
		id: [recordParameter(entity)],
		keys: keysForm(entity),
		listMode: listModeForm(entity.fields, 'replace'),
		fields: [inFormMode(entity, updateFields(entity))],
		options: isWide(entity) ? [updateOptions] : [],
	}),
	async execute(item, entity) {
		const target = targetOf(item, entity, entity.keys);
		const id = idOf(item, entity);
		const options = isWide(entity) ? item.collection(updateOptions) : undefined;
		const overwrites = options?.flag(overwriteWithEmpty) ?? false;
		const input = given(readFieldInput(item, entity, updateFields(entity)));
		const changes = changesOf(item, entity, input, overwrites);
		const lists = entity.fields.filter((field) => isList(field) && field.name in changes);
		const adds = readAddToLists(item, entity.fields, 'replace') && lists.length > 0;
		if (Object.keys(changes).length === 0) {
			const useless = entity.fields.filter(({ name }) => !isEmpty(input[name]));
			const why = useless.map((field) => unusable(field, input[field.name])).join(' and ');
			const emptying = options
				? "To empty a field, turn on 'Overwrite With Empty Values' in 'Options'. "
				: '';
			throw item.error(
				`There is nothing to update: ${why || 'no field was given a value'}`,
				`Give at least one field of the record. ${emptying}`,
			);
		}
		const show = makeRecordOutput(item, entity, Object.keys(changes));
		const task = `update ${entity.label.toLowerCase()} ${id}`;
		const keys = [recordKey(entity, id)];
		return await item.withLock(keys, async () => {
			const depends = dependsOn(changes);
			const isRead = adds || isOfAnother(target) || depends;
			const match = isRead ? await getRecord(item, entity, id, target) : undefined;
			const before = match?.row;
			if (before && adds)
				for (const field of lists)
					changes[field.name] = added(item, field, before[field.name], changes[field.name]);
			const body = before && sent && depends ? sent(item, entity, before, changes) : changes;
			const query = { id, ...target.query };
			const update = async (where: Target) =>
				await item.save({ ...where, action: 'update', query, body, task }, keys);
			const place = match ? { ...target, branch: match.branch } : target;
			return [show({ id, ...(await writeAnywhere(item, entity, id, place, update)) }, body)];
		});
	},
	output: (entity) => simplifiedSchema(entity),
});

export const update = makeUpdate();
