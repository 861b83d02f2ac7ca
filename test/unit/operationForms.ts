import type { INodeParameters, INodeProperties } from 'n8n-workflow';

import type { Action, Entity } from '../../nodes/AlfaCrm/entities/types';
import { findAddedResource } from '../support/actionKinds';
import {
	resourcesAndOperations,
	listNestedParameters,
	findEntityOfResource,
	findShownParameters,
} from '../support/form';

/** The form that n8n shows for an operation of a resource. */
export class OperationForm {
	readonly entity?: Entity;
	/** The declaration of an operation that only some entities have, such as Archive. */
	readonly action?: Action;
	readonly parameters: readonly INodeProperties[];
	/** The operation as titles of tests name it: "customer.create", or "customer.create (json)". */
	readonly name: string;

	/** @param choices what the user has chosen in the form, such as `{ returnAll: true }` */
	constructor(
		readonly resource: string,
		readonly operation: string,
		choices: INodeParameters = {},
	) {
		const inputMode = choices.inputMode === undefined ? '' : ` (${String(choices.inputMode)})`;
		this.name = `${resource}.${operation}${inputMode}`;
		this.entity = findEntityOfResource(resource);
		this.action = this.entity?.actions?.find(({ name }) => name === operation);
		this.parameters = findShownParameters({ resource, operation, ...choices });
	}

	/** Finds a parameter outside of the collections; undefined if the form does not show it. */
	findParameter(name: string): INodeProperties | undefined {
		return this.parameters.find((parameter) => parameter.name === name);
	}

	/** The names of the parameters that are shown outside of the collections, in their order. */
	get parameterNames(): string[] {
		return this.parameters.map(({ name }) => name);
	}

	/** Lists the names of the parameters that a collection offers. Empty if the form does not show the collection. */
	namesOfferedIn(collection: string): string[] {
		const parameter = this.findParameter(collection);
		const offered = parameter === undefined ? [] : listNestedParameters(parameter);
		return offered.map(({ name }) => name).sort();
	}

	/** Reads the values that the parameters of a collection have when the user adds them. */
	presetsOf(collection: string): INodeParameters | undefined {
		const parameter = this.findParameter(collection);
		if (parameter === undefined) return undefined;

		const presets = listNestedParameters(parameter).map(({ name, default: value }) => [name, value] as const);
		return Object.fromEntries(presets) as INodeParameters;
	}
}

/** The form of each operation, before the user has chosen anything in it. */
export const operationForms = resourcesAndOperations.map(
	([resource, operation]) => new OperationForm(resource, operation),
);

/** The form of each operation, and its forms that take the fields of a record as JSON or from a mapper. */
export const formsInEachInputMode = operationForms.flatMap((form) => {
	if (!takesCustomFields(form)) return [form];

	const { resource, operation } = form;
	const otherModes = ['json', 'map'].map(
		(inputMode) => new OperationForm(resource, operation, { inputMode }),
	);
	return [form, ...otherModes];
});

/** Splits forms by a rule, so that the tests of both parts together cover all of them. */
export function splitForms(
	forms: readonly OperationForm[],
	rule: (form: OperationForm) => boolean,
): { matching: OperationForm[]; others: OperationForm[] } {
	return {
		matching: forms.filter(rule),
		others: forms.filter((form) => !rule(form)),
	};
}

/** Whether the form saves the fields of a record. */
export function savesRecord({ operation, entity }: OperationForm): boolean {
	return entity !== undefined && ['create', 'update', 'upsert'].includes(operation);
}

/** Whether the form saves a record that may have fields of the school's own. */
export function takesCustomFields(form: OperationForm): boolean {
	return savesRecord(form) && form.entity?.hasCustomFields === true;
}

/** Whether the form is about one record that exists, such as the customer to be archived. */
export function isAboutOneRecord({ operation, action }: OperationForm): boolean {
	return (
		['delete', 'get', 'update'].includes(operation) ||
		action?.recordIdName !== undefined ||
		findAddedResource(action) !== undefined ||
		action?.kind === 'overview'
	);
}

/** Whether the result is a list that may be long. */
export function returnsList({ operation, action }: OperationForm): boolean {
	return operation === 'getAll' || ['getMany', 'freeSlots', 'participants'].includes(action?.kind ?? '');
}

/** Whether the result has records with many fields, of which a user needs a few. */
export function returnsWideRecords({ operation, action, entity }: OperationForm): boolean {
	if (entity?.simplifiedFields === undefined) return false;
	if (['find', 'get', 'getAll'].includes(operation)) return true;

	const returnsRecords = action?.outputFields === undefined;
	return returnsRecords && ['get', 'getMany', 'participants'].includes(action?.kind ?? '');
}

/**
 * Whether the form asks for the branch. A form with the ID of a record does not need it, because AlfaCRM finds the record
 * in every branch. But if the form has a dropdown, it asks for the branch, because the records in the dropdown differ by
 * branch. All input modes of an operation are alike.
 */
export function needsBranch({ entity, resource, operation }: OperationForm): boolean {
	if (entity?.scope !== 'branch') return false;

	const parameters = findShownParameters({ resource, operation });
	const hasId = parameters.some(({ name }) => name === 'id');
	const hasOtherDropdown = parameters.some(
		(parameter) => parameter.name !== 'branchId' && isFilledFromAccount(parameter),
	);
	return !hasId || hasOtherDropdown;
}

/** Whether the choices of a parameter, or of a part of it, are records of the account. */
function isFilledFromAccount(parameter: INodeProperties): boolean {
	return (
		['resourceLocator', 'resourceMapper'].includes(parameter.type) ||
		parameter.typeOptions?.loadOptionsMethod !== undefined ||
		listNestedParameters(parameter).some(isFilledFromAccount)
	);
}
