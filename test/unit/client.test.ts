import type { IDataObject, JsonObject } from 'n8n-workflow';
import { NodeApiError, sleep } from 'n8n-workflow';

import type { ApiRequest } from '../../nodes/AlfaCrm/api/request';
import { ApiClient } from '../../nodes/AlfaCrm/api/client';
import { tokenFor } from '../../nodes/AlfaCrm/api/sessions';
import type { Sent } from './api-support';
import { contextOf } from './api-support';
import { answered, NODE, unanswered } from './support';

const READ: ApiRequest = {
	path: 'customer',
	action: 'index',
	branch: 1,
	task: 'list the customers',
	isIdempotent: true,
};
const WRITE: ApiRequest = { ...READ, action: 'create', task: 'create the customer', isIdempotent: false };

const failed = (error: Error) => {
	throw new NodeApiError(NODE, error as unknown as JsonObject);
};

async function failureOfCall(client: ApiClient, call: ApiRequest) {
	const error = await client.request(call).then(
		() => undefined,
		(caught: NodeApiError) => caught,
	);
	if (error === undefined) throw new Error('It went through');
	return { message: error.message, description: error.description ?? '', httpCode: error.httpCode };
}

let accounts = 0;
/** An account that no other test knows, with logins that give `token 1`, `token 2`, ... */
function accountWith(answer: (request: Sent, valid: string) => unknown) {
	const email = `user${++accounts}@school.example`;
	const state = { logins: 0, valid: 'none' };
	const logIn = async (credential: IDataObject) =>
		await tokenFor(
			{ origin: 'https://demo.s20.online', email, apiKey: '', appKey: '' },
			String(credential.token),
			async () => {
				state.valid = `token ${++state.logins}`;
				return await Promise.resolve(state.valid);
			},
		);
	const made = contextOf((request) => answer(request, state.valid), { credential: { email }, logIn });
	return { ...made, state };
}

describe('the credential', () => {
	it('is needed once for the address, however many calls are made, and again for the token of each', async () => {
		const { client, getCredentials } = contextOf(() => ({ items: [] }));
		await client.account();
		await client.account();
		expect(getCredentials).toHaveBeenCalledTimes(1);
		await client.request(READ);
		expect(getCredentials).toHaveBeenCalledTimes(2);
	});

	it('that could not be read is asked for again by the next call', async () => {
		const { client, getCredentials } = contextOf(() => ({ items: [] }));
		getCredentials.mockRejectedValueOnce(new Error('The database is busy'));
		await expect(client.request(READ)).rejects.toThrow('The database is busy');
		await expect(client.request(READ)).resolves.toEqual({ items: [] });
	});

	it('with an address that is none is refused, until it is corrected', async () => {
		const { client, stored, sent } = contextOf(() => ({ items: [] }));
		stored.hostname = 'not a host';
		await expect(client.request(READ)).rejects.toThrow("'Hostname' is not a host name");
		expect(sent).toEqual([]);
		stored.hostname = 'demo';
		await client.request(READ);
	});

	it('that is edited does not take an execution to another account', async () => {
		const { client, stored, sent } = contextOf(() => ({ items: [] }));
		await client.request(READ);
		stored.hostname = 'other';
		const now = performance.now() + 1_000;
		jest.spyOn(performance, 'now').mockReturnValue(now);
		await expect(client.request(READ)).rejects.toThrow(/changed to another account meanwhile/);
		expect(sent).toHaveLength(1);
		stored.hostname = 'https://demo.s20.online/company/1';
		jest.spyOn(performance, 'now').mockReturnValue(now + 1_000);
		await client.request(READ);
		jest.restoreAllMocks();
	});

	it('is read once for many calls of the same moment', async () => {
		const { client, getCredentials } = contextOf(() => ({ items: [] }));
		await client.request(READ);
		const before = getCredentials.mock.calls.length;
		for (let call = 0; call < 20; call++) await client.request(READ);
		expect(getCredentials).toHaveBeenCalledTimes(before);
	});
});

