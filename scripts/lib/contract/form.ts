import type {
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeTypeDescription,
} from 'n8n-workflow';

/*
 * Workflows store the parameters of a node by their names. The contract of a node says which
 * parameters these are, so that a test notices when one changes.
 */

/** A parameter as text: its type, default and values. A collection also has the parameters inside. */
type ParameterContract = string | { is: string; holds: ParameterContracts };

/** Parameters by name. A name has several if the form has several parameters of it, for different choices. */
interface ParameterContracts {
	[name: string]: ParameterContract | ParameterContract[];
}

interface ResourceContract {
	/** The default operation. n8n does not store a parameter that has its default. */
	default: unknown;
	operations: Record<string, ParameterContracts>;
}

interface NodeContract {
	name: string;
	version: unknown;
	credentials: string[];
	outputs: unknown;
	webhooks?: string[];
	/** The parameters of a node without resources, or those that all resources share. */
	parameters: ParameterContracts;
	resources?: Record<string, ResourceContract>;
}

/** Describes what a workflow stores of a node. */
export function nodeContract(description: INodeTypeDescription): NodeContract {
	const { name, version, credentials = [], outputs, webhooks, properties } = description;
	const contract: NodeContract = {
		name,
		version,
		credentials: credentials.map((credential) => credential.name),
		outputs,
		...(webhooks && { webhooks: webhooks.map(({ httpMethod, path }) => `${httpMethod} ${path}`) }),
		parameters: parametersOf(properties),
	};

	const resource = properties.find((property) => property.name === 'resource');
	if (!resource) return contract;
	return {
		...contract,
		parameters: parametersOf(properties.filter(isForAllResources)),
		resources: describeResources(resource, properties),
	};
}

/** Describes the parameters that are stored, sorted by name. Equal parameters of one name are described once. */
export function parametersOf(properties: INodeProperties[]): ParameterContracts {
	const contractsByName = new Map<string, ParameterContract[]>();
	for (const property of properties.filter(isStored)) {
		const contract = describeParameter(property);
		const contracts = contractsByName.get(property.name) ?? [];
		const isKnown = contracts.some((known) => JSON.stringify(known) === JSON.stringify(contract));
		if (!isKnown) contracts.push(contract);
		contractsByName.set(property.name, contracts);
	}

	const parameters: ParameterContracts = {};
	for (const name of sortTexts(contractsByName.keys())) {
		const contracts = contractsByName.get(name) ?? [];
		parameters[name] = contracts.length === 1 ? contracts[0] : contracts;
	}
	return parameters;
}

/** Describes a parameter, such as "options = 'day' of 'day', 'week'". */
function describeParameter(property: INodeProperties): ParameterContract {
	const { type, default: defaultValue, typeOptions, options = [] } = property;
	const listMark = typeOptions?.multipleValues ? '[]' : '';
	const is = `${type}${listMark} = ${quote(defaultValue)}${describeValues(property)}${describeModes(property)}`;

	if (type === 'collection') return { is, holds: parametersOf(options as INodeProperties[]) };
	if (type === 'fixedCollection') return { is, holds: describeGroups(options as INodePropertyCollection[]) };
	return is;
}

function describeGroups(groups: INodePropertyCollection[]): ParameterContracts {
	const holds: ParameterContracts = {};
	for (const { name, values } of groups) {
		holds[name] = { is: 'group', holds: parametersOf(values) };
	}
	return holds;
}

/** Names the values of a dropdown. Values that are loaded from AlfaCRM do not belong to the package. */
function describeValues({ type, options = [] }: INodeProperties): string {
	if (type !== 'options' && type !== 'multiOptions') return '';
	const values = (options as INodePropertyOptions[]).map(({ value }) => quote(value));
	return values.length === 0 ? '' : ` of ${sortTexts(values).join(', ')}`;
}

/** Names the modes of a resource locator. The chosen mode is stored with the value. */
function describeModes({ modes }: INodeProperties): string {
	return modes ? ` by ${modes.map(({ name }) => name).join(', ')}` : '';
}

/** Describes each resource, without the parameters that all resources share. */
function describeResources(
	resource: INodeProperties,
	properties: INodeProperties[],
): Record<string, ResourceContract> {
	const ownProperties = properties.filter((property) => !isForAllResources(property));
	const resources: Record<string, ResourceContract> = {};
	for (const name of sortTexts(valuesOf(resource))) {
		const propertiesOfResource = ownProperties.filter((property) => isShownFor(property, 'resource', name));
		resources[name] = describeResource(propertiesOfResource);
	}
	return resources;
}

function describeResource(properties: INodeProperties[]): ResourceContract {
	const operationLists = properties.filter(({ name }) => name === 'operation');
	const parameters = properties.filter(({ name }) => name !== 'operation');
	const operationNames = new Set(operationLists.flatMap(valuesOf));

	const operations: Record<string, ParameterContracts> = {};
	for (const operation of sortTexts(operationNames)) {
		const shownParameters = parameters.filter((property) => isShownFor(property, 'operation', operation));
		operations[operation] = parametersOf(shownParameters);
	}
	return { default: operationLists[0]?.default, operations };
}

function valuesOf({ options = [] }: INodeProperties): string[] {
	return (options as INodePropertyOptions[]).map(({ value }) => String(value));
}

function isForAllResources({ displayOptions }: INodeProperties): boolean {
	const { resource, operation } = displayOptions?.show ?? {};
	return resource === undefined && operation === undefined;
}

/** Checks whether the form shows a property when a parameter has a value. */
function isShownFor(property: INodeProperties, parameter: string, value: string): boolean {
	const { show = {}, hide = {} } = property.displayOptions ?? {};
	const showsForValue = show[parameter]?.includes(value) ?? true;
	const hidesForValue = hide[parameter]?.includes(value) ?? false;
	return showsForValue && !hidesForValue;
}

/** Notices and buttons are shown, but a workflow does not store them. */
function isStored({ type }: INodeProperties): boolean {
	return !['notice', 'callout', 'button'].includes(type);
}

function sortTexts(texts: Iterable<string>): string[] {
	return [...texts].sort((a, b) => a.localeCompare(b, 'en'));
}

/** Writes a value with single quotes, which need no escape in a JSON file. */
function quote(value: unknown): string {
	return JSON.stringify(value).replaceAll('"', "'");
}
