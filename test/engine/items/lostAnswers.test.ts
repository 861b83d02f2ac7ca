import type { INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 30 });
const { customer, lead, rows, whole } = officeOf(school);

const byContract = (value: string, fieldsToSet: INodeParameters = {}): INodeParameters => ({
	resource: 'customer',
	operation: 'upsert',
	branchId: 1,
	matchBy: 'customField',
	matchField: 'custom_dogovor',
	matchValue: value,
	fieldsToSet: { name: 'Орлова Мия', ...fieldsToSet },
	options: {},
});
const run = async (parameters: INodeParameters, items: Array<Record<string, unknown>>) =>
	await whole(parameters, { items: items as never, onError: 'continueRegularOutput' });

/** Ways in which a write that was carried out seems to fail. */
const LOST = [
	{ kind: 'reset' },
	{ kind: 'resetMidAnswer' },
	{ kind: 'status', status: 500 },
	{ kind: 'status', status: 502, httpStatus: 200 },
	{ kind: 'html', status: 502 },
	{ kind: 'cutJson' },
] as const;

describe('after a save whose answer was lost', () => {
	it.each(LOST)('the next item for the same customer finds the new one: %j', async (fault) => {
		lead({ custom_dogovor: 'Д-первый' });
		const match = { entity: 'customer', action: 'create' };
		school.sandbox.faults.add({ ...fault, match, when: 'after' });
		const { json } = await run(byContract('={{ $json.n }}'), [
			{ n: 'Д-первый' },
			{ n: 'Д-новый' },
			{ n: 'Д-новый' },
		]);
		expect(rows('customer').filter((row) => row.custom_dogovor === 'Д-новый')).toHaveLength(1);
		expect(json[2]).toMatchObject({ operationResult: 'unchanged' });
	});

	it('the next item compares with what AlfaCRM holds, not with what was written before', async () => {
		const id = lead({ custom_dogovor: 'Д-первый', note: 'до' });
		const match = { entity: 'customer', action: 'update' };
		school.sandbox.faults.add({ kind: 'reset', match, when: 'after', skip: 1 });
		await run(byContract('Д-первый', { note: '={{ $json.note }}' }), [
			{ note: 'после' },
			{ note: 'до' },
			{ note: 'после' },
		]);
		expect(customer(id).note).toBe('после');
	});

	it('the next item for the same task finds it', async () => {
		const id = lead();
		const match = { entity: 'task', action: 'create' };
		school.sandbox.faults.add({ kind: 'reset', match, when: 'after', skip: 1 });
		const parameters = {
			resource: 'customer',
			operation: 'createTask',
			branchId: 1,
			id: pick(id),
			title: '={{ $json.title }}',
			additionalFields: {},
		} as INodeParameters;
		await run(parameters, [{ title: 'Позвонить' }, { title: 'Написать' }, { title: 'Написать' }]);
		expect(rows('task').filter((row) => row.title === 'Написать')).toHaveLength(1);
	});

	it('refusals make no item read a list again', async () => {
		const items = Array.from({ length: 6 }, (_, index) => ({ n: `Д-новый-${index}` }));
		lead({ custom_dogovor: 'Д-первый' });
		const match = { entity: 'customer', action: 'create' };
		school.sandbox.faults.add({ kind: 'status', status: 400, match, times: 0 });
		await run(byContract('={{ $json.n }}'), items);
		const few = school.entries('customer/index').length;
		await run(byContract('={{ $json.n }}'), items.slice(0, 2));
		expect(school.entries('customer/index').length - few).toBe(few);
	});
});
