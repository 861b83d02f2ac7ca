import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { Fault, Settings } from '../../sandbox';
import { Engine } from './support/engine';
import { useFastTime } from './support/fastTime';
import { failing } from './support/nothingChanges';
import { OPEN_END, findByPhoneForm, recordWithId, upsertByPhoneForm } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useRawServer } from './support/rawServer';
import { useSchool } from './support/school';
import { tellsCause } from './support/version';

/** What the user reads when something goes wrong: what the node was about to do, in the words of the form. */
const school = useSchool({ customers: 40 });
const server = useRawServer();
useFastTime();
const { addRecord, readCustomer, addLead, changeSettings, expectRefused, runToEnd } = frontDeskOf(school);

const PHONE = '+7(900)555-00-01';
const THIRTY_DAYS_MS = 30 * 86_400_000;
/** A day by the zone of the workflow. */
const day = (add: number) =>
	DateTime.fromMillis(Date.now() + add, { zone: 'Europe/Moscow' }).toFormat('yyyy-MM-dd');

const of = (operation: string, more: object = {}, resource = 'customer') =>
	({ resource, operation, branchId: 1, ...more }) as INodeParameters;
const create = of('create', { name: 'Новый Лид' });
const list = of('getAll');
const call = (callPath: string, callAction: string, more: object = {}) =>
	of('send', { callBranch: 1, callPath, callAction, ...more }, 'apiCall');

type Form = (customer: number) => INodeParameters;
const job =
	(operation: string, more: object | (() => object) = {}): Form =>
	(id) =>
		of(operation, {
			id: recordWithId(id),
			additionalFields: {},
			...(typeof more === 'function' ? more() : more),
		});
const pay = job('takePayment', { income: 5, pay_account_id: 1 });
const comment = job('addComment', { comment: 'Просил позвонить' });
const group = () => addRecord('group', { name: 'Новая группа', branch_ids: [1], e_date: OPEN_END });
const join = job('addToGroup', () => ({ group_id: recordWithId(group()) }));
const memberOf = (customer_id: number): { group_id: INodeParameters } => {
	const group_id = group();
	const days = { b_date: day(-THIRTY_DAYS_MS), e_date: day(THIRTY_DAYS_MS) };
	addRecord('cgi', { customer_id, group_id, branch_id: 1, ...days });
	return { group_id: recordWithId(group_id) };
};
const leave =
	(leave_by: string): Form =>
	(id) =>
		job('removeFromGroup', { ...memberOf(id), leave_by })(id);
const stayLess: Form = (id) =>
	job('addToGroup', { ...memberOf(id), additionalFields: { e_date: day(0) } })(id);
const lesson = (id: number): string =>
	String(
		addRecord('lesson', {
			...{ branch_id: 1, date: '2026-03-03', lesson_type_id: 2, status: 1, subject_id: 3 },
			...{ time_from: '2026-03-03 17:00:00', time_to: '2026-03-03 18:30:00', customer_ids: [id] },
		}),
	);
const complete: Form = (id) => {
	const attendance = { id: lesson(id), present_ids: String(id), absent_ids: '' };
	return of('complete', { ...attendance, additionalFields: {} }, 'lesson');
};
const completeByRows: Form = (id) => {
	const values = [{ customer_id: String(id), is_attend: true }];
	return of('complete', { id: lesson(id), details: { values }, additionalFields: {} }, 'lesson');
};

