import type { IDataObject } from 'n8n-workflow';

import { collection } from '../../form/assemble';
import type { Entity } from '../../entities/types';
import { forNew, isProminent, listOf } from '../../fields/field';
import type { Operation } from '../operation';
import type { Item } from '../run/item';
import { recordSchema } from '../output/recordSchema';
import { keysForm, targetOf } from './target';
import { authored } from './author';
import { bodyOf, shortensTexts, textOptions } from './body';
import { forOwner } from './owner';
import { inMode, inputModeForm, fieldOptions, readFieldInput, prominentForm } from './fieldInput';

const newFields = ({ fields }: Entity) => fields.map(forNew);
const prominentFields = (entity: Entity) => newFields(entity).filter(isProminent);

const additionalFields = (entity: Entity) => {
	const others = newFields(entity).filter((field) => !isProminent(field));
	return collection('Additional Fields', 'additionalFields', fieldOptions(others, entity));
};

/** Creates a record each time that it runs. */
export const create: Operation = {
	text: ({ one }) => ({
		name: 'Create',
		action: `Create ${one}`,
		description: `Create ${one} and return it`,
	}),
	form: (entity) => ({
		...inputModeForm(entity),
		keys: keysForm(entity, 'create'),
		prominentFields: prominentForm(prominentFields(entity)),
		createFields: [inMode('form', additionalFields(entity))],
		createOptions: textOptions(entity.fields),
	}),
	async execute(item, entity) {
		const target = targetOf(item, entity, 'create');
		const input = readFieldInput(item, entity, additionalFields(entity), prominentFields(entity));
		const fields = newFields(entity);
		const [options] = textOptions(fields);
		const shortens = shortensTexts(options && item.collection(options));
		const given = { ...target.query, ...bodyOf(item, fields, input, target.branch, shortens) };
		const draft = { fields, input, body: given, branch: target.branch };
		const { body: placed, branch } = await forOwner(item, draft);
		const body = await authored(item, fields, placed, branch);
		const task = `create the ${entity.label.toLowerCase()}`;
		const model = await item.save({ ...target, branch, action: 'create', body, task }, []);
		if (belongsToNobody(entity, body)) warnOfNobody(item, entity, model);
		return [model];
	},
	output: recordSchema,
};

const belongsToNobody = ({ belongsTo }: Entity, body: IDataObject): boolean =>
	belongsTo?.every((name) => listOf(body[name]).length === 0) === true;

function warnOfNobody(
	item: Item,
	{ belongsTo = [], fields, label, plural }: Entity,
	{ id }: IDataObject,
): void {
	const owners = fields.filter(({ name }) => belongsTo.includes(name)).map((field) => `'${field.label}'`);
	item.run.hints.add(
		`New ${plural.toLowerCase()} are nobody's: ${owners.join(' and ')} came empty`,
		`${label.toLowerCase()} ${String(id)}`,
	);
}
