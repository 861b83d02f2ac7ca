import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { isList, describeUnusable } from '../../fields/field';
import { collection } from '../../form/assemble';
import { memoize } from '../../form/memoize';
import type { RecordToOutput } from '../../output/report';
import { makeRecordToOutput } from '../../output/report';
import { simplifiedSchema } from '../../output/simplified';
import { buildUpdateBody, overwriteWithEmpty } from '../../run/body';
import { recordKey } from '../../run/keys';
import {
	fieldOptions,
	showInFormMode,
	inputModeForm,
	offersSimplify,
	readFieldInput,
} from '../../run/fieldInput';
import type { Item } from '../../run/item';
import type { Operation } from '../../run/operation';
import { recordParameter } from '../../run/recordParameter';
import { getRecord, writeInBranchOfRecord } from '../../run/records';
import { addToList, listModeForm, readAddsToLists } from '../../run/saveChanges';
import { idOf, hasParent, parentForm, targetOf } from '../../run/target';
import type { LocatedRecord, Target } from '../../store/located';

/** The rules of entities whose update needs more than the usual steps, such as lessons. */
interface UpdateRules {
	/**
	 * Adjusts the values of the form before the body is made from them. For example, one field may
	 * exclude another.
	 */
	adjustInput?: (input: IDataObject) => IDataObject;
	/**
	 * Makes the body to send from the changes and from the record, which is read for this purpose.
	 * Without this rule, the changes themselves are sent.
	 */
	makeBody?: (item: Item, entity: Entity, record: IDataObject, changes: IDataObject) => IDataObject;
	/**
	 * Tells whether the body of these changes needs values of the record. If not, `makeBody` is not
	 * called. Without this rule, `makeBody` is always called.
	 */
	needsRecord?: (changes: IDataObject) => boolean;
}

/**
 * Makes the operation that changes the given fields of a record and leaves its other fields as they
 * are.
 */
export const makeUpdate = (rules: UpdateRules = {}): Operation => ({
	text: ({ singular }) => ({ name: 'Update', action: `Update ${singular}` }),

	form: (entity) => ({
		...inputModeForm(entity),
		id: [recordParameter(entity)],
		// The customer of a subscription, for example: the record to which the updated record belongs.
		parent: parentForm(entity),
		listMode: listModeForm(entity.fields, DEFAULT_LIST_MODE),
		// 'Input Mode' can be the form, JSON or a field mapper. Only the form has these parameters.
		fields: [showInFormMode(entity, makeUpdateFields(entity))],
		// Only entities with many fields have options.
		options: offersSimplify(entity) ? [updateOptions] : [],
	}),

	async execute(item, entity) {
		const request = readUpdateRequest(item, entity, rules);
		const changedRecord = recordKey(entity, request.id);

		return await item.withLock([changedRecord], async () => {
			const record = await readRecordIfNeeded(item, entity, request, rules);
			const body = makeBodyToSend(item, entity, request, record, rules);
			return [await sendUpdate(item, entity, request, record, body)];
		});
	},

	output: (entity) => simplifiedSchema(entity),
});

export const update = makeUpdate();

/** By default, the values that the user gives for a list replace the values of the record. */
const DEFAULT_LIST_MODE = 'replace';

/** Makes the parameter 'Update Fields', in which the user chooses the fields to change. */
const makeUpdateFields = memoize((entity: Entity) =>
	collection('Update Fields', 'updateFields', fieldOptions(entity.fields, entity)),
);

const updateOptions = collection('Options', 'options', [overwriteWithEmpty], 'Add Option');

/** The update that the form asks for. */
interface UpdateRequest {
	id: number;
	target: Target;
	/** The values of the form in AlfaCRM's format. */
	changes: IDataObject;
	/**
	 * The list fields to which the form adds values. AlfaCRM replaces a list as a whole, so the
	 * values that the record has are sent as well.
	 */
	listsToExtend: readonly Field[];
	/** Turns the updated record into the output. */
	toOutput: RecordToOutput;
}

/**
 * Reads from the form which record is changed and how, before anything is sent.
 *
 * @throws NodeOperationError if the form changes nothing
 */
function readUpdateRequest(
	item: Item,
	entity: Entity,
	{ adjustInput }: UpdateRules,
): UpdateRequest {
	const target = targetOf(item, entity, entity.parentFields);
	const id = idOf(item, entity);
	const overwritesWithEmpty = readOverwritesWithEmpty(item, entity);
	const givenInput = readFieldInput(item, entity, makeUpdateFields(entity));
	const input = adjustInput ? adjustInput(givenInput) : givenInput;

	const changes = buildUpdateBody(item, entity, input, { overwritesWithEmpty });
	const listsToExtend = readListsToExtend(item, entity, changes);
	if (Object.keys(changes).length === 0) throw nothingToUpdateError(item, entity, input);

	const toOutput = makeRecordToOutput(item, entity, Object.keys(changes));
	return { id, target, changes, listsToExtend, toOutput };
}

