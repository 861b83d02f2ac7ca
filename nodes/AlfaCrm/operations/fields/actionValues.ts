import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Field } from '../../fields/types';
import { fieldsToSend } from './body';

/** What the form holds for the fields of an action, as it is sent. */
export function valuesOf(
	context: IExecuteFunctions,
	itemIndex: number,
	branch?: number,
	fields: readonly Field[] = [],
): IDataObject {
	return fieldsToSend(context, itemIndex, fields, givenFor(context, itemIndex, fields), branch);
}

/** The same as it was given. */
export function givenFor(
	context: IExecuteFunctions,
	itemIndex: number,
	fields: readonly Field[],
): IDataObject {
	const optional = context.getNodeParameter('additionalFields', itemIndex, {}) as IDataObject;
	const given = fields.map(({ name, required, upfront }) => [
		name,
		required || upfront ? context.getNodeParameter(name, itemIndex, '') : optional[name],
	]);
	return Object.fromEntries(given) as IDataObject;
}
