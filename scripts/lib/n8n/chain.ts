import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { CredentialReference, Workflow, WorkflowNode } from './types';

export type ChainedNode = Omit<WorkflowNode, 'id' | 'position'>;

/** A workflow of nodes in a row, in the order of the data. */
export function chain(name: string, nodes: ChainedNode[], settings?: IDataObject): Workflow {
	const links = nodes
		.slice(1)
		.map((node, index) => [nodes[index].name, { main: [[{ node: node.name, type: 'main', index: 0 }]] }]);
	return {
		name,
		nodes: nodes.map((node, index) => ({ ...node, id: `n${index}`, position: [index * 240, 0] })),
		connections: Object.fromEntries(links) as object,
		...(settings && { settings }),
	};
}

/** @param type of n8n's own nodes, with its version: "webhook 2" */
export function node(type: string, name: string, parameters: INodeParameters = {}): ChainedNode {
	const [short, version] = type.split(' ');
	return { name, type: `n8n-nodes-base.${short}`, typeVersion: Number(version), parameters };
}

/** The node of this package. */
export function alfaCrm(
	name: string,
	parameters: INodeParameters,
	{ id, name: saved }: CredentialReference,
	type = 'alfaCrm',
): ChainedNode {
	const credentials = { alfaCrmApi: { id, name: saved } };
	return { name, type: `n8n-nodes-alfacrm.${type}`, typeVersion: 1, parameters, credentials };
}
