import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Entity, OperationName } from '../entities/types';
import type { Field } from '../fields/types';
import { toWire } from './fields/values';

/** Where a call goes and how messages speak of it. */
export interface Target {
	path: string;
	branch?: number;
	/** IDs that travel in the query. */
	query: IDataObject;
	labels: Record<string, string>;
	itemIndex: number;
}

export function targetOf(
	context: IExecuteFunctions,
	entity: Entity,
	itemIndex: number,
	operation?: OperationName,
): Target {
	const keys = (entity.keys ?? []).filter((key) => operation !== undefined && key.in.includes(operation));
	const labels = Object.fromEntries([...entity.fields, ...keys].map(({ name, label }) => [name, label]));
	const query = Object.fromEntries(
		keys.map((key) => [
			key.name,
			toWire(context, itemIndex, key, context.getNodeParameter(key.name, itemIndex, '')),
		]),
	);
	const target = { path: entity.path, query, labels, itemIndex };
	if (entity.scope === 'global') return target;
	return { ...target, branch: recordNumber(context, { name: 'branchId', label: 'Branch' }, itemIndex) };
}

/** The record that 'ID' names. */
export function idOf(context: IExecuteFunctions, { label, search }: Entity, itemIndex: number): number {
	return recordNumber(context, { name: 'id', label: search ? label : `${label} ID` }, itemIndex);
}

/** @throws NodeOperationError when the parameter holds no number of a record */
function recordNumber(
	context: IExecuteFunctions,
	{ name, label }: Pick<Field, 'name' | 'label'>,
	itemIndex: number,
): number {
	const value = context.getNodeParameter(name, itemIndex, '');
	return toWire(context, itemIndex, { type: 'id', name, label }, value) as number;
}
