import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { customer } from '../../../nodes/AlfaCrm/entities/customer';
import { Execution } from '../../../nodes/AlfaCrm/run/execution';
import { Item } from '../../../nodes/AlfaCrm/run/item';
import { operationsOf } from '../../../nodes/AlfaCrm/operations/operations';
import { create } from '../../../nodes/AlfaCrm/operations/common/create';
import { customerForm, SmallSchool } from './school';

/** What is done for each of many items, and what is done once for all of them. */

/** An execution of two items whose node has these parameters, and the parameters that n8n was asked for. */
function startExecution(parameters: IDataObject) {
	const requested: string[] = [];
	const context = {
		getNode: () => ({ parameters }),
		getTimezone: () => 'Europe/Moscow',
		getNodeParameter: (name: string, index: number) => {
			requested.push(`${name} of item ${index}`);
			return parameters[name];
		},
	};
	const execution = new Execution(context as unknown as IExecuteFunctions);
	return { items: [new Item(execution, 0), new Item(execution, 1)], requested };
}

const parameter = (name: string) => ({ name, displayName: name, default: '' });

describe('the parameters of many items', () => {
	it('are asked of n8n once for all items where they hold no expression', () => {
		const { items, requested } = startExecution({ is_study: 0, options: { tags: ['a', 'b'] } });

		for (const item of items) {
			item.readRawValue(parameter('is_study'));
			item.readRawValue(parameter('options'));
		}

		expect(requested).toEqual(['is_study of item 0', 'options of item 0']);
	});

	it('are asked of n8n once for each item where they hold an expression anywhere', () => {
		const { items, requested } = startExecution({ options: { tags: ['a', '={{ $json.tag }}'] } });

		for (const item of items) {
			item.readRawValue(parameter('options'));
			item.readRawValue(parameter('options'));
		}

		expect(requested).toEqual(['options of item 0', 'options of item 1']);
	});

	it('are asked of n8n by each item where the node does not have them', () => {
		const { items, requested } = startExecution({});

		for (const item of items) item.readRawValue(parameter('limit'));

		expect(requested).toEqual(['limit of item 0', 'limit of item 1']);
	});
});

describe('the operation of an item', () => {
	it('is found without building the dropdown that lists the operations', async () => {
		const school = new SmallSchool();
		const texts = jest.spyOn(create, 'text');

		const { json } = await school.run(
			customerForm('create', { name: 'Орлова Мия', is_study: 0, legal_type: 1 }),
			{
				parametersByItem: [{}, {}],
			},
		);

		expect(json).toHaveLength(2);
		expect(texts).not.toHaveBeenCalled();
		texts.mockRestore();
	});

	it('comes from a map that is made once for the entity', () => {
		expect(operationsOf(customer)).toBe(operationsOf(customer));
	});
});
