import { sleep } from 'n8n-workflow';

import type { FindRenewed, ReadCredential, Renewal } from '../../nodes/AlfaCrm/api/sessions';
import {
	accountOf,
	revokeToken,
	isIssuedSince,
	loginCount,
	loginOf,
	offerCredential,
	tokenFor,
	usableToken,
} from '../../nodes/AlfaCrm/api/sessions';

let users = 0;
const newLogin = () => ({
	origin: 'https://demo.s20.online',
	email: `sessions${++users}@school.example`,
	apiKey: 'key',
	appKey: '',
});

/** Logins that give `token 1`, `token 2`, ... */
function logins() {
	let count = 0;
	return jest.fn(async () => await Promise.resolve({ token: `token ${++count}`, isLogin: true }));
}

describe('a token that fails', () => {
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
		jest.useFakeTimers();
		const [login, logIn] = [newLogin(), logins()];
		await tokenFor(login, '', logIn);
		revokeToken(login, 'token 1');
		expect(await tokenFor(login, 'older', logIn)).toBe('token 2');
		jest.setSystemTime(Date.now() + 841_000);
		expect(await tokenFor(login, 'older', logIn)).toBe('token 3');
		jest.useRealTimers();
	});

	it('waits for the login under way, also where there is no token yet', async () => {
		const login = newLogin();
		let finish: (renewal: Renewal) => void = () => {};
		const logIn = jest.fn(async () => await new Promise<Renewal>((resolve) => (finish = resolve)));
		const all = ['', 'older', ''].map(async (failing) => await tokenFor(login, failing, logIn));
		await sleep(0);
		finish({ token: 'the one', isLogin: true });
		expect(await Promise.all(all)).toEqual(['the one', 'the one', 'the one']);
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

it('no token at all means a login, since the test of a credential must try its key', async () => {
	const [login, logIn] = [newLogin(), logins()];
	await tokenFor(login, '', logIn);
	expect(await tokenFor(login, '', logIn)).toBe('token 2');
});

describe('a token in the database of n8n', () => {
	it('is used, until it is known not to work: then the newest one is, or none', async () => {
		const [login, logIn] = [newLogin(), logins()];
		expect(usableToken(login, 'from the database')).toBe('from the database');
		revokeToken(login, 'from the database');
		expect(usableToken(login, 'from the database')).toBe('');
		await tokenFor(login, '', logIn);
		expect(usableToken(login, 'from the database')).toBe('token 1');
		revokeToken(login, 'token 1');
		expect(usableToken(login, 'token 1')).toBe('');
	});

	it('is used again when a login gives it again', async () => {
		const login = newLogin();
		revokeToken(login, 'same');
		await tokenFor(login, '', async () => await Promise.resolve({ token: 'same', isLogin: true }));
		expect(usableToken(login, 'same')).toBe('same');
	});

	it('is one of the latest of which that is known', () => {
		const login = newLogin();
		for (let count = 0; count <= 50; count++) revokeToken(login, `token ${count}`);
		expect(usableToken(login, 'token 0')).toBe('token 0');
		expect(usableToken(login, 'token 50')).toBe('');
	});
});

describe('a token that another process may have renewed', () => {
	const HOUR_MS = 3_600_000;
	beforeEach(() => {
		jest.useFakeTimers();
		jest.spyOn(Math, 'random').mockReturnValue(1);
	});
	afterEach(() => {
		jest.restoreAllMocks();
		jest.useRealTimers();
	});
	const stored = ({ origin, ...login }: ReturnType<typeof newLogin>, token: string) => ({
		...login,
		hostname: origin,
		token,
	});
	/** How long the renewal took, and what came of it. */
	async function renewed(
		login: ReturnType<typeof newLogin>,
		failing: string,
		logIn: Parameters<typeof tokenFor>[2],
	) {
		const begun = Date.now();
		const renewal = tokenFor(login, failing, logIn);
		await jest.runAllTimersAsync();
		return { token: await renewal, ms: Date.now() - begun };
	}

	it('is taken from the database at once if it is there by now', async () => {
		const [login, logIn] = [newLogin(), logins()];
		offerCredential(login, async () => await Promise.resolve(stored(login, 'of another process')));
		expect(await renewed(login, 'dead', logIn)).toEqual({ token: 'of another process', ms: 0 });
		expect(logIn).not.toHaveBeenCalled();
		expect(isIssuedSince(login, 'of another process', 0)).toBe(false);
		// From now on it is the newest one that is known here.
		expect(await tokenFor(login, 'dead', logIn)).toBe('of another process');
	});

	it('is looked for once more after a while, and then there is a login', async () => {
		const [login, logIn] = [newLogin(), logins()];
		const read = jest.fn<ReturnType<ReadCredential>, []>(
			async () => await Promise.resolve(stored(login, 'dead')),
		);
		offerCredential(login, read);
		expect(await renewed(login, 'dead', logIn)).toEqual({ token: 'token 1', ms: 1_500 });
		expect(read).toHaveBeenCalledTimes(2);
		read.mockResolvedValueOnce(stored(login, 'token 1')).mockResolvedValueOnce(stored(login, 'late'));
		// The process that had logged in waits less, for it is its token that the others have.
		expect(await renewed(login, 'token 1', logIn)).toEqual({ token: 'late', ms: 300 });
		expect(logIn).toHaveBeenCalledTimes(1);
	});

	it('is taken even if it comes while the login waits to be sent', async () => {
		const [login, logIn] = [newLogin(), jest.fn<Promise<Renewal>, [FindRenewed?]>()];
		const read = jest.fn<ReturnType<ReadCredential>, []>(
			async () => await Promise.resolve(stored(login, 'dead')),
		);
		offerCredential(login, read);
		logIn.mockImplementation(async (find) => {
			read.mockResolvedValue(stored(login, 'late'));
			const found = await find?.();
			return { token: found ?? 'ours', isLogin: found === undefined };
		});
		expect((await renewed(login, 'dead', logIn)).token).toBe('late');
		expect(isIssuedSince(login, 'late', 0)).toBe(false);
	});

	it('is not taken in place of trying a key, only because older tokens have died', async () => {
		const [login, logIn] = [newLogin(), logins()];
		revokeToken(login, 'old');
		await tokenFor(login, '', logIn);
		offerCredential(login, async () => await Promise.resolve(stored(login, 'token 1')));
		expect((await renewed(login, '', logIn)).token).toBe('token 2');
	});

	it('is one that is known to be dead, or of another login: then it is not taken', async () => {
		const [login, logIn] = [newLogin(), logins()];
		revokeToken(login, 'dead, too');
		const read = jest.fn<ReturnType<ReadCredential>, []>();
		read.mockResolvedValueOnce(stored(login, 'dead, too'));
		read.mockResolvedValueOnce(stored(newLogin(), 'of somebody else'));
		offerCredential(login, read);
		expect((await renewed(login, 'dead', logIn)).token).toBe('token 1');
	});

	it.each([
		['nobody ever had one', '', 0],
		['this process had logged in and its time is over', 'token 1', HOUR_MS],
	])('is not waited for where %s', async (_why, failing, later) => {
		const [login, logIn] = [newLogin(), logins()];
		const read = jest.fn<ReturnType<ReadCredential>, []>();
		offerCredential(login, read);
		if (failing !== '') await tokenFor(login, '', logIn);
		jest.setSystemTime(Date.now() + later);
		expect((await renewed(login, failing, logIn)).ms).toBe(0);
		expect(read).not.toHaveBeenCalled();
	});

	it('is not waited for when no call is under way any more, or its database fails', async () => {
		const [login, logIn] = [newLogin(), logins()];
		const read = jest.fn(async () => await Promise.reject(new Error('no database')));
		const withdraw = offerCredential(login, read);
		expect((await renewed(login, 'dead', logIn)).token).toBe('token 1');
		withdraw();
		expect(await renewed(login, 'token 1', logIn)).toEqual({ token: 'token 2', ms: 0 });
	});
});

it('a login is told from those before by order, not by the clock', async () => {
	const [login, logIn] = [newLogin(), logins()];
	const before = loginCount();
	await tokenFor(login, '', logIn);
	expect(isIssuedSince(login, 'token 1', before)).toBe(true);
	expect(isIssuedSince(login, 'token 1', loginCount())).toBe(false);
	expect(isIssuedSince(login, 'another', before)).toBe(false);
});

it('the memory of logins is bounded', async () => {
	const [login, logIn] = [newLogin(), logins()];
	await tokenFor(login, '', logIn);
	for (let count = 0; count < 500; count++) await tokenFor(newLogin(), '', logins());
	expect(isIssuedSince(login, 'token 1', 0)).toBe(false);
});

it('blanks around email, key and app key are none of them', () => {
	const login = loginOf({
		hostname: 'demo',
		email: ' A@b.example\n',
		apiKey: '\u200bkey\u00a0',
		appKey: ' ',
		token: '',
	});
	expect(login).toEqual({
		origin: 'https://demo.s20.online',
		email: 'A@b.example',
		apiKey: 'key',
		appKey: '',
	});
	expect(accountOf(login)).toBe('https://demo.s20.online|a@b.example');
	expect(loginOf({ hostname: 'demo' })).toMatchObject({ email: '', apiKey: '', appKey: '' });
});
