import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestHelper,
	JsonObject,
} from 'n8n-workflow';
import { NodeApiError, sleep } from 'n8n-workflow';

import { AlfaCrmApi } from '../../../credentials/AlfaCrmApi.credentials';
import { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import { nameAccount, readLogin, Session } from '../../../nodes/AlfaCrm/api/session';
import { makeAnswerError, NODE, makeNetworkError, WEB_PAGE } from '../../support/nodeErrors';
import type { ContextOptions, SentRequest } from '../apiSupport';
import { makeContext, catchFailure, callAndCatchFailure, READ, WRITE } from '../apiSupport';
import { settle, stopTime } from './clock';

// Several processes whose tokens expire are in test/properties/api/logins.test.ts.

let users = 0;
const newEmail = () => `session${++users}@school.example`;

describe('a session', () => {
	stopTime({ random: () => 1 });

	/** Logins that give `token 1`, `token 2`, ... after 60 ms. */
	function logins() {
		let count = 0;
		return jest.fn(async () => {
			await sleep(60);
			return `token ${++count}`;
		});
	}
	const reading = (token: string) => jest.fn(async () => await Promise.resolve(token));
	/** The token to send, and how long it took to know it. */
	async function asked(session: Session, stored: string, read = reading(''), readAt = Infinity) {
		const begun = performance.now();
		const choice = session.chooseToken({ storedToken: stored, readAt, readStoredToken: read });
		const token = await settle(choice);
		return { token, ms: performance.now() - begun };
	}

	it('sends the token in the database until it was refused, then the newest of this process', async () => {
		const session = new Session();
		expect(await asked(session, 'stored')).toEqual({ token: 'stored', ms: 0 });
		await settle(session.renew('', logins()));
		session.reject('stored');
		expect(await asked(session, 'stored')).toEqual({ token: 'token 1', ms: 0 });
	});

	it('logs in at once where there never was a token', async () => {
		const read = reading('');
		expect(await asked(new Session(), '', read)).toEqual({ token: '', ms: 0 });
		expect(read).not.toHaveBeenCalled();
	});

	it('sends the newest token of this process where there was none when the database was read', async () => {
		const session = new Session();
		await settle(session.renew('', logins()));
		expect((await asked(session, '', reading(''), 0)).token).toBe('token 1');
		expect((await asked(session, '', reading(''), 61)).token).toBe('');
	});

	/** A token that the database has from a moment on, and takes so long to read. */
	function appearing(at: number, readMs: number) {
		return jest.fn(async () => {
			await sleep(readMs);
			return performance.now() >= at ? 'of another process' : 'dead';
		});
	}

	it.each([
		['at once', 0, 0, 0, 1],
		['half a second later at most', 400, 0, 500, 2],
		['later where the database is slow', 1_400, 50, 2_100, 2],
		['no later than three seconds after a look', 3_000, 300, 3_600, 2],
	])(
		'takes the token of another process before it logs in, once for all calls: %s',
		async (_when, at, readMs, ms, looks) => {
			const session = new Session();
			session.reject('dead');
			const read = appearing(at, readMs);
			const both = Promise.all(
				[1, 2].map(
					async () => await session.chooseToken({ storedToken: 'dead', readAt: 0, readStoredToken: read }),
				),
			);
			expect(await settle(both)).toEqual(['of another process', 'of another process']);
			expect([read.mock.calls.length, performance.now()]).toEqual([looks, ms]);
			expect(await asked(session, 'dead', read)).toEqual({ token: 'of another process', ms: 0 });
			session.reject('of another process');
			expect((await asked(session, 'dead', read)).token).toBe('');
		},
	);

	it('logs in once for all who need a token meanwhile, and again after a login that did not succeed', async () => {
		const [session, logIn] = [new Session(), logins()];
		const all = ['', 'dead', ''].map(async (refused) => await session.renew(refused, logIn));
		expect(await settle(Promise.all(all))).toEqual(['token 1', 'token 1', 'token 1']);
		expect(logIn).toHaveBeenCalledTimes(1);
		const wrong = session.renew('', async () => await Promise.reject(new Error('wrong key')));
		await expect(wrong).rejects.toThrow('wrong key');
		expect(await settle(session.renew('', logIn))).toBe('token 2');
	});

	it.each([
		['an older token was refused', 'older', 'token 1'],
		['the newest one was refused', 'token 1', 'token 2'],
		['the key itself is to be tried, as by the test of a credential', '', 'token 2'],
	])('gives another node this token where %s', async (_where, refused, expected) => {
		const [session, logIn] = [new Session(), logins()];
		await settle(session.renew('', logIn));
		expect(await settle(session.renew(refused, logIn))).toBe(expected);
	});

	it('gives another node no token that is so old that it may have expired as well', async () => {
		const [session, logIn] = [new Session(), logins()];
		await settle(session.renew('', logIn));
		jest.advanceTimersByTime(900_000);
		expect(await settle(session.renew('of another process', logIn))).toBe('token 2');
	});

	it('knows since when it has a token for which it has logged in', async () => {
		const session = new Session();
		await settle(session.renew('', logins()));
		expect([60, 61].map((moment) => session.wasIssuedSince('token 1', moment))).toEqual([true, false]);
		expect(session.wasIssuedSince('stored', 0)).toBe(false);
	});
});

it('a login has no blanks around email, key and app key', () => {
	const credential = { hostname: 'demo', email: ' A@b.example\n', apiKey: '\u200bkey\u00a0', appKey: ' ' };
	const login = { origin: 'https://demo.s20.online', email: 'A@b.example', apiKey: 'key', appKey: '' };
	expect(readLogin(credential)).toEqual(login);
	expect(nameAccount(login)).toBe('https://demo.s20.online|a@b.example');
	expect(readLogin({ hostname: 'demo' })).toMatchObject({ email: '', apiKey: '', appKey: '' });
});

describe('a call', () => {
	// Nobody waits for another process.
	stopTime({ random: () => 0 });

	/** An account that no other test knows, with logins that give `token 1`, `token 2`, ... */
	function accountWith(
		answer: (request: SentRequest, valid: string) => unknown,
		{ isOldN8n }: Pick<ContextOptions, 'isOldN8n'> = {},
	) {
		const state = { logins: 0, valid: 'none' };
		const logIn = () => ({ token: (state.valid = `token ${++state.logins}`) });
		const credential = { email: newEmail() };
		const made = makeContext((request) => answer(request, state.valid), { credential, logIn, isOldN8n });
		const tokens = () => made.sent.map(({ token }) => token);
		return { ...made, request: async () => await settle(made.client.request(WRITE)), state, tokens };
	}

	const yii = (status: number) => ({ name: 'Forbidden', message: 'Token expired', code: 0, status });
	const refusals: Array<[what: string, refuse: () => unknown]> = [
		['401', () => catchFailure(makeAnswerError(401))],
		['403', () => catchFailure(makeAnswerError(403, yii(403)))],
		['HTTP 200 with a 401 inside', () => yii(401)],
		['HTTP 200 with a 403 inside', () => yii(403)],
	];

	it.each(refusals)(
		'whose token is refused by %s goes on with a new login, or with the newest token',
		async (_what, refuse) => {
			const { client, context, stored, state, tokens } = accountWith(({ token }, valid) =>
				token === valid ? { items: [] } : refuse(),
			);
			await expect(settle(client.request(WRITE))).resolves.toEqual({ items: [] });
			await settle(client.request(WRITE));
			// In another execution, which reads the old one out of the database.
			stored.token = 'of-the-test';
			await settle(new ApiClient(context).request(READ));
			expect(tokens()).toEqual(['of-the-test', 'token 1', 'token 1', 'token 1']);
			expect(state.logins).toBe(1);
		},
	);

	it.each([401, 403])('keeps its token where a web page comes with HTTP %i', async (status) => {
		const { client, sent, state, tokens } = accountWith(() =>
			sent.length === 1 ? catchFailure(makeAnswerError(status, WEB_PAGE)) : { items: [] },
		);

		await settle(client.request(READ));

		expect(tokens()).toEqual(['of-the-test', 'of-the-test']);
		expect(state.logins).toBe(0);
	});

	it('whose token is refused by 401 goes on with a new login in an older n8n, which hides the answer', async () => {
		const { request, tokens } = accountWith(
			({ token }, valid) => (token === valid ? { items: [] } : catchFailure(makeAnswerError(401))),
			{ isOldN8n: true },
		);

		await request();

		expect(tokens()).toEqual(['of-the-test', 'token 1']);
	});

	it.each([
		['HTTP 401', refusals[0][1], 'does not accept the login, even a new one', 4],
		['a 401 with HTTP 200', refusals[2][1], 'does not accept the login, even a new one', 4],
		['403', refusals[1][1], 'denied access', 2],
	])('is given up when its answer is always %s', async (_what, refuse, says, most) => {
		const { client, sent } = accountWith(refuse);
		expect((await settle(callAndCatchFailure(client, READ))).message).toContain(says);
		expect(sent).toHaveLength(most);
	});

	it('logs in for one of an execution, and not for each, where every token is refused', async () => {
		const { client, sent, state } = accountWith(() => catchFailure(makeAnswerError(401)));
		for (let count = 0; count < 20; count++) await settle(callAndCatchFailure(client, READ));
		expect([state.logins, sent.length]).toEqual([3, 3 + 20]);
	});

	it('goes on however often other processes log in meanwhile, each of which ends its token, without a login of its own', async () => {
		let others = 0;
		const made = accountWith(({ token }) => {
			if (others === 8 && token === 'of another 8') return { items: [] };
			if (others < 8) made.stored.token = `of another ${++others}`;
			return catchFailure(makeAnswerError(401));
		});
		await expect(made.request()).resolves.toEqual({ items: [] });
		expect([made.state.logins, made.sent.length]).toEqual([0, 9]);
	});

	it('is sent by n8n with a new token past its place in the rate for no call of these nodes', async () => {
		const { sent, client } = accountWith(({ token }, valid) =>
			token === valid ? { items: [] } : catchFailure(makeAnswerError(401)),
		);
		const onSend = jest.fn(() => {
			if (onSend.mock.calls.length > 1) throw new Error('The lock is lost');
		});
		await expect(settle(client.request({ ...WRITE, onSend }))).rejects.toThrow('The lock is lost');
		expect(sent).toHaveLength(1);
	});

	/** One whose login does not succeed as long as the key is wrong. */
	function refusing(status: number) {
		const credential: IDataObject = { email: newEmail(), apiKey: 'wrong', token: '' };
		const logIn = jest.fn(() =>
			credential.apiKey === 'right' ? { token: 'token' } : catchFailure(makeAnswerError(status)),
		);
		return { logIn, ...makeContext(() => ({ items: [] }), { credential, logIn }) };
	}

	it('whose login was refused is not tried again by each of the next ones, but once the key is corrected', async () => {
		const { client, stored, logIn } = refusing(403);
		for (let count = 0; count < 20; count++)
			expect((await settle(callAndCatchFailure(client, READ))).message).toContain('did not accept the login');
		expect(logIn).toHaveBeenCalledTimes(1);
		stored.apiKey = 'right';
		await expect(settle(client.request(READ))).resolves.toEqual({ items: [] });
		expect(logIn).toHaveBeenCalledTimes(2);
	});

	it('whose login met a server that is out of order is tried again by the next one', async () => {
		const { client, logIn } = refusing(500);
		for (let count = 0; count < 2; count++) await settle(callAndCatchFailure(client, READ));
		expect(logIn).toHaveBeenCalledTimes(2);
	});

	describe('for which the user has no right', () => {
		const PAY = { ...READ, path: 'pay', task: 'list the payments' };
		const lacking = () => {
			const made = accountWith(({ token, url }, valid) =>
				token !== valid || (url.includes('/pay/') && !right.isThere)
					? catchFailure(makeAnswerError(403))
					: { items: [] },
			);
			const right = { isThere: false };
			const failPay = async () => await settle(callAndCatchFailure(made.client, PAY));
			return { ...made, right, failPay };
		};

		it('costs one more login, not one for each call', async () => {
			const { failPay, sent, state } = lacking();
			for (let count = 0; count < 20; count++) await failPay();
			expect([state.logins, sent.length]).toEqual([1, 21]);
		});

		it('does not stop the renewal of the token for other calls, nor for ever', async () => {
			const { client, failPay, state } = lacking();
			await failPay();
			jest.advanceTimersByTime(1);
			jest.advanceTimersByTime(300_000);
			state.valid = 'none';
			await expect(settle(client.request(READ))).resolves.toEqual({ items: [] });
			expect(state.logins).toBe(2);
			jest.advanceTimersByTime(301_000);
			await failPay();
			expect(state.logins).toBe(3);
		});

		it('is not given up for long where another process has logged in within the minute', async () => {
			const { client, failPay, state, stored, right } = lacking();
			await failPay();
			stored.token = state.valid = 'of another process';
			right.isThere = true;
			await expect(settle(client.request(PAY))).resolves.toEqual({ items: [] });
			expect(state.logins).toBe(1);
		});

		it('says that the login works only when there was one during this very call', async () => {
			const { failPay } = lacking();
			expect((await failPay()).description).toMatch(/^The login works\. /);
			const later = await failPay();
			expect(later.message).toContain('denied access');
			expect(later.description).not.toContain('The login works');
			expect(later.description).toContain('give the role');
		});
	});

	it('leaves no doubt where n8n cannot keep its new token: it was not sent', async () => {
		const { client, context } = makeContext(() => ({}), { credential: { email: newEmail(), token: '' } });
		const gone: unknown = makeNetworkError('ECONNRESET', 'The database went away');
		jest
			.spyOn(context.helpers, 'httpRequestWithAuthentication')
			.mockRejectedValue(new NodeApiError(NODE, gone as JsonObject));
		const onAnswerLost = jest.fn();
		const { message, description } = await settle(callAndCatchFailure(client, { ...WRITE, onAnswerLost }));
		expect(message).toBe('Could not create the customer: n8n could not prepare the request');
		expect([description, onAnswerLost.mock.calls]).toEqual(['The database went away', []]);
	});

	it('leaves no doubt where it is cancelled during its login: it was not carried out', async () => {
		const cancel = new AbortController();
		const { client } = makeContext(() => ({ items: [] }), {
			credential: { email: newEmail(), token: '' },
			logIn: () => {
				cancel.abort();
				return new Promise(() => {});
			},
			signal: cancel.signal,
		});
		const onAnswerLost = jest.fn();
		const { message, description } = await settle(callAndCatchFailure(client, { ...WRITE, onAnswerLost }));
		expect([message, description]).toEqual(['The execution was cancelled', '']);
		expect(onAnswerLost).not.toHaveBeenCalled();
	});
});

it('a call of another node with the credential has its token renewed by n8n after a 401', async () => {
	const credential = new AlfaCrmApi();
	const helpers = { httpRequest: async () => await Promise.resolve({ token: 'new' }) };
	const data: ICredentialDataDecryptedObject = { hostname: 'demo', email: newEmail(), token: 'dead' };
	const renewed = await credential.preAuthentication.call({ helpers } as unknown as IHttpRequestHelper, data);
	expect(renewed).toEqual({ token: 'new' });
	const { headers } = await credential.authenticate({ ...data, token: 'new' }, { url: '/' });
	expect(headers).toMatchObject({ 'X-ALFACRM-TOKEN': 'new' });
});

it('the secrets of the credential are hidden in its form', () => {
	const hidden = new AlfaCrmApi().properties.filter(({ typeOptions }) => typeOptions?.password === true);
	expect(hidden.map(({ name }) => name)).toEqual(['apiKey', 'appKey', 'token']);
});
