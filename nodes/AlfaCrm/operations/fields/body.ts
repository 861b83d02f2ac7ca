import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import type { Field } from '../../fields/types';
import { givenFields } from './given';
import { emptied, isBlank } from '../../fields/field';
import { rowsIn } from '../../fields/rows';
import { toWire } from './values';

/** The body of a create. Empty optional values are left out, the branch of the call stands in where it belongs. */
export function bodyForCreate(
	context: IExecuteFunctions,
	entity: Entity,
	itemIndex: number,
	branch?: number,
): IDataObject {
	const given = givenFields(context, entity, itemIndex, 'create');
	const body = fieldsToSend(context, itemIndex, entity.fields, given, branch);
	return { ...body, ...customIn(given) };
}

/** The body of an update: only what was given; a value emptied there is emptied in AlfaCRM. */
export function bodyForUpdate(context: IExecuteFunctions, entity: Entity, itemIndex: number): IDataObject {
	const given = givenFields(context, entity, itemIndex, 'update');
	const body = wireFields(context, entity.fields, itemIndex, given);
	if (Object.keys(body).length > 0) return body;
	throw new NodeOperationError(context.getNode(), 'There is nothing to update: no field was given', {
		description: 'Give at least one field of the record. Nothing was sent to AlfaCRM.',
		itemIndex,
	});
}

/**
 * The given fields as they are sent, an empty one as what empties it.
 *
 * @throws NodeOperationError that names a field with a wrong value
 */
export function wireFields(
	context: IExecuteFunctions,
	fields: readonly Field[],
	itemIndex: number,
	given: IDataObject,
): IDataObject {
	const body: IDataObject = {};
	for (const field of fields) {
		const value = given[field.name];
		if (value === undefined) continue;
		body[field.name] = isBlank(field, value) ? emptied(field) : toWire(context, itemIndex, field, value);
	}
	return { ...body, ...customIn(given) };
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
		if (isBlank(filter, value)) {
			throw new NodeOperationError(context.getNode(), `The filter '${filter.label}' is empty`, {
				description: `Without it all ${entity.plural.toLowerCase()} would be returned. Fill it, or remove it from 'Filters'.`,
				itemIndex,
			});
		}
		body[filter.name] = toWire(context, itemIndex, filter, value);
	}
	return body;
}

/** Values that are not empty; the required ones must be there, and the branch stands in where it belongs. */
export function fieldsToSend(
	context: IExecuteFunctions,
	itemIndex: number,
	fields: readonly Field[],
	given: IDataObject,
	branch?: number,
): IDataObject {
	const body: IDataObject = {};
	for (const field of fields) {
		const value = isBlank(field, given[field.name]) ? standIn(field, branch) : given[field.name];
		if (field.type === 'rows' && !isBlank(field, value)) {
			body[field.name] = rowsOf(value).map((row) =>
				fieldsToSend(context, itemIndex, field.fields, row, branch),
			);
		} else if (!isBlank(field, value)) {
			body[field.name] = toWire(context, itemIndex, field, value);
		} else if (field.required) {
			throw missing(context, itemIndex, field);
		}
	}
	return body;
}

/** What is sent when nothing is given. */
function standIn({ fromBranch, otherwise }: Field, branch?: number): unknown {
	if (fromBranch) return branch;
	return otherwise === 'today' ? new Date() : otherwise;
}

/** A list of small records: from the form, or a plain list in JSON. */
export function rowsOf(value: unknown): IDataObject[] {
	return rowsIn(value) ?? [];
}

function missing(context: IExecuteFunctions, itemIndex: number, { label }: Field): NodeOperationError {
	return new NodeOperationError(context.getNode(), `'${label}' is empty, but AlfaCRM requires it`, {
		description: `Fill '${label}', or check the expression in it. Nothing was sent to AlfaCRM.`,
		itemIndex,
	});
}

export function customIn(given: IDataObject): IDataObject {
	return Object.fromEntries(Object.entries(given).filter(([key]) => key.startsWith('custom_')));
}
