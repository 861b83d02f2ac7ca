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

// ---------------------------------------------------------------- the form, flattened

export interface FormParameter {
	/** Path to it, for the report: customer.create / additionalFields / phone. */
	where: string;
	parameter: INodeProperties;
}

const describePlace = ({ displayOptions }: INodeProperties) =>
	[displayOptions?.show?.resource, displayOptions?.show?.operation].flat().filter(Boolean).join('.');

function flatten(properties: INodeProperties[], where = ''): FormParameter[] {
	return properties.flatMap((parameter) => {
		const here = [where, describePlace(parameter), parameter.name].filter(Boolean).join(' / ');
		return [{ where: here, parameter }, ...flatten(listNestedParameters(parameter), here)];
	});
}

export function listNestedParameters({ type, options = [] }: INodeProperties): INodeProperties[] {
	if (type === 'collection') return options as INodeProperties[];
	if (type === 'fixedCollection')
		return (options as INodePropertyCollection[]).flatMap(({ values }) => values);
	return [];
}

export const isDynamic = ({ typeOptions }: INodeProperties) => typeOptions?.loadOptionsMethod !== undefined;

/** The methods of the node that a parameter is filled by. */
export const listMethods = ({ typeOptions, modes = [] }: INodeProperties) => ({
	loadOptions: [typeOptions?.loadOptionsMethod],
	listSearch: modes.map((mode) => mode.typeOptions?.searchListMethod),
	resourceMapping: [typeOptions?.resourceMapper?.resourceMapperMethod],
});

/** The entries of a static dropdown. */
export const listChoices = ({ type, options = [] }: INodeProperties): INodePropertyOptions[] =>
	type === 'options' || type === 'multiOptions' ? (options as INodePropertyOptions[]) : [];

export const formParameters = [
	...flatten(description.properties),
	...triggers.flatMap((trigger) => flatten(trigger.description.properties, trigger.description.name)),
];
/** The form that a parameter is in. */
export const findFormAround = (found: FormParameter): INodeProperties[] =>
	findNodeAround(found).description.properties;

export function findNodeAround({ where }: FormParameter): INodeType {
	const isIn = ({ description: { name } }: (typeof triggers)[number]) => where.startsWith(`${name} / `);
	return triggers.find(isIn) ?? alfaCrm;
}
export const formChoices = formParameters.flatMap(({ where, parameter }) =>
	listChoices(parameter).map((choice) => ({ where: `${where} = ${choice.name}`, choice })),
);

// ---------------------------------------------------------------- n8n's rules of wording

export const [resourceParameter] = description.properties;
export const operationLists = description.properties.filter(({ name }) => name === 'operation');
export const findOperationLists = (value: string) =>
	operationLists.filter(({ displayOptions }) => displayOptions?.show?.resource?.includes(value));
export const resources = listChoices(resourceParameter).map(({ value }) => String(value));
export const offeredOperations = resources.flatMap((value) =>
	findOperationLists(value).flatMap((list) =>
		listChoices(list).map((operation) => ({ resource: value, operation })),
	),
);
/** What lists an entity, which may be listed together with others. */
export const chooseListOperation = ({ resource: own, listedIn }: Entity): INodeParameters => ({
	operation: 'getAll',
	...(listedIn ? { resource: listedIn, [listedIn === 'message' ? 'kind' : 'list']: own } : { resource: own }),
});
export const findEntityOfResource = (value: string) => entities.find((entity) => entity.resource === value);
export const resourcesAndOperations = offeredOperations.map(
	({ resource: value, operation }): [string, string] => [value, String(operation.value)],
);

/** What the form shows for a resource and an operation, as n8n itself decides it. */
export function findShownParameters(chosen: INodeParameters): INodeProperties[] {
	const node: INode = { ...NODE, parameters: chosen };
	const values = NodeHelpers.getNodeParameters(
		description.properties,
		chosen,
		true,
		false,
		node,
		description as INodeTypeDescription,
	);
	return description.properties.filter((property) =>
		NodeHelpers.displayParameter(values ?? chosen, property, node, description as INodeTypeDescription),
	);
}

/** An expression as n8n would compute it. */
export function evaluateExpression(expression: string, $parameter: Record<string, unknown>): unknown {
	const code = /^=\{\{(.*)\}\}$/s.exec(expression)?.[1];
	return (new Function('$parameter', `return ${code}`) as (given: unknown) => unknown)($parameter);
}
