import type { IDataObject, INodeParameters, INodeProperties } from 'n8n-workflow';

import type { Action, Entity } from '../../../nodes/AlfaCrm/entities/types';
import { findShownParameters } from '../../support/form';
import type { Store } from './goodRecords';
import { findCustomField } from './goodRecords';
import type { FieldDescription } from './meaning';

/** An operation of the node and one way to fill its form. */
export interface Situation {
	title: string;
	resource: string;
	operation: string;
	/** Operations of the account itself and API calls have none. */
	entity?: Entity;
	action?: Action;
	/**
	 * The way in which the form is filled: the input mode, or the match key and whether it finds a record, such
	 * as "form phone found".
	 */
	variant: string;
	fillForm: (store: Store) => FilledForm;
}

/** A form with good values, and what it may do to the account. */
export interface FilledForm {
	parameters: INodeParameters;
	/** The record that the operation is about. No other record of its kind may change. */
	target?: { path: string; id: number };
	/** The calls that may write, such as "customer/update". */
	writes: readonly string[];
	/** The fields of a new record that AlfaCRM takes, for JSON and the field mapper. */
	newRecord?: IDataObject;
}

/** Tells whether an action returns a list of records. */
export function returnsList(action?: Action): boolean {
	return ['getMany', 'freeSlots', 'participants'].includes(action?.kind ?? '');
}

/** Tells whether an operation finds its record by a match key. */
export function searchesByKey({ operation, action }: Pick<Situation, 'operation' | 'action'>): boolean {
	return ['find', 'upsert'].includes(operation) || action?.kind === 'overview';
}

/** Lists the parameters that the form shows to users, without its notices. */
export function listFilledParameters(parameters: INodeParameters): INodeProperties[] {
	return findShownParameters(parameters).filter(({ type }) => type !== 'notice');
}

// ---------------------------------------------------------------- match values of nobody

/** Match values that no record has. */
export const KEYS_OF_NOBODY: Readonly<Record<string, string | number>> = {
	phone: '+7(900)555-00-99',
	email: 'nobody@example.org',
	web: '@nobody_at_all',
	dob: '01.02.2015',
	id: 999_999,
};

/** Lists a match value for each key that the form may ask for. No record has these values. */
export function listValuesForEveryKey({ resource }: Situation): INodeParameters {
	return {
		...KEYS_OF_NOBODY,
		name: 'Никто',
		code: 'nobody',
		matchField: findCustomField(resource),
		matchValue: 'Нигде',
	};
}

// ---------------------------------------------------------------- declared fields

/**
 * Describes the field of a parameter as its entity declares it. Returns undefined for an option of the node.
 */
export function describeField(
	situation: Pick<Situation, 'entity' | 'action' | 'operation'>,
	name: string,
): FieldDescription | undefined {
	const { entity, operation } = situation;
	if (entity === undefined) return undefined;

	const field = [...listOperationFields(situation, entity), ...(entity.parentFields ?? [])].find(
		(declared) => declared.name === name,
	) as FieldDescription | undefined;
	if (field) return { ...field, ...findMoneyBounds(entity.resource, operation, name) };
	if (name === 'id') return { type: 'record', name, label: entity.label };
	if (name === 'branchId') return { type: 'id', name, label: 'Branch' };
	return undefined;
}

/** Lists the fields that an operation takes: those of the action, of the record, or of the list. */
function listOperationFields(
	{ action, operation }: Pick<Situation, 'action' | 'operation'>,
	{ fields, filters, hidden = {} }: Entity,
): ReadonlyArray<{ name: string }> {
	if (action && action.kind !== 'overview') return [...(action.query ?? []), ...(action.fields ?? [])];
	if (operation !== 'getAll') return fields;

	const { views = [], partition } = hidden;
	const partitionFields = partition ? [{ ...partition, type: 'choices' }] : [];
	return [...views, ...partitionFields, ...filters];
}

/** Finds the bounds of an amount of money. An income and a bonus are above zero, and no payment is zero. */
function findMoneyBounds(resource: string, operation: string, name: string): Partial<FieldDescription> {
	const isIncome = name === 'income' && operation === 'takePayment';
	const isBonus = name === 'amount' && operation === 'changeBonus';
	if (isIncome || isBonus) return { min: 0.01 };
	return resource === 'pay' && name === 'income' ? { nonZero: true } : {};
}
