import { collection } from '../../form/assemble';
import type { Entity } from '../../entities/types';
import type { Operation } from '../operation';
import { recordSchema } from '../recordSchema';
import { keysForm, targetOf } from '../target';
import { bodyOf } from './body';
import { inMode, inputModeForm, offered, readFieldInput, requiredForm } from './fieldInput';

/** Fields with a parameter of their own, above the others. */
const single = ({ fields }: Entity) => fields.filter((field) => field.required || field.prominent);

const additionalFields = (entity: Entity) => {
	const alone = single(entity);
	const others = entity.fields.filter((field) => !alone.includes(field));
	return collection('Additional Fields', 'additionalFields', offered(others, entity));
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
		required: requiredForm(single(entity)),
		createFields: [inMode('form', additionalFields(entity))],
	}),
	async execute(item, entity) {
		const target = targetOf(item, entity, 'create');
		const input = readFieldInput(item, entity, additionalFields(entity), single(entity));
		const body = { ...target.query, ...bodyOf(item, entity.fields, input, target.branch) };
		const task = `create the ${entity.label.toLowerCase()}`;
		return [await item.save({ ...target, action: 'create', body, task }, [])];
	},
	output: recordSchema,
};
