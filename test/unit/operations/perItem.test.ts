import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { customer } from '../../../nodes/AlfaCrm/entities/customer';
import { Execution } from '../../../nodes/AlfaCrm/run/execution';
import { Item } from '../../../nodes/AlfaCrm/run/item';
import { operationsOf } from '../../../nodes/AlfaCrm/operations/operations';
import { create } from '../../../nodes/AlfaCrm/operations/common/create';
import { customerForm, SmallSchool } from './school';

/** Starts an execution of two items, and notes which parameters n8n is asked for. */
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

const makeParameter = (name: string) => ({ name, displayName: name, default: '' });

describe('Item.readRawValue', () => {
	it('asks n8n for a parameter without expressions once for all items', () => {
		const { items, requested } = startExecution({ is_study: 0, options: { tags: ['a', 'b'] } });

		for (const item of items) {
			item.readRawValue(makeParameter('is_study'));
			item.readRawValue(makeParameter('options'));
		}

		expect(requested).toEqual(['is_study of item 0', 'options of item 0']);
	});

	it('asks n8n for a parameter with an expression in it once for each item', () => {
		const { items, requested } = startExecution({ options: { tags: ['a', '={{ $json.tag }}'] } });

		for (const item of items) {
			item.readRawValue(makeParameter('options'));
			item.readRawValue(makeParameter('options'));
		}

		expect(requested).toEqual(['options of item 0', 'options of item 1']);
	});

	it('asks n8n for each item when the node does not store the parameter', () => {
		const { items, requested } = startExecution({});

		for (const item of items) item.readRawValue(makeParameter('limit'));

		expect(requested).toEqual(['limit of item 0', 'limit of item 1']);
	});
});

describe('the operation of an item', () => {
	it('the operation of an item is found without making the dropdown of the operations', async () => {
		const school = new SmallSchool();
		const makeTexts = jest.spyOn(create, 'text');

		const { json } = await school.run(
			customerForm('create', { name: 'Орлова Мия', is_study: 0, legal_type: 1 }),
			{ parametersByItem: [{}, {}] },
		);

		expect(json).toHaveLength(2);
		expect(makeTexts).not.toHaveBeenCalled();
		makeTexts.mockRestore();
	});

	it('comes from a map that is made once for each entity', () => {
		expect(operationsOf(customer)).toBe(operationsOf(customer));
	});
});
