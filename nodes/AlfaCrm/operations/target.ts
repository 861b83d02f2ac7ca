import type { IDataObject } from 'n8n-workflow';

import { readId } from '../api/formats';
import type { Entity, OperationName } from '../entities/types';
import { listOf } from '../fields/field';
import type { Alternative, Field } from '../fields/types';
import { alternativesOf } from './alternatives';
import type { Item } from './item';

/** Where a call goes and how messages speak of it. */
export interface Target {
	path: string;
	branch?: number;
	/** IDs that travel in the query. */
	query: IDataObject;
	labels: Record<string, string>;
	alternatives?: Readonly<Record<string, Alternative>>;
}

export function targetOf(item: Item, entity: Entity, operation?: OperationName): Target {
	const keys = (entity.keys ?? []).filter((key) => operation !== undefined && key.in.includes(operation));
	const labels = labelsOf([...entity.fields, ...keys]);
	const query = Object.fromEntries(
		keys.map((key) => [
			key.name,
			item.read(key, item.given({ name: key.name, displayName: key.label, default: '' })),
		]),
	);
	const target = { path: entity.path, query, labels, alternatives: alternativesOf(entity.fields) };
	if (entity.scope === 'global') return target;
	return { ...target, branch: item.id({ name: 'branchId', displayName: 'Branch', default: '' }) };
}

/** What the form calls the fields that AlfaCRM names in its answers. */
export function labelsOf(fields: ReadonlyArray<Pick<Field, 'label' | 'name'>> = []): Record<string, string> {
	return Object.fromEntries(fields.map(({ name, label }) => [name, label]));
}

/** Whether its ID is not enough to name a record, which is one of another record's; AlfaCRM may look at the ID alone. */
export const isOfAnother = ({ query }: Target): boolean => Object.keys(query).length > 0;

/**
 * Where a record is to be found once it is saved: in the branch of the call, and in those that are given for it, into
 * which it may be put.
 */
export function branchesOf(
	branch: number | undefined,
	fields: readonly Field[],
	given: IDataObject,
): Array<number | undefined> {
	const own = fields.filter(({ fromBranch }) => fromBranch).flatMap(({ name }) => listOf(given[name]));
	const others = own.map(readId).filter((id) => id !== undefined);
	return [...new Set([branch, ...(branch === undefined ? [] : others)])];
}

/** The record that 'ID' names. */
export function idOf(item: Item, { label, search, resource }: Entity): number {
	const parameter = { name: 'id', displayName: search ? label : `${label} ID`, default: '' };
	const field = { type: 'id', entity: resource, name: 'id', label: parameter.displayName } as const;
	return item.read(field, item.given(parameter)) as number;
}
