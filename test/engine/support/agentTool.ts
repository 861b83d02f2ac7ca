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

/** What n8n hands to the node when an agent calls it. */
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

/** What the model is asked for, and told of it: n8n makes the schema of the tool of these. */
export function readToolArguments(context: SupplyDataContext): FromAIArgument[] {
	const asked: FromAIArgument[] = [];
	traverseNodeParameters(context.getNode().parameters, asked);
	return asked;
}

/** What comes back to the agent. */
export async function callTool(context: SupplyDataContext): Promise<INodeExecutionData[]> {
	const [items] = await new AlfaCrm().execute.call(context as unknown as IExecuteFunctions);
	return items;
}

/** A value that the model fills in. */
export const fromAi = (name: string): string => `={{ $fromAI("${name}", "", "string") }}`;
