import type { IDataObject } from 'n8n-workflow';

import type { Action, Entity } from '../../entities/types';
import { objectSchema } from '../../fields/field';
import { recordKey } from '../../run/execution';
import type { Item, ItemRequest } from '../../run/item';
import type { ActionKind, OperationPart } from '../../run/operation';
import { namedOutput, readingForm, readingOutput, readingSchema, withNameSchema } from '../../output/readings';
import { makeRecordOutput } from '../../output/report';
import { simplifiedSchema } from '../../output/simplified';
import { objectOf } from '../../output/recordSchema';
import { bodyOf } from '../../run/body';
import { completeFromOwner } from '../../run/owner';
import { makeActionRowTest } from '../../run/filters';
import { toRows, limitForm, readLimit, readList } from '../../run/readList';
import { idOf, labelsOf, targetOf } from '../../run/target';
import { readFields, readFilterFields } from '../../run/actionFields';
import { nameSourceOf } from '../../run/names';

/** What returns records of the entity, or rows of its own, with names. */
const reading = <K extends 'get' | 'getMany'>(
	form: OperationPart,
	read: (item: Item, entity: Entity, action: Action, call: ItemRequest) => Promise<IDataObject[]>,
): ActionKind<K> => ({
	form: (entity, { outputFields }) => ({
		...form,
		simplify: outputFields ? [] : readingForm(entity),
	}),
	async execute(item, entity, action) {
		const { call } = callOf(item, entity, action, readFilterFields);
		const { outputFields } = action;
		const show = outputFields ? namedOutput(outputFields) : readingOutput(item, entity);
		const rows = await read(item, entity, action, call);
		return await show(
			rows.map((row) => ({ row, branch: call.branch })),
			nameSourceOf(item),
		);
	},
	output: (entity, { outputFields }) =>
		outputFields
			? withNameSchema(objectOf({ ...objectSchema(outputFields).properties }), outputFields)
			: readingSchema(entity),
	reads: true,
});

/** Reads what comes in one answer: an object, or a bare list of rows. */
export const get = reading<'get'>({}, async (item, _entity, _action, call) =>
	toRows(item, call, await item.fetch(call)),
);

/** Reads the pages of a list. */
export const getMany = reading<'getMany'>({ limit: limitForm }, async (item, entity, action, call) => {
	const keep = makeActionRowTest(fieldsOf(action), { ...call.query, ...call.body });
	return await readList(item, entity.plural.toLowerCase(), call, { limit: readLimit(item), keep });
});

/** Sends one call that changes something each time that it runs. */
export const save: ActionKind<'save'> = {
	form: () => ({}),
	async execute(item, entity, action) {
		const { call, input, id } = callOf(item, entity, action, readFields);
		const keys = id === undefined ? [] : [recordKey(entity, id)];
		const show = makeRecordOutput(item, entity, Object.keys(call.body ?? {}));
		return await item.withLock(keys, async () => {
			const { branch, body: given = {} } = call;
			const { [action.actionBy ?? '']: chosen, ...body } = given;
			const placed = await completeFromOwner(item, { fields: action.fields ?? [], input, body, branch });
			const sent = { ...call, ...placed, action: chosen === undefined ? call.action : String(chosen) };
			const saved = await item.save(sent, keys, { confirms: action.confirmedBy });
			if (action.path === undefined) return [show(saved, placed.body)];
			return [{ ...(id === undefined ? {} : { id }), ...saved }];
		});
	},
	// What else AlfaCRM answers with is not known.
	output: (entity, { path }) => (path === undefined ? simplifiedSchema(entity) : objectOf({})),
};

const fieldsOf = ({ query = [], fields = [] }: Action) => [...query, ...fields];

/** The call of an action that goes out as it is declared, the record that it is about, and what was given. */
function callOf(item: Item, entity: Entity, action: Action, read: typeof readFields) {
	const { path, branch, labels } = targetOf(item, entity);
	const id = action.idAs ? idOf(item, entity) : undefined;
	const input = read(item, fieldsOf(action));
	const { query = [], fields = [], idAs, title } = action;
	const call: ItemRequest = {
		path: action.path ?? path,
		action: action.action,
		branch,
		query: { ...(idAs ? { [idAs]: id } : {}), ...bodyOf(item, query, input, branch) },
		body: { ...bodyOf(item, fields, input, branch), ...action.fixed },
		labels: { ...labels, ...labelsOf(fieldsOf(action)) },
		task: `${title.charAt(0).toLowerCase()}${title.slice(1)}${id === undefined ? '' : ` (${id})`}`,
	};
	return { call, input, id };
}
