import type { ICredentialDataDecryptedObject, IDataObject, IHttpRequestHelper } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { AlfaCrmApi } from '../../../credentials/AlfaCrmApi.credentials';
import { ApiClient } from '../../../nodes/AlfaCrm/api/client';
import { LoginError } from '../../../nodes/AlfaCrm/api/errors';
import { rateLimiterOf } from '../../../nodes/AlfaCrm/api/rateLimiter';
import { noteNodeCall, renewToken } from '../../../nodes/AlfaCrm/api/renewals';
import type { Login, ReadCredential, Renewal } from '../../../nodes/AlfaCrm/api/sessions';
import {
	accountOf,
	isIssuedSince,
	loginCount,
	loginOf,
	offerCredential,
	revokeToken,
	tokenFor,
	usableToken,
} from '../../../nodes/AlfaCrm/api/sessions';
import { answered } from '../../support/nodeErrors';
import type { Sent } from '../apiSupport';
import { contextOf, failed, failureOfCall, READ, WRITE } from '../apiSupport';
import { settle, stopTime } from './clock';

// Several processes whose tokens expire are in test/properties/api/logins.test.ts.

let users = 0;
const newLogin = (): Login => ({
	origin: 'https://demo.s20.online',
	email: `sessions${++users}@school.example`,
	apiKey: 'key',
	appKey: '',
});
const of = async (token: string, isLogin = true): Promise<Renewal> =>
	await Promise.resolve({ token, isLogin });

/** Logins that give `token 1`, `token 2`, ... */
function logins() {
	let count = 0;
	return jest.fn(async () => await of(`token ${++count}`));
}

describe('a token that fails', () => {
	stopTime();

	it('is replaced by a new one when it is the newest, or when nobody here has logged in', async () => {
		const [login, logIn] = [newLogin(), logins()];
		expect(await tokenFor(login, 'from the database', logIn)).toBe('token 1');
		expect(await tokenFor(login, 'token 1', logIn)).toBe('token 2');
	});

	it('is replaced by the newest one without a login when it is another one', async () => {
		const [login, logIn] = [newLogin(), logins()];
		await tokenFor(login, '', logIn);
		expect(await tokenFor(login, 'from the database', logIn)).toBe('token 1');
		expect(await tokenFor({ ...login, email: login.email.toUpperCase() }, 'older', logIn)).toBe('token 1');
		expect(logIn).toHaveBeenCalledTimes(1);
	});

	it('is not replaced by one that is too old or known not to work', async () => {
		const [login, logIn] = [newLogin(), logins()];
		await tokenFor(login, '', logIn);
		revokeToken(login, 'token 1');
		expect(await tokenFor(login, 'older', logIn)).toBe('token 2');
		jest.setSystemTime(Date.now() + 841_000);
		expect(await tokenFor(login, 'older', logIn)).toBe('token 3');
	});

	it('waits for the login under way, also where there is no token yet', async () => {
		const login = newLogin();
		const logIn = jest.fn(async () => {
			await sleep(60);
			return await of('the one');
		});
		const all = ['', 'older', ''].map(async (failing) => await tokenFor(login, failing, logIn));
		expect(await settle(Promise.all(all))).toEqual(['the one', 'the one', 'the one']);
		expect(logIn).toHaveBeenCalledTimes(1);
	});

	it('is tried to be replaced anew after a login that did not succeed', async () => {
		const login = newLogin();
		const refused = tokenFor(login, '', async () => await Promise.reject(new Error('wrong key')));
		await expect(refused).rejects.toThrow('wrong key');
		expect(await tokenFor(login, '', logins())).toBe('token 1');
	});

	it.each([{ apiKey: 'other' }, { appKey: 'other' }, { origin: 'https://other.s20.online' }])(
		'is not replaced by that of a login with another %j',
		async (change) => {
			const [login, logIn] = [newLogin(), logins()];
			await tokenFor(login, '', logIn);
			await tokenFor({ ...login, ...change }, 'older', logIn);
			expect(logIn).toHaveBeenCalledTimes(2);
		},
	);
});

