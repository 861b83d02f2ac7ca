import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import type { ApiRequest } from '../../../nodes/AlfaCrm/api/request';
import { buildPath, makeRequestOptions } from '../../../nodes/AlfaCrm/api/request';
import { makeAnswerError, NODE, makeNetworkError, WEB_PAGE } from '../../support/nodeErrors';
import type { ContextOptions } from '../apiSupport';
import { makeContext, catchFailure, callAndCatchFailure, READ, WRITE } from '../apiSupport';
import { settle, stopTime } from './clock';

describe('a call', () => {
	it('goes to its branch, if it has one', () => {
		expect(buildPath({ branch: 1, path: 'lead-status', action: 'index' })).toBe('v2api/1/lead-status/index');
		expect(buildPath({ path: 'branch', action: 'index' })).toBe('v2api/branch/index');
	});

	it('carries JSON, asks for JSON and follows no redirect, which would get the token', () => {
		const url = 'https://demo.s20.online/v2api/branch/index';
		expect(makeRequestOptions(url, { ...READ, query: { id: 1 }, body: { page: 0 } })).toEqual({
			method: 'POST',
			url,
			qs: { id: 1 },
			body: { page: 0 },
			headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
			json: true,
			timeout: 30_000,
			disableFollowRedirect: true,
		});
		expect(makeRequestOptions(url, READ).body).toBe('{}');
	});

	it('has node, time zone and signal of the execution, or a limit of its own', () => {
		const { signal } = new AbortController();
		const { client, context } = makeContext(() => ({}), { signal });
		expect(client).toMatchObject({ node: NODE, zone: 'Europe/Moscow', signal });
		const { signal: limit } = new AbortController();
		expect(new ApiClient(context, limit).signal).toBe(limit);
		delete (context as Partial<typeof context>).getExecutionCancelSignal;
		expect(new ApiClient(context).signal).toBeUndefined();
	});
});

describe('the credential', () => {
	stopTime();

	it('is read once for the address, and again for the token of the calls of one moment', async () => {
		const { client, getCredentials } = makeContext(() => ({ items: [] }));
		await client.account();
		await client.account();
		expect(getCredentials).toHaveBeenCalledTimes(1);
		for (let call = 0; call < 20; call++) await client.request(READ);
		expect(getCredentials).toHaveBeenCalledTimes(2);
		jest.advanceTimersByTime(1_000);
		await client.request(READ);
		expect(getCredentials).toHaveBeenCalledTimes(3);
	});

	it('logs in again a minute after a web page answered the login', async () => {
		const logIn = jest.fn((): unknown => {
			throw makeAnswerError(403, WEB_PAGE);
		});
		const { client } = makeContext(() => ({}), { credential: { token: '' }, logIn });
		await callAndCatchFailure(client, READ);
		jest.advanceTimersByTime(59_000);
		await callAndCatchFailure(client, READ);
		const loginsWithinTheMinute = logIn.mock.calls.length;
		logIn.mockReturnValue({ token: 'new' });

		jest.advanceTimersByTime(1_000);
		const answer = await client.request(READ);

		expect(loginsWithinTheMinute).toBe(1);
		expect(answer).toEqual({});
		expect(logIn).toHaveBeenCalledTimes(2);
	});

	it('that could not be read is asked for again by the next call', async () => {
		const { client, getCredentials } = makeContext(() => ({ items: [] }));
		getCredentials.mockRejectedValueOnce(new Error('The database is busy'));
		await expect(client.request(READ)).rejects.toThrow('The database is busy');
		await expect(client.request(READ)).resolves.toEqual({ items: [] });
	});

	it.each([
		['has no code', new Error('The database is busy')],
		['has a network code', makeNetworkError('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.5:5432')],
		['has a code of the database', makeNetworkError('57P01', 'The administrator closes the connection')],
	])('that cannot be read any more leaves no doubt that a write was not sent (%s)', async (_what, error) => {
		const { client, getCredentials, sent } = makeContext(() => ({}));
		await client.account();
		getCredentials.mockRejectedValueOnce(error);
		const onAnswerLost = jest.fn();
		const { message, description } = await callAndCatchFailure(client, { ...WRITE, onAnswerLost });
		expect(message).toBe('Could not create the customer: n8n could not prepare the request');
		expect([description, onAnswerLost.mock.calls, sent]).toEqual([error.message, [], []]);
	});

	it('with an address that is none is refused, until it is corrected', async () => {
		const { client, stored, sent } = makeContext(() => ({ items: [] }));
		stored.hostname = 'not a host';
		await expect(client.request(READ)).rejects.toThrow("'Hostname' is not a host name");
		expect(sent).toEqual([]);
		stored.hostname = 'demo';
		await client.request(READ);
		expect(sent).toHaveLength(1);
	});

	it('that is edited does not take an execution to another account', async () => {
		const { client, stored, sent } = makeContext(() => ({ items: [] }));
		await client.request(READ);
		stored.hostname = 'other';
		jest.advanceTimersByTime(1_000);
		await expect(client.request(READ)).rejects.toThrow(/changed to another account meanwhile/);
		stored.hostname = 'https://demo.s20.online/company/1';
		jest.advanceTimersByTime(1_000);
		await client.request(READ);
		expect(sent.map(({ url }) => new URL(url).host)).toEqual(['demo.s20.online', 'demo.s20.online']);
	});

	it.each([
		[{ hostname: 'demo', email: 'api@school.example' }],
		[{ hostname: ' https://DEMO.s20.online/company/1/customer ', email: ' Api@School.Example\n' }],
		[{ hostname: 'demo.s20.online', email: '\u200bapi@school.example\u00a0', apiKey: 'another key' }],
	])('is of the same account where it is %j', async (credential) => {
		const { client } = makeContext(() => ({}), { credential });
		expect(await client.account()).toBe('https://demo.s20.online|api@school.example');
	});
});

