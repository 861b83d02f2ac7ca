import { collection } from '../../form/assemble';
import type { Entity } from '../../entities/types';
import { forNew, isProminent } from '../../fields/field';
import type { Operation } from '../operation';
import { recordSchema } from '../output/recordSchema';
import { keysForm, targetOf } from './target';
import { authored } from './author';
import { bodyOf, shortensTexts, textOptions } from './body';
import { assertForSomebody, book, bookingOptions } from './booking';
import { forOwner } from './owner';
import { inMode, inputModeForm, fieldOptions, readFieldInput, prominentForm } from './fieldInput';

const newFields = ({ fields }: Entity) => fields.map(forNew);
const prominentFields = (entity: Entity) => newFields(entity).filter(isProminent);

const additionalFields = (entity: Entity) => {
	const others = newFields(entity).filter((field) => !isProminent(field));
	return collection('Additional Fields', 'additionalFields', fieldOptions(others, entity));
};

/** Creates a record each time that it runs, unless it is one that is booked. */
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
		createOptions: entity.isBooked ? [bookingOptions] : textOptions(entity.fields),
	}),
	async execute(item, entity) {
		const target = targetOf(item, entity, 'create');
		const input = readFieldInput(item, entity, additionalFields(entity), prominentFields(entity));
		if (entity.isBooked) assertForSomebody(item, input);
		const fields = newFields(entity);
		const [options] = textOptions(fields);
		const shortens = shortensTexts(options && item.collection(options));
		const given = { ...target.query, ...bodyOf(item, fields, input, target.branch, shortens) };
		const draft = { fields, input, body: given, branch: target.branch };
		const { body: placed, branch } = await forOwner(item, draft);
		const body = await authored(item, fields, placed, branch);
		const task = `create the ${entity.label.toLowerCase()}`;
		const save = async () => await item.save({ ...target, branch, action: 'create', body, task }, []);
		return [await (entity.isBooked ? book(item, body, branch, save) : save())];
	},
	output: recordSchema,
};
