import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isNeeded, isProminent } from '../../fields/field';
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
	isWide,
	prominentForm,
	readFieldInput,
} from '../../run/fieldInput';
import type { Item } from '../../run/item';
import type { Operation } from '../../run/operation';
import type { Draft } from '../../run/owner';
import { addAuthor, completeFromOwner } from '../../run/owner';
import { keysForm, targetOf } from '../../run/target';
import type { Target } from '../../store/located';

/** Creates a record at each run. */
export const create: Operation = {
	text: ({ one }) => ({ name: 'Create', action: `Create ${one}` }),

	form: (entity) => ({
		...inputModeForm(entity, entity.fields.filter(isNeeded)),
		keys: keysForm(entity),
		prominentFields: prominentForm(entity, prominentFields(entity)),
		fields: hasAdditionalFields(entity) ? [inFormMode(entity, additionalFields(entity))] : [],
		options: isWide(entity) ? textOptions(entity.fields) : [],
	}),

	async execute(item, entity) {
		const draft = readDraft(item, entity);
		return [await saveDraft(item, entity, draft)];
	},

	output: (entity) => simplifiedSchema(entity),
};

/** The switch of operations that create a record only if the same one does not exist yet. */
export const skipIfThere: INodeProperties = {
	displayName: 'Skip If It Already Exists',
	name: 'skipIfThere',
	type: 'boolean',
	default: true,
	description: 'Whether to return the same one if it is there',
};

/** A record that is about to be created: its fields, where it is sent, and how it comes out. */
export interface RecordDraft extends Draft {
	target: Target;
	show: RecordToOutput;
}

/**
 * Reads from the form the record to create, before anything is sent.
 *
 * @param fields the fields of the entity, if the operation declares one of them otherwise
 * @param completeInput checks the given fields, and adds what follows from them, such as an end
 * time from a duration
 */
export function readDraft(
	item: Item,
	entity: Entity,
	fields: readonly Field[] = entity.fields,
	completeInput = (input: IDataObject) => input,
): RecordDraft {
	const target = targetOf(item, entity, entity.keys);
	const givenInput = readFieldInput(
		item,
		entity,
		additionalFields(entity),
		prominentFields(entity),
	);
	const input = completeInput(givenInput);
	const shortens = readTextOption(item, entity, fields);

	const body = { ...target.query, ...bodyOf(item, fields, input, target.branch, shortens) };
	const show = makeRecordToOutput(item, entity, Object.keys(body));
	return { target, fields, input, body, branch: target.branch, show };
}

/**
 * Creates the record of a draft. It first gets what depends on other records: its branch, its
 * author, the name of its payer.
 */
export async function saveDraft(
	item: Item,
	entity: Entity,
	{ target, show, ...draft }: RecordDraft,
): Promise<IDataObject> {
	const { body: bodyForOwner, branch } = await completeFromOwner(item, draft);
	const body = await addAuthor(item, draft.fields, bodyForOwner, branch);
	const task = `create the ${entity.label.toLowerCase()}`;
	const savedRecord = await item.save({ ...target, branch, action: 'create', body, task });
	return show(savedRecord, body);
}

/** Reads 'Shorten Long Texts'. Undefined if the form of the entity has no such option. */
function readTextOption(item: Item, entity: Entity, fields: readonly Field[]): boolean | undefined {
	if (!isWide(entity)) return undefined;
	const [options] = textOptions(fields);
	return options === undefined ? undefined : readShortensTexts(item.collection(options));
}

const prominentFields = oncePer((entity: Entity) => entity.fields.filter(isProminent));

const additionalFields = oncePer((entity: Entity) => {
	const otherFields = entity.fields.filter((field) => !isProminent(field));
	return collection('Additional Fields', 'additionalFields', fieldOptions(otherFields, entity));
});

/** Whether there is a field to add. A subject, for example, has nothing but its name. */
function hasAdditionalFields({ fields, custom }: Entity): boolean {
	return custom === true || fields.some((field) => !isProminent(field) && !field.withoutParameter);
}
