import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readIds } from '../values/formats';
import { reference } from '../entities/fields';
import { oncePer } from '../form/oncePer';
import type { Entity } from '../entities/types';
import { isEmpty } from '../fields/blank';
import { listOf, toParameters, toProperty } from '../fields/field';
import { picker } from '../fields/reference';
import type { Field } from '../entities/fieldTypes';
import type { OperationPart } from './operation';
import type { Item } from './item';
import { fallbackDatesOf } from '../store/fallbackDates';
import type { Target } from '../store/located';

/** @param keys those of the entity, for the usual operations */
export function targetOf(item: Item, entity: Entity, keys: Entity['keys'] = []): Target {
	const labels = labelsOf([...entity.fields, ...keys]);
	const query = Object.fromEntries(keys.map((key) => [key.name, item.toWire(key, item.inputOf(key))]));
	const target = { path: entity.path, query, labels, fallbackDates: fallbackDatesOf(entity.fields) };
	if (entity.scope === 'global') return target;
	return { ...target, branch: item.place ? item.place.branch : branchOf(item) };
}

const branchOf = (item: Item): number => item.toWire(branchField, item.inputOf(branchField)) as number;

/** The branch that stands in the form, if one does. */
export const givenBranch = (item: Item): number | undefined =>
	isEmpty(item.input(branch)) ? undefined : branchOf(item);

export const keysForm = ({ keys = [] }: Entity): INodeProperties[] => keys.flatMap(toParameters);

/** The branch to work in. */
export const branchField = reference('branchId', 'Branch', 'branch', {
	whileEmpty: 'Select a branch if one is needed...',
});
export const branch = toProperty(branchField);

/** Not where the ID of a record says it: see `findPlace`. What is chosen from a list is looked up in the branch. */
export const asksForBranch = ({ scope }: Entity, part: OperationPart): boolean =>
	scope === 'branch' && !(part.id?.length && !Object.values(part).flat().some(isFromList));

function isFromList({ type, typeOptions, options = [] }: INodeProperties): boolean {
	if (type === 'resourceLocator' || typeOptions?.loadOptionsMethod || typeOptions?.resourceMapper)
		return true;
	return options.some((one) => 'type' in one && isFromList(one));
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
	input: IDataObject,
): Array<number | undefined> {
	const own = fields.filter(({ fromBranch }) => fromBranch).flatMap(({ name }) => listOf(input[name]));
	const others = readIds(own);
	return [...new Set([branch, ...(branch === undefined ? [] : others)])];
}

/** The record that an operation is about. */
export const idParameter = oncePer((entity: Entity): INodeProperties => {
	const basics = { name: 'id', required: true };
	if (entity.listed?.search) return { displayName: entity.label, ...picker(entity), ...basics };
	return {
		displayName: `${entity.label} ID`,
		...basics,
		type: 'string',
		default: '',
		placeholder: 'e.g. 501',
	};
});

export function idOf(item: Item, entity: Entity): number {
	const { name, displayName } = idParameter(entity);
	const field = { type: 'id', entity: entity.resource, name, label: displayName } as const;
	return item.toWire(field, item.inputOf(field)) as number;
}