describe("a token in n8n's database", () => {
	it('is used until it is known not to work: then the newest one is, or none', async () => {
		const [login, logIn] = [newLogin(), logins()];
		expect(usableToken(login, 'from the database')).toBe('from the database');
		revokeToken(login, 'from the database');
		expect(usableToken(login, 'from the database')).toBe('');
		await tokenFor(login, '', logIn);
		expect(usableToken(login, 'from the database')).toBe('token 1');
		revokeToken(login, 'token 1');
		expect(usableToken(login, 'token 1')).toBe('');
		await tokenFor(login, '', async () => await of('token 1'));
		expect(usableToken(login, 'token 1')).toBe('token 1');
	});
});

describe('a token that another process may have renewed', () => {
	stopTime({ random: () => 1 });
	const stored = ({ origin, ...login }: Login, token: string) => ({ ...login, hostname: origin, token });
	/** What is in n8n's database each time that it is read; for ever what came last. */
	function offered(login: Login, ...tokens: string[]) {
		const read = jest.fn<ReturnType<ReadCredential>, []>();
		read.mockResolvedValue(stored(login, tokens[tokens.length - 1]));
		for (const token of tokens) read.mockResolvedValueOnce(stored(login, token));
		return { read, withdraw: offerCredential(login, read) };
	}
	/** What comes of a renewal, and how long it took. */
	async function renewed(login: Login, failing: string, logIn: Parameters<typeof tokenFor>[2]) {
		const begun = performance.now();
		const token = await settle(tokenFor(login, failing, logIn));
		return { token, ms: performance.now() - begun };
	}

	it('is taken from the database at once if it is there by now', async () => {
		const [login, logIn] = [newLogin(), logins()];
		offered(login, 'of another process');
		expect(await renewed(login, 'dead', logIn)).toEqual({ token: 'of another process', ms: 0 });
		expect(isIssuedSince(login, 'of another process', 0)).toBe(false);
		// From now on it is the newest one that is known here.
		expect(await tokenFor(login, 'dead', logIn)).toBe('of another process');
		expect(logIn).not.toHaveBeenCalled();
	});

	it('is looked for once more after a while, and then there is a login', async () => {
		const [login, logIn] = [newLogin(), logins()];
		const { read } = offered(login, 'dead');
		expect(await renewed(login, 'dead', logIn)).toEqual({ token: 'token 1', ms: 1_500 });
		expect(read).toHaveBeenCalledTimes(2);
		read.mockResolvedValueOnce(stored(login, 'token 1')).mockResolvedValueOnce(stored(login, 'late'));
		// The process that had logged in waits less, for it is its token that the others have.
		expect(await renewed(login, 'token 1', logIn)).toEqual({ token: 'late', ms: 300 });
		expect(logIn).toHaveBeenCalledTimes(1);
	});

	it('is not taken in place of trying a key, as the test of a credential must', async () => {
		const [login, logIn] = [newLogin(), logins()];
		revokeToken(login, 'old');
		await tokenFor(login, '', logIn);
		offered(login, 'token 1');
		expect((await renewed(login, '', logIn)).token).toBe('token 2');
	});

	it('is not taken where it is known to be dead, or is one of another login', async () => {
		const [login, logIn] = [newLogin(), logins()];
		revokeToken(login, 'dead, too');
		const { read } = offered(login, 'dead, too');
		read.mockResolvedValueOnce(stored(newLogin(), 'of somebody else'));
		expect((await renewed(login, 'dead', logIn)).token).toBe('token 1');
	});

	it.each([
		['nobody ever had one', '', 0],
		['this process had logged in and its time is over', 'token 1', 3_600_000],
	])('is not waited for where %s', async (_why, failing, later) => {
		const [login, logIn] = [newLogin(), logins()];
		const { read } = offered(login, 'of another process');
		if (failing !== '') await tokenFor(login, '', logIn);
		jest.setSystemTime(Date.now() + later);
		expect((await renewed(login, failing, logIn)).ms).toBe(0);
		expect(read).not.toHaveBeenCalled();
	});

	it('is not waited for when no call is under way any more, or its database fails', async () => {
		const [login, logIn] = [newLogin(), logins()];
		const { read, withdraw } = offered(login, 'of another process');
		read.mockReset().mockRejectedValue(new Error('no database'));
		expect((await renewed(login, 'dead', logIn)).token).toBe('token 1');
		withdraw();
		expect(await renewed(login, 'token 1', logIn)).toEqual({ token: 'token 2', ms: 0 });
	});
});

