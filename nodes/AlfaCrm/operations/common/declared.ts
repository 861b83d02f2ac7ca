/*
 * Runs the actions that one call carries out. The entity declares the whole call as data: path,
 * query and body (`Action` in `entities/types.ts`). So these three kinds of actions serve them all:
 * `get` and `getMany` read, `save` changes something.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Action, ActionOf, Entity } from '../../entities/types';
import { objectSchema } from '../../fields/field';
import {
	makeRowsToNamedOutput,
	simplifyForm,
	makeRowsToOutput,
	outputSchema,
	addNamesToSchema,
} from '../../output/readings';
import { makeRecordToOutput } from '../../output/report';
import { simplifiedSchema } from '../../output/simplified';
import { objectOf } from '../../output/recordSchema';
import { readFields, readFilterFields } from '../../run/actionFields';
import { bodyOf } from '../../run/body';
import { recordKey } from '../../run/keys';
import { makeActionRowTest } from '../../run/filters';
import type { Item } from '../../run/item';
import type { ItemRequest } from '../../run/itemCalls';
import { nameSourceOf } from '../../run/names';
import type { ActionKind, OperationPart } from '../../run/operation';
import { completeFromOwner } from '../../run/owner';
import { toRows, limitForm, readLimit, readList } from '../../run/readList';
import { idOf, labelsOf, targetOf } from '../../run/target';

/** Reads one answer without pages: an object, or a list of rows. */
export const get = makeReadingKind<'get'>({}, async (item, _entity, _action, call) =>
	toRows(item, call, await item.fetch(call)),
);

/** Reads the pages of a list. */
export const getMany = makeReadingKind<'getMany'>(
	{ limit: limitForm },
	async (item, entity, action, call) => {
		const plural = entity.plural.toLowerCase();
		// AlfaCRM ignores filters that it does not know, so each row is compared with them here.
		const passesFilters = makeActionRowTest(fieldsOf(action), { ...call.query, ...call.body });
		return await readList(item, plural, call, { limit: readLimit(item), keep: passesFilters });
	},
);

/** Sends one call that changes something each time that it runs. */
export const save: ActionKind<'save'> = {
	form: () => ({}),

	async execute(item, entity, action) {
		const { call, input, id } = readDeclaredCall(item, entity, action, readFields);
		const locks = id === undefined ? [] : [recordKey(entity, id)];
		const showRecord = makeRecordToOutput(item, entity, Object.keys(call.body ?? {}));

		return await item.withLock(locks, async () => {
			const { actionName, body: fieldValues } = separateActionName(action, call);
			const draft = { fields: action.fields ?? [], input, body: fieldValues, branch: call.branch };
			const { body, branch } = await completeFromOwner(item, draft);
			const saved = await item.save({ ...call, action: actionName, body, branch }, locks, {
				confirms: action.confirmedBy,
			});

			// Only a call to the path of the entity answers with a record of the entity.
			const savesRecordOfEntity = action.path === undefined;
			if (savesRecordOfEntity) return [showRecord(saved, body)];
			return [{ ...(id === undefined ? {} : { id }), ...saved }];
		});
	},

	// The answer of a call to another path than the entity's is not known, so no field is declared.
	output: (entity, { path }) => (path === undefined ? simplifiedSchema(entity) : objectOf({})),
};

/** Reads the rows that an action returns. */
type ReadRows = (
	item: Item,
	entity: Entity,
	action: Action,
	call: ItemRequest,
) => Promise<IDataObject[]>;

/**
 * Makes a kind of action that reads. The rows are records of the entity, unless the action declares
 * `outputFields`: then the rows have these fields.
 *
 * @param form the parameters that every action of the kind has, besides the fields of the action
 */
function makeReadingKind<K extends 'get' | 'getMany'>(
	form: OperationPart,
	readRows: ReadRows,
): ActionKind<K> {
	return {
		form: (entity, { outputFields }) => ({
			...form,
			simplify: outputFields ? [] : simplifyForm(entity),
		}),

		async execute(item, entity, action) {
			const { call } = readDeclaredCall(item, entity, action, readFilterFields);
			const { outputFields } = action;
			const showRows = outputFields
				? makeRowsToNamedOutput(outputFields)
				: makeRowsToOutput(item, entity);

			const rows = await readRows(item, entity, action, call);
			return await showRows(
				rows.map((row) => ({ row, branch: call.branch })),
				nameSourceOf(item),
			);
		},

		output: (entity, { outputFields }) => {
			if (outputFields === undefined) return outputSchema(entity);
			const { properties } = objectSchema(outputFields);
			return addNamesToSchema(objectOf({ ...properties }), outputFields);
		},

		reads: true,
	};
}

/** The call of an action, and the input that it was made from. */
interface DeclaredCall {
	call: ItemRequest;
	/** The fields of the action as the user gave them. */
	input: IDataObject;
	/** The ID of the record that the action is about. Undefined if its form asks for no record. */
	id: number | undefined;
}

/**
 * Reads the form of an action, and makes the call that the action declares.
 *
 * @param readInput reads the fields of the action from the form
 */
function readDeclaredCall(
	item: Item,
	entity: Entity,
	action: Action,
	readInput: typeof readFields,
): DeclaredCall {
	const { query = [], fields = [], recordIdName } = action;
	const { path, branch, labels } = targetOf(item, entity);
	// `recordIdName` is the name under which AlfaCRM takes the ID of the record.
	const id = recordIdName === undefined ? undefined : idOf(item, entity);
	const input = readInput(item, fieldsOf(action));
	const idQuery = recordIdName === undefined ? {} : { [recordIdName]: id };

	const call: ItemRequest = {
		path: action.path ?? path,
		action: action.action,
		branch,
		query: { ...idQuery, ...bodyOf(item, query, input, branch) },
		body: { ...bodyOf(item, fields, input, branch), ...action.fixedValues },
		labels: { ...labels, ...labelsOf(fieldsOf(action)) },
		task: describeTask(action, id),
	};
	return { call, input, id };
}

const fieldsOf = ({ query = [], fields = [] }: Action): Field[] => [...query, ...fields];

/** Describes an action for messages, as in "add or spend bonus of customer (501)". */
function describeTask({ title }: Action, id: number | undefined): string {
	const task = `${title.charAt(0).toLowerCase()}${title.slice(1)}`;
	return id === undefined ? task : `${task} (${id})`;
}

/**
 * Separates the name of AlfaCRM's action, which is the last part of the URL, from the body. Some
 * declarations let the user choose it in a field (`actionBy`), which is not sent in the body.
 */
function separateActionName(
	{ actionBy }: ActionOf<'save'>,
	{ action, body = {} }: ItemRequest,
): { actionName: string; body: IDataObject } {
	if (actionBy === undefined) return { actionName: action, body };

	const { [actionBy]: chosenName, ...otherFields } = body;
	return { actionName: chosenName === undefined ? action : String(chosenName), body: otherFields };
}
