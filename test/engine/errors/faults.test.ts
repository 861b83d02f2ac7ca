import type { INodeParameters } from 'n8n-workflow';

import type { Fault } from '../../../sandbox';
import { create, list, onCreate, onIndex } from '../support/faults';
import { failing } from '../support/nothingChanges';
import { useSchool } from '../support/school';
import { tellsCause } from '../support/version';

const school = useSchool({ customers: 60 });

const customer = (operation: string, id: unknown, more: INodeParameters = {}) =>
	({ resource: 'customer', operation, branchId: 1, id, ...more }) as INodeParameters;

interface Case {
	what: string;
	parameters: INodeParameters;
	/** What the credential says, besides the administrator's. */
	credential?: Record<string, unknown>;
	fault?: Fault;
	message: RegExp;
	description?: RegExp;
	/** Calls of the API besides the login. */
	calls?: number;
}

const cases: Case[] = [
	{
		what: 'a missing required field',
		parameters: { ...create, name: '={{ $json.missing }}' },
		message: /^'Name' is empty, but AlfaCRM requires it$/,
		calls: 0,
	},
	{
		what: 'success:false with a map of fields',
		parameters: create,
		fault: onCreate({
			kind: 'successFalse',
			errors: { phone: ['Неверный формат.'], lead_source_id: ['Необходимо заполнить «Источник».'] },
		}),
		message:
			/did not create the customer: Phone – Неверный формат.; Lead Source – Необходимо заполнить «Источник»./,
		description: /^Fill 'Phone' \(phone\), 'Lead Source' \(lead_source_id\).*Nothing was saved/,
		calls: 1,
	},
	{
		what: 'success:false with a list',
		parameters: create,
		fault: onCreate({ kind: 'successFalse', errors: ['Тариф не оплачен.', 'Обратитесь в поддержку.'] }),
		message: /did not create the customer: Тариф не оплачен. Обратитесь в поддержку.$/,
		calls: 1,
	},
	{
		what: 'success:false with a text',
		parameters: create,
		fault: onCreate({ kind: 'successFalse', errors: 'Запись запрещена.' }),
		message: /did not create the customer: Запись запрещена.$/,
		calls: 1,
	},
	{
		what: 'success:false without a reason',
		parameters: create,
		fault: onCreate({ kind: 'successFalse', errors: [] }),
		message: /did not create the customer and gave no reason/,
		calls: 1,
	},
	{
		what: 'an answer that confirms nothing',
		parameters: create,
		fault: onCreate({ kind: 'emptyObject' }),
		message: /did not confirm that it could create the customer/,
		calls: 1,
	},
	{
		what: 'an unreadable date',
		parameters: { ...create, additionalFields: { dob: 'завтра' } },
		message: /^'Date of Birth' must be a date from 1900 on, such as .*"завтра"$/,
		calls: 0,
	},
	{
		what: 'an empty filter, which would return everything',
		parameters: { ...list, filters: { phone: '={{ $json.missing }}' } },
		message: /^The filter 'Phone' is empty$/,
		calls: 0,
	},
	{
		what: 'an update without a field',
		parameters: customer('update', 5, { updateFields: {} }),
		message: /^There is nothing to update/,
		calls: 0,
	},
	{
		what: 'an ID that does not exist, at get',
		parameters: customer('get', 999999),
		message: /^AlfaCRM has no customer with ID 999999$/,
		calls: 4,
	},
	{
		what: 'an ID that does not exist, at update',
		parameters: customer('update', 999999, { updateFields: { note: 'x' } }),
		message: /^AlfaCRM has no customer with ID 999999$/,
		calls: 5,
	},
	{
		what: 'an ID that does not exist, at delete',
		parameters: customer('delete', 999999),
		message: /^AlfaCRM has no customer with ID 999999$/,
		calls: 5,
	},
	{
		what: 'an ID that is none',
		parameters: customer('delete', 'abc'),
		message: /^'Customer' must be the number of a record, but it is "abc"$/,
		calls: 0,
	},
	{
		what: 'a branch that does not exist',
		parameters: { ...create, branchId: 77 },
		message: /create the customer in branch 77/,
		description: /branch does not exist/,
		calls: 1,
	},
	{
		what: 'a branch that is none',
		parameters: { ...create, branchId: '={{ $json.missing }}' },
		message: /^'Branch' is empty, and the account has 3 branches$/,
		// That of the branches.
		calls: 1,
	},
	{
		what: 'HTML instead of JSON',
		parameters: list,
		fault: onIndex({ kind: 'html', status: 200 }),
		message: /answered with a web page, so it could not list the customers/,
		description: /Check 'Hostname'/,
		calls: 1,
	},
	{
		what: 'JSON that is cut off',
		parameters: list,
		fault: onIndex({ kind: 'cutJson' }),
		message: /sent an answer that is not complete JSON/,
		calls: 1,
	},
	{
		what: 'a connection that breaks in mid-answer, at a read',
		parameters: list,
		fault: onIndex({ kind: 'resetMidAnswer' }),
		message: /closed the connection before its answer was complete when asked to list the customers/,
		calls: 3,
	},
	{
		what: 'a connection that breaks before the server acts, at a create',
		parameters: create,
		fault: onCreate({ kind: 'reset', times: 0 }),
		message: /closed the connection before its answer was complete when asked to create the customer/,
		description: /may have carried it out all the same/,
		calls: 1,
	},
	{
		what: '500',
		parameters: list,
		fault: onIndex({ kind: 'status', status: 500 }),
		message: /could not list the customers \(HTTP 500\)/,
		// Twice with the page size, since it may pass, and once without.
		calls: 3,
	},
	{
		what: '503 at a read, three times for each way to ask',
		parameters: list,
		fault: onIndex({ kind: 'status', status: 503 }),
		message: /could not list the customers \(HTTP 503\)/,
		calls: 6,
	},
	{
		what: '429 for longer than it may be waited for',
		parameters: create,
		credential: { rateLimitWait: 2 },
		fault: onCreate({ kind: 'tooMany', times: 100 }),
		message: /still received too many requests after 2 seconds/,
		description: /Requests per Second/,
	},
	{
		what: '429 where nothing is waited for',
		parameters: create,
		credential: { rateLimitWait: 0 },
		fault: onCreate({ kind: 'tooMany', times: 100 }),
		message: /^AlfaCRM receives too many requests and did not create the customer/,
		calls: 1,
	},
];

