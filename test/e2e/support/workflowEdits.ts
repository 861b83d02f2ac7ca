import type { IDataObject } from 'n8n-workflow';

import type { Workflow, WorkflowNode } from '../../../scripts/lib/n8n/types';

/** Changes a workflow before a test imports it, as a user would in the editor. */
export type WorkflowEdit = (workflow: Workflow) => Workflow;

/** Replaces the node of a name in a workflow. */
export function editNode(
	workflow: Workflow,
	nodeName: string,
	edit: (node: WorkflowNode) => WorkflowNode,
): Workflow {
	const nodes = workflow.nodes.map((node) => (node.name === nodeName ? edit(node) : node));
	return { ...workflow, nodes };
}

/** Makes the edit that fills in the options of a node. */
export function withNodeOptions(nodeName: string, options: IDataObject): WorkflowEdit {
	return (workflow) =>
		editNode(workflow, nodeName, (node) => ({
			...node,
			parameters: { ...node.parameters, options: options as WorkflowNode['parameters'] },
		}));
}
