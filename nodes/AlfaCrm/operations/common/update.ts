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
import { changesOf, overwriteWithEmpty } from '../../run/body';
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
import { getRecord, writeAnywhere } from '../../run/records';
import { addToList, listModeForm, readAddToLists } from '../../run/saveChanges';
import { idOf, hasParent, keysForm, targetOf } from '../../run/target';
import type { LocatedRecord, Target } from '../../store/located';

/** In what the update of an entity, such as lessons, differs from that of most entities. */
interface UpdateRules {
	/**
	 * Changes the given fields before they are read, for example where one of them excludes another.
	 */
	adjustInput?: (input: IDataObject) => IDataObject;
	/**
	 * Makes the body to send from the changes and the record. The record is read before. If left out,
	 * the body is the changes.
	 */
	makeBody?: (item: Item, entity: Entity, record: IDataObject, changes: IDataObject) => IDataObject;
	/** Tells whether these changes need `makeBody`. If left out, all changes do. */
	needsRecord?: (changes: IDataObject) => boolean;
}

/**
 * Makes the operation that changes the given fields of a record and leaves its other fields as they
 * are.
 */
export const makeUpdate = (rules: UpdateRules = {}): Operation => ({
	text: ({ one }) => ({ name: 'Update', action: `Update ${one}` }),

	form: (entity) => ({
		...inputModeForm(entity),
		id: [recordParameter(entity)],
		keys: keysForm(entity),
		listMode: listModeForm(entity.fields, 'replace'),
		fields: [inFormMode(entity, updateFields(entity))],
		options: canBeSimplified(entity) ? [updateOptions] : [],
	}),

	async execute(item, entity) {
		const request = readUpdateRequest(item, entity, rules);
		const lock = recordKey(entity, request.id);

		return await item.withLock([lock], async () => {
			const record = await readRecordIfNeeded(item, entity, request, rules);
			const body = makeUpdateBody(item, entity, request, record, rules);
			return [await sendUpdate(item, entity, request, record, body)];
		});
	},

	output: (entity) => simplifiedSchema(entity),
});

export const update = makeUpdate();

const updateFields = oncePer((entity: Entity) =>
	collection('Update Fields', 'updateFields', fieldOptions(entity.fields, entity)),
);

const updateOptions = collection('Options', 'options', [overwriteWithEmpty], 'Add Option');

/** What the form says about the record and its changes. */
interface UpdateRequest {
	id: number;
	target: Target;
	/** The given fields in the format in which AlfaCRM takes them. */
	changes: IDataObject;
	/** The changed fields whose values are added to the list that the record has. */
	extendedLists: readonly Field[];
	/** Turns the updated record into the output. */
	show: RecordToOutput;
}

/** @throws NodeOperationError if the form changes nothing */
function readUpdateRequest(
	item: Item,
	entity: Entity,
	{ adjustInput }: UpdateRules,
): UpdateRequest {
	const target = targetOf(item, entity, entity.parentFields);
	const id = idOf(item, entity);
	const overwritesWithEmpty =
		canBeSimplified(entity) && item.collection(updateOptions).flag(overwriteWithEmpty);
	const givenInput = readFieldInput(item, entity, updateFields(entity));
	const input = adjustInput ? adjustInput(givenInput) : givenInput;

	const changes = changesOf(item, entity, input, overwritesWithEmpty);
	const changedLists = entity.fields.filter((field) => isList(field) && field.name in changes);
	const extendedLists = readAddToLists(item, entity.fields, 'replace') ? changedLists : [];
	if (Object.keys(changes).length === 0) throw nothingToUpdateError(item, entity, input);

	const show = makeRecordToOutput(item, entity, Object.keys(changes));
	return { id, target, changes, extendedLists, show };
}

/**
 * Makes the error for a form that changes nothing. It quotes the given values that say nothing,
 * such as an empty phone mask.
 */
function nothingToUpdateError(item: Item, entity: Entity, input: IDataObject): Error {
	const unusableFields = entity.fields.filter(({ name }) => !isEmpty(input[name]));
	const unusableValues = unusableFields
		.map((field) => describeUnusable(field, input[field.name]))
		.join(' and ');
	const howToEmpty = canBeSimplified(entity)
		? " To empty a field, turn on 'Overwrite With Empty Values' in 'Options'."
		: '';
	return item.error(
		`There is nothing to update: ${unusableValues || 'no field was given a value'}`,
		`Give at least one field of the record.${howToEmpty}`,
	);
}

/**
 * Reads the record if the update needs it: to add values to a list, for `makeBody`, or to make sure
 * that the record belongs to the customer whom the form names. AlfaCRM may look at the ID alone and
 * update another customer's subscription. `getRecord` throws if the customer has none with this ID.
 */
async function readRecordIfNeeded(
	item: Item,
	entity: Entity,
	{ id, target, changes, extendedLists }: UpdateRequest,
	rules: UpdateRules,
): Promise<LocatedRecord | undefined> {
	const isNeeded = extendedLists.length > 0 || hasParent(target) || bodyNeedsRecord(rules, changes);
	return isNeeded ? await getRecord(item, entity, id, target) : undefined;
}

function bodyNeedsRecord({ makeBody, needsRecord }: UpdateRules, changes: IDataObject): boolean {
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
	if (record === undefined) return changes;

	const fullChanges = { ...changes };
	for (const field of extendedLists) {
		fullChanges[field.name] = addToList(item, field, record.row[field.name], changes[field.name]);
	}
	if (rules.makeBody === undefined || !bodyNeedsRecord(rules, changes)) return fullChanges;
	return rules.makeBody(item, entity, record.row, fullChanges);
}

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
	const updateAt = async (recordTarget: Target) =>
		await item.save({ ...recordTarget, ...call }, [recordKey(entity, id)]);
	// A record that was read may have been found in another branch than that of the form.
	const expectedTarget = record === undefined ? target : { ...target, branch: record.branch };
	const savedRecord = await writeAnywhere(item, entity, id, expectedTarget, updateAt);
	return show({ id, ...savedRecord }, body);
}
