import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestHelper,
	JsonObject,
} from 'n8n-workflow';
import { NodeApiError, sleep } from 'n8n-workflow';

import { AlfaCrmApi } from '../../../credentials/AlfaCrmApi.credentials';
import { nameAccount, readLogin, Session } from '../../../nodes/AlfaCrm/api/session';
import { makeNetworkError, NODE, WEB_PAGE } from '../../support/nodeErrors';
import { READ, WRITE } from '../apiSupport';
import {
	AccountWithTokens,
	EMPTY_LIST,
	makeNewEmail,
	NO_TOKEN,
	refuseWithStatus,
	STORED_TOKEN,
} from './accountWithTokens';
import { settle, stopTime } from './clock';

// Several processes whose tokens expire are in test/properties/api/logins.test.ts.

const FIVE_MINUTES = 300_000;

describe('Session', () => {
	// A process waits for the login of another one for as long as it ever does.
	stopTime({ random: () => 1 });

	it('a session chooses the stored token', async () => {
		const session = new Session();

		const token = await chooseToken(session, 'stored');

		expect(token).toBe('stored');
	});

	it('a session chooses the stored token although this process has logged in since', async () => {
		const session = new Session();
		await settle(session.getNewToken(NO_TOKEN, makeLogIn()));

		const token = await chooseToken(session, 'stored');

		expect(token).toBe('stored');
	});

	it('a session chooses the newest token of this process at once when the stored token was refused', async () => {
		const session = new Session();
		await settle(session.getNewToken(NO_TOKEN, makeLogIn()));
		session.rememberRefusedToken('stored');
		const begunAt = performance.now();

		const token = await chooseToken(session, 'stored');

		expect(token).toBe('token 1');
		expect(performance.now()).toBe(begunAt);
	});

	it('a session makes n8n log in at once when no token is stored, and does not read the credential again', async () => {
		const readStoredToken = jest.fn(async () => await Promise.resolve(NO_TOKEN));

		const token = await chooseToken(new Session(), NO_TOKEN, { readStoredToken });

		expect(token).toBe(NO_TOKEN);
		expect(readStoredToken).not.toHaveBeenCalled();
		expect(performance.now()).toBe(0);
	});

	it('a session chooses the token of its own login when n8n had read the credential before that login', async () => {
		const session = new Session();
		await settle(session.getNewToken(NO_TOKEN, makeLogIn()));

		const beforeLogin = 0;
		const token = await chooseToken(session, NO_TOKEN, { readAt: beforeLogin });

		expect(token).toBe('token 1');
	});

	it('a session makes n8n log in when n8n has read a credential without a token after the login of this process', async () => {
		const session = new Session();
		await settle(session.getNewToken(NO_TOKEN, makeLogIn()));

		// The login takes 60 ms.
		const afterLogin = 61;
		const token = await chooseToken(session, NO_TOKEN, { readAt: afterLogin });

		expect(token).toBe(NO_TOKEN);
	});

	// The session reads the credential at once. It waits for 500 ms or 40 times as long as the reading took, but at most
	// for 3,000 ms. Then it reads the credential again. The times are milliseconds.
	it.each([
		{ storedAt: 0, readMs: 0, chosenAt: 0, readCount: 1 },
		{ storedAt: 400, readMs: 0, chosenAt: 500, readCount: 2 },
		{ storedAt: 1_400, readMs: 50, chosenAt: 2_100, readCount: 2 },
		{ storedAt: 3_000, readMs: 300, chosenAt: 3_600, readCount: 2 },
	])(
		'a session finds a token at $chosenAt ms when another process has stored it at $storedAt ms and a reading takes $readMs ms',
		async ({ storedAt, readMs, chosenAt, readCount }) => {
			const session = new Session();
			session.rememberRefusedToken('refused');
			const readStoredToken = makeTokenReader({ storedAt, readMs });

			const token = await chooseToken(session, 'refused', { readStoredToken });

			expect(token).toBe('of another process');
			expect(performance.now()).toBe(chosenAt);
			expect(readStoredToken).toHaveBeenCalledTimes(readCount);
		},
	);

	it('a session reads the credential for two calls together when both need the token of another process', async () => {
		const session = new Session();
		session.rememberRefusedToken('refused');
		const readStoredToken = makeTokenReader({ storedAt: 400, readMs: 0 });
		const credential = { storedToken: 'refused', readAt: 0, readStoredToken };

		const choices = Promise.all([session.chooseToken(credential), session.chooseToken(credential)]);

		expect(await settle(choices)).toEqual(['of another process', 'of another process']);
		// One reading is at once, and one is after 500 ms, both for the two calls together.
		expect(readStoredToken).toHaveBeenCalledTimes(2);
	});

	it('a session remembers the token of another process, so that the next call does not read the credential', async () => {
		const session = new Session();
		session.rememberRefusedToken('refused');
		const readStoredToken = makeTokenReader({ storedAt: 0, readMs: 0 });
		await chooseToken(session, 'refused', { readStoredToken });

		const token = await chooseToken(session, 'refused', { readStoredToken });

		expect(token).toBe('of another process');
		expect(readStoredToken).toHaveBeenCalledTimes(1);
	});

	it('a session makes n8n log in when AlfaCRM has refused the token of another process too', async () => {
		const session = new Session();
		session.rememberRefusedToken('refused');
		const readStoredToken = makeTokenReader({ storedAt: 0, readMs: 0 });
		await chooseToken(session, 'refused', { readStoredToken });
		session.rememberRefusedToken('of another process');

		const token = await chooseToken(session, 'refused', { readStoredToken });

		expect(token).toBe(NO_TOKEN);
	});

	it('a session logs in once when three calls need a token at the same moment', async () => {
		const session = new Session();
		const logIn = makeLogIn();

		const renewals = Promise.all([
			session.getNewToken(NO_TOKEN, logIn),
			session.getNewToken('refused', logIn),
			session.getNewToken(NO_TOKEN, logIn),
		]);

		expect(await settle(renewals)).toEqual(['token 1', 'token 1', 'token 1']);
		expect(logIn).toHaveBeenCalledTimes(1);
	});

	it('a session throws the error of a login that fails', async () => {
		const session = new Session();

		const renewal = session.getNewToken(NO_TOKEN, failLogin);

		await expect(renewal).rejects.toThrow('wrong key');
	});

	it('a session logs in again after a login that failed', async () => {
		const session = new Session();
		await session.getNewToken(NO_TOKEN, failLogin).catch(() => {});

		const token = await settle(session.getNewToken(NO_TOKEN, makeLogIn()));

		expect(token).toBe('token 1');
	});

	it('a session replaces a refused older token by its newest one without a login', async () => {
		const session = new Session();
		const logIn = makeLogIn();
		await settle(session.getNewToken(NO_TOKEN, logIn));

		const token = await settle(session.getNewToken('older', logIn));

		expect(token).toBe('token 1');
		expect(logIn).toHaveBeenCalledTimes(1);
	});

	it('a session logs in again when its newest token was refused', async () => {
		const session = new Session();
		const logIn = makeLogIn();
		await settle(session.getNewToken(NO_TOKEN, logIn));

		const token = await settle(session.getNewToken('token 1', logIn));

		expect(token).toBe('token 2');
	});

	it('a session logs in again when n8n has no token, because the test of a credential needs a new login', async () => {
		const session = new Session();
		const logIn = makeLogIn();
		await settle(session.getNewToken(NO_TOKEN, logIn));

		const token = await settle(session.getNewToken(NO_TOKEN, logIn));

		expect(token).toBe('token 2');
	});

	it.each([
		{ ageMs: FIVE_MINUTES, result: 'token 1' },
		{ ageMs: FIVE_MINUTES + 1, result: 'token 2' },
		{ ageMs: 3 * FIVE_MINUTES, result: 'token 2' },
	])(
		'a session replaces the refused token of another process by $result when its own token 1 is $ageMs ms old',
		async ({ ageMs, result }) => {
			const session = new Session();
			const logIn = makeLogIn();
			await settle(session.getNewToken(NO_TOKEN, logIn));
			jest.advanceTimersByTime(ageMs);

			const token = await settle(session.getNewToken('of another process', logIn));

			expect(token).toBe(result);
		},
	);

	it.each([
		{ token: 'token 1', moment: 60, isIssuedSince: true },
		{ token: 'token 1', moment: 61, isIssuedSince: false },
		{ token: 'stored', moment: 0, isIssuedSince: false },
	])(
		'wasIssuedSince is $isIssuedSince for "$token" and the moment $moment ms when token 1 was issued at 60 ms',
		async ({ token, moment, isIssuedSince }) => {
			const session = new Session();
			await settle(session.getNewToken(NO_TOKEN, makeLogIn()));

			expect(session.wasIssuedSince(token, moment)).toBe(isIssuedSince);
		},
	);

	/** Makes a login that takes 60 ms, and gives `token 1` the first time, `token 2` the second time. */
	function makeLogIn() {
		let count = 0;
		return jest.fn(async () => {
			await sleep(60);
			count += 1;
			return `token ${count}`;
		});
	}

	async function failLogin(): Promise<string> {
		return await Promise.reject(new Error('wrong key'));
	}

	/**
	 * Makes a function that reads the token in n8n's database in `readMs` milliseconds. Another process stores its token
	 * there at the moment `storedAt`.
	 */
	function makeTokenReader({ storedAt, readMs }: { storedAt: number; readMs: number }) {
		return jest.fn(async () => {
			await sleep(readMs);
			return performance.now() >= storedAt ? 'of another process' : 'refused';
		});
	}

	/** Chooses the token to send. By default, the credential was read after all logins and has no other token by now. */
	async function chooseToken(
		session: Session,
		storedToken: string,
		{
			readAt = Infinity,
			readStoredToken = async () => await Promise.resolve(NO_TOKEN),
		}: { readAt?: number; readStoredToken?: () => Promise<string> } = {},
	): Promise<string> {
		return await settle(session.chooseToken({ storedToken, readAt, readStoredToken }));
	}
});

