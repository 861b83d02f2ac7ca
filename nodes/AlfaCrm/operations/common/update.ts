import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { isList, describeUnusable } from '../../fields/field';
import { collection } from '../../form/assemble';
import { oncePer } from '../../form/oncePer';
import type { RecordToOutput } from '../../output/report';
import { makeRecordToOutput } from '../../output/report';
import { simplifiedSchema } from '../../output/simplified';
import { buildUpdateBody, overwriteWithEmpty } from '../../run/body';
import { recordKey } from '../../run/keys';
import {
	fieldOptions,
	inFormMode,
	inputModeForm,
	canBeSimplified,
	readFieldInput,
} from '../../run/fieldInput';
import type { Item } from '../../run/item';
import type { Operation } from '../../run/operation';
import { recordParameter } from '../../run/recordParameter';
import { getRecord, writeInBranchOfRecord } from '../../run/records';
import { addToList, listModeForm, readAddsToLists } from '../../run/saveChanges';
import { idOf, hasParent, parentForm, targetOf } from '../../run/target';
import type { LocatedRecord, Target } from '../../store/located';

/** The rules by which the update of some entities, such as lessons, differs. */
interface UpdateRules {
	/**
	 * Changes the values of the form before they are read, for example where one field excludes
	 * another.
	 */
	adjustInput?: (input: IDataObject) => IDataObject;
	/**
	 * Makes the body to send from the changes and the record, which is read first. Without this rule,
	 * the changes are sent.
	 */
	makeBody?: (item: Item, entity: Entity, record: IDataObject, changes: IDataObject) => IDataObject;
	/** Tells whether `makeBody` is needed for these changes. Without this rule, it always is. */
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
		// The ID of the record to which this one belongs, such as the customer of a subscription.
		parent: parentForm(entity),
		listMode: listModeForm(entity.fields, DEFAULT_LIST_MODE),
		// In the other input modes, one object holds all fields.
		fields: [inFormMode(entity, makeUpdateFields(entity))],
		// Only entities with many fields have options.
		options: canBeSimplified(entity) ? [updateOptions] : [],
	}),

	async execute(item, entity) {
		const request = readUpdateRequest(item, entity, rules);
		const changedRecord = recordKey(entity, request.id);

		return await item.withLock([changedRecord], async () => {
			const record = await readRecordIfNeeded(item, entity, request, rules);
			const body = makeUpdateBody(item, entity, request, record, rules);
			return [await sendUpdate(item, entity, request, record, body)];
		});
	},

	output: (entity) => simplifiedSchema(entity),
});

export const update = makeUpdate();

/** By default, the values that the user gives for a list replace those that it has. */
const DEFAULT_LIST_MODE = 'replace';

/** Makes the parameter 'Update Fields', in which the user chooses the fields to change. */
const makeUpdateFields = oncePer((entity: Entity) =>
	collection('Update Fields', 'updateFields', fieldOptions(entity.fields, entity)),
);

const updateOptions = collection('Options', 'options', [overwriteWithEmpty], 'Add Option');

/** Which record the form changes, and what it changes. */
interface UpdateRequest {
	id: number;
	target: Target;
	/** The given values in the format in which AlfaCRM takes them. */
	changes: IDataObject;
	/** The changed lists that keep the values that they have: the given values are added to them. */
	extendedLists: readonly Field[];
	/** Turns the updated record into the output. */
	show: RecordToOutput;
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
	const extendedLists = readExtendedLists(item, entity, changes);
	if (Object.keys(changes).length === 0) throw nothingToUpdateError(item, entity, input);

	const show = makeRecordToOutput(item, entity, Object.keys(changes));
	return { id, target, changes, extendedLists, show };
}

/** Reads whether an empty value of the form empties its field. Only some forms offer this. */
function readOverwritesWithEmpty(item: Item, entity: Entity): boolean {
	if (!canBeSimplified(entity)) return false;
	return item.collection(updateOptions).flag(overwriteWithEmpty);
}

/** Lists the changed lists to which the values of the form are added, if the form says to add. */
function readExtendedLists(item: Item, entity: Entity, changes: IDataObject): Field[] {
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
	const howToEmpty = canBeSimplified(entity)
		? " To empty a field, turn on 'Overwrite With Empty Values' in 'Options'."
		: '';

	return item.error(
		`There is nothing to update: ${problem}`,
		`Give at least one field of the record.${howToEmpty}`,
	);
}

/**
 * Reads the record if the update needs it: to add values to a list, to make the body, or to make
 * sure that a subscription belongs to the customer whom the form names. AlfaCRM may look at the ID
 * alone, and update another customer's subscription. `getRecord` throws if the customer has none
 * with this ID.
 */
async function readRecordIfNeeded(
	item: Item,
	entity: Entity,
	{ id, target, changes, extendedLists }: UpdateRequest,
	rules: UpdateRules,
): Promise<LocatedRecord | undefined> {
	const extendsLists = extendedLists.length > 0;
	const isNeeded = extendsLists || hasParent(target) || isBodyMadeFromRecord(rules, changes);
	return isNeeded ? await getRecord(item, entity, id, target) : undefined;
}

/** Tells whether the entity has a rule that makes the body of these changes from the record. */
function isBodyMadeFromRecord(
	{ makeBody, needsRecord }: UpdateRules,
	changes: IDataObject,
): boolean {
	if (makeBody === undefined) return false;
	return needsRecord === undefined || needsRecord(changes);
}

/**
 * Makes the body to send from the changes. AlfaCRM replaces a list as a whole, so a list to which
 * values are added is sent with the values that it has already.
 */
function makeUpdateBody(
	item: Item,
	entity: Entity,
	{ changes, extendedLists }: UpdateRequest,
	record: LocatedRecord | undefined,
	rules: UpdateRules,
): IDataObject {
	// The record is not read if the changes are enough.
	if (record === undefined) return changes;

	const fullChanges = { ...changes };
	for (const field of extendedLists) {
		const { name } = field;
		fullChanges[name] = addToList(item, field, record.row[name], changes[name]);
	}
	if (rules.makeBody === undefined || !isBodyMadeFromRecord(rules, changes)) return fullChanges;

	return rules.makeBody(item, entity, record.row, fullChanges);
}

/**
 * Sends the update, and returns the updated record as the output shows it. If AlfaCRM does not have
 * the record in the expected branch, finds its branch and sends the update there.
 */
async function sendUpdate(
	item: Item,
	entity: Entity,
	{ id, target, show }: UpdateRequest,
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
	const updateIn = async (targetInBranch: Target) =>
		await item.save({ ...targetInBranch, ...call }, [changedRecord]);

	// A record that was read may have been found in another branch than that of the form.
	const expectedBranch = record === undefined ? target.branch : record.branch;
	const expectedTarget = { ...target, branch: expectedBranch };
	const savedRecord = await writeInBranchOfRecord(item, entity, id, expectedTarget, updateIn);

	return show({ id, ...savedRecord }, body);
}
