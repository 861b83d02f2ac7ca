import type { IDataObject } from 'n8n-workflow';
import type { Workflow, WorkflowNode } from './types';

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
