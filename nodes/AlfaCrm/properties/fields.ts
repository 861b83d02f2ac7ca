import type { INodeProperties } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { canBeEmpty } from '../fields/field';
import { picker } from '../fields/picker';
import type { Field } from '../fields/types';

/** The record that an operation is about. */
export function idProperty(entity: Entity): INodeProperties {
	const description = `The number that AlfaCRM shows for the ${entity.label.toLowerCase()}`;
	const basics = { name: 'id', required: true, description };
	if (entity.search) return { displayName: entity.label, ...picker(entity), ...basics };
	return {
		displayName: `${entity.label} ID`,
		...basics,
		type: 'string',
		default: '',
		placeholder: 'e.g. 501',
	};
}

/** Choices and switches always hold a value. */
export const mustBeFilled = (field: Field): Partial<INodeProperties> =>
	canBeEmpty(field) ? { required: true } : {};
