import type { INodeParameters } from 'n8n-workflow';

import { byPhone, findByPhone, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, lead, stopped, whole } = officeOf(school);

const client = () => lead({ is_study: 1 });
const job = (operation: string, more: INodeParameters): INodeParameters => ({
	resource: 'customer',
	operation,
	branchId: 1,
	id: pick(client()),
	...more,
});
const pay = () => job('takePayment', { income: 100, pay_account_id: 1, additionalFields: {} });
const task = () => job('createTask', { title: 'Позвонить', skipIfThere: true, additionalFields: {} });
const group = () => add('group', { name: 'Новая', branch_ids: [1], e_date: '2030-12-31' });
const join = () => job('addToGroup', { group_id: pick(group()), additionalFields: {} });
const member = () => {
	const customer_id = client();
	const group_id = group();
	add('cgi', { customer_id, group_id, b_date: '01.01.2026', e_date: '31.12.2030' });
	const leave = { group_id: pick(group_id), leave_by: 'end', additionalFields: {} };
	return job('removeFromGroup', { ...leave, id: pick(customer_id) });
};
const create = () => byPhone('+7(900)555-00-71', { name: 'Орлова Мия' }, {});
const find = () => findByPhone('+7(900)555-00-72');

describe('an error says what was asked of AlfaCRM', () => {
	it.each<[string, string, () => INodeParameters, RegExp]>([
		['Take Payment', 'pay/index', pay, /^AlfaCRM could not look for the same payment \(HTTP 500\)$/],
		['Take Payment', 'pay/create', pay, /^AlfaCRM could not create the payment \(HTTP 500\)$/],
		['Create Task', 'task/index', task, /could not look for the same task /],
		['Create Task', 'task/create', task, /could not create the task /],
		['Add to Group', 'cgi/customer', join, /could not list the groups of customer \d+ /],
		['Add to Group', 'cgi/create', join, /could not add customer \d+ to group \d+ /],
		[
			'Remove From Group',
			'cgi/update',
			member,
			/could not take customer \d+ out of group \d+ \(membership \d+\)/,
		],
		['Create or Update', 'branch/index', create, /could not list the branches /],
		['Create or Update', 'customer/index', create, /could not look for the customer /],
		['Create or Update', 'customer/create', create, /could not create the customer /],
		['Find', 'customer/index', find, /could not look for the customer /],
	])('of %s at %s', async (_what, call, parameters, message) => {
		const [entity, action] = call.split('/');
		school.sandbox.faults.add({ kind: 'status', status: 500, match: { entity, action }, times: 0 });
		const { error } = await whole(parameters());
		expect(error?.message).toMatch(message);
	});

	it('and what is wrong with a last day before the first, with nothing saved', async () => {
		const customer_id = client();
		const group_id = group();
		const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
		const [b_date] = [yesterday.split('-').reverse().join('.')];
		add('cgi', { customer_id, group_id, b_date, e_date: '31.12.2030' });
		const more = { group_id: pick(group_id), leave_by: 'end', additionalFields: { e_date: '2020-01-01' } };
		const { message, description } = await stopped(
			job('removeFromGroup', { ...more, id: pick(customer_id) }),
		);
		expect(message).toMatch(/^'Last Day' must not be before the membership began, on \d{4}-\d\d-\d\d$/);
		expect(description).toBe("Give a later day, or set 'How' to Delete It. Nothing was saved.");
	});
});