describe('readLogin', () => {
	it('readLogin removes the blanks around the email, the key and the app key', () => {
		const login = readLogin({
			hostname: 'demo',
			email: ' A@b.example\n',
			apiKey: '\u200bkey\u00a0',
			appKey: ' ',
		});

		expect(login).toEqual({
			origin: 'https://demo.s20.online',
			email: 'A@b.example',
			apiKey: 'key',
			appKey: '',
		});
	});

	it('readLogin reads values that the credential does not have as empty texts', () => {
		const login = readLogin({ hostname: 'demo' });

		expect(login).toEqual({ origin: 'https://demo.s20.online', email: '', apiKey: '', appKey: '' });
	});
});

describe('nameAccount', () => {
	it('nameAccount names an account by its address and the email in small letters', () => {
		const name = nameAccount({ origin: 'https://demo.s20.online', email: 'A@b.example' });

		expect(name).toBe('https://demo.s20.online|a@b.example');
	});
});

describe('ApiClient with a token that AlfaCRM refuses', () => {
	// Processes do not wait for the login of another one.
	stopTime({ random: () => 0 });

	const TOKEN_REFUSALS = [
		{ refusal: 'HTTP 401', refuse: () => refuseWithStatus(401) },
		{ refusal: 'HTTP 403', refuse: () => refuseWithStatus(403, makeTokenError(403)) },
		{ refusal: 'HTTP 200 with a 401 in the body', refuse: () => makeTokenError(401) },
		{ refusal: 'HTTP 200 with a 403 in the body', refuse: () => makeTokenError(403) },
	];

	it.each(TOKEN_REFUSALS)(
		'a client logs in and sends the write again when AlfaCRM refuses its token with $refusal',
		async ({ refuse }) => {
			const account = new AccountWithTokens();
			account.refuseToken = refuse;

			const answer = await account.send(WRITE);

			expect(answer).toEqual(EMPTY_LIST);
			expect(account.sentTokens).toEqual([STORED_TOKEN, 'token 1']);
		},
	);

	it.each(TOKEN_REFUSALS)(
		'a client sends the next call with the new token after AlfaCRM has refused the old one with $refusal',
		async ({ refuse }) => {
			const account = new AccountWithTokens();
			account.refuseToken = refuse;
			await account.send(WRITE);

			await account.send(WRITE);

			expect(account.sentTokens).toEqual([STORED_TOKEN, 'token 1', 'token 1']);
			expect(account.loginCount).toBe(1);
		},
	);

	it.each(TOKEN_REFUSALS)(
		"another execution uses the new token, although n8n's database still has the one that AlfaCRM has refused with $refusal",
		async ({ refuse }) => {
			const account = new AccountWithTokens();
			account.refuseToken = refuse;
			await account.send(WRITE);
			account.changeCredential({ token: STORED_TOKEN });

			await account.sendInNewExecution(READ);

			expect(account.sentTokens).toEqual([STORED_TOKEN, 'token 1', 'token 1']);
			expect(account.loginCount).toBe(1);
		},
	);

	it.each([401, 403])('a client keeps its token when a web page answers with HTTP %i', async (status) => {
		const account = new AccountWithTokens();
		account.answer = () =>
			account.sentTokens.length === 1 ? refuseWithStatus(status, WEB_PAGE) : EMPTY_LIST;

		await account.send(READ);

		expect(account.sentTokens).toEqual([STORED_TOKEN, STORED_TOKEN]);
		expect(account.loginCount).toBe(0);
	});

	it('a client logs in after HTTP 401 in an older n8n, which hides the answer', async () => {
		const account = new AccountWithTokens({ isOldN8n: true });

		await account.send(WRITE);

		expect(account.sentTokens).toEqual([STORED_TOKEN, 'token 1']);
	});

	it.each([
		{ refusal: 'HTTP 401', refuse: () => refuseWithStatus(401) },
		{ refusal: 'HTTP 200 with a 401 in the body', refuse: () => makeTokenError(401) },
	])(
		'a client fails after three logins when AlfaCRM refuses each token with $refusal',
		async ({ refuse }) => {
			const account = new AccountWithTokens();
			account.answer = refuse;

			const { message } = await account.expectFailure(READ);

			expect(message).toContain('does not accept the login, even a new one');
			expect(account.sentTokens).toEqual([STORED_TOKEN, 'token 1', 'token 2', 'token 3']);
		},
	);

	it('a client fails after one login when AlfaCRM refuses each token with HTTP 403', async () => {
		const account = new AccountWithTokens();
		account.answer = () => refuseWithStatus(403, makeTokenError(403));

		const { message } = await account.expectFailure(READ);

		expect(message).toContain('denied access');
		expect(account.sentTokens).toEqual([STORED_TOKEN, 'token 1']);
	});

	it('a client logs in only three times when AlfaCRM refuses the tokens of 20 calls of an execution', async () => {
		const account = new AccountWithTokens();
		account.answer = () => refuseWithStatus(401);

		await account.expectFailures(20, READ);

		expect(account.loginCount).toBe(3);
		expect(account.sentTokens).toHaveLength(23);
	});

	it('a client takes the tokens of other processes, and does not log in, when eight of them log in during its call', async () => {
		const account = new AccountWithTokens();
		let otherLogins = 0;
		account.answer = ({ token }) => {
			if (token === 'of another process 8') return EMPTY_LIST;
			otherLogins += 1;
			account.changeCredential({ token: `of another process ${otherLogins}` });
			return refuseWithStatus(401);
		};

		const answer = await account.send(WRITE);

		expect(answer).toEqual(EMPTY_LIST);
		expect(account.sentTokens).toHaveLength(9);
		expect(account.loginCount).toBe(0);
	});

	it('a client asks again whether it may send a call before it sends the call with a new token', async () => {
		const account = new AccountWithTokens();
		const onSend = jest.fn().mockImplementationOnce(() => {});
		onSend.mockImplementation(() => {
			throw new Error('The lock is lost');
		});

		await expect(account.send({ ...WRITE, onSend })).rejects.toThrow('The lock is lost');

		expect(account.sentTokens).toEqual([STORED_TOKEN]);
	});

	/** Makes AlfaCRM's own error about a token. AlfaCRM may send it with HTTP 200. */
	function makeTokenError(status: number): IDataObject {
		return { name: 'Forbidden', message: 'Token expired', code: 0, status };
	}
});