describe('account', () => {
	it.each([
		[{ hostname: 'demo', email: 'api@school.example' }],
		[{ hostname: ' https://DEMO.s20.online/company/1/customer ', email: ' Api@School.Example\n' }],
		[{ hostname: 'demo.s20.online', email: '\u200bapi@school.example\u00a0', apiKey: 'another key' }],
	])('is the same for %j', async (credential) => {
		const { client } = contextOf(() => ({}), { credential });
		expect(await client.account()).toBe('https://demo.s20.online|api@school.example');
	});
});

describe('a token that AlfaCRM does not take', () => {
	/** As n8n below 2.40 does after 403, and any n8n after an answer with HTTP 200. */
	const refusals: Array<[what: string, refuse: () => unknown]> = [
		[
			'403',
			() => failed(answered(403, { name: 'Forbidden', message: 'Token expired', code: 0, status: 403 })),
		],
		[
			'HTTP 200 with a 401 inside',
			() => ({ name: 'Unauthorized', message: 'Expired', code: 0, status: 401 }),
		],
		['HTTP 200 with a 403 inside', () => ({ name: 'Forbidden', message: 'Expired', code: 0, status: 403 })],
	];

	it.each(refusals)('by %s is renewed by a new login, at the cost of one call', async (_what, refuse) => {
		const { client, sent, state } = accountWith(({ token }, valid) =>
			token === valid ? { items: [] } : refuse(),
		);
		await expect(client.request(WRITE)).resolves.toEqual({ items: [] });
		expect(sent.map(({ token }) => token)).toEqual(['of-the-test', 'token 1']);
		await client.request(WRITE);
		expect(sent).toHaveLength(3);
		expect(state.logins).toBe(1);
	});

	it.each(refusals)(
		'by %s is replaced by the newest one of this process without a login',
		async (_what, refuse) => {
			const { client, context, sent, stored, state } = accountWith(({ token }, valid) =>
				token === valid ? { items: [] } : refuse(),
			);
			await client.request(READ);
			stored.token = 'of-the-test';
			sent.length = 0;
			await new ApiClient(context).request(READ);
			expect(sent.map(({ token }) => token)).toEqual(['token 1']);
			expect(state.logins).toBe(1);
		},
	);

	it.each([
		['HTTP 401', () => failed(answered(401)), 'does not accept the login, even a new one'],
		['a 401 with HTTP 200', refusals[1][1], 'does not accept the login, even a new one'],
		['403', refusals[0][1], 'denied access'],
	])('is given up after a few tries when it is always %s', async (_what, refuse, says) => {
		const { client, sent, state } = accountWith(refuse);
		const { message } = await failureOfCall(client, READ);
		expect(message).toContain(says);
		expect(sent.length).toBeLessThanOrEqual(3);
		expect(state.logins).toBeLessThanOrEqual(2);
	});
});

it('a token that others renew again and again, and that is refused each time, is tried three times', async () => {
	const { client, sent, stored } = contextOf(() => {
		stored.token = `of another n8n ${sent.length}`;
		// It would be taken in the end.
		return sent.length > 9 ? { items: [] } : failed(answered(403));
	});
	await expect(client.request(READ)).rejects.toThrow('denied access');
	expect(sent.map(({ token }) => token)).toEqual(['of-the-test', 'of another n8n 1', 'of another n8n 2']);
});

describe('a right that the user lacks', () => {
	const lacking = () =>
		accountWith(({ token, url }, valid) =>
			token !== valid || url.includes('/pay/') ? failed(answered(403)) : { items: [] },
		);
	const PAY = { ...READ, path: 'pay', task: 'list the payments' };

	it('costs one more login, not one for each call', async () => {
		const { client, sent, state } = lacking();
		for (let count = 0; count < 20; count++) await failureOfCall(client, PAY);
		expect(state.logins).toBe(1);
		expect(sent).toHaveLength(21);
	});

	it('does not stop the renewal of the token for other calls, nor for ever', async () => {
		jest.useFakeTimers();
		const { client, state } = lacking();
		await failureOfCall(client, PAY);
		state.valid = 'none';
		await expect(client.request(READ)).resolves.toEqual({ items: [] });
		expect(state.logins).toBe(2);
		jest.advanceTimersByTime(61_000);
		await failureOfCall(client, PAY);
		expect(state.logins).toBe(3);
		jest.useRealTimers();
	});

	it('says that the login works only when there was one during this very call', async () => {
		const { client } = lacking();
		expect((await failureOfCall(client, PAY)).description).toMatch(/^The login works\. /);
		const later = await failureOfCall(client, PAY);
		expect(later.message).toContain('denied access');
		expect(later.description).not.toContain('The login works');
		expect(later.description).toContain('give the role');
	});
});