/**
 * Reads whether an empty value of the form empties its field. Only entities with many fields, which
 * are also those that can be simplified, have this option.
 */
function readOverwritesWithEmpty(item: Item, entity: Entity): boolean {
	if (!offersSimplify(entity)) return false;
	return item.collection(updateOptions).flag(overwriteWithEmpty);
}

/** Reads from the form to which of the changed list fields values are added. */
function readListsToExtend(item: Item, entity: Entity, changes: IDataObject): Field[] {
	const addsToLists = readAddsToLists(item, entity.fields, DEFAULT_LIST_MODE);
	if (!addsToLists) return [];
	return entity.fields.filter((field) => isList(field) && field.name in changes);
}

/**
 * Makes the error for a form that changes nothing. It quotes values that are filled but cannot be
 * used, such as an empty phone mask.
 */
function nothingToUpdateError(item: Item, entity: Entity, input: IDataObject): Error {
	const unusableValues = entity.fields
		.filter(({ name }) => !isEmpty(input[name]))
		.map((field) => describeUnusable(field, input[field.name]));
	const problem = unusableValues.join(' and ') || 'no field was given a value';
	const howToEmpty = offersSimplify(entity)
		? " To empty a field, turn on 'Overwrite With Empty Values' in 'Options'."
		: '';

	return item.error(
		`There is nothing to update: ${problem}`,
		`Give at least one field of the record.${howToEmpty}`,
	);
}

/**
 * Reads the record if the update needs it for one of these purposes:
 *
 * - to add values to a list
 * - to make the body by a rule of the entity
 * - to check that a subscription belongs to the customer in the form. AlfaCRM itself may ignore the
 *   customer. `getRecord` throws if that customer has no subscription with the ID.
 */
async function readRecordIfNeeded(
	item: Item,
	entity: Entity,
	{ id, target, changes, listsToExtend }: UpdateRequest,
	rules: UpdateRules,
): Promise<LocatedRecord | undefined> {
	const extendsLists = listsToExtend.length > 0;
	const hasBodyRule = findBodyRule(rules, changes) !== undefined;
	const isNeeded = extendsLists || hasBodyRule || hasParent(target);
	return isNeeded ? await getRecord(item, entity, id, target) : undefined;
}

/**
 * Returns the rule that makes the body of these changes; undefined if the changes themselves are
 * sent.
 */
function findBodyRule(
	{ makeBody, needsRecord }: UpdateRules,
	changes: IDataObject,
): UpdateRules['makeBody'] {
	const isNeeded = needsRecord === undefined || needsRecord(changes);
	return isNeeded ? makeBody : undefined;
}

/** Makes the body to send from the changes and, if it was read, from the record. */
function makeBodyToSend(
	item: Item,
	entity: Entity,
	{ changes, listsToExtend }: UpdateRequest,
	record: LocatedRecord | undefined,
	rules: UpdateRules,
): IDataObject {
	if (record === undefined) return changes;

	const changesWithLists = { ...changes };
	for (const field of listsToExtend) {
		const { name } = field;
		changesWithLists[name] = addToList(item, field, record.row[name], changes[name]);
	}
	const makeBody = findBodyRule(rules, changes);
	if (makeBody === undefined) return changesWithLists;

	return makeBody(item, entity, record.row, changesWithLists);
}

/**
 * Sends the update, and returns the updated record as the output shows it. If AlfaCRM does not have
 * the record in the expected branch, finds the branch of the record and sends the update there.
 */
async function sendUpdate(
	item: Item,
	entity: Entity,
	{ id, target, toOutput }: UpdateRequest,
	record: LocatedRecord | undefined,
	body: IDataObject,
): Promise<IDataObject> {
	const call = {
		action: 'update',
		query: { id, ...target.query },
		body,
		task: `update ${entity.label.toLowerCase()} ${id}`,
	};
	const changedRecord = recordKey(entity, id);
	const updateInBranch = async (targetInBranch: Target) =>
		await item.save({ ...targetInBranch, ...call }, [changedRecord]);

	// `getRecord` also searches branches other than that of the form.
	const expectedBranch = record === undefined ? target.branch : record.branch;
	const expectedTarget = { ...target, branch: expectedBranch };
	const savedRecord = await writeInBranchOfRecord(item, entity, id, expectedTarget, updateInBranch);

	return toOutput({ id, ...savedRecord }, body);
}
