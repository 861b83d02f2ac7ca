import type { IDataObject, IExecuteFunctions, ResourceMapperValue } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Entity } from '../../entities/types';

export const CUSTOM = /^custom_\w+$/;

/** What the user gave for the fields of a record, by the names that AlfaCRM uses, whichever way it was given. */
export function givenFields(
	context: IExecuteFunctions,
	entity: Entity,
	itemIndex: number,
	operation: 'create' | 'update' | 'upsert',
): IDataObject {
	switch (context.getNodeParameter('inputMode', itemIndex, 'form')) {
		case 'json':
			return known(context, entity, itemIndex, objectIn(context, 'json', itemIndex));
		case 'map':
			return known(context, entity, itemIndex, mapped(context, itemIndex));
		default:
			return operation === 'create'
				? { ...topLevel(context, entity, itemIndex), ...collected(context, 'additionalFields', itemIndex) }
				: collected(context, operation === 'update' ? 'updateFields' : 'fieldsToSet', itemIndex);
	}
}

function topLevel(context: IExecuteFunctions, entity: Entity, itemIndex: number): IDataObject {
	const required = entity.fields.filter((field) => field.required);
	return Object.fromEntries(
		required.map(({ name }) => [name, context.getNodeParameter(name, itemIndex, '') as IDataObject[string]]),
	);
}

function collected(context: IExecuteFunctions, parameter: string, itemIndex: number): IDataObject {
	const { customFields, ...fields } = context.getNodeParameter(parameter, itemIndex, {}) as IDataObject;
	const { values = [] } = (customFields ?? {}) as {
		values?: Array<{ name: string; value: IDataObject[string] }>;
	};
	const custom = values.map(({ name, value }): [string, IDataObject[string]] => {
		if (CUSTOM.test(name.trim())) return [name.trim(), value];
		throw new NodeOperationError(context.getNode(), `"${name}" is not the name of a custom field`, {
			description:
				"Names of custom fields start with custom_, as in the output of 'Get'. Nothing was sent to AlfaCRM.",
			itemIndex,
		});
	});
	return { ...fields, ...Object.fromEntries(custom) };
}

/** Defined below, or all that the input item holds. */
function mapped(context: IExecuteFunctions, itemIndex: number): IDataObject {
	const columns = context.getNodeParameter('columns', itemIndex) as ResourceMapperValue;
	if (columns.mappingMode === 'autoMapInputData') return context.getInputData()[itemIndex].json;
	const values = Object.entries(columns.value ?? {});
	return Object.fromEntries(values.filter(([, value]) => value !== null));
}

/** @throws NodeOperationError when the parameter is no JSON object */
export function objectIn(context: IExecuteFunctions, parameter: string, itemIndex: number): IDataObject {
	const value: unknown = context.getNodeParameter(parameter, itemIndex, '{}');
	const object = typeof value === 'string' ? parsed(value) : value;
	if (typeof object === 'object' && object !== null && !Array.isArray(object)) return object as IDataObject;
	throw new NodeOperationError(
		context.getNode(),
		`'${labels[parameter] ?? parameter}' is not a JSON object`,
		{
			description:
				'Write it as {"name": "value"}, or use an expression that gives an object. Nothing was sent to AlfaCRM.',
			itemIndex,
		},
	);
}

const labels: Record<string, string> = { json: 'JSON', callQuery: 'Query', callBody: 'Body' };

function parsed(text: string): unknown {
	if (text.trim() === '') return {};
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Keeps what AlfaCRM knows; the rest is refused or, where that is chosen, listed. */
function known(
	context: IExecuteFunctions,
	entity: Entity,
	itemIndex: number,
	given: IDataObject,
): IDataObject {
	const names = new Set(entity.fields.map(({ name }) => name));
	const isKnown = (key: string) => names.has(key) || (entity.custom === true && CUSTOM.test(key));
	const strangers = Object.keys(given).filter((key) => !isKnown(key));
	if (strangers.length === 0) return given;

	const list = strangers.map((key) => `"${key}"`).join(', ');
	if (context.getNodeParameter('unknownFields', itemIndex, 'refuse') === 'refuse') {
		throw new NodeOperationError(
			context.getNode(),
			`AlfaCRM's ${entity.label.toLowerCase()} has no field ${list}`,
			{
				description: "Remove it, or set 'Unknown Fields' to Leave Out. Nothing was sent to AlfaCRM.",
				itemIndex,
			},
		);
	}
	context.addExecutionHints({
		type: 'warning',
		location: 'outputPane',
		message: `Left out of item ${itemIndex}: ${list}`,
	});
	return Object.fromEntries(Object.entries(given).filter(([key]) => isKnown(key)));
}
