import { SupplyDataContext } from 'n8n-core';
import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { createEmptyRunExecutionData, NodeConnectionTypes, Workflow } from 'n8n-workflow';

import { AlfaCrm } from '../../../nodes/AlfaCrm/AlfaCrm.node.ts';
import { node, Types } from '../../../scripts/lib/engine/engine';
import { byPhone, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 0 });
const { customer, lead, rows, set } = officeOf(school);

const PHONE = '+7(900)111-22-33';
const fromAi = (name: string): string => `={{ $fromAI("${name}", "", "string") }}`;

/** What n8n hands to the node when an agent calls it. */
function contextOf(parameters: INodeParameters, args: IDataObject): SupplyDataContext {
	const tool = {
		...node('AlfaCRM', 'n8n-nodes-alfacrm.alfaCrm', parameters),
		credentials: { alfaCrmApi: { id: '1', name: 'AlfaCRM' } },
	};
	const agent = node('Agent', 'test.items', {});
	const workflow = new Workflow({
		id: 'test',
		nodes: [agent, tool],
		connections: { AlfaCRM: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] } },
		active: false,
		nodeTypes: new Types(),
	});
	const context = new SupplyDataContext(
		workflow,
		tool,
		school.engine.additionalData(workflow),
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

/** The context of n8n 1.97: an agent is shown no hints there. */
const withoutHints = (context: SupplyDataContext): SupplyDataContext =>
	new Proxy(context, {
		has: (target, name) => name !== 'addExecutionHints' && name in target,
		get: (target, name) => {
			if (name === 'addExecutionHints') return undefined;
			const value: unknown = Reflect.get(target, name, target);
			return typeof value === 'function' ? value.bind(target) : value;
		},
	});

async function call(context: SupplyDataContext): Promise<INodeExecutionData[]> {
	const [items] = await new AlfaCrm().execute.call(context as unknown as IExecuteFunctions);
	return items;
}

const parameters = byPhone(fromAi('phone'), { name: fromAi('name'), note: fromAi('note') });

it.each(['null', 'undefined', '', '[]', '{}', 'n/a'])(
	'a phone that is %j finds and makes nobody',
	async (phone) => {
		lead({ phone: [PHONE] });
		await expect(call(contextOf(parameters, { phone, name: 'Вера' }))).rejects.toThrow(/'Phone'/);
		expect(rows('customer')).toHaveLength(1);
	},
);

it.each(['now', 'in n8n 1.97'])(
	'what was saved comes back, also where there is a hint, %s',
	async (version) => {
		set({ forbiddenCalls: ['branch/index'] });
		const id = lead({ phone: [PHONE] });
		const context = contextOf(parameters, { phone: `["${PHONE}"]`, name: 'Вера', note: 'Перезвонить' });
		const items = await call(version === 'now' ? context : withoutHints(context));
		expect(items.map(({ json }) => json)).toEqual([
			expect.objectContaining({ id, operationResult: 'updated' }),
		]);
		expect(customer(id).note).toBe('Перезвонить');
	},
);
