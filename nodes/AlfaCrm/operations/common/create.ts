import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isNeeded, hasOwnParameter } from '../../fields/field';
import { collection } from '../../form/assemble';
import { oncePer } from '../../form/oncePer';
import type { RecordToOutput } from '../../output/report';
import { makeRecordToOutput } from '../../output/report';
import { simplifiedSchema } from '../../output/simplified';
import { buildRequestBody, mayShortenTexts, textOptions } from '../../run/body';
import {
	fieldOptions,
	inFormMode,
	inputModeForm,
	canBeSimplified,
	prominentForm,
	readFieldInput,
} from '../../run/fieldInput';
import type { Item } from '../../run/item';
import type { Operation } from '../../run/operation';
import type { Draft } from '../../run/owner';
import { addAuthor, completeFromOwner } from '../../run/owner';
import { parentForm, targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/** Creates a record at each run, without a search for an existing one. */
export const create: Operation = {
	text: ({ singular }) => ({ name: 'Create', action: `Create ${singular}` }),

	form: (entity) => ({
		...inputModeForm(entity, entity.fields.filter(isNeeded)),
		parent: parentForm(entity),
		prominentFields: prominentForm(entity, listProminentFields(entity)),
		fields: makeAdditionalForm(entity),
		// Only entities with many fields have options.
		options: canBeSimplified(entity) ? textOptions(entity.fields) : [],
	}),

	async execute(item, entity) {
		const draft = readDraft(item, entity);
		return [await saveDraft(item, entity, draft)];
	},

	output: (entity) => simplifiedSchema(entity),
};

/**
 * Lets the user choose whether an existing record is returned instead of being created once more.
 */
export const skipIfThere: INodeProperties = {
	displayName: 'Skip If It Already Exists',
	name: 'skipIfThere',
	type: 'boolean',
	default: true,
	description: 'Whether to return the same one if it is there',
};

/** A new record as the form describes it. */
export interface RecordDraft extends Draft {
	/** The address of the call: path, branch and query. */
	target: Target;
	/** Turns the created record into the output. */
	show: RecordToOutput;
}

/**
 * Reads the new record from the form, before anything is sent.
 *
 * @param fields the fields to send; by default those that the entity declares
 * @param completeInput adds values that follow from the given ones, such as an end time from a
 * duration; may throw if they cannot be saved
 */
export function readDraft(
	item: Item,
	entity: Entity,
	fields: readonly Field[] = entity.fields,
	completeInput = (input: IDataObject) => input,
): RecordDraft {
	const target = targetOf(item, entity, entity.parentFields);
	const prominentFields = listProminentFields(entity);
	const additionalFields = makeAdditionalFields(entity);
	const givenInput = readFieldInput(item, entity, additionalFields, prominentFields);
	const input = completeInput(givenInput);
	const shortensTexts = canBeSimplified(entity) ? readShortenOption(item, fields) : undefined;

	const values = buildRequestBody(item, fields, input, {
		branch: target.branch,
		shortensTexts,
	});
	// The query names the record to which the new one belongs. Some sources have it in the body, so
	// both have it.
	const body = { ...target.query, ...values };
	const show = makeRecordToOutput(item, entity, Object.keys(body));
	return { target, fields, input, body, branch: target.branch, show };
}

/**
 * Creates a record in AlfaCRM, and returns it as the output shows it. Values that other records
 * decide are added first: a payment gets the name and the branch of its payer, a comment its
 * author.
 */
export async function saveDraft(
	item: Item,
	entity: Entity,
	{ target, show, ...draft }: RecordDraft,
): Promise<IDataObject> {
	const { body: completedBody, branch } = await completeFromOwner(item, draft);
	const body = await addAuthor(item, draft.fields, completedBody, branch);

	const task = `create the ${entity.label.toLowerCase()}`;
	const savedRecord = await item.save({ ...target, branch, action: 'create', body, task });
	// AlfaCRM's answer may lack fields. The output then shows them as they were sent.
	return show(savedRecord, body);
}

/**
 * Reads whether 'Shorten Long Texts' is on. Returns undefined if none of the fields has a limit:
 * the form does not offer the option then, and error messages must not advise it.
 */
export function readShortenOption(item: Item, fields: readonly Field[]): boolean | undefined {
	const [options] = textOptions(fields);
	return options === undefined ? undefined : mayShortenTexts(item.collection(options));
}

/** Lists the fields that have a parameter of their own, outside 'Additional Fields'. */
const listProminentFields = oncePer((entity: Entity) => entity.fields.filter(hasOwnParameter));

/** Makes the parameter 'Additional Fields', from which the user chooses fields to fill. */
const makeAdditionalFields = oncePer((entity: Entity) => {
	const otherFields = entity.fields.filter((field) => !hasOwnParameter(field));
	return collection('Additional Fields', 'additionalFields', fieldOptions(otherFields, entity));
});

/**
 * Makes the part of the form with 'Additional Fields'. It is empty if there is nothing to choose: a
 * subject, for example, has no field but its name, which has a parameter of its own.
 */
function makeAdditionalForm(entity: Entity): INodeProperties[] {
	// Any custom field can be added.
	const hasCustomFields = entity.custom === true;
	const hasOtherFields = entity.fields.some(
		(field) => !hasOwnParameter(field) && !field.withoutParameter,
	);
	if (!hasCustomFields && !hasOtherFields) return [];

	return [inFormMode(entity, makeAdditionalFields(entity))];
}