describe('a clear message and an untouched account after', () => {
	interface Given {
		fault?: Fault;
		settings?: Partial<Settings>;
		/** What the credential says, besides the administrator's. */
		credential?: ICredentialDataDecryptedObject;
		description?: RegExp;
	}
	/** Of the API besides the login; undefined where it does not matter. */
	type Calls = number | undefined;
	/** A fault that meets the write, or each try of the read. */
	const onCreate = (fault: object) =>
		({ match: { entity: 'customer', action: 'create' }, ...fault }) as Fault;
	const onIndex = (fault: object) =>
		({ match: { entity: 'customer', action: 'index' }, times: 0, ...fault }) as Fault;
	const FIELDS = { phone: ['Неверный формат.'], lead_source_id: ['Необходимо заполнить «Источник».'] };

	// The words of each failure are a matter of the unit tests; here are the ways in which n8n hands one to the node.
	it.each<[what: string, parameters: INodeParameters, message: RegExp, calls: Calls, given: Given]>([
		[
			'a refusal of fields',
			create,
			/create the customer: Phone – Неверный формат.; Lead Source – Необходимо заполнить «Источник»./,
			1,
			{
				fault: onCreate({ kind: 'successFalse', errors: FIELDS }),
				description: /^Fill 'Phone' \(phone\), 'Lead Source' \(lead_source_id\).*Nothing was saved/,
			},
		],
		['JSON that is cut off', list, /is not complete JSON/, 3, { fault: onIndex({ kind: 'cutJson' }) }],
		[
			'a connection that breaks in mid-answer, at a read',
			list,
			/closed the connection before its answer was complete, so it could not list the customers/,
			3,
			{ fault: onIndex({ kind: 'resetMidAnswer' }) },
		],
		[
			'429 for longer than it may be waited for',
			create,
			/still received too many requests after 2 seconds/,
			undefined,
			{
				credential: { rateLimitWait: 2 },
				fault: onCreate({ kind: 'tooMany', times: 0 }),
				description: /Requests per Second/,
			},
		],
		[
			'a refused connection at the login',
			list,
			/^127.0.0.1:1 refused the connection/,
			0,
			{ credential: { hostname: 'http://127.0.0.1:1' } },
		],
	])('%s', async (_what, parameters, message, calls, { fault, settings, credential, description = /./ }) => {
		if (fault) school.sandbox.faults.add(fault);
		if (settings) changeSettings(settings);
		const shown = await failing(school, parameters, credential);
		expect(shown.message).toMatch(message);
		expect(shown.description).toMatch(description);
		if (calls !== undefined)
			expect(school.readCalls().filter((one) => one !== 'auth/login')).toHaveLength(calls);
	});
});

