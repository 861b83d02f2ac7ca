import type {
	INode,
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { AlfaCrm } from '../../nodes/AlfaCrm/AlfaCrm.node';
import { AlfaCrmTrigger } from '../../nodes/AlfaCrm/AlfaCrmTrigger.node';
import { AlfaCrmWebhookTrigger } from '../../nodes/AlfaCrm/AlfaCrmWebhookTrigger.node';
import { entities } from '../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../nodes/AlfaCrm/entities/types';
import { NODE } from './nodeErrors';

export const alfaCrm = new AlfaCrm();
export const { description } = alfaCrm;

/** The triggers, whose forms keep to the same rules. */
export const triggers = [new AlfaCrmTrigger(), new AlfaCrmWebhookTrigger()];

// ---------------------------------------------------------------- the parameters of all forms, flattened

export interface FormParameter {
	/** The position in the form, for the report: "customer.create / additionalFields / phone". */
	where: string;
	parameter: INodeProperties;
}

/** Lists the parameters of a form, each before those inside it. */
function flatten(properties: INodeProperties[], outer = ''): FormParameter[] {
	return properties.flatMap((parameter) => {
		const where = [outer, describePlace(parameter), parameter.name].filter(Boolean).join(' / ');
		const nested = flatten(listNestedParameters(parameter), where);

		return [{ where, parameter }, ...nested];
	});
}

/** Names the resources and operations for which a parameter is shown, such as "customer.create". */
function describePlace({ displayOptions }: INodeProperties): string {
	const { resource, operation } = displayOptions?.show ?? {};
	return [resource, operation].flat().filter(Boolean).join('.');
}

/** Lists the parameters inside a collection. */
export function listNestedParameters({ type, options = [] }: INodeProperties): INodeProperties[] {
	if (type === 'collection') return options as INodeProperties[];
	if (type === 'fixedCollection') {
		return (options as INodePropertyCollection[]).flatMap(({ values }) => values);
	}
	return [];
}

/** Tells whether a parameter is a dropdown that a method of the node fills. */
export function isDynamic({ typeOptions }: INodeProperties): boolean {
	return typeOptions?.loadOptionsMethod !== undefined;
}

type MethodNames = Array<string | undefined>;

/** Lists the methods of the node that fill a parameter, by their kind. */
export function listMethods({ typeOptions, modes = [] }: INodeProperties): Record<string, MethodNames> {
	return {
		loadOptions: [typeOptions?.loadOptionsMethod],
		listSearch: modes.map((mode) => mode.typeOptions?.searchListMethod),
		resourceMapping: [typeOptions?.resourceMapper?.resourceMapperMethod],
	};
}

/** Lists the entries of a static dropdown. Any other parameter has none. */
export function listChoices({ type, options = [] }: INodeProperties): INodePropertyOptions[] {
	const isDropdown = type === 'options' || type === 'multiOptions';
	return isDropdown ? (options as INodePropertyOptions[]) : [];
}

/** The parameters of the node and of both triggers. */
export const formParameters = [
	...flatten(description.properties),
	...triggers.flatMap((trigger) => flatten(trigger.description.properties, trigger.description.name)),
];

/** The entries of all static dropdowns. */
export const formChoices = formParameters.flatMap(({ where, parameter }) =>
	listChoices(parameter).map((choice) => ({ where: `${where} = ${choice.name}`, choice })),
);

/** Finds the form in which a parameter stands. */
export function findFormAround(formParameter: FormParameter): INodeProperties[] {
	return findNodeAround(formParameter).description.properties;
}

/** Finds the node in whose form a parameter stands. */
export function findNodeAround({ where }: FormParameter): INodeType {
	const trigger = triggers.find(({ description: { name } }) => where.startsWith(`${name} / `));
	return trigger ?? alfaCrm;
}

// ---------------------------------------------------------------- resources and operations

export const [resourceParameter] = description.properties;
export const resources = listChoices(resourceParameter).map(({ value }) => String(value));

/** The parameters 'Operation', one for each resource. */
export const operationLists = description.properties.filter(({ name }) => name === 'operation');

/** Finds the parameters 'Operation' that are shown for a resource. */
export function findOperationLists(resource: string): INodeProperties[] {
	return operationLists.filter(({ displayOptions }) => displayOptions?.show?.resource?.includes(resource));
}

/** Every operation that a user can choose, with its resource. */
export const offeredOperations = resources.flatMap((resource) =>
	findOperationLists(resource)
		.flatMap(listChoices)
		.map((operation) => ({ resource, operation })),
);

/** Each resource with each of its operations, as rows of a table: "customer", "create". */
export const resourcesAndOperations = offeredOperations.map(({ resource, operation }): [string, string] => [
	resource,
	String(operation.value),
]);

/** Finds the entity of a resource. The account and API calls have none. */
export function findEntityOfResource(resource: string): Entity | undefined {
	return entities.find((entity) => entity.resource === resource);
}

/** Chooses the operation that lists an entity, with the choice by which a shared resource lists it. */
export function chooseListOperation({ resource, listedIn }: Entity): INodeParameters {
	if (listedIn === undefined) return { resource, operation: 'getAll' };

	const selector = listedIn === 'message' ? 'kind' : 'list';
	return { resource: listedIn, operation: 'getAll', [selector]: resource };
}

// ---------------------------------------------------------------- what n8n computes from a form

/** Finds the parameters that n8n shows for a resource, an operation and further choices. */
export function findShownParameters(chosen: INodeParameters): INodeProperties[] {
	const node: INode = { ...NODE, parameters: chosen };
	const nodeType = description as INodeTypeDescription;
	const withDefaults = NodeHelpers.getNodeParameters(
		description.properties,
		chosen,
		true,
		false,
		node,
		nodeType,
	);
	const values = withDefaults ?? chosen;

	return description.properties.filter((property) =>
		NodeHelpers.displayParameter(values, property, node, nodeType),
	);
}

/** Computes an expression of the node's description, such as its subtitle, as n8n does. */
export function evaluateExpression(expression: string, $parameter: Record<string, unknown>): unknown {
	const code = /^=\{\{(.*)\}\}$/s.exec(expression)?.[1];
	const evaluate = new Function('$parameter', `return ${code}`) as (parameter: unknown) => unknown;
	return evaluate($parameter);
}
