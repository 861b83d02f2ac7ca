import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { EMPTY, NULL, UNDEFINED, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, lead, refused, rows, run, set, stopped } = officeOf(school);

const create = (title: string, additionalFields: IDataObject = {}): INodeParameters => ({
	resource: 'task',
	operation: 'create',
	branchId: 1,
	title,
	additionalFields: additionalFields as INodeParameters,
});
const about = (customer: number, title: string, additionalFields: IDataObject = {}): INodeParameters => ({
	...create(title, additionalFields),
	resource: 'customer',
	operation: 'createTask',
	id: pick(customer),
});
const of = (customer: number) =>
	rows('task').filter(({ customer_ids }) => (customer_ids as number[]).includes(customer));

const BLANKS = ['', ' ', EMPTY, UNDEFINED, NULL];

describe('a task with a text and no title', () => {
	it.each(BLANKS)('is created where the title is %j', async (title) => {
		const [{ id }] = await run(create(title, { text: 'Уточнить группу' }));
		expect(rows('task').find((row) => row.id === id)).toMatchObject({ title: null, text: 'Уточнить группу' });
	});

	it('is made about a customer once, and beside one with another text', async () => {
		const customer = lead();
		for (const text of ['Уточнить группу', 'Уточнить группу', 'Спросить о лагере']) {
			await run(about(customer, '', { text }));
		}
		expect(of(customer).map(({ text }) => text)).toEqual(['Уточнить группу', 'Спросить о лагере']);
	});

	it('is refused by name where an account wants a title', async () => {
		set({ requiredFields: { 'task.title': true } });
		const error = await stopped(create('', { text: 'Уточнить группу' }));
		expect(error.message).toMatch(/^AlfaCRM did not create the task: Title – /);
	});
});

describe('a task that says nothing', () => {
	it.each(BLANKS)('is refused where the title is %j', async (title) => {
		await refused(create(title), "'Title' and 'Text' are both empty");
	});

	it.each(BLANKS)(
		'about a customer is refused, whatever tasks there are, where the title is %j',
		async (title) => {
			const customer = lead();
			add('task', { title: 'Перезвонить', branch_ids: [1], customer_ids: [customer] });
			await refused(about(customer, title, { text: EMPTY }), "'Title' and 'Text' are both empty");
		},
	);
});

it('one task is listed by its ID', async () => {
	const ids = ['Раз', 'Два'].map((title) => add('task', { title, branch_ids: [1] }));
	const list = { resource: 'task', operation: 'getAll', branchId: 1, returnAll: true };
	expect(await run({ ...list, filters: { id: String(ids[0]) } })).toMatchObject([
		{ id: ids[0], title: 'Раз' },
	]);
});
