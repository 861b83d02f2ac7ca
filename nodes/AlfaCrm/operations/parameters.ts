import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Entity, Field } from '../entities/types';
import { emptied, isEmpty, toWire } from './values';

/** Where a call goes and how messages speak of it. */
export interface Target {
	path: string;
	branch?: number;
	labels: Record<string, string>;
	itemIndex: number;
}

export function targetOf(context: IExecuteFunctions, entity: Entity, itemIndex: number): Target {
	const labels = Object.fromEntries(entity.fields.map(({ name, label }) => [name, label]));
	const target = { path: entity.path, labels, itemIndex };
	return entity.scope === 'global'
		? target
		: { ...target, branch: recordNumber(context, 'branchId', 'Branch', itemIndex) };
}

/** @throws NodeOperationError when the parameter holds no number of a record */
export function recordNumber(
	context: IExecuteFunctions,
	parameter: string,
	label: string,
	itemIndex: number,
): number {
	const value = context.getNodeParameter(parameter, itemIndex, '');
	return toWire(context, itemIndex, { type: 'id', name: parameter, label }, value) as number;
}

/** The body of a create: required fields from parameters of their own, the others from 'Additional Fields'. */
export function bodyForCreate(
	context: IExecuteFunctions,
	entity: Entity,
	itemIndex: number,
	branch?: number,
): IDataObject {
	const given = context.getNodeParameter('additionalFields', itemIndex, {}) as IDataObject;
	const body: IDataObject = {};
	for (const field of entity.fields) {
		const value = field.required ? context.getNodeParameter(field.name, itemIndex, '') : given[field.name];
		if (!isEmpty(value) || field.required) body[field.name] = required(context, itemIndex, field, value);
		else if (field.fromBranch && branch !== undefined)
			body[field.name] = toWire(context, itemIndex, field, branch);
	}
	return { ...body, ...customFields(context, given, itemIndex) };
}

/** The body of an update: what stands in 'Update Fields'; a value emptied there is emptied in AlfaCRM. */
export function bodyForUpdate(context: IExecuteFunctions, entity: Entity, itemIndex: number): IDataObject {
	const given = context.getNodeParameter('updateFields', itemIndex, {}) as IDataObject;
	const body: IDataObject = {};
	for (const field of entity.fields) {
		const value = given[field.name];
		if (value === undefined) continue;
		body[field.name] = isEmpty(value) ? emptied(field) : toWire(context, itemIndex, field, value);
	}
	const all = { ...body, ...customFields(context, given, itemIndex) };
	if (Object.keys(all).length > 0) return all;
	throw new NodeOperationError(
		context.getNode(),
		"There is nothing to update: 'Update Fields' holds no value",
		{
			description: "Add at least one field in 'Update Fields'. Nothing was sent to AlfaCRM.",
			itemIndex,
		},
	);
}

/**
 * The body of an index. A filter that is there but empty is refused: leaving it out would return every record, and the
 * next node might change them all.
 */
export function bodyForIndex(context: IExecuteFunctions, entity: Entity, itemIndex: number): IDataObject {
	const given = context.getNodeParameter('filters', itemIndex, {}) as IDataObject;
	const body: IDataObject = {};
	for (const view of entity.views ?? []) {
		body[view.name] = toWire(
			context,
			itemIndex,
			view,
			context.getNodeParameter(view.name, itemIndex, view.preset),
		);
	}
	for (const filter of entity.filters) {
		if (!(filter.name in given)) continue;
		const value = given[filter.name];
		if (isEmpty(value)) {
			throw new NodeOperationError(context.getNode(), `The filter '${filter.label}' is empty`, {
				description: `Without it all ${entity.plural.toLowerCase()} would be returned. Fill it, or remove it from 'Filters'.`,
				itemIndex,
			});
		}
		body[filter.name] = toWire(context, itemIndex, filter, value);
	}
	return body;
}

function required(context: IExecuteFunctions, itemIndex: number, field: Field, value: unknown) {
	if (!isEmpty(value)) return toWire(context, itemIndex, field, value);
	throw new NodeOperationError(context.getNode(), `'${field.label}' is empty, but AlfaCRM requires it`, {
		description: `Fill '${field.label}', or check the expression in it. Nothing was sent to AlfaCRM.`,
		itemIndex,
	});
}

function customFields(context: IExecuteFunctions, given: IDataObject, itemIndex: number): IDataObject {
	const { values = [] } = (given.customFields ?? {}) as { values?: Array<{ name: string; value: unknown }> };
	const fields = values.map(({ name, value }): [string, IDataObject[string]] => {
		if (/^custom_\w+$/.test(name.trim())) return [name.trim(), value as IDataObject[string]];
		throw new NodeOperationError(context.getNode(), `"${name}" is not the name of a custom field`, {
			description:
				"Names of custom fields start with custom_, as in the output of 'Get'. Nothing was sent to AlfaCRM.",
			itemIndex,
		});
	});
	return Object.fromEntries(fields);
}
