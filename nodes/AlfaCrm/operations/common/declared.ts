/*
 * Carries out the actions that need only one call. Their entity declares the call as data: path,
 * query and body (`Action` in `entities/types.ts`). Each declaration names one of the three kinds of
 * actions in this file: `get` and `getMany` read, `save` changes something.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Action, ActionOf, Entity } from '../../entities/types';
import { objectSchema } from '../../fields/field';
import {
	makeRowsToNamedOutput,
	makeSimplifyParameters,
	makeRowsToOutput,
	outputSchema,
	addNamesToSchema,
} from '../../output/outputItems';
import { makeRecordToOutput } from '../../output/report';
import { simplifiedSchema } from '../../output/simplified';
import { objectOf } from '../../output/recordSchema';
import { readFields, readFilterFields } from '../../run/actionFields';
import { buildRequestBody } from '../../run/body';
import type { LockKey } from '../../run/keys';
import { recordKey } from '../../run/keys';
import { makeActionRowTest } from '../../run/filters';
import type { Item } from '../../run/item';
import type { ItemRequest } from '../../run/itemCalls';
import { makeNameSource } from '../../run/names';
import type { ActionKind, OperationPart } from '../../run/operation';
import { completeFromOwner } from '../../run/owner';
import { toRows, limitForm, readLimit, readList } from '../../run/readList';
import { idOf, labelsOf, targetOf } from '../../run/target';

/** Reads one answer without pages: an object, or a list of rows. */
export const get = makeReadingAction<'get'>({ readRows: readAnswer });

/** Sends the call of an action, and returns the rows in its answer. */
async function readAnswer(item: Item, _entity: Entity, _action: Action, call: ItemRequest) {
	const answer = await item.fetch(call);
	// If the answer has no rows, the text of the error depends on whether the call only reads.
	return toRows(item, call, answer, { onlyReads: true });
}

/** Reads the pages of a list. The form has a limit besides the fields of the action. */
export const getMany = makeReadingAction<'getMany'>({
	readRows: readPages,
	moreParameters: { limit: limitForm },
});

/** Reads the rows that an action lists, up to the limit of the form. */
async function readPages(item: Item, entity: Entity, action: Action, call: ItemRequest) {
	const plural = entity.plural.toLowerCase();
	const limit = readLimit(item);
	// AlfaCRM ignores filters that it does not know, so each row is checked here.
	const filters = { ...call.query, ...call.body };
	const passesFilters = makeActionRowTest(listFields(action), filters);

	return await readList(item, plural, call, { limit, keep: passesFilters });
}

/** Sends one call that changes something each time that it runs. */
export const save: ActionKind<'save'> = {
	form: () => ({}),

	async execute(item, entity, action) {
		const declaredCall = readDeclaredCall(item, entity, action, readFields);
		const { id } = declaredCall;
		const changedRecords = id === undefined ? [] : [recordKey(entity, id)];

		return await item.withLock(changedRecords, async () => [
			await sendDeclaredCall(item, entity, action, declaredCall, changedRecords),
		]);
	},

	output: (entity, action) =>
		// If the answer is no record of the entity, its fields are not known.
		savesRecordOfEntity(action) ? simplifiedSchema(entity) : objectOf({}),
};

/**
 * Sends the call of an action, and returns the saved record as the output shows it.
 *
 * @param changedRecords the key of the record that the call changes; empty if it changes none
 */
async function sendDeclaredCall(
	item: Item,
	entity: Entity,
	action: ActionOf<'save'>,
	{ call, input, id }: DeclaredCall,
	changedRecords: readonly LockKey[],
): Promise<IDataObject> {
	const givenFields = Object.keys(call.body ?? {});
	const toOutput = makeRecordToOutput(item, entity, givenFields);
	const completeCall = await completeDeclaredCall(item, action, call, input);
	// `confirmedBy` is a field of the answer. If the answer has it, AlfaCRM has saved the change.
	const answer = await item.save(completeCall, changedRecords, { confirms: action.confirmedBy });
	if (savesRecordOfEntity(action)) return toOutput(answer, completeCall.body);

	// The answer may not tell which record was changed, so the ID is added.
	return id === undefined ? answer : { id, ...answer };
}

/**
 * Whether AlfaCRM answers an action with a record of the entity. It does so if the action is sent
 * to the path of the entity: only other paths are declared.
 */
function savesRecordOfEntity({ path }: Action): boolean {
	return path === undefined;
}

/** Reads from AlfaCRM the rows that an action returns. */
type ReadRows = (
	item: Item,
	entity: Entity,
	action: Action,
	call: ItemRequest,
) => Promise<IDataObject[]>;

interface ReadingRules {
	readRows: ReadRows;
	/** The parameters that every action of the kind has, besides the fields of the action. */
	moreParameters?: OperationPart;
}

