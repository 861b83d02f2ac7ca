import { SupplyDataContext } from 'n8n-core';
import type {
	FromAIArgument,
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import {
	createEmptyRunExecutionData,
	NodeConnectionTypes,
	traverseNodeParameters,
	Workflow,
} from 'n8n-workflow';

import { AlfaCrm } from '../../../nodes/AlfaCrm/AlfaCrm.node.ts';
import { makeNode, TestNodeTypes } from './engine';
import type { School } from './school';

/**
 * Makes the context in which n8n runs the node as a tool. `args` are what the agent's model has filled in.
 */
export function makeToolContext(
	school: School,
	parameters: INodeParameters,
	args: IDataObject,
): SupplyDataContext {
	const agent = makeNode('Agent', 'test.items', {});
	const tool = {
		...makeNode('AlfaCRM', 'n8n-nodes-alfacrm.alfaCrmTool', parameters),
		credentials: { alfaCrmApi: { id: '1', name: 'AlfaCRM' } },
	};
	const workflow = makeAgentWorkflow(agent, tool);
	const context = new SupplyDataContext(
		workflow,
		tool,
		school.engine.makeAdditionalData(workflow),
		'manual',
		createEmptyRunExecutionData(),
		0,
		[{ json: {} }],
		{},
		NodeConnectionTypes.AiTool,
		{ node: agent, data: {}, source: null },
		[],
	);
	context.addInputData(NodeConnectionTypes.AiTool, [[{ json: args }]]);
	return context;
}

/** Makes a workflow in which an agent has the node as its tool. */
function makeAgentWorkflow(agent: INode, tool: INode): Workflow {
	return new Workflow({
		id: 'test',
		nodes: [agent, tool],
		connections: { [tool.name]: { ai_tool: [[{ node: agent.name, type: 'ai_tool', index: 0 }]] } },
		active: false,
		nodeTypes: new TestNodeTypes(),
	});
}

/** Reads the arguments that the model has to fill in. n8n makes the schema of the tool from them. */
export function readToolArguments(context: SupplyDataContext): FromAIArgument[] {
	const toolArguments: FromAIArgument[] = [];
	traverseNodeParameters(context.getNode().parameters, toolArguments);
	return toolArguments;
}

/** Runs the node as a tool, and returns the items that the agent receives. */
export async function callTool(context: SupplyDataContext): Promise<INodeExecutionData[]> {
	const [items] = await new AlfaCrm().execute.call(context as unknown as IExecuteFunctions);
	return items;
}

/** Makes the expression that n8n's form writes into a parameter that the model fills in. */
export function fromAi(name: string): string {
	return `={{ $fromAI("${name}", "", "string") }}`;
}