describe('a login', () => {
	it('is told from those before by order, not by the clock', async () => {
		const login = newLogin();
		const before = loginCount();
		await tokenFor(login, '', logins());
		expect(isIssuedSince(login, 'token 1', before)).toBe(true);
		expect(isIssuedSince(login, 'token 1', loginCount())).toBe(false);
		expect(isIssuedSince(login, 'another', before)).toBe(false);
	});

	it('has no blanks around email, key and app key', () => {
		const credential = { hostname: 'demo', email: ' A@b.example\n', apiKey: '\u200bkey\u00a0', appKey: ' ' };
		const login = { origin: 'https://demo.s20.online', email: 'A@b.example', apiKey: 'key', appKey: '' };
		expect(loginOf(credential)).toEqual(login);
		expect(accountOf(login)).toBe('https://demo.s20.online|a@b.example');
		expect(loginOf({ hostname: 'demo' })).toMatchObject({ email: '', apiKey: '', appKey: '' });
	});
});

describe('a call', () => {
	// Nobody waits for another process.
	stopTime({ random: () => 0 });

	/** An account that no other test knows, with logins that give `token 1`, `token 2`, ... */
	function accountWith(answer: (request: Sent, valid: string) => unknown) {
		const login = { ...newLogin(), apiKey: '' };
		const state = { logins: 0, valid: 'none' };
		const logIn = async (credential: IDataObject) =>
			await tokenFor(
				login,
				String(credential.token),
				async () => await of((state.valid = `token ${++state.logins}`)),
			);
		const { email } = login;
		const made = contextOf((request) => answer(request, state.valid), { credential: { email }, logIn });
		const tokens = () => made.sent.map(({ token }) => token);
		return { ...made, state, tokens };
	}

	/** As n8n below 2.40 does after 403, and any n8n after an answer with HTTP 200. */
	const yii = (status: number) => ({ name: 'Forbidden', message: 'Token expired', code: 0, status });
	const refusals: Array<[what: string, refuse: () => unknown]> = [
		['403', () => failed(answered(403, yii(403)))],
		['HTTP 200 with a 401 inside', () => yii(401)],
		['HTTP 200 with a 403 inside', () => yii(403)],
	];

	it.each(refusals)(
		'whose token is refused by %s goes on with a new login, or with the newest token',
		async (_what, refuse) => {
			const { client, context, stored, state, tokens } = accountWith(({ token }, valid) =>
				token === valid ? { items: [] } : refuse(),
			);
			await expect(client.request(WRITE)).resolves.toEqual({ items: [] });
			await client.request(WRITE);
			// In another execution, which reads the old one out of the database.
			stored.token = 'of-the-test';
			await new ApiClient(context).request(READ);
			expect(tokens()).toEqual(['of-the-test', 'token 1', 'token 1', 'token 1']);
			expect(state.logins).toBe(1);
		},
	);

	it.each([
		['HTTP 401', () => failed(answered(401)), 'does not accept the login, even a new one'],
		['a 401 with HTTP 200', refusals[1][1], 'does not accept the login, even a new one'],
		['403', refusals[0][1], 'denied access'],
	])('is given up after a few tries when its answer is always %s', async (_what, refuse, says) => {
		const { client, sent, state } = accountWith(refuse);
		expect((await failureOfCall(client, READ)).message).toContain(says);
		expect(sent.length).toBeLessThanOrEqual(3);
		expect(state.logins).toBeLessThanOrEqual(2);
	});

	/** One whose login does not succeed as long as the key is wrong. */
	function refusing(error: Error) {
		const logIn = jest.fn(async ({ apiKey }: IDataObject) =>
			apiKey === 'right' ? await Promise.resolve('token') : failed(error),
		);
		const credential = { email: newLogin().email, apiKey: 'wrong', token: '' };
		return { logIn, ...contextOf(() => ({ items: [] }), { credential, logIn }) };
	}

	it('whose login was refused is not tried again by each of the next ones, but once the key is corrected', async () => {
		const { client, stored, logIn } = refusing(new LoginError('Wrong key'));
		for (let count = 0; count < 20; count++)
			expect((await failureOfCall(client, READ)).message).toBe('Wrong key');
		expect(logIn).toHaveBeenCalledTimes(1);
		stored.apiKey = 'right';
		await expect(client.request(READ)).resolves.toEqual({ items: [] });
		expect(logIn).toHaveBeenCalledTimes(2);
	});

	it('whose login met a server that is out of order is tried again by the next one', async () => {
		const { client, logIn } = refusing(new LoginError('Try again later', 'temporarily-unavailable'));
		for (let count = 0; count < 2; count++) await failureOfCall(client, READ);
		expect(logIn).toHaveBeenCalledTimes(2);
	});

	it('is sent six times where others renew the token again and again and each is refused', async () => {
		const { client, sent, stored } = contextOf(() => {
			stored.token = `of another n8n ${sent.length}`;
			// It would be taken in the end.
			return sent.length > 9 ? { items: [] } : failed(answered(403));
		});
		await expect(client.request(READ)).rejects.toThrow('denied access');
		const others = [1, 2, 3, 4, 5].map((count) => `of another n8n ${count}`);
		expect(sent.map(({ token }) => token)).toEqual(['of-the-test', ...others]);
	});

	describe('for which the user has no right', () => {
		const PAY = { ...READ, path: 'pay', task: 'list the payments' };
		const lacking = () => {
			const made = accountWith(({ token, url }, valid) =>
				token !== valid || (url.includes('/pay/') && !right.isThere) ? failed(answered(403)) : { items: [] },
			);
			const right = { isThere: false };
			return { ...made, right };
		};

		it('costs one more login, not one for each call', async () => {
			const { client, sent, state } = lacking();
			for (let count = 0; count < 20; count++) await failureOfCall(client, PAY);
			expect([state.logins, sent.length]).toEqual([1, 21]);
		});

		it('does not stop the renewal of the token for other calls, nor for ever', async () => {
			const { client, state } = lacking();
			await failureOfCall(client, PAY);
			state.valid = 'none';
			await expect(client.request(READ)).resolves.toEqual({ items: [] });
			expect(state.logins).toBe(2);
			jest.advanceTimersByTime(61_000);
			await failureOfCall(client, PAY);
			expect(state.logins).toBe(3);
		});

		it('is not given up for long where another process has logged in within the minute', async () => {
			const { client, state, stored, right } = lacking();
			await failureOfCall(client, PAY);
			stored.token = state.valid = 'of another process';
			right.isThere = true;
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
});

describe('a token that n8n renews for a call', () => {
	stopTime({ random: () => 0 });
	const credential = new AlfaCrmApi();
	const newCredential = (changes = {}) => ({
		hostname: `renewals${++users}.s20.online`,
		email: 'api@school.example',
		apiKey: 'key',
		appKey: '',
		requestsPerSecond: 1,
		token: 'dead',
		...changes,
	});
	/** n8n's helpers, with a login that takes 60 ms. */
	const helpersWith = (logIn = () => {}) => {
		const httpRequest = async () => {
			logIn();
			await sleep(60);
			return { token: 'new' };
		};
		return { helpers: { httpRequest } } as unknown as IHttpRequestHelper;
	};

	it('is there for the others before the call has a place of its own, which it waits for', async () => {
		const data = newCredential();
		const begun = performance.now();
		const renewal = await settle(credential.preAuthentication.call(helpersWith(), data));
		expect([renewal, performance.now() - begun]).toEqual([{ token: 'new' }, 60]);
		Object.assign(data, renewal);
		const { headers } = await settle(credential.authenticate(data, { url: '/' }));
		expect(headers).toMatchObject({ 'X-ALFACRM-TOKEN': 'new' });
		expect(performance.now() - begun).toBeGreaterThanOrEqual(1_060);
	});

	it.each([
		['a call of these nodes, which was answered with 401', true, ''],
		['a call of another node, which may have failed for any reason', false, 'dead'],
	])('is not tried by others meanwhile only after %s', async (_what, isOfNode, meanwhile) => {
		const data = newCredential();
		if (isOfNode) noteNodeCall(data);
		const renewal = credential.preAuthentication.call(helpersWith(), data);
		expect(usableToken(loginOf(data), 'dead')).toBe(meanwhile);
		await settle(renewal);
		expect(usableToken(loginOf(data), 'dead')).toBe(isOfNode ? 'new' : 'dead');
	});

	it('is not asked for where another process has got one by the time that the login may be sent', async () => {
		const data = newCredential();
		const stored = { ...data };
		const withdraw = offerCredential(loginOf(data), async () => await Promise.resolve({ ...stored }));
		const logIn = jest.fn();
		await rateLimiterOf(loginOf(data).origin).run({ perSecond: 1 }, async () => await Promise.resolve());
		const renewal = credential.preAuthentication.call(helpersWith(logIn), data);
		// It has looked twice, and waits for its place.
		await jest.advanceTimersByTimeAsync(500);
		stored.token = 'of another process';
		await expect(settle(renewal)).resolves.toEqual({ token: 'of another process' });
		expect(logIn).not.toHaveBeenCalled();
		withdraw();
	});

	it('is known to be that of a call of these nodes', async () => {
		const meanwhile: string[] = [];
		const logIn = async (data: IDataObject) => {
			const values = Object.assign(data, { token: 'dead' }) as ICredentialDataDecryptedObject;
			const renewal = renewToken(helpersWith(), values);
			meanwhile.push(usableToken(loginOf(values), 'dead'));
			return await renewal;
		};
		const { client } = contextOf(() => ({ items: [] }), { credential: newCredential({ token: '' }), logIn });
		await settle(client.request(READ));
		expect(meanwhile).toEqual(['']);
	});

	it('leaves no doubt where the call is cancelled meanwhile: it was not carried out', async () => {
		const cancel = new AbortController();
		const logIn = async (data: IDataObject) =>
			await renewToken(helpersWith(), data as ICredentialDataDecryptedObject);
		const { client } = contextOf(
			() => {
				cancel.abort();
				return new Promise(() => {});
			},
			{ credential: newCredential({ requestsPerSecond: 0, token: '' }), logIn, signal: cancel.signal },
		);
		const onLost = jest.fn();
		const { message, description } = await settle(failureOfCall(client, { ...WRITE, onLost }));
		expect([message, description]).toEqual(['The execution was cancelled', '']);
		expect(onLost).not.toHaveBeenCalled();
	});
});

it('the secrets of the credential are hidden in its form', () => {
	const hidden = new AlfaCrmApi().properties.filter(({ typeOptions }) => typeOptions?.password === true);
	expect(hidden.map(({ name }) => name)).toEqual(['apiKey', 'appKey', 'token']);
});