/**
 * Makes a kind of action that reads. The rows are records of the entity, unless the action declares
 * `outputFields`: then the rows have these fields.
 */
function makeReadingAction<K extends 'get' | 'getMany'>({
	readRows,
	moreParameters,
}: ReadingRules): ActionKind<K> {
	return {
		form: (entity, { outputFields }) => ({
			...moreParameters,
			simplify: outputFields ? [] : makeSimplifyParameters(entity),
		}),

		async execute(item, entity, action) {
			const { call } = readDeclaredCall(item, entity, action, readFilterFields);
			const { outputFields } = action;
			// Only records of the entity can be simplified.
			const toOutput = outputFields
				? makeRowsToNamedOutput(outputFields)
				: makeRowsToOutput(item, entity);

			const rows = await readRows(item, entity, action, call);
			const locatedRows = rows.map((row) => ({ row, branch: call.branch }));
			return await toOutput(locatedRows, makeNameSource(item));
		},

		output: (entity, { outputFields }) => {
			if (outputFields === undefined) return outputSchema(entity);

			const { properties } = objectSchema(outputFields);
			// The output has names beside IDs, such as `room_name` beside `room_id`.
			return addNamesToSchema(objectOf({ ...properties }), outputFields);
		},

		onlyReads: true,
	};
}

/** The call of an action, and the values of the form from which the call was made. */
interface DeclaredCall {
	call: ItemRequest;
	/** The values of the action's fields as the user gave them. */
	input: IDataObject;
	/** The ID of the record that the action is about. Undefined if the form asks for no record. */
	id: number | undefined;
}

/**
 * Reads the form of an action, and makes the call that the action declares.
 *
 * @param readInput reads the fields of the action from the form: `readFields`, or
 * `readFilterFields` for an action that reads, which refuses a filter that is empty
 */
function readDeclaredCall(
	item: Item,
	entity: Entity,
	action: Action,
	readInput: typeof readFields,
): DeclaredCall {
	const { path, branch, labels } = targetOf(item, entity);
	// AlfaCRM's name for the ID of the record, such as `id` or `customer_id`. Undefined if the action
	// is about no record.
	const { recordIdName } = action;
	const id = recordIdName === undefined ? undefined : idOf(item, entity);
	const idQuery = recordIdName === undefined ? {} : { [recordIdName]: id };

	const fields = listFields(action);
	const input = readInput(item, fields);
	const queryValues = buildRequestBody(item, action.query ?? [], input, { branch });
	const bodyValues = buildRequestBody(item, action.fields ?? [], input, { branch });

	const call: ItemRequest = {
		path: action.path ?? path,
		action: action.action,
		branch,
		query: { ...idQuery, ...queryValues },
		body: { ...bodyValues, ...action.fixedValues },
		labels: { ...labels, ...labelsOf(fields) },
		task: describeTask(action, id),
	};
	return { call, input, id };
}

/** Lists the fields in the form of an action: the fields of the query, and those of the body. */
function listFields({ query = [], fields = [] }: Action): Field[] {
	return [...query, ...fields];
}

/** Describes an action for messages, as in "add or spend bonus of customer (501)". */
function describeTask({ title }: Action, id: number | undefined): string {
	const task = `${title.charAt(0).toLowerCase()}${title.slice(1)}`;
	return id === undefined ? task : `${task} (${id})`;
}

/**
 * Completes the call of an action that changes something. Chooses the last part of the URL, and
 * adds the branch and the texts that come from the record of the customer.
 */
async function completeDeclaredCall(
	item: Item,
	action: ActionOf<'save'>,
	call: ItemRequest,
	input: IDataObject,
): Promise<ItemRequest> {
	const { urlAction, body: fieldValues } = chooseUrlAction(action, call);
	const draft = { fields: action.fields ?? [], input, body: fieldValues, branch: call.branch };
	const { body, branch } = await completeFromOwner(item, draft);

	return { ...call, action: urlAction, body, branch };
}

/**
 * Chooses the last part of the URL, such as `update`. In some actions the user chooses it, in the
 * field that the declaration names in `actionBy`. That field is not sent in the body.
 */
function chooseUrlAction(
	{ actionField: fieldOfUrlAction }: ActionOf<'save'>,
	{ action: usualUrlAction, body = {} }: ItemRequest,
): { urlAction: string; body: IDataObject } {
	if (fieldOfUrlAction === undefined) return { urlAction: usualUrlAction, body };

	const { [fieldOfUrlAction]: chosenUrlAction, ...otherValues } = body;
	if (chosenUrlAction === undefined) return { urlAction: usualUrlAction, body: otherValues };
	return { urlAction: String(chosenUrlAction), body: otherValues };
}