describe('a clear message and an untouched account after', () => {
	it.each(cases)('$what', async ({ parameters, credential, fault, message, description = /./, calls }) => {
		if (fault) school.sandbox.faults.add(fault);

		const shown = await failing(school, parameters, credential);

		expect(shown.message).toMatch(message);
		expect(shown.description).toMatch(description);
		const sent = school.calls().filter((call) => call !== 'auth/login');
		if (calls !== undefined) expect(sent).toHaveLength(calls);
	});

	it('a refused connection', async () => {
		const { message } = await failing(school, list, { hostname: 'http://127.0.0.1:1', token: 'of-the-test' });
		expect(message).toMatch(/^127.0.0.1:1 refused the connection, so it could not list the customers/);
	});

	it('a refused connection at the login', async () => {
		const { message } = await failing(school, list, { hostname: 'http://127.0.0.1:1' });
		expect(message).toMatch(/^127.0.0.1:1 refused the connection/);
	});

	it('an unknown host', async () => {
		const { message } = await failing(school, list, { hostname: 'no-such-school.invalid' });
		expect(message).toMatch(/The host no-such-school.invalid was not found. Check 'Hostname'/);
	});

	it('http:// on a host that is not this machine, before anything is sent', async () => {
		const { message } = await failing(school, list, { hostname: 'http://demo.s20.online' });
		expect(message).toMatch(/^'Hostname' asks for http:\/\/ which would send the API key unprotected/);
		expect(school.calls()).toEqual([]);
	});

	it.each(['forbidden403', 'notFound404'] as const)(
		'a wrong branch that AlfaCRM answers with %s',
		async (wrongBranch) => {
			school.sandbox.settings.wrongBranch = wrongBranch;
			const { message, description } = await failing(school, { ...list, branchId: 77 });
			expect(message).toContain('in branch 77');
			expect(description).toContain('branch');
		},
	);

	it.each([200, 422] as const)('a validation answered with HTTP %i', async (validationStatus) => {
		school.sandbox.settings.validationStatus = validationStatus;
		school.sandbox.settings.requiredFields = { 'customer.note': true };
		const { message } = await failing(school, create);
		expect(message).toMatch(/^AlfaCRM did not create the customer: Note – /);
	});

	it('a missing record that AlfaCRM answers with success:false', async () => {
		school.sandbox.settings.missingRecord = 'successFalse';
		const { message } = await failing(school, customer('update', 999999, { updateFields: { note: 'x' } }));
		expect(message).toMatch(/^AlfaCRM did not update customer 999999/);
	});
});

describe('a redirect to another host', () => {
	it.each([301, 302, 307, 308] as const)('%i receives neither key nor token', async (status) => {
		const { startSandbox } = await import('../../../sandbox');
		const stranger = await startSandbox({ customers: 1 });
		try {
			for (const match of [{ pathContains: 'auth/login' }, { entity: 'customer' }]) {
				const fault = {
					kind: 'redirect',
					status,
					location: `${stranger.url}/v2api/auth/login`,
					match,
				} as Fault;
				school.sandbox.faults.add(fault);
				const { message } = await failing(school, list);
				// Older n8n loses where it leads.
				expect(message).toContain(tellsCause ? `redirect to 127.0.0.1:${stranger.port}` : 'redirect');
				expect(message).toContain('not followed');
			}
			expect(stranger.journal).toEqual([]);
		} finally {
			await stranger.close();
		}
	});
});
