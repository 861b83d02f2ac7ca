import { sleep } from 'n8n-workflow';

import type { ApiRequest } from '../../nodes/AlfaCrm/api/request';
import { ApiClient } from '../../nodes/AlfaCrm/api/client';
import { contextOf, failed, failureOfCall, READ, WRITE } from './apiSupport';
import { answered, NODE, unanswered } from '../support/nodeErrors';

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