describe('ApiClient without a token', () => {
	stopTime({ random: () => 0 });

	it('a client logs in once for 20 calls when AlfaCRM refuses the login', async () => {
		const account = new AccountWithTokens({ storedToken: NO_TOKEN });
		const answerLogin = jest.fn(() => refuseWithStatus(403));
		account.answerLogin = answerLogin;

		await account.expectFailures(20, READ);

		expect(answerLogin).toHaveBeenCalledTimes(1);
	});

	it('a client says for each call after a refused login that the login was refused', async () => {
		const account = new AccountWithTokens({ storedToken: NO_TOKEN });
		account.answerLogin = () => refuseWithStatus(403);
		await account.expectFailure(READ);

		const { message } = await account.expectFailure(READ);

		expect(message).toContain('did not accept the login');
	});

	it('a client logs in again when the user has corrected the refused key', async () => {
		const account = new AccountWithTokens({ storedToken: NO_TOKEN, apiKey: 'wrong' });
		account.answerLogin = () => refuseWithStatus(403);
		await account.expectFailure(READ);
		account.changeCredential({ apiKey: 'right' });
		account.answerLogin = () => ({ token: account.issueToken() });

		const answer = await account.send(READ);

		expect(answer).toEqual(EMPTY_LIST);
		expect(account.loginCount).toBe(1);
	});

	it('a client logs in again for the next call when the server failed during the login', async () => {
		const account = new AccountWithTokens({ storedToken: NO_TOKEN });
		const answerLogin = jest.fn(() => refuseWithStatus(500));
		account.answerLogin = answerLogin;

		await account.expectFailures(2, READ);

		expect(answerLogin).toHaveBeenCalledTimes(2);
	});

	it('a client says that a write was not sent when n8n could not store the token of the login', async () => {
		const account = new AccountWithTokens({ storedToken: NO_TOKEN });
		const databaseError: unknown = makeNetworkError('ECONNRESET', 'The database went away');
		account.failToStoreToken(new NodeApiError(NODE, databaseError as JsonObject));
		const onAnswerLost = jest.fn();

		const { message, description } = await account.expectFailure({ ...WRITE, onAnswerLost });

		expect(message).toBe('Could not create the customer: n8n could not prepare the request');
		expect(description).toBe('The database went away');
		expect(onAnswerLost).not.toHaveBeenCalled();
	});

	it('a client reports no lost answer when the execution is cancelled during the login', async () => {
		const execution = new AbortController();
		const account = new AccountWithTokens({ storedToken: NO_TOKEN, signal: execution.signal });
		account.answerLogin = () => {
			execution.abort();
			return new Promise(() => {});
		};
		const onAnswerLost = jest.fn();

		const { message, description } = await account.expectFailure({ ...WRITE, onAnswerLost });

		expect(message).toBe('The execution was cancelled');
		expect(description).toBe('');
		expect(onAnswerLost).not.toHaveBeenCalled();
	});
});