it('what was saved before a call that fails is in its message', async () => {
	const { client } = makeContext(() => ({ success: false, errors: { name: ['is too long'] } }));
	expect((await callAndCatchFailure(client, WRITE)).description).toMatch(/Nothing was saved\.$/);
	const { description } = await callAndCatchFailure(client, {
		...WRITE,
		savedBefore: ['create the customer'],
	});
	expect(description).toMatch(/Saved before: create the customer\.$/);
});

describe('an execution that is cancelled', () => {
	it('sends nothing, and does not say that something may have been carried out', async () => {
		const { client, sent } = makeContext(() => ({}), { signal: AbortSignal.abort() });
		const { message, description } = await callAndCatchFailure(client, WRITE);
		expect([message, description, sent]).toEqual(['The execution was cancelled', '', []]);
	});

	it('while n8n reads the credential sends nothing either, and leaves no doubt of that', async () => {
		const execution = new AbortController();
		const { client, sent, stored, getCredentials } = makeContext(() => ({}), { signal: execution.signal });
		await client.account();
		getCredentials.mockImplementationOnce(async () => {
			execution.abort();
			return await Promise.resolve({ ...stored });
		});
		const onAnswerLost = jest.fn();
		const { message, description } = await callAndCatchFailure(client, { ...WRITE, onAnswerLost });
		expect([message, description, sent]).toEqual(['The execution was cancelled', '', []]);
		expect(onAnswerLost).not.toHaveBeenCalled();
	});

	it('says so when AlfaCRM was at work on it', async () => {
		const { client } = makeContext(() => catchFailure(makeNetworkError('ERR_CANCELED', 'canceled')));
		expect((await callAndCatchFailure(client, WRITE)).description).toContain('may have carried it out');
	});

	it('by a limit of its own ends the request under way, and sends none any more', async () => {
		const limit = new AbortController();
		const { context, sent } = makeContext(() => {
			limit.abort();
			return new Promise(() => {});
		});
		const client = new ApiClient(context, limit.signal);
		for (let call = 0; call < 2; call++)
			expect((await callAndCatchFailure(client, READ)).message).toBe('The execution was cancelled');
		expect(sent).toHaveLength(1);
		expect(sent[0].signal?.aborted).toBe(true);
	});
});

describe('a call whose answer does not end', () => {
	stopTime();
	const neverEnding = () => new Promise(() => {});

	it('is given up after 30 seconds in all, and its request is ended', async () => {
		const { client, sent } = makeContext(neverEnding);
		const onAnswerLost = jest.fn();

		const { message, description } = await settle(callAndCatchFailure(client, { ...WRITE, onAnswerLost }));

		expect(performance.now()).toBe(30_000);
		expect(message).toBe(
			'demo.s20.online did not answer within 30 seconds, when asked to create the customer',
		);
		expect(description).toContain('AlfaCRM may have carried it out all the same');
		expect(onAnswerLost.mock.calls).toEqual([[30_000]]);
		expect(sent.map(({ signal }) => signal?.aborted)).toEqual([true]);
	});

	it('is sent once more if it only reads', async () => {
		const { client, sent } = makeContext(neverEnding);

		await settle(callAndCatchFailure(client, READ));

		expect(sent).toHaveLength(2);
	});

	it('is given up after 10 seconds if it is the login', async () => {
		const credential = { token: '', email: 'no-login@school.example' };
		const { client, sent } = makeContext(() => ({}), { credential, logIn: neverEnding });

		const { message } = await settle(callAndCatchFailure(client, WRITE));

		expect(message).toBe(
			'demo.s20.online did not answer within 10 seconds. Try again later, or check the network that n8n runs in.',
		);
		expect(sent).toEqual([]);
	});
});

it.each([
	['token', 'of-the-test'],
	['API key', 'the key of a user'],
	['app key', 'the key of the app'],
])("the %s is in no message, though AlfaCRM's words hold it", async (_what, secret) => {
	const credential = { apiKey: 'the key of a user', appKey: 'the key of the app' };
	const words = { name: 'Exception', message: `It has seen ${secret}, and says ${secret}`, status: 400 };
	for (const answer of [
		() => catchFailure(makeAnswerError(400, words)),
		() => catchFailure(makeAnswerError(404, words)),
		() => words,
	]) {
		const { message, description } = await callAndCatchFailure(
			makeContext(answer, { credential }).client,
			WRITE,
		);
		expect(`${message} ${description}`).toContain('It has seen …, and says …');
	}
});

