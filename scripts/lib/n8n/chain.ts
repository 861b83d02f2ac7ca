import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { CredentialReference, Workflow, WorkflowNode } from './types';

/** A node to which `makeWorkflow` still gives an ID and a position. */
export type ChainedNode = Omit<WorkflowNode, 'id' | 'position'>;

/**
 * Makes a workflow in which each node passes its output to the next node of the list.
 * @param nodes in the order of the data
 */
export function makeWorkflow(name: string, nodes: ChainedNode[], settings?: IDataObject): Workflow {
	const connections: Record<string, object> = {};
	for (const [index, { name: target }] of nodes.entries()) {
		if (index === 0) continue;
		const source = nodes[index - 1].name;
		connections[source] = { main: [[{ node: target, type: 'main', index: 0 }]] };
	}

	return {
		name,
		nodes: nodes.map((node, index) => ({ ...node, id: `n${index}`, position: [index * 240, 0] })),
		connections,
		...(settings && { settings }),
	};
}

/**
 * Makes one of n8n's own nodes.
 * @param type short name and version, such as "webhook 2"
 */
export function makeBuiltInNode(type: string, name: string, parameters: INodeParameters = {}): ChainedNode {
	const [shortName, version] = type.split(' ');
	return { name, type: `n8n-nodes-base.${shortName}`, typeVersion: Number(version), parameters };
}

/** Makes a node of this package that uses a saved credential. */
export function makeAlfaCrmNode(
	name: string,
	parameters: INodeParameters,
	credential: CredentialReference,
	type = 'alfaCrm',
): ChainedNode {
	return {
		name,
		type: `n8n-nodes-alfacrm.${type}`,
		typeVersion: 1,
		parameters,
		credentials: { alfaCrmApi: { id: credential.id, name: credential.name } },
	};
}
