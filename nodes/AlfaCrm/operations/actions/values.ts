import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../fields/types';
import { isBlank, toProperty } from '../../fields/field';
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
			const isThere = optional?.has(field.name) === true;
			const value = isThere ? optional.given({ ...toProperty(field) }) : undefined;
			if (isThere && field.narrows && isBlank(field, value)) throw emptyFilter(item, field);
			return [field.name, value];
		}
		return [field.name, item.given({ ...toProperty(field), default: '' })];
	});
	return Object.fromEntries(given) as IDataObject;
}

function emptyFilter(item: Item, { label }: Field): Error {
	return item.refused(
		`'${label}' is empty`,
		"Without it all would be returned. Fill it, or remove it from 'Additional Fields'. Nothing was sent to AlfaCRM.",
	);
}
