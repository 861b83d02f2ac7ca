import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';

import { LESSON_STATUS } from '../support/codes';
import { Engine } from './support/engine';
import { useFastTime } from './support/fastTime';
import { customerForm, findByPhoneForm, paymentForm, recordWithId, upsertByPhoneForm } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useRawServer } from './support/rawServer';
import { useSchool } from './support/school';
import { tellsCause } from './support/version';

/** Tests the messages of errors. They say what the node could not do, in the words of the form. */
const school = useSchool({ customers: 40 });
const server = useRawServer();
useFastTime();
const { addClient, addLead, addRecord, expectRefused, readCustomer, runToEnd } = frontDeskOf(school);

const PHONE = '+7(900)555-00-01';
const CLIENT = 501;
const GROUP = 502;
const MEMBERSHIP = 503;
const OTHER_GROUP = 504;
const LESSON = 505;

const CREATE_CUSTOMER: INodeParameters = {
	resource: 'customer',
	operation: 'create',
	branchId: 1,
	name: 'Новый Лид',
};
const LIST_CUSTOMERS: INodeParameters = { resource: 'customer', operation: 'getAll', branchId: 1 };

/** Older n8n loses what came with an error status, unless it was JSON. */
const ANSWERED_WITH_A_WEB_PAGE = tellsCause ? 'answered with a web page' : 'did not answer as AlfaCRM does';

/** Fills the form of an operation on the client. */
function clientForm(operation: string, parameters: INodeParameters = {}): INodeParameters {
	return customerForm(operation, recordWithId(CLIENT), parameters);
}

/** Fills the form of Complete Lesson. */
function completeLessonForm(attendance: INodeParameters): INodeParameters {
	return {
		resource: 'lesson',
		operation: 'complete',
		branchId: 1,
		id: recordWithId(LESSON),
		additionalFields: {},
		...attendance,
	};
}

/** Fills the form of an API Call in branch 1. */
function apiCallForm(path: string, action: string, parameters: INodeParameters = {}): INodeParameters {
	return {
		resource: 'apiCall',
		operation: 'send',
		callBranch: 1,
		callPath: path,
		callAction: action,
		...parameters,
	};
}

/** Splits a call such as "pay/create" into what a fault of the sandbox matches. */
function matchCall(call: string): { entity: string; action: string } {
	const [entity, action] = call.split('/');
	return { entity, action };
}

/** Lets AlfaCRM refuse a call, with a text or with an error for each field. */
function refuseCall(call: string, errors: string[] | Record<string, string[]>): void {
	school.sandbox.faults.add({ kind: 'successFalse', errors, match: matchCall(call) });
}

/** Lets AlfaCRM deny access to a call. */
function denyCall(call: string): void {
	school.sandbox.faults.add({ kind: 'status', status: 403, match: matchCall(call), times: Infinity });
}

/** Lets AlfaCRM leave the rows out of its lists of customers, although it counts them. */
function sendEmptyCustomerLists(): void {
	school.sandbox.faults.add({ kind: 'emptyItems', match: matchCall('customer/index'), times: Infinity });
}

/** Replaces values in the credential. */
function changeCredential(values: ICredentialDataDecryptedObject): void {
	school.engine = new Engine({ ...school.credential, ...values });
}

/** Adds the client, the group of the client with the membership, another group, and a lesson. */
function addClientWithGroupAndLesson(): void {
	addClient({ id: CLIENT, phone: [PHONE] });
	addRecord('group', { id: GROUP, name: 'Шахматы', branch_ids: [1], e_date: '2099-12-31' });
	addRecord('cgi', {
		id: MEMBERSHIP,
		customer_id: CLIENT,
		group_id: GROUP,
		branch_id: 1,
		b_date: '2020-01-01',
		e_date: '2099-12-31',
	});
	addRecord('group', { id: OTHER_GROUP, name: 'Рисование', branch_ids: [1], e_date: '2099-12-31' });
	addRecord('lesson', {
		id: LESSON,
		branch_id: 1,
		date: '2026-03-03',
		time_from: '2026-03-03 17:00:00',
		time_to: '2026-03-03 18:30:00',
		lesson_type_id: 2,
		subject_id: 3,
		status: LESSON_STATUS.planned,
		customer_ids: [CLIENT],
	});
}

