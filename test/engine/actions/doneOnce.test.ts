import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { lead, rows, run, set, whole } = officeOf(school);

const job = (operation: string, id: unknown, more: INodeParameters = {}): INodeParameters => ({
	resource: 'customer',
	operation,
	branchId: 1,
	id: pick(id),
	...more,
});
const client = () => lead({ is_study: 1 });
const of = (path: string, id: unknown, name = 'customer_id') =>
	rows(path).filter((one) => one[name] === id).length;
const pay = (id: unknown, additionalFields: IDataObject = {}) =>
	job('takePayment', id, { income: 1000, pay_account_id: 1, additionalFields } as INodeParameters);

describe('Take Payment', () => {
	it('books the payment of a customer of another branch', async () => {
		const id = lead({ is_study: 1, branch_ids: [2] });
		await whole(pay(id));
		expect(of('pay', id)).toBe(1);
	});

	it('takes a payment of another type once, where the list shows incomes only', async () => {
		set({ payDefault: 'income' });
		const id = client();
		await run(pay(id, { pay_type_id: 6 }));
		await run(pay(id, { pay_type_id: 6 }));
		expect(of('pay', id)).toBe(1);
	});

	it('takes no second payment without a word where the list does not come whole', async () => {
		const id = client();
		await run(pay(id));
		school.sandbox.store.hide('pay', rows('pay').at(-1)?.id as number, 'counted');
		const { hints, status } = await whole(pay(id));
		const isTold = status === 'error' || hints.length > 0;
		expect(of('pay', id) === 1 || isTold).toBe(true);
	});
});

describe('Create Task', () => {
	const task = (id: unknown, additionalFields: IDataObject) =>
		job('createTask', id, { title: 'Call back', additionalFields } as INodeParameters);
	const tasks = (id: number) =>
		rows('task').filter(({ customer_ids }) => (customer_ids as number[]).includes(id)).length;

	it('makes a task of another branch once', async () => {
		const id = client();
		await run(task(id, { branch_ids: [2] }));
		await run(task(id, { branch_ids: [2] }));
		expect(tasks(id)).toBe(1);
	});
});
