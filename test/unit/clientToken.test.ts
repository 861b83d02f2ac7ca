import type { IDataObject } from 'n8n-workflow';

import { ApiClient } from '../../nodes/AlfaCrm/api/client';
import { tokenFor } from '../../nodes/AlfaCrm/api/sessions';
import type { Sent } from './apiSupport';
import { contextOf, failed, failureOfCall, READ, WRITE } from './apiSupport';
import { answered } from '../support/nodeErrors';

// Nobody waits for another process.
beforeEach(() => {
	jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
	jest.restoreAllMocks();
	jest.useRealTimers();
});

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
				return await Promise.resolve({ token: state.valid, isLogin: true });
			},
		);
	const made = contextOf((request) => answer(request, state.valid), { credential: { email }, logIn });
	return { ...made, state };
}

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

it('a 403 for the token of its own login, which that of another process has ended meanwhile, is no lack of rights', async () => {
	const { client, sent, stored } = accountWith(({ token }) => {
		if (token === 'of another process') return { items: [] };
		// The other one has logged in right after this one.
		if (token === 'token 1') stored.token = 'of another process';
		return failed(answered(403));
	});
	await expect(client.request(WRITE)).resolves.toEqual({ items: [] });
	expect(sent.map(({ token }) => token)).toEqual(['of-the-test', 'token 1', 'of another process']);
});

it('a token that others renew again and again, and that is refused each time, is tried six times', async () => {
	const { client, sent, stored } = contextOf(() => {
		stored.token = `of another n8n ${sent.length}`;
		// It would be taken in the end.
		return sent.length > 9 ? { items: [] } : failed(answered(403));
	});
	await expect(client.request(READ)).rejects.toThrow('denied access');
	const others = [1, 2, 3, 4, 5].map((count) => `of another n8n ${count}`);
	expect(sent.map(({ token }) => token)).toEqual(['of-the-test', ...others]);
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
	});

	it('is not taken for lasting where another process has logged in within the minute', async () => {
		let isOpen = false;
		const { client, state, stored } = accountWith(({ token, url }, valid) =>
			token !== valid || (url.includes('/pay/') && !isOpen) ? failed(answered(403)) : { items: [] },
		);
		await failureOfCall(client, PAY);
		stored.token = state.valid = 'of another process';
		isOpen = true;
		await expect(client.request(PAY)).resolves.toEqual({ items: [] });
		expect(state.logins).toBe(1);
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