// The words of each failure are tested without n8n; here are the ways in which n8n hands one to the node.
describe('The error of a failed call', () => {
	it('the error names the fields that AlfaCRM refuses and asks to fill them', async () => {
		refuseCall('customer/create', {
			phone: ['Неверный формат.'],
			lead_source_id: ['Необходимо заполнить «Источник».'],
		});

		const { message, description } = await expectRefused(CREATE_CUSTOMER);

		expect(message).toBe(
			'AlfaCRM did not create the customer: Phone – Неверный формат.; Lead Source – Необходимо заполнить «Источник».',
		);
		expect(description).toBe(
			"Fill 'Phone' (phone), 'Lead Source' (lead_source_id) and run it again. Nothing was saved.",
		);
		expect(school.readCalls()).toEqual(['auth/login', 'customer/create']);
	});

	it('the error says that the answer is not complete JSON after three cut answers to a list', async () => {
		school.sandbox.faults.add({ kind: 'cutJson', match: matchCall('customer/index'), times: Infinity });

		const { message } = await expectRefused(LIST_CUSTOMERS);

		expect(message).toContain('sent an answer that is not complete JSON, so it could not list the customers');
		expect(school.readCalls()).toEqual(['auth/login', 'customer/index', 'customer/index', 'customer/index']);
	});

	it('the error says that the connection was closed after three broken answers to a list', async () => {
		school.sandbox.faults.add({
			kind: 'resetMidAnswer',
			match: matchCall('customer/index'),
			times: Infinity,
		});

		const { message } = await expectRefused(LIST_CUSTOMERS);

		expect(message).toContain(
			'closed the connection before its answer was complete, so it could not list the customers',
		);
		expect(school.readCalls()).toEqual(['auth/login', 'customer/index', 'customer/index', 'customer/index']);
	});

	it('the error says how to send less when AlfaCRM answers 429 for longer than the node may wait', async () => {
		changeCredential({ rateLimitWait: 2 });
		school.sandbox.faults.add({ kind: 'tooMany', match: matchCall('customer/create'), times: Infinity });

		const { message, description } = await expectRefused(CREATE_CUSTOMER);

		expect(message).toBe(
			'AlfaCRM still received too many requests after 2 seconds and did not create the customer',
		);
		expect(description).toContain("lower 'Requests per Second' in the advanced settings of the credential");
	});

	it('the error asks to check the hostname when nothing listens there', async () => {
		changeCredential({ hostname: 'http://127.0.0.1:1' });

		const { message, description } = await expectRefused(LIST_CUSTOMERS);

		expect(message).toBe(
			"127.0.0.1:1 refused the connection. Check 'Hostname' in the credential and whether AlfaCRM opens in a browser.",
		);
		expect(description).toBe('It was during the login, before the call itself was sent.');
		expect(school.readCalls()).toEqual([]);
	});
});

