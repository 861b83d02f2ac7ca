import { SupplyDataContext } from 'n8n-core';
import type {
	FromAIArgument,
	IDataObject,
	IExecuteFunctions,
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
 * Makes the context in which n8n runs the node as the tool of an agent, which calls it with `args`.
 */
export function makeToolContext(
	school: School,
	parameters: INodeParameters,
	args: IDataObject,
): SupplyDataContext {
	const tool = {
		...makeNode('AlfaCRM', 'n8n-nodes-alfacrm.alfaCrmTool', parameters),
		credentials: { alfaCrmApi: { id: '1', name: 'AlfaCRM' } },
	};
	const agent = makeNode('Agent', 'test.items', {});
	const workflow = new Workflow({
		id: 'test',
		nodes: [agent, tool],
		connections: { AlfaCRM: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] } },
		active: false,
		nodeTypes: new TestNodeTypes(),
	});
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

/** Reads which arguments the tool asks of the model. n8n makes the schema of the tool from them. */
export function readToolArguments(context: SupplyDataContext): FromAIArgument[] {
	const asked: FromAIArgument[] = [];
	traverseNodeParameters(context.getNode().parameters, asked);
	return asked;
}

/** Runs the node as a tool, and returns the items that the agent receives. */
export async function callTool(context: SupplyDataContext): Promise<INodeExecutionData[]> {
	const [items] = await new AlfaCrm().execute.call(context as unknown as IExecuteFunctions);
	return items;
}

/** Writes a value that the model is to fill in, as n8n's form does. */
export const fromAi = (name: string): string => `={{ $fromAI("${name}", "", "string") }}`;
