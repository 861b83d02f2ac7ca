/**
 * Makes and reads the parameters that say where the calls of an operation go: the branch, the ID of
 * the record, and the parent. The *parent* is a record to which other records belong. For example,
 * the parent of a subscription is a customer, so calls about subscriptions send `customer_id` in
 * the query.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { reference } from '../entities/fields';
import type { Field } from '../entities/fieldTypes';
import type { Entity } from '../entities/types';
import { isEmpty } from '../fields/blank';
import { listOf, markRequired, toParameter, toProperty } from '../fields/field';
import { picker } from '../fields/reference';
import { memoize } from '../form/memoize';
import { collectFallbackFormats } from '../store/fallbackDates';
import type { Branch, Target } from '../store/located';
import { readIds } from '../values/formats';
import type { Item } from './item';
import type { OperationPart } from './operation';

// ---------------------------------------------------------------- the target

/**
 * Reads from the form where the calls about an entity's records go: the branch, and the IDs of the
 * parent, such as the customer of a subscription.
 *
 * @param parentFields the fields that name the parent, if the form of the operation asks for them
 */
export function targetOf(
	item: Item,
	entity: Entity,
	parentFields: Entity['parentFields'] = [],
): Target {
	const query: IDataObject = {};
	for (const field of parentFields) {
		query[field.name] = item.toRequestValue(field, item.readRawFieldValue(field));
	}

	const target = {
		path: entity.path,
		query,
		labels: labelsOf([...entity.fields, ...parentFields]),
		fallbackFormats: collectFallbackFormats(entity.fields),
	};
	if (entity.scope === 'global') return target;

	// The item has a place if 'Branch' is empty: `resolveItem` has found the branch.
	const branch = item.place ? item.place.branch : readBranch(item);
	return { ...target, branch };
}

/** Returns the labels of fields by AlfaCRM's names. Messages show labels in place of the names. */
export function labelsOf(
	fields: ReadonlyArray<Pick<Field, 'label' | 'name'>> = [],
): Record<string, string> {
	return Object.fromEntries(fields.map(({ name, label }) => [name, label]));
}

/**
 * Whether the query of a target has the ID of a parent, such as a customer. AlfaCRM may ignore it:
 * a call for subscription 7 of customer 40 may reach subscription 7 of another customer.
 */
export const hasParent = ({ query }: Target): boolean => Object.keys(query).length > 0;

// ---------------------------------------------------------------- the branch

/** The field 'Branch', as the form shows it: the branch in which an operation works. */
export const branchField = reference('branchId', 'Branch', 'branch', {
	whileEmpty: 'Select a branch if one is needed...',
});
/** The parameter of `branchField`. */
export const branchParameter = toProperty(branchField);

/** Reads the ID of the branch that the user has chosen. Undefined if 'Branch' is empty. */
export function givenBranch(item: Item): number | undefined {
	return isEmpty(item.readRawValue(branchParameter)) ? undefined : readBranch(item);
}

/** @throws NodeOperationError if 'Branch' is empty or cannot be read */
function readBranch(item: Item): number {
	return item.toRequestValue(branchField, item.readRawFieldValue(branchField)) as number;
}

/**
 * Whether a form asks for the branch. A form that asks for the ID of a record needs no branch:
 * `findPlace` finds the branch by the record. But a form with a dropdown needs one, because n8n
 * loads the choices of a dropdown from one branch.
 */
export function asksForBranch(entity: Entity, part: OperationPart): boolean {
	if (entity.scope !== 'branch') return false;

	const hasRecordId = part.id !== undefined && part.id.length > 0;
	const parameters = Object.values(part).flat();
	const hasDropdown = parameters.some(isDropdown);
	return hasDropdown || !hasRecordId;
}

/** Whether n8n loads choices or columns from AlfaCRM for a parameter or for a part of it. */
function isDropdown(parameter: INodeProperties): boolean {
	const { type, typeOptions, options = [] } = parameter;
	if (type === 'resourceLocator') return true;
	if (typeOptions?.loadOptionsMethod || typeOptions?.resourceMapper) return true;
	return options.some((option) => 'type' in option && isDropdown(option));
}

/**
 * Returns the branches whose lists show a record after it is saved: the branch of the call, and the
 * branches that the record itself holds. A call without a branch is about the whole account:
 * returns `[undefined]` for it.
 */
export function branchesOf(
	callBranch: Branch,
	fields: readonly Field[],
	values: IDataObject,
): Branch[] {
	if (callBranch === undefined) return [undefined];

	// The fields that hold the branch of the record are declared `fromBranch`.
	const branchFields = fields.filter(({ fromBranch }) => fromBranch);
	const branchValues = branchFields.flatMap(({ name }) => listOf(values[name]));
	const recordBranches = readIds(branchValues);
	return [...new Set([callBranch, ...recordBranches])];
}

// ---------------------------------------------------------------- the record

/**
 * Makes the parameter for the record that an operation is about: a picker if n8n can search the
 * entity's list, or else a text. The parameter of an entity is made once, because every item reads
 * it.
 */
export const idParameter = memoize((entity: Entity): INodeProperties => {
	const isListSearchable = entity.listed?.search !== undefined;
	if (isListSearchable) {
		return markRequired({ displayName: entity.label, name: 'id', ...picker(entity) });
	}
	return markRequired({
		displayName: `${entity.label} ID`,
		name: 'id',
		type: 'string',
		default: '',
		placeholder: 'e.g. 501',
	});
});

/**
 * Reads the ID of the record that an operation is about.
 *
 * @throws NodeOperationError if the ID is empty or cannot be read
 */
export function idOf(item: Item, entity: Entity): number {
	const { name, displayName } = idParameter(entity);
	// The entity is named so that the address of a record's page is accepted in place of the ID.
	const field = { type: 'id', entity: entity.resource, name, label: displayName } as const;
	return item.toRequestValue(field, item.readRawFieldValue(field)) as number;
}

/** Makes the parameters that name the parent of an entity's records. */
export const parentForm = ({ parentFields = [] }: Entity): INodeProperties[] =>
	parentFields.map(toParameter);
