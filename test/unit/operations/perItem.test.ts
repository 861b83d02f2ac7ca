import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { customer } from '../../../nodes/AlfaCrm/entities/customer';
import { Execution } from '../../../nodes/AlfaCrm/run/execution';
import { Item } from '../../../nodes/AlfaCrm/run/item';
import { operationsOf } from '../../../nodes/AlfaCrm/operations/operations';
import { create } from '../../../nodes/AlfaCrm/operations/common/create';
import { CUSTOMER_TYPE } from '../../support/codes';
import { customerForm, SmallSchool } from './school';

/** Starts an execution of two items, and notes each parameter that the node reads from n8n, such as "name of item 0". */
function startExecution(parameters: IDataObject) {
	const readParameters: string[] = [];
	const context = {
		getNode: () => ({ parameters }),
		getTimezone: () => 'Europe/Moscow',
		getNodeParameter: (name: string, index: number) => {
			readParameters.push(`${name} of item ${index}`);
			return parameters[name];
		},
	};
	const execution = new Execution(context as unknown as IExecuteFunctions);
	return { items: [new Item(execution, 0), new Item(execution, 1)], readParameters };
}

/** Makes the declaration of a parameter of the form. */
function makeParameter(name: string) {
	return { name, displayName: name, default: '' };
}

describe('Item.readRawValue', () => {
	it('the node reads a parameter without expressions from n8n once for all items', () => {
		const { items, readParameters } = startExecution({ is_study: 0, options: { tags: ['a', 'b'] } });

		for (const item of items) {
			item.readRawValue(makeParameter('is_study'));
			item.readRawValue(makeParameter('options'));
		}

		expect(readParameters).toEqual(['is_study of item 0', 'options of item 0']);
	});

	it('the node reads a parameter that contains an expression from n8n once for each item', () => {
		const { items, readParameters } = startExecution({ options: { tags: ['a', '={{ $json.tag }}'] } });

		for (const item of items) {
			item.readRawValue(makeParameter('options'));
			item.readRawValue(makeParameter('options'));
		}

		expect(readParameters).toEqual(['options of item 0', 'options of item 1']);
	});

	it('the node reads a parameter from n8n for each item when the saved form lacks it', () => {
		const { items, readParameters } = startExecution({});

		for (const item of items) {
			item.readRawValue(makeParameter('limit'));
		}

		expect(readParameters).toEqual(['limit of item 0', 'limit of item 1']);
	});
});

describe('the operation of an item', () => {
	it('an execution does not make the texts of the form, such as those of the dropdown of operations', async () => {
		const school = new SmallSchool();
		// Makes the texts of the operation Create for the form.
		const makeTexts = jest.spyOn(create, 'text');
		const form = customerForm('create', {
			name: 'Орлова Мия',
			is_study: CUSTOMER_TYPE.lead,
			legal_type: 1,
		});

		const { json } = await school.run(form, { parametersByItem: [{}, {}] });

		expect(json).toHaveLength(2);
		expect(makeTexts).not.toHaveBeenCalled();
		makeTexts.mockRestore();
	});

	it('operationsOf makes the operations of customers once, and then returns them again', () => {
		const operations = operationsOf(customer);

		expect(operationsOf(customer)).toBe(operations);
	});
});
