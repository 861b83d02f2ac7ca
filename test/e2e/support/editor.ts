import type { IDataObject, INode, INodeParameters, INodeTypeDescription } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import type { Stage } from './stage';

type Workflow = Stage['workflow'];

/**
 * What the editor would mark with a warning when it opens the workflow, and parameters that it would not show: in words,
 * each with the name of the node.
 *
 * @param types every node type that n8n has loaded, one entry for each form of its parameters
 * @param credentials IDs of those that are saved
 */
export function warningsOf(
	{ nodes }: Workflow,
	types: readonly INodeTypeDescription[],
	credentials: readonly string[],
): string[] {
	return (nodes as INode[]).flatMap((node) => {
		const description = types.find(
			({ name, version }) => name === node.type && [version].flat().includes(node.typeVersion),
		);
		const found = description
			? [
					...parameterIssues(node, description),
					...unknownParameters(node, description),
					...wrongChoices(node, description),
				]
			: [`there is no type ${node.type} ${node.typeVersion}`];
		// The editor says nothing of the credentials of a node that is switched off.
		const missing = description && !node.disabled ? missingCredentials(node, description, credentials) : [];
		return [...found, ...missing].map((what) => `${node.name}: ${what}`);
	});
}

/** What is required and empty. */
function parameterIssues(node: INode, description: INodeTypeDescription): string[] {
	const issues = NodeHelpers.getNodeParametersIssues(description.properties, node, description);
	return Object.values(issues?.parameters ?? {}).flat();
}

function unknownParameters(node: INode, description: INodeTypeDescription): string[] {
	const { properties } = description;
	const known = NodeHelpers.getNodeParameters(properties, node.parameters, true, false, node, description);
	return lost(node.parameters, known ?? {}, '').map((path) => `the form has no ${path}`);
}

/** Values that a list of the form does not have. */
function wrongChoices(node: INode, description: INodeTypeDescription): string[] {
	const values = { ...node.parameters };
	return description.properties
		.filter(({ type, typeOptions }) => /options/i.test(type) && typeOptions === undefined)
		.filter((one) => one.name in values && NodeHelpers.displayParameter(values, one, node, description))
		.flatMap(({ name, options = [] }) => {
			const choices = options.map((option) => ('value' in option ? option.value : undefined));
			const given = [values[name]].flat() as unknown[];
			return given
				.filter((value) => !String(value).startsWith('=') && !choices.includes(value as string))
				.map((value) => `${name} has no choice ${String(value)}`);
		});
}

/** Paths of what is in the one and not in the other. */
function lost(given: INodeParameters, known: INodeParameters, path: string): string[] {
	return Object.entries(given).flatMap(([key, value]) => {
		const where = path ? `${path}.${key}` : key;
		if (!(key in known)) return [where];
		const other = known[key];
		return isMap(value) && isMap(other) ? lost(value, other, where) : [];
	});
}

function missingCredentials(
	node: INode,
	{ credentials = [], ...description }: INodeTypeDescription,
	saved: readonly string[],
): string[] {
	const shown = credentials.filter(
		(one) =>
			one.required === true &&
			NodeHelpers.displayParameter(node.parameters, one, node, { ...description, credentials }),
	);
	// The HTTP Request node has those of any service by their type.
	const { authentication, genericAuthType } = node.parameters;
	const generic = authentication === 'genericCredentialType' ? [{ name: String(genericAuthType) }] : [];
	return [...shown, ...generic]
		.filter(({ name }) => !saved.includes(String(node.credentials?.[name]?.id)))
		.map(({ name }) => `no credential ${name} is chosen`);
}

const isMap = (value: unknown): value is INodeParameters & IDataObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