describe('the list of branches', () => {
	const LIST: ApiRequest = { path: 'branch', action: 'index', task: 'list the branches', isIdempotent: true };
	const ADVICE =
		"If the main branch is disabled in AlfaCRM, enter the number of another branch as 'Branch ID' in the advanced settings of the credential.";
	let accounts = 0;
	const newAccount = (): IDataObject => ({ email: `branches${++accounts}@school.example` });

	/** An AlfaCRM that answers the list of branches in some places only, and refuses it with a status elsewhere. */
	function schoolOf(
		open: Array<number | undefined>,
		status = 403,
		options: ContextOptions & { body?: unknown } = {},
	) {
		const { body, credential = newAccount() } = options;
		const made = makeContext(
			({ url }) => {
				const [, branch] = /v2api\/(\d+)\/branch/.exec(url) ?? [];
				const isOpen = open.includes(branch === undefined ? undefined : Number(branch));
				return isOpen ? { items: [{ id: 2 }], total: 1 } : catchFailure(makeAnswerError(status, body));
			},
			{ ...options, credential },
		);
		const places = () => made.sent.splice(0).map(({ url }) => /v2api\/(.*)branch\/index/.exec(url)?.[1]);
		/** A client of a node whose form says this. */
		const clientOf = (form: IDataObject, isTrigger = false) =>
			new ApiClient({
				...made.context,
				...(isTrigger ? {} : { getInputData: () => [{ json: {} }] }),
				getNodeParameter: (name: string, ...rest: unknown[]) => form[name] ?? rest.at(-1),
			} as unknown as IExecuteFunctions);
		return { ...made, open, places, clientOf };
	}

	it.each<
		[where: string, open: Array<number | undefined>, form: IDataObject, isTrigger: boolean, asked: string[]]
	>([
		['without a branch, and nowhere else where it answers', [undefined], { branchId: 2 }, false, ['']],
		['in the first branch that a trigger watches', [3], { branchIds: [3, 4] }, true, ['', '3/']],
	])('is asked for %s', async (_where, open, form, isTrigger, asked) => {
		const { clientOf, places } = schoolOf(open, 404);
		await clientOf(form, isTrigger).request(LIST);
		expect(places()).toEqual(asked);
	});

	it.each([400, 403, 404, 405])(
		'that is refused with %i is asked for in the branch of the form, without another login',
		async (status) => {
			const logIn = jest.fn();
			const { clientOf, places } = schoolOf([2], status, { logIn });
			await expect(clientOf({ branchId: '2' }).request(LIST)).resolves.toMatchObject({ items: [{ id: 2 }] });
			expect(places()).toEqual(['', '2/']);
			expect(logIn).not.toHaveBeenCalled();
		},
	);

	it('is asked for in the branch of the credential alone, where it names one', async () => {
		const { clientOf, places } = schoolOf([3], 404, { credential: { ...newAccount(), branchId: 3 } });
		await clientOf({ branchId: 2 }).request(LIST);
		expect(places()).toEqual(['3/']);
	});

	it.each([401, 500])('that fails with %i is asked for nowhere else', async (status) => {
		const { clientOf, places } = schoolOf([2], status);
		const { description } = await callAndCatchFailure(clientOf({ branchId: 2 }), LIST);
		expect(new Set(places())).toEqual(new Set(['']));
		expect(description).not.toContain(ADVICE);
	});

	describe('answered with a web page', () => {
		stopTime();

		it.each([400, 403, 404, 405])('and HTTP %i is asked for nowhere else', async (status) => {
			const { clientOf, places } = schoolOf([2], status, { body: WEB_PAGE });

			const { message, description } = await settle(callAndCatchFailure(clientOf({ branchId: 2 }), LIST));

			expect(places()).toEqual(['', '', '']);
			expect(message).toContain('answered with a web page');
			expect(description).not.toContain(ADVICE);
		});
	});

	it('that is refused everywhere says what to enter in the credential, and costs one login', async () => {
		let logins = 0;
		const logIn = () => ({ token: `token ${++logins}` });
		const { clientOf, places } = schoolOf([], 403, { logIn });
		const { message, description, httpCode } = await callAndCatchFailure(clientOf({ branchId: 2 }), LIST);
		expect(httpCode).toBe('403');
		expect(message).toBe('AlfaCRM denied access: this user may not list the branches in branch 2');
		expect(description).toContain(ADVICE);
		expect(new Set(places())).toEqual(new Set(['', '2/']));
		expect(logins).toBe(1);
	});

	it('is no matter of other lists, nor of a form whose expression fails', async () => {
		const { client, sent } = makeContext(() => catchFailure(makeAnswerError(404)), {
			credential: newAccount(),
		});
		expect((await callAndCatchFailure(client, { ...LIST, path: 'company' })).description).not.toContain(
			ADVICE,
		);
		expect((await callAndCatchFailure(client, LIST)).description).toContain(ADVICE);
		expect(sent).toHaveLength(2);
	});
});
