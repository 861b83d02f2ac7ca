import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../fields/types';
import { toProperty } from '../../fields/field';
import type { Item } from '../item';
import { bodyOf } from '../records/body';

/** What the form holds for the fields of an action, as it is sent. */
export function valuesOf(item: Item, fields: readonly Field[] = [], branch?: number): IDataObject {
	return bodyOf(item, fields, givenFor(item, fields), branch);
}

/** The same as it was given; all fields of the action are to be asked for at once. */
export function givenFor(item: Item, fields: readonly Field[]): IDataObject {
	const isUpfront = ({ required, upfront }: Field) => required === true || upfront === true;
	const optional = fields.some((field) => !isUpfront(field))
		? item.collection({
				displayName: 'Additional Fields',
				name: 'additionalFields',
				default: {},
				options: fields.filter((field) => !isUpfront(field)).map(toProperty),
			})
		: undefined;
	const given = fields.map((field) => {
		if (!isUpfront(field)) {
			const value = optional?.has(field.name) ? optional.given({ ...toProperty(field) }) : undefined;
			return [field.name, value];
		}
		return [field.name, item.given({ ...toProperty(field), default: '' })];
	});
	return Object.fromEntries(given) as IDataObject;
}
