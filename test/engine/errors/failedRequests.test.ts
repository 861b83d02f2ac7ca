import type { INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { byPhone, findByPhone, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

/** An error tells what the node was about to do, in the words of the form, and with which record. */
const school = useSchool({ customers: 40 });
const { add, lead, stopped, whole } = officeOf(school);

const PHONE = '+7(900)555-00-01';
const THIRTY_DAYS_MS = 30 * 86_400_000;
/** A day by the zone of the workflow. */
const day = (add: number) =>
	DateTime.fromMillis(Date.now() + add, { zone: 'Europe/Moscow' }).toFormat('yyyy-MM-dd');

const job = (operation: string, id: number, more: INodeParameters = {}): INodeParameters => ({
	resource: 'customer',
	operation,
	branchId: 1,
	id: pick(id),
	additionalFields: {},
	...more,
});
const branch = { resource: 'customer', branchId: 1 };
const group = () => add('group', { name: 'Новая группа', branch_ids: [1], e_date: '2030-12-31' });
const lesson = (customer: number): number =>
	add('lesson', {
		branch_id: 1,
		date: '2026-03-03',
		time_from: '2026-03-03 17:00:00',
		time_to: '2026-03-03 18:30:00',
		lesson_type_id: 2,
		status: 1,
		subject_id: 3,
		customer_ids: [customer],
	});
const membership = (customer_id: number, group_id: number) =>
	add('cgi', {
		customer_id,
		group_id,
		branch_id: 1,
		b_date: day(-THIRTY_DAYS_MS),
		e_date: day(THIRTY_DAYS_MS),
	});
const leave = (id: number, leave_by: string) => {
	const g = group();
	membership(id, g);
	return job('removeFromGroup', id, { group_id: pick(g), leave_by });
};

/** The call that fails, what the node could not do (# is the customer), and what it does. */
type Case = [call: string, task: RegExp, parameters: (customer: number) => INodeParameters];

const writes: Case[] = [
	['pay/create', /^create the payment$/, (id) => job('takePayment', id, { income: 5, pay_account_id: 1 })],
	[
		'customer-tariff/create',
		/^create the .*subscription$/,
		(id) => job('sellSubscription', id, { tariff_id: 1 }),
	],
	['task/create', /^create the task$/, (id) => job('createTask', id, { title: 'Перезвонить' })],
	['communication/create', /^create the /, (id) => job('addComment', id, { comment: 'Просил позвонить' })],
	['customer/update', /^update customer #$/, (id) => job('archive', id)],
	['cgi/create', /^add customer # to group \d+$/, (id) => job('addToGroup', id, { group_id: pick(group()) })],
	['cgi/update', /^take customer # out of group \d+ \(membership \d+\)$/, (id) => leave(id, 'end')],
	['cgi/delete', /^take customer # out of group \d+ \(membership \d+\)$/, (id) => leave(id, 'delete')],
	[
		'cgi/update',
		/^change the days of customer # in group \d+ \(membership \d+\)$/,
		(id) => {
			const g = group();
			membership(id, g);
			return job('addToGroup', id, { group_id: pick(g), additionalFields: { e_date: day(0) } });
		},
	],
	[
		'lesson/teach',
		/^mark the attendance of lesson \d+$/,
		(id) => ({
			resource: 'lesson',
			operation: 'markAttendance',
			branchId: 1,
			id: String(lesson(id)),
			present_ids: String(id),
			absent_ids: '',
			additionalFields: {},
		}),
	],
	['bonus/bonus-add', /^add bonus to a customer \(#\)$/, (id) => job('addBonus', id, { amount: 5 })],
	['customer/create', /^create the customer$/, () => byPhone('+7 900 555 00 09', { name: 'Мия' })],
	['customer/update', /^update customer #$/, () => byPhone(PHONE, { note: 'x' })],
	[
		'customer/create',
		/^create the customer$/,
		() => ({ ...branch, operation: 'create', name: 'Мия', legal_type: 1, is_study: 0, additionalFields: {} }),
	],
	[
		'customer/update',
		/^update customer #$/,
		(id) => ({ ...branch, operation: 'update', id: pick(id), updateFields: { note: 'x' }, options: {} }),
	],
	['customer/delete', /^delete customer #$/, (id) => ({ ...branch, operation: 'delete', id: pick(id) })],
	[
		'customer/create',
		/^call customer\/create$/,
		() => ({
			resource: 'apiCall',
			operation: 'send',
			callPath: 'customer',
			callAction: 'create',
			callBranch: 1,
		}),
	],
];

it.each(writes)('%s is refused: it did not %s', async (call, task, parameters) => {
	const id = lead({ is_study: 1, phone: [PHONE] });
	const given = parameters(id);
	const [entity, action] = call.split('/');
	school.sandbox.faults.add({ kind: 'successFalse', errors: ['Нельзя.'], match: { entity, action } });
	const { message, description } = await stopped(given);
	const [, done] = /^AlfaCRM did not (.*): Нельзя\.$/.exec(message) ?? [];
	expect([message, done?.replace(String(id), '#')]).toEqual([message, expect.stringMatching(task)]);
	expect(description).toBe('Nothing was saved.');
});

const reads: Case[] = [
	[
		'bonus/balance-bonus',
		/^get the bonus balance of a customer \(#\) in branch 1$/,
		(id) => job('getBonusBalance', id),
	],
	[
		'pay/index',
		/^look for the same payment in branch 1$/,
		(id) => job('takePayment', id, { income: 5, pay_account_id: 1 }),
	],
	[
		'task/index',
		/^look for the same task in branch 1$/,
		(id) => job('createTask', id, { title: 'Перезвонить' }),
	],
	['customer/index', /^look for the customer in branch \d$/, () => findByPhone(PHONE)],
	[
		'customer/index',
		/^look for the customer in branch 1$/,
		() => byPhone(PHONE, { note: 'x' }, { searchBranches: [1] }),
	],
	['customer/index', /^get customer # in branch 1$/, (id) => ({ ...branch, operation: 'get', id: pick(id) })],
	[
		'customer/index',
		/^list the customers in branch 1$/,
		() => ({ ...branch, operation: 'getAll', returnAll: true }),
	],
	['cgi/customer', /^list the groups of customer # in branch 1$/, (id) => leave(id, 'end')],
	[
		'cgi/index',
		/^list the members of the group in branch 1$/,
		() => ({ ...branch, operation: 'getAll', returnAll: true, filters: { group_id: String(group()) } }),
	],
	[
		'subject/index',
		/^call subject\/index in branch 1$/,
		() => ({
			resource: 'apiCall',
			operation: 'send',
			callPath: 'subject',
			callAction: 'index',
			callBranch: 1,
		}),
	],
];

it.each(reads)('%s is denied: this user may not %s', async (call, task, parameters) => {
	const id = lead({ is_study: 1, phone: [PHONE] });
	const given = parameters(id);
	const [entity, action] = call.split('/');
	school.sandbox.faults.add({ kind: 'status', status: 403, match: { entity, action }, times: Infinity });
	const { error } = await whole(given);
	const [, told] = /^AlfaCRM denied access: this user may not (.*)$/.exec(error?.message ?? '') ?? [];
	expect([error?.message, told?.replace(String(id), '#')]).toEqual([
		error?.message,
		expect.stringMatching(task),
	]);
});

it('whether a group is archived could not be looked up', async () => {
	const match = { entity: 'group', action: 'index', bodyContains: '"removed":2' };
	school.sandbox.faults.add({ kind: 'status', status: 403, match, times: Infinity });
	const { message } = await stopped({
		resource: 'group',
		operation: 'archive',
		branchId: 1,
		id: String(group()),
	});
	expect(message).toBe(
		'AlfaCRM denied access: this user may not look for the group in the archive in branch 1',
	);
});
