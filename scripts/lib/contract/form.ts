import type {
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeTypeDescription,
} from 'n8n-workflow';

/** What is stored of a parameter: `type = default`, of a dropdown with its values; of a collection what it holds. */
type Parameter = string | { is: string; holds: Parameters };
/** By name; several where the form has more than one of a name, each for another choice. */
interface Parameters {
	[name: string]: Parameter | Parameter[];
}

const isFor = (property: INodeProperties, name: string, value: string): boolean => {
	const { show = {}, hide = {} } = property.displayOptions ?? {};
	const [shown, hidden] = [show[name], hide[name]];
	return (shown === undefined || shown.includes(value)) && !(hidden?.includes(value) ?? false);
};
const byValue = (a: string, b: string) => a.localeCompare(b, 'en');

/** A value so that it can be read inside a file of JSON. */
const quoted = (value: unknown) => JSON.stringify(value).replaceAll('"', "'");

/** The values of a dropdown; what a method loads, or code fills in, is not of the package. */
function valuesOf({ type, options = [] }: INodeProperties): string {
	if (type !== 'options' && type !== 'multiOptions') return '';
	const values = (options as INodePropertyOptions[]).map(({ value }) => quoted(value));
	return values.length === 0 ? '' : ` of ${values.sort(byValue).join(', ')}`;
}

/** Ways to name a record, and the list of fields, are stored with a parameter too. */
function modesOf({ modes }: INodeProperties): string {
	return modes ? ` by ${modes.map(({ name }) => name).join(', ')}` : '';
}

function describe(property: INodeProperties): Parameter {
	const { type, default: value, typeOptions, options = [] } = property;
	const several = typeOptions?.multipleValues ? '[]' : '';
	const is = `${type}${several} = ${quoted(value)}${valuesOf(property)}${modesOf(property)}`;
	if (type === 'collection') return { is, holds: parametersOf(options as INodeProperties[]) };
	if (type !== 'fixedCollection') return is;
	const groups = (options as INodePropertyCollection[]).map(({ name, values }): [string, Parameter] => [
		name,
		{ is: 'group', holds: parametersOf(values) },
	]);
	return { is, holds: Object.fromEntries(groups) };
}

/** What is only shown is not stored. */
const isStored = ({ type }: INodeProperties) => !['notice', 'callout', 'button'].includes(type);

export function parametersOf(properties: INodeProperties[]): Parameters {
	const found = new Map<string, Parameter[]>();
	for (const property of properties.filter(isStored)) {
		const others = found.get(property.name) ?? [];
		const described = describe(property);
		const isKnown = others.some((other) => JSON.stringify(other) === JSON.stringify(described));
		found.set(property.name, isKnown ? others : [...others, described]);
	}
	const entries = [...found].sort(([a], [b]) => byValue(a, b));
	return Object.fromEntries(entries.map(([name, all]) => [name, all.length === 1 ? all[0] : all]));
}

interface ResourceContract {
	/** n8n stores no parameter that has its default. */
	default: unknown;
	operations: Record<string, Parameters>;
}

/** What a workflow stores of a node. */
interface NodeContract {
	name: string;
	version: unknown;
	credentials: string[];
	outputs: unknown;
	webhooks?: string[];
	parameters: Parameters;
	/** Without what all of them have. */
	resources?: Record<string, ResourceContract>;
}

const common = ({ displayOptions }: INodeProperties) =>
	displayOptions?.show?.resource === undefined && displayOptions?.show?.operation === undefined;

export function nodeContract(description: INodeTypeDescription): NodeContract {
	const { name, version, credentials = [], outputs, webhooks, properties } = description;
	const resource = properties.find((property) => property.name === 'resource');
	return {
		name,
		version,
		credentials: credentials.map((one) => one.name),
		outputs,
		...(webhooks && { webhooks: webhooks.map(({ httpMethod, path }) => `${httpMethod} ${path}`) }),
		parameters: parametersOf(resource ? properties.filter(common) : properties),
		...(resource && { resources: resourcesOf(resource, properties) }),
	};
}

function resourcesOf(resource: INodeProperties, properties: INodeProperties[]) {
	const rest = properties.filter((property) => !common(property));
	const values = (resource.options as INodePropertyOptions[]).map(({ value }) => String(value)).sort(byValue);
	return Object.fromEntries(
		values.map((value): [string, ResourceContract] => {
			const own = rest.filter((property) => isFor(property, 'resource', value));
			const lists = own.filter(({ name }) => name === 'operation');
			const asked = own.filter(({ name }) => name !== 'operation');
			const operations = lists.flatMap(({ options = [] }) =>
				(options as INodePropertyOptions[]).map((one) => String(one.value)),
			);
			const entries = [...new Set(operations)]
				.sort(byValue)
				.map((operation): [string, Parameters] => [
					operation,
					parametersOf(asked.filter((property) => isFor(property, 'operation', operation))),
				]);
			return [value, { default: lists[0]?.default, operations: Object.fromEntries(entries) }];
		}),
	);
}