describe('what was saved', () => {
	const refused = () => ({ success: false, errors: { name: ['is too long'] } });

	it('is nothing after a write that AlfaCRM refused', async () => {
		const { client } = contextOf(refused);
		expect((await failureOfCall(client, WRITE)).description).toMatch(/Nothing was saved\.$/);
	});

	it('is no question after a read', async () => {
		const { client } = contextOf(refused);
		expect((await failureOfCall(client, READ)).description).not.toMatch(/saved/i);
	});

	it.each<[what: string, answer: () => unknown, call: ApiRequest]>([
		['a refused write', refused, WRITE],
		['a refused read', refused, READ],
		['a write without a right', () => failed(answered(400)), WRITE],
		['a read whose answer was lost', () => failed(unanswered('ENOTFOUND')), READ],
		['an answer that is no JSON', () => '<html>', READ],
	])('is named after %s, when there was a write before', async (_what, answer, call) => {
		const { client } = contextOf(answer);
		const savedBefore = ['create the customer', 'add it to group 7'];
		const { description } = await failureOfCall(client, { ...call, savedBefore });
		expect(description).toMatch(/Saved before: create the customer; add it to group 7\.$/);
		expect(description).not.toContain('Nothing was saved');
	});

	it('is doubtful when AlfaCRM calls it a success and lists what is wrong', async () => {
		const { client } = contextOf(() => ({
			success: true,
			errors: { name: ['is too long'] },
			model: { id: 1 },
		}));
		const { message, description } = await failureOfCall(client, WRITE);
		expect(message).toBe('AlfaCRM did not create the customer: name – is too long');
		expect(description).toContain('look in AlfaCRM what was saved');
		expect(description).not.toContain('Nothing was saved');
	});

	it.each([[false], [0], ['0'], ['false']])('is nothing when success is %j', async (success) => {
		const { client } = contextOf(() => ({ success, model: { id: 1 } }));
		expect((await failureOfCall(client, WRITE)).message).toContain('did not create the customer');
	});
});

describe('a cancelled execution', () => {
	it('sends nothing, and does not say that something may have been carried out', async () => {
		const { client, sent } = contextOf(() => ({}), { signal: AbortSignal.abort() });
		const { message, description } = await failureOfCall(client, WRITE);
		expect(message).toBe('The execution was cancelled');
		expect(description).toBe('');
		expect(sent).toEqual([]);
	});

	it('says so when AlfaCRM was at work on it', async () => {
		const { client } = contextOf(() => failed(unanswered('ERR_CANCELED', 'canceled')));
		expect((await failureOfCall(client, WRITE)).description).toContain('may have carried it out');
	});
});

it('ends a request under way, and sends none any more, when its limit is reached', async () => {
	const limit = new AbortController();
	const { context, sent } = contextOf(() => new Promise(() => {}));
	const { httpRequestWithAuthentication: send } = context.helpers;
	const given: unknown[] = [];
	context.helpers.httpRequestWithAuthentication = async function (type, options, more) {
		given.push(options.abortSignal);
		return (await send.call(this, type, options, more)) as unknown;
	};
	const client = new ApiClient(context, limit.signal);
	const failure = failureOfCall(client, READ);
	while (sent.length === 0) await sleep(1);
	limit.abort();
	expect((await failure).message).toBe('The execution was cancelled');
	expect(given).toEqual([limit.signal]);
	await failureOfCall(client, READ);
	expect(sent).toHaveLength(1);
});

it('gives node, time zone and signal of the execution', () => {
	const { signal } = new AbortController();
	const { client } = contextOf(() => ({}), { signal });
	expect(client.node).toBe(NODE);
	expect(client.zone).toBe('Europe/Moscow');
	expect(client.signal).toBe(signal);
	const { context } = contextOf(() => ({}));
	delete (context as Partial<typeof context>).getExecutionCancelSignal;
	expect(new ApiClient(context).signal).toBeUndefined();
	const { signal: limit } = new AbortController();
	expect(new ApiClient(context, limit).signal).toBe(limit);
});
