import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { collection } from '../../form/assemble';
import { oncePer } from '../../form/oncePer';
import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isNeeded, isProminent } from '../../fields/field';
import type { Item } from '../../run/item';
import type { Operation } from '../../run/operation';
import type { RecordOutput } from '../../output/report';
import { makeRecordOutput } from '../../output/report';
import { simplifiedSchema } from '../../output/simplified';
import { keysForm, targetOf } from '../../run/target';
import { bodyOf, readShortensTexts, textOptions } from '../../run/body';
import type { Draft } from '../../run/owner';
import { addAuthor, completeFromOwner } from '../../run/owner';
import {
	inFormMode,
	inputModeForm,
	isWide,
	fieldOptions,
	readFieldInput,
	prominentForm,
} from '../../run/fieldInput';
import type { Target } from '../../store/located';

const prominentFields = oncePer((entity: Entity) => entity.fields.filter(isProminent));

const additionalFields = oncePer((entity: Entity) => {
	const others = entity.fields.filter((field) => !isProminent(field));
	return collection('Additional Fields', 'additionalFields', fieldOptions(others, entity));
});

/** A subject, for one, has nothing but its name. */
const offersMore = ({ fields, custom }: Entity): boolean =>
	custom === true || !fields.every((field) => isProminent(field) || field.withoutParameter);

/** For what is created once. */
export const skipIfThere: INodeProperties = {
	displayName: 'Skip If It Already Exists',
	name: 'skipIfThere',
	type: 'boolean',
	default: true,
	description: 'Whether to return the same one if it is there',
};

/** A new record, and how it comes out. */
export interface NewRecord extends Draft {
	target: Target;
	show: RecordOutput;
}

/** @param complete adds to what was given what follows from it */
export function readDraft(
	item: Item,
	entity: Entity,
	fields: readonly Field[] = entity.fields,
	complete = (input: IDataObject) => input,
): NewRecord {
	const target = targetOf(item, entity, entity.keys);
	const input = complete(readFieldInput(item, entity, additionalFields(entity), prominentFields(entity)));
	const [options] = isWide(entity) ? textOptions(fields) : [];
	const shortens = readShortensTexts(options && item.collection(options));
	const body = { ...target.query, ...bodyOf(item, fields, input, target.branch, shortens) };
	const show = makeRecordOutput(item, entity, Object.keys(body));
	return { target, fields, input, body, branch: target.branch, show };
}

export async function saveDraft(
	item: Item,
	entity: Entity,
	{ target, show, ...draft }: NewRecord,
): Promise<IDataObject> {
	const { body: placed, branch } = await completeFromOwner(item, draft);
	const body = await addAuthor(item, draft.fields, placed, branch);
	const task = `create the ${entity.label.toLowerCase()}`;
	const model = await item.save({ ...target, branch, action: 'create', body, task });
	return show(model, body);
}

/** Creates a record each time that it runs. */
export const create: Operation = {
	text: ({ one }) => ({ name: 'Create', action: `Create ${one}` }),
	form: (entity) => ({
		...inputModeForm(entity, entity.fields.filter(isNeeded)),
		keys: keysForm(entity),
		prominentFields: prominentForm(entity, prominentFields(entity)),
		fields: offersMore(entity) ? [inFormMode(entity, additionalFields(entity))] : [],
		options: isWide(entity) ? textOptions(entity.fields) : [],
	}),
	execute: async (item, entity) => [await saveDraft(item, entity, readDraft(item, entity))],
	output: (entity) => simplifiedSchema(entity),
};