describe('The error of a refused write', () => {
	beforeEach(addClientWithGroupAndLesson);

	it.each<{ operation: string; call: string; form: INodeParameters; task: string }>([
		{
			operation: 'Take Payment',
			call: 'pay/create',
			form: paymentForm(recordWithId(CLIENT)),
			task: 'create the payment',
		},
		{
			operation: 'Sell Subscription',
			call: 'customer-tariff/create',
			form: clientForm('sellSubscription', { tariff_id: 1 }),
			task: 'create the customer subscription',
		},
		{
			operation: 'Archive',
			call: 'customer/update',
			form: clientForm('archive'),
			task: 'update customer 501',
		},
		{
			operation: 'Add to Group',
			call: 'cgi/create',
			form: clientForm('addToGroup', { group_id: recordWithId(OTHER_GROUP) }),
			task: 'add customer 501 to group 504',
		},
		{
			operation: 'Add to Group for fewer days',
			call: 'cgi/update',
			form: clientForm('addToGroup', {
				group_id: recordWithId(GROUP),
				additionalFields: { e_date: '2098-12-31' },
			}),
			task: 'change the days of customer 501 in group 502 (membership 503)',
		},
		{
			operation: 'Remove from Group by an end date',
			call: 'cgi/update',
			form: clientForm('removeFromGroup', { group_id: recordWithId(GROUP), leave_by: 'end' }),
			task: 'take customer 501 out of group 502 (membership 503)',
		},
		{
			operation: 'Remove from Group by deletion',
			call: 'cgi/delete',
			form: clientForm('removeFromGroup', { group_id: recordWithId(GROUP), leave_by: 'delete' }),
			task: 'take customer 501 out of group 502 (membership 503)',
		},
		{
			operation: 'Complete Lesson',
			call: 'lesson/teach',
			form: completeLessonForm({ present_ids: String(CLIENT), absent_ids: '' }),
			task: 'complete lesson 505',
		},
		{
			operation: 'Change Bonus',
			call: 'bonus/bonus-add',
			form: clientForm('changeBonus', { amount: 5, note: 'x' }),
			task: 'add or spend bonus of customer (501)',
		},
		{
			operation: 'Delete',
			call: 'customer/delete',
			form: clientForm('delete'),
			task: 'delete customer 501',
		},
		{
			operation: 'API Call',
			call: 'customer/create',
			form: apiCallForm('customer', 'create'),
			task: 'call customer/create',
		},
	])('the error of $operation says that AlfaCRM did not $task when $call is refused', async (testCase) => {
		refuseCall(testCase.call, ['Нельзя.']);

		const { message, description } = await expectRefused(testCase.form);

		expect(message).toBe(`AlfaCRM did not ${testCase.task}: Нельзя.`);
		expect(description).toBe('Nothing was saved.');
	});

	it.each<{ operation: string; call: string; form: INodeParameters; field: string; label: string }>([
		{
			operation: 'Take Payment',
			call: 'pay/create',
			form: paymentForm(recordWithId(CLIENT)),
			field: 'income',
			label: 'Amount',
		},
		{
			operation: 'Take Payment',
			call: 'pay/create',
			form: paymentForm(recordWithId(CLIENT)),
			field: 'customer_id',
			label: 'Customer',
		},
		{
			operation: 'Add Comment',
			call: 'communication/create',
			form: clientForm('addComment', { comment: 'Просил позвонить' }),
			field: 'related_id',
			label: 'Customer',
		},
		{
			operation: 'Complete Lesson with lists of customers',
			call: 'lesson/teach',
			form: completeLessonForm({ present_ids: String(CLIENT), absent_ids: '' }),
			field: 'details',
			label: 'Attendance',
		},
		{
			operation: 'Complete Lesson with rows of attendance',
			call: 'lesson/teach',
			form: completeLessonForm({
				details: { values: [{ customer_id: String(CLIENT), is_attend: true }] },
			}),
			field: 'branch_id',
			label: 'Branch',
		},
	])(
		"the error of $operation calls the refused field $field '$label', as the form does",
		async (testCase) => {
			const { call, form, field, label } = testCase;
			refuseCall(call, { [field]: ['Неверно.'] });

			const { message, description } = await expectRefused(form);

			expect(message).toContain(`: ${label} – Неверно.`);
			expect(description).toBe(`Correct '${label}' (${field}) and run it again. Nothing was saved.`);
		},
	);
});

describe('The error of a denied read', () => {
	beforeEach(addClientWithGroupAndLesson);

	it.each<{ operation: string; call: string; form: INodeParameters; task: string }>([
		{
			operation: 'Take Payment',
			call: 'pay/index',
			form: paymentForm(recordWithId(CLIENT)),
			task: 'look for the same payment in branch 1',
		},
		{
			operation: 'Find',
			call: 'customer/index',
			form: findByPhoneForm(PHONE),
			task: 'look for the customer in branch 1',
		},
		{
			operation: 'Get',
			call: 'customer/index',
			form: clientForm('get'),
			task: 'get customer 501 in branch 1',
		},
		{
			operation: 'Get Many',
			call: 'customer/index',
			form: { ...LIST_CUSTOMERS, returnAll: true },
			task: 'list the customers in branch 1',
		},
		{
			operation: 'Remove from Group',
			call: 'cgi/customer',
			form: clientForm('removeFromGroup', { group_id: recordWithId(GROUP), leave_by: 'end' }),
			task: 'list the groups of customer 501 in branch 1',
		},
		{
			operation: 'Get Many with a group as filter',
			call: 'cgi/index',
			form: { ...LIST_CUSTOMERS, returnAll: true, filters: { group_id: recordWithId(GROUP) } },
			task: 'list the members of the group in branch 1',
		},
		{
			operation: 'API Call',
			call: 'subject/index',
			form: apiCallForm('subject', 'index'),
			task: 'call subject/index in branch 1',
		},
	])('the error of $operation says that this user may not $task when $call is denied', async (testCase) => {
		denyCall(testCase.call);

		const { message } = await expectRefused(testCase.form);

		expect(message).toBe(`AlfaCRM denied access: this user may not ${testCase.task}`);
	});

	it('the error of Archive says that this user may not look into the archive when only that is denied', async () => {
		school.sandbox.faults.add({
			kind: 'status',
			status: 403,
			match: { entity: 'group', action: 'index', bodyContains: '"removed":2' },
			times: Infinity,
		});

		const { message } = await expectRefused({
			resource: 'group',
			operation: 'archive',
			branchId: 1,
			id: recordWithId(GROUP),
		});

		expect(message).toBe(
			'AlfaCRM denied access: this user may not look for the group in the archive in branch 1',
		);
	});
});

