import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isNeeded, hasOwnParameter } from '../../fields/field';
import { collection } from '../../form/assemble';
import { oncePer } from '../../form/oncePer';
import type { RecordToOutput } from '../../output/report';
import { makeRecordToOutput } from '../../output/report';
import { simplifiedSchema } from '../../output/simplified';
import { bodyOf, readShortensTexts, textOptions } from '../../run/body';
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
import { keysForm, targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/** Creates a record at each run, without a look at the existing ones. */
export const create: Operation = {
	text: ({ one }) => ({ name: 'Create', action: `Create ${one}` }),

	form: (entity) => ({
		...inputModeForm(entity, entity.fields.filter(isNeeded)),
		keys: keysForm(entity),
		prominentFields: prominentForm(entity, prominentFields(entity)),
		fields: hasAdditionalFields(entity) ? [inFormMode(entity, additionalFields(entity))] : [],
		options: canBeSimplified(entity) ? textOptions(entity.fields) : [],
	}),

	async execute(item, entity) {
		const draft = readDraft(item, entity);
		return [await saveDraft(item, entity, draft)];
	},

	output: (entity) => simplifiedSchema(entity),
};

/** The parameter of operations that create a record only if it would repeat no existing record. */
export const skipIfThere: INodeProperties = {
	displayName: 'Skip If It Already Exists',
	name: 'skipIfThere',
	type: 'boolean',
	default: true,
	description: 'Whether to return the same one if it is there',
};

/** A record that is about to be created. */
export interface RecordDraft extends Draft {
	/** Where the record is sent. */
	target: Target;
	/** Turns the created record into the output. */
	show: RecordToOutput;
}

/**
 * Reads from the form the record to create, before anything is sent.
 *
 * @param fields the fields to send, where an operation declares a field in another way than the
 * entity does
 * @param completeInput returns the given fields with the values that follow from them, such as an
 * end time from a duration; may throw if they cannot be saved
 */
export function readDraft(
	item: Item,
	entity: Entity,
	fields: readonly Field[] = entity.fields,
	completeInput = (input: IDataObject) => input,
): RecordDraft {
	const target = targetOf(item, entity, entity.parentFields);
	const givenInput = readFieldInput(
		item,
		entity,
		additionalFields(entity),
		prominentFields(entity),
	);
	const input = completeInput(givenInput);
	const shortensTexts = readShortensLongTexts(item, entity, fields);

	const body = { ...target.query, ...bodyOf(item, fields, input, target.branch, shortensTexts) };
	const show = makeRecordToOutput(item, entity, Object.keys(body));
	return { target, fields, input, body, branch: target.branch, show };
}

/**
 * Creates the record of a draft, and returns it as the output shows it. Values that other records
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
	// AlfaCRM's answer may lack fields, which the output then shows as they were sent.
	return show(savedRecord, body);
}

/**
 * Reads 'Shorten Long Texts'. Undefined if the form of the entity does not offer the option, so
 * that error messages do not advise it.
 */
function readShortensLongTexts(
	item: Item,
	entity: Entity,
	fields: readonly Field[],
): boolean | undefined {
	if (!canBeSimplified(entity)) return undefined;
	const [options] = textOptions(fields);
	return options === undefined ? undefined : readShortensTexts(item.collection(options));
}

const prominentFields = oncePer((entity: Entity) => entity.fields.filter(hasOwnParameter));

const additionalFields = oncePer((entity: Entity) => {
	const otherFields = entity.fields.filter((field) => !hasOwnParameter(field));
	return collection('Additional Fields', 'additionalFields', fieldOptions(otherFields, entity));
});

/**
 * Whether 'Additional Fields' has anything to offer. A subject, for example, has no field but its
 * name, which has a parameter of its own.
 */
function hasAdditionalFields({ fields, custom }: Entity): boolean {
	return (
		custom === true || fields.some((field) => !hasOwnParameter(field) && !field.withoutParameter)
	);
}
