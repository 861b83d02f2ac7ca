import { collection } from '../../form/assemble';
import type { Entity } from '../../entities/types';
import { forNew, isProminent } from '../../fields/field';
import type { Operation } from '../operation';
import { recordSchema } from '../output/recordSchema';
import { keysForm, targetOf } from './target';
import { bodyOf } from './body';
import { assertForSomebody, book, bookingOptions } from './booking';
import { takenFromOthers } from './taken';
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
		createOptions: entity.isBooked ? [bookingOptions] : [],
	}),
	async execute(item, entity) {
		const target = targetOf(item, entity, 'create');
		const input = readFieldInput(item, entity, additionalFields(entity), prominentFields(entity));
		if (entity.isBooked) assertForSomebody(item, input);
		const fields = newFields(entity);
		const given = { ...target.query, ...bodyOf(item, fields, input, target.branch) };
		const body = { ...(await takenFromOthers(item, fields, given, target.branch)), ...given };
		const task = `create the ${entity.label.toLowerCase()}`;
		const save = async () => await item.save({ ...target, action: 'create', body, task }, []);
		return [await (entity.isBooked ? book(item, body, target.branch, save) : save())];
	},
	output: recordSchema,
};