describe('ApiClient of a user who may not list payments', () => {
	stopTime({ random: () => 0 });

	const LIST_PAYMENTS = { ...READ, path: 'pay', task: 'list the payments' };

	it('a client logs in once for 20 calls that AlfaCRM denies', async () => {
		const account = makeAccountWithoutRight();

		await account.expectFailures(20, LIST_PAYMENTS);

		expect(account.loginCount).toBe(1);
		expect(account.sentTokens).toHaveLength(21);
	});

	it('a client logs in for another call whose token has expired after a call was denied', async () => {
		const account = makeAccountWithoutRight();
		await account.expectFailure(LIST_PAYMENTS);
		jest.advanceTimersByTime(FIVE_MINUTES + 1);
		account.validToken = 'none any more';

		const answer = await account.send(READ);

		expect(answer).toEqual(EMPTY_LIST);
		expect(account.loginCount).toBe(2);
	});

	it('a client logs in once more for a denied call when more than five minutes have passed', async () => {
		const account = makeAccountWithoutRight();
		await account.expectFailure(LIST_PAYMENTS);
		jest.advanceTimersByTime(FIVE_MINUTES + 1_000);

		await account.expectFailure(LIST_PAYMENTS);

		expect(account.loginCount).toBe(2);
	});

	it('a client takes the token of another process that has logged in since the call was denied', async () => {
		const account = makeAccountWithoutRight();
		await account.expectFailure(LIST_PAYMENTS);
		account.changeCredential({ token: 'of another process' });
		account.answer = ({ token }) => (token === 'of another process' ? EMPTY_LIST : refuseWithStatus(403));

		const answer = await account.send(LIST_PAYMENTS);

		expect(answer).toEqual(EMPTY_LIST);
		expect(account.loginCount).toBe(1);
	});

	it('the error of a denied call says that the login works when the client has just logged in', async () => {
		const account = makeAccountWithoutRight();

		const { description } = await account.expectFailure(LIST_PAYMENTS);

		expect(description).toMatch(/^The login works\. /);
	});

	it('the error of a denied call says only which right is missing when the client has logged in during an earlier call', async () => {
		const account = makeAccountWithoutRight();
		await account.expectFailure(LIST_PAYMENTS);

		const { message, description } = await account.expectFailure(LIST_PAYMENTS);

		expect(message).toContain('denied access');
		expect(description).toContain('give the role');
		expect(description).not.toContain('The login works');
	});

	/** Makes an account whose AlfaCRM answers each call for payments with HTTP 403. */
	function makeAccountWithoutRight(): AccountWithTokens {
		const account = new AccountWithTokens();
		account.answer = ({ token, url }) => {
			const isAllowed = token === account.validToken && !url.includes('/pay/');
			return isAllowed ? EMPTY_LIST : refuseWithStatus(403);
		};
		return account;
	}
});

describe('AlfaCrmApi, the credential', () => {
	stopTime();

	it('the credential logs in for a node of another package after HTTP 401', async () => {
		const helpers = { httpRequest: async () => await Promise.resolve({ token: 'new' }) };
		const n8n = { helpers } as unknown as IHttpRequestHelper;
		const data: ICredentialDataDecryptedObject = {
			hostname: 'demo',
			email: makeNewEmail(),
			token: 'expired',
		};

		const renewed = await settle(new AlfaCrmApi().preAuthentication.call(n8n, data));

		expect(renewed).toEqual({ token: 'new' });
	});

	it('the credential adds its token to the call of a node of another package', async () => {
		const data = { hostname: 'demo', email: makeNewEmail(), token: 'new' };

		const { headers } = await new AlfaCrmApi().authenticate(data, { url: '/' });

		expect(headers).toMatchObject({ 'X-ALFACRM-TOKEN': 'new' });
	});

	it.each(['apiKey', 'appKey', 'token'])('the credential hides the %s in its form', (secret) => {
		const { properties } = new AlfaCrmApi();

		expect(properties).toContainEqual(
			expect.objectContaining({
				name: secret,
				typeOptions: expect.objectContaining({ password: true }) as unknown,
			}),
		);
	});
});