describe('The error of Create or Update', () => {
	it('the error of Create or Update names the customer that was saved before another one failed', async () => {
		// A teacher without an ID cannot be sent back to AlfaCRM, so the older customer cannot be saved.
		addLead({ id: 601, phone: [PHONE], teacher_ids: ['Ольга'] });
		addLead({ id: 602, phone: [PHONE], teacher_ids: [] });
		const form = upsertByPhoneForm(
			PHONE,
			{ teacher_ids: [2], note: 'Хочет на шахматы' },
			{ ifSeveral: 'all' },
		);

		const { status, error } = await runToEnd(form);

		expect(status).toBe('error');
		expect(error?.description).toContain('Saved before: update customer 602');
		expect(error?.description).not.toContain('Nothing was saved');
		expect(readCustomer(602)).toMatchObject({ note: 'Хочет на шахматы' });
	});
});

describe('The error of an unexpected answer', () => {
	it('the error of an API Call says that AlfaCRM sent something unexpected when the answer is a list of null', async () => {
		school.sandbox.faults.add({ kind: 'html', status: 200, html: '[null]', match: { entity: 'customer' } });

		const { message } = await expectRefused(apiCallForm('customer', 'index'));

		expect(message).toContain('AlfaCRM sent something unexpected');
	});

	it('an API Call puts a list of null into the error output when the node continues on errors', async () => {
		school.sandbox.faults.add({ kind: 'html', status: 200, html: '[null]', match: { entity: 'customer' } });

		const { json, errorItems } = await runToEnd(apiCallForm('customer', 'index'), {
			onError: 'continueErrorOutput',
		});

		expect(json).toEqual([]);
		expect(errorItems).toHaveLength(1);
	});

	it('the error of a writing API Call says that AlfaCRM may have carried it out when the answer is a list', async () => {
		server.answer = ({ path }) => ({ body: path === 'auth/login' ? { token: 'token' } : [1, 2] });
		changeCredential({ hostname: server.url });

		const { error } = await runToEnd(apiCallForm('subject', 'create', { callBody: '{"name":"x"}' }));

		expect(error?.description).toContain('may have carried it out');
	});

	it.each([{ status: 400 }, { status: 403 }, { status: 404 }])(
		'the error about a web page with HTTP $status blames neither the user nor the form',
		async ({ status }) => {
			school.sandbox.faults.add({
				kind: 'html',
				status,
				html: '<html>Access denied by the firewall</html>',
				match: { entity: 'customer' },
				times: Infinity,
			});

			const { message, description } = await expectRefused(LIST_CUSTOMERS);

			expect(message).toContain(`${ANSWERED_WITH_A_WEB_PAGE} (HTTP ${status}), so it could not list`);
			expect(`${message} ${description}`).not.toMatch(
				/this user may not|does not accept the login|does not exist|parameters/,
			);
		},
	);

	it('Get says that AlfaCRM did not show the customer when the list counts the customer but comes empty', async () => {
		addLead({ id: 601 });
		sendEmptyCustomerLists();

		const { message } = await expectRefused(customerForm('get', recordWithId(601)));

		expect(message).toBe(
			'AlfaCRM did not show customer 601 in branch 1, though it counts more than it shows',
		);
	});

	it('Create or Update creates nobody when the list counts a customer but comes empty', async () => {
		addLead({ phone: [PHONE] });
		sendEmptyCustomerLists();

		const { message } = await expectRefused(upsertByPhoneForm('+7 900 555-00-01', { name: 'Орлова Мия' }));

		expect(message).toBe(
			"AlfaCRM's list of customers did not come whole, so it is not sure which customers match",
		);
	});
});