describe('an error names the task', () => {
	/** The call that fails, what the node could not do (# is the customer), and what it does. */
	type Case = [call: string, task: RegExp, form: Form];

	const takeOut = /^take customer # out of group \d+ \(membership \d+\)$/;
	const writes: Case[] = [
		['pay/create', /^create the payment$/, pay],
		['customer-tariff/create', /^create the .*subscription$/, job('sellSubscription', { tariff_id: 1 })],
		['customer/update', /^update customer #$/, job('archive')],
		['cgi/create', /^add customer # to group \d+$/, join],
		['cgi/update', takeOut, leave('end')],
		['cgi/delete', takeOut, leave('delete')],
		['cgi/update', /^change the days of customer # in group \d+ \(membership \d+\)$/, stayLess],
		['lesson/teach', /^complete lesson \d+$/, complete],
		[
			'bonus/bonus-add',
			/^add or spend bonus of customer \(#\)$/,
			job('changeBonus', { amount: 5, note: 'x' }),
		],
		['customer/delete', /^delete customer #$/, job('delete')],
		['customer/create', /^call customer\/create$/, () => call('customer', 'create')],
	];

	it.each(writes)('%s is refused: it did not %s', async (failing, task, form) => {
		const id = addLead({ is_study: 1, phone: [PHONE] });
		const parameters = form(id);
		const [entity, action] = failing.split('/');
		school.sandbox.faults.add({ kind: 'successFalse', errors: ['Нельзя.'], match: { entity, action } });
		const { message, description } = await expectRefused(parameters);
		const [, done] = /^AlfaCRM did not (.*): Нельзя\.$/.exec(message) ?? [];
		expect([message, done?.replace(String(id), '#')]).toEqual([message, expect.stringMatching(task)]);
		expect(description).toBe('Nothing was saved.');
	});

	const members = () => of('getAll', { returnAll: true, filters: { group_id: String(group()) } });
	const reads: Case[] = [
		['pay/index', /^look for the same payment in branch 1$/, pay],
		['customer/index', /^look for the customer in branch \d$/, () => findByPhoneForm(PHONE)],
		['customer/index', /^get customer # in branch 1$/, job('get')],
		['customer/index', /^list the customers in branch 1$/, () => of('getAll', { returnAll: true })],
		['cgi/customer', /^list the groups of customer # in branch 1$/, leave('end')],
		['cgi/index', /^list the members of the group in branch 1$/, members],
		['subject/index', /^call subject\/index in branch 1$/, () => call('subject', 'index')],
		[
			'group/index',
			/^look for the group in the archive in branch 1$/,
			() => of('archive', { id: String(group()) }, 'group'),
		],
	];

	it.each(reads)('%s is denied: this user may not %s', async (failing, task, form) => {
		const id = addLead({ is_study: 1, phone: [PHONE] });
		const parameters = form(id);
		const [entity, action] = failing.split('/');
		// Of a group it is the archive alone that may not be seen.
		const match = { entity, action, ...(entity === 'group' ? { bodyContains: '"removed":2' } : {}) };
		school.sandbox.faults.add({ kind: 'status', status: 403, match, times: Infinity });
		const { error } = await runToEnd(parameters);
		const [, told] = /^AlfaCRM denied access: this user may not (.*)$/.exec(error?.message ?? '') ?? [];
		expect([error?.message, told?.replace(String(id), '#')]).toEqual([
			error?.message,
			expect.stringMatching(task),
		]);
	});
});

it.each<[action: string, field: string, label: string, form: Form]>([
	['create', 'income', 'Amount', pay],
	['create', 'customer_id', 'Customer', pay],
	['create', 'related_id', 'Customer', comment],
	['teach', 'details', 'Attendance', complete],
	['teach', 'branch_id', 'Branch', completeByRows],
])('%s refused for %s is named as the form of that very operation has it: %s', async (...given) => {
	const [action, field, label, form] = given;
	const parameters = form(addLead({ is_study: 1 }));
	school.sandbox.faults.add({ kind: 'successFalse', errors: { [field]: ['Неверно.'] }, match: { action } });
	const { message, description } = await expectRefused(parameters);
	expect(message).toContain(`: ${label} – Неверно.`);
	expect(description).toMatch(/^(Correct|Fill) '/);
	expect(description).toContain(`'${label}' (${field})`);
});

describe('what was saved before an error is named', () => {
	it('where the second of several matches cannot be saved', async () => {
		const phone = [PHONE];
		addLead({ phone, teacher_ids: ['Ольга'] });
		const newer = addLead({ phone, teacher_ids: [] });
		const fieldsToSet = { teacher_ids: [2], note: 'neu' };
		const both = { matchBy: 'phone', phone: PHONE, fieldsToSet, options: { ifSeveral: 'all' } };
		const { error } = await runToEnd(of('upsert', both));
		expect(readCustomer(newer)).toMatchObject({ note: 'neu' });
		expect(error?.description).not.toContain('Nothing was saved');
		expect(error?.description).toContain(`Saved before: update customer ${newer}`);
	});
});

describe('an answer that is not what it seems', () => {
	it.each(['[null]'])('to an API Call, such as %s, is told in plain words', async (html) => {
		school.sandbox.faults.add({ kind: 'html', status: 200, html, match: { entity: 'customer' }, times: 2 });
		const error = await expectRefused(call('customer', 'index'));
		expect(error.message).toMatch(/AlfaCRM sent something unexpected/);
		const { json, errorItems } = await runToEnd(call('customer', 'index'), {
			onError: 'continueErrorOutput',
		});
		expect([json, errorItems.length]).toEqual([[], 1]);
	});

	it('to an API Call that may write leaves open whether it was carried out', async () => {
		server.answer = ({ path }) => ({ body: path === 'auth/login' ? { token: 'of odd answers' } : [1, 2] });
		const engine = new Engine({ ...school.credential, hostname: server.url });
		const { error } = await engine.run({
			parameters: call('subject', 'create', { callBody: '{"name":"x"}' }),
		});
		expect(error?.description).toMatch(/may have carried it out/);
	});

	it.each<[string, INodeParameters]>([
		['is not said to be missing', of('get', { id: '={{ $json.id }}' })],
		['is not made once more', upsertByPhoneForm('+7 900 555-00-01', { name: 'Орлова Мия' })],
	])('a customer whom AlfaCRM counts and does not show %s', async (_what, parameters) => {
		const id = addLead({ phone: [PHONE] });
		const match = { entity: 'customer', action: 'index' };
		school.sandbox.faults.add({ kind: 'emptyItems', match, times: 0 });
		const { message } = await expectRefused(parameters, { items: [{ id }] });
		expect(message).not.toMatch(/has no customer/);
	});

	it.each([400, 403, 404])('a web page with HTTP %i is not put down to the user', async (status) => {
		const html = '<html>Access denied by the firewall</html>';
		school.sandbox.faults.add({ kind: 'html', status, html, match: { entity: 'customer' }, times: 0 });

		const { message, description } = await expectRefused(list);

		// Older n8n loses what came with an error status, unless it was JSON.
		const what = tellsCause ? 'answered with a web page' : 'did not answer as AlfaCRM does';
		expect(message).toContain(`${what} (HTTP ${status}), so it could not list`);
		expect(`${message} ${description}`).not.toMatch(
			/this user may not|does not accept the login|does not exist|parameters/,
		);
	});
});
