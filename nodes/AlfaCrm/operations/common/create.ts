import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { needsValueFromUser, hasOwnParameter } from '../../fields/field';
import { collection } from '../../form/assemble';
import { memoize } from '../../form/memoize';
import type { RecordToOutput } from '../../output/report';
import { makeRecordToOutput } from '../../output/report';
import { simplifiedSchema } from '../../output/simplified';
import { buildRequestBody, readShortensTexts, textOptions } from '../../run/body';
import {
	fieldOptions,
	showInFormMode,
	inputModeForm,
	offersSimplify,
	prominentForm,
	readFieldInput,
} from '../../run/fieldInput';
import type { Item } from '../../run/item';
import type { Operation } from '../../run/operation';
import type { Draft } from '../../run/owner';
import { addAuthor, completeFromOwner } from '../../run/owner';
import { parentForm, targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/** Creates a record at each run, without a search for an existing record. */
export const create: Operation = {
	text: ({ singular }) => ({ name: 'Create', action: `Create ${singular}` }),

	form: (entity) => ({
		...inputModeForm(entity, entity.fields.filter(needsValueFromUser)),
		// The customer of a subscription, for example: the record to which the new record belongs.
		parent: parentForm(entity),
		prominentFields: prominentForm(entity, listProminentFields(entity)),
		fields: makeAdditionalForm(entity),
		options: offersShortening(entity) ? textOptions(entity.fields) : [],
	}),

	async execute(item, entity) {
		const draft = readDraft(item, entity);
		return [await saveDraft(item, entity, draft)];
	},

	output: (entity) => simplifiedSchema(entity),
};

/** A new record as the form describes it. */
export interface RecordDraft extends Draft {
	/** The address of the call: path, branch and query. */
	target: Target;
	/** Turns the created record into the output. */
	toOutput: RecordToOutput;
}

/**
 * Reads the new record from the form, before anything is sent.
 *
 * @param fields the fields to send; by default those that the entity declares
 * @param completeInput adds values that follow from the given values, such as the end of a lesson
 * from its duration; throws if the values cannot be saved together
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
	const shortensTexts = offersShortening(entity) ? readShortenOption(item, fields) : undefined;

	const values = buildRequestBody(item, fields, input, {
		branch: target.branch,
		shortensTexts,
	});
	// The query names the parent, such as the customer of a new subscription. Some descriptions of
	// AlfaCRM's API send the parent in the body instead, so it is sent in both places.
	const body = { ...target.query, ...values };
	const toOutput = makeRecordToOutput(item, entity, Object.keys(body));
	return { target, fields, input, body, branch: target.branch, toOutput };
}

/**
 * Creates a record in AlfaCRM, and returns it as the output shows it. Before that, adds values that
 * come from other records: a payment gets the name and the branch of its payer
 * (`completeFromOwner`), and a comment gets its author (`addAuthor`).
 */
export async function saveDraft(
	item: Item,
	entity: Entity,
	draft: RecordDraft,
): Promise<IDataObject> {
	const { target, fields, toOutput } = draft;
	const { body: completedBody, branch } = await completeFromOwner(item, draft);
	const body = await addAuthor(item, fields, completedBody, branch);

	const task = `create the ${entity.label.toLowerCase()}`;
	const savedRecord = await item.save({ ...target, branch, action: 'create', body, task });
	// AlfaCRM's answer may lack fields. The output shows such fields as they were sent.
	return toOutput(savedRecord, body);
}

/**
 * Reads whether the option 'Shorten Long Texts' is on. Returns undefined if AlfaCRM limits no text
 * of the fields: then the form has no such option, and no error message may recommend it.
 */
export function readShortenOption(item: Item, fields: readonly Field[]): boolean | undefined {
	const [options] = textOptions(fields);
	return options === undefined ? undefined : readShortensTexts(item.collection(options));
}

/**
 * Whether the form has the option 'Shorten Long Texts'. Only forms of entities with many fields,
 * which are also those that can be simplified, have options.
 */
function offersShortening(entity: Entity): boolean {
	return offersSimplify(entity);
}

/**
 * Lists the fields that have a parameter of their own, outside 'Additional Fields'. The list is
 * kept for each entity, because every item needs it.
 */
const listProminentFields = memoize((entity: Entity) => entity.fields.filter(hasOwnParameter));

/** Makes the parameter 'Additional Fields', from which the user chooses fields to fill. */
const makeAdditionalFields = memoize((entity: Entity) => {
	const otherFields = entity.fields.filter((field) => !hasOwnParameter(field));
	return collection('Additional Fields', 'additionalFields', fieldOptions(otherFields, entity));
});

/**
 * Makes the part of the form with 'Additional Fields'. It is empty if there is nothing to choose.
 * The only field of a subject, for example, is the name, which has a parameter of its own.
 */
function makeAdditionalForm(entity: Entity): INodeProperties[] {
	// The user can add any custom field.
	const hasCustomFields = entity.hasCustomFields === true;
	// `withoutParameter` marks a field that the form never offers, because another parameter decides
	// its value.
	const hasFieldToOffer = entity.fields.some(
		(field) => !hasOwnParameter(field) && !field.withoutParameter,
	);
	if (!hasCustomFields && !hasFieldToOffer) return [];

	return [showInFormMode(entity, makeAdditionalFields(entity))];
}
